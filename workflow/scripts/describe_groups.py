"""Describe who took part, the outcomes by group, the ratings, and the official files of a study."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.study import describe_study
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table
    from trenza.io.study_files import read_study_table
    from trenza.official.describe import describe_official

    clean, study = Path(snakemake.input.clean), snakemake.wildcards.study
    sources, min_cell = snakemake.params.sources, snakemake.params.min_cell
    tables = describe_study(
        read_clean(clean, sources),
        study=study,
        sources=sources,
        design=snakemake.params.design,
        items=list(read_study_table(Path(snakemake.input.items_csv))["item"]),
        min_cell=min_cell,
    )
    tables |= describe_official(
        clean,
        study=study,
        sources=sources,
        policy=snakemake.params.policy,
        ci_level=snakemake.params.ci_level,
        min_cell=min_cell,
        salt_file=Path(".trenza_salt"),
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
