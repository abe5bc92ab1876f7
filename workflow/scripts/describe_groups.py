"""Describe who took part, the outcomes by group, the ratings, the questionnaires and the official files of a study."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.describe_study import describe_study
    from trenza.io.clean_folder import read_clean, read_reasons
    from trenza.io.files import write_table
    from trenza.io.study_files import read_study_table
    from trenza.official.describe import describe_official
    from trenza.questionnaire.sources import describe_questionnaires, outcomes_of

    clean, study = Path(snakemake.input.clean), snakemake.wildcards.study
    sources, min_cell = snakemake.params.sources, snakemake.params.min_cell
    design, ci_level = snakemake.params.design, snakemake.params.ci_level
    data = read_clean(clean, sources)
    items = read_study_table(Path(snakemake.input.items_csv))
    tables = describe_study(
        data,
        study=study,
        sources=sources,
        design=design,
        items=outcomes_of(items),
        baseline=snakemake.params.baseline,
        min_cell=min_cell,
    )
    tables |= describe_questionnaires(
        data,
        read_reasons(clean, sources),
        study=study,
        sources=sources,
        design=design,
        items=items,
        answer_words=snakemake.params.answer_words,
        ci_level=ci_level,
        min_cell=min_cell,
        seed=snakemake.params.seed,
    )
    tables |= describe_official(
        clean,
        study=study,
        sources=sources,
        policy=snakemake.params.policy,
        ci_level=ci_level,
        min_cell=min_cell,
        salt_file=Path(".trenza_salt"),
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
