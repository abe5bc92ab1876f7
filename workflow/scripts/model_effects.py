"""Fit the declared models and describe the declared cut-offs and regressions to the mean."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.effects.study import model_study
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table

    tables = model_study(
        read_clean(Path(snakemake.input.clean), snakemake.params.sources),
        study=snakemake.wildcards.study,
        sources=snakemake.params.sources,
        design=snakemake.params.design,
        models=snakemake.params.models,
        discontinuities=snakemake.params.discontinuities,
        regression_to_the_mean=snakemake.params.regression_to_the_mean,
        ci_level=snakemake.params.ci_level,
        min_cell=snakemake.params.min_cell,
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
