"""Fit the declared models and panels; describe cut-offs, regression to the mean, selection rules and published claims."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.effects.rule_study import rule_study
    from trenza.effects.study import model_study
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_frame, write_table
    from trenza.io.official_rows import official_rows
    from trenza.official.school_years import read_school_years

    clean, sources, panels = Path(snakemake.input.clean), snakemake.params.sources, snakemake.params.panels
    rules, data = snakemake.params.selection_rules, read_clean(clean, sources)
    official = official_rows(clean, sources, [*panels, *rules])
    tables = model_study(
        data | read_school_years(clean, sources, snakemake.params.models),
        official=official,
        study=snakemake.wildcards.study,
        sources=sources,
        design=snakemake.params.design,
        models=snakemake.params.models,
        discontinuities=snakemake.params.discontinuities,
        regression_to_the_mean=snakemake.params.regression_to_the_mean,
        panels=panels,
        seed=snakemake.params.seed,
        ci_level=snakemake.params.ci_level,
        min_cell=snakemake.params.min_cell,
    )
    tables |= rule_study(
        data,
        official=official,
        study=snakemake.wildcards.study,
        sources=sources,
        selection_rules=rules,
        claim_checks=snakemake.params.claim_checks,
        ci_level=snakemake.params.ci_level,
        min_cell=snakemake.params.min_cell,
        seed=snakemake.params.seed,
    )
    # Who the numbered schools of real data are, for joining the strands: never among results.
    write_frame(tables.pop("level_names"), Path(snakemake.output.level_names))
    for name, table in tables.items():
        write_table(table, Path(snakemake.output[name]), name)
