"""Compare participants with control, and hold published tables against themselves."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.study import compare_study
    from trenza.compare.verdict import Settings
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table
    from trenza.multilevel.two_groups import random_intercept_inferences

    design = snakemake.params.design
    tables = compare_study(
        read_clean(Path(snakemake.input.clean), snakemake.params.sources),
        study=snakemake.wildcards.study,
        sources=snakemake.params.sources,
        design=design,
        comparisons=snakemake.params.comparisons,
        settings=Settings(
            ci_level=snakemake.params.ci_level,
            sesoi_sd=design.get("sesoi_sd"),
            draws=snakemake.params.draws,
            seed=snakemake.params.seed,
            assumed_icc=tuple(design["assumed_icc"]),
        ),
        min_cell=snakemake.params.min_cell,
        engine=random_intercept_inferences,
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
