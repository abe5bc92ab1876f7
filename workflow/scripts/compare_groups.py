"""Compare participants with control, and printed tests with recomputed ones."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.study import compare_study
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table

    tables = compare_study(
        read_clean(Path(snakemake.input.clean), snakemake.params.sources),
        study=snakemake.wildcards.study,
        sources=snakemake.params.sources,
        design=snakemake.params.design,
        comparisons=snakemake.params.comparisons,
        ci_level=snakemake.params.ci_level,
        min_cell=snakemake.params.min_cell,
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
