"""Describe who took part, the outcomes by group, and the ratings."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.study import describe_study
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table
    from trenza.io.study_files import read_study_table

    tables = describe_study(
        read_clean(Path(snakemake.input.clean), snakemake.params.sources),
        study=snakemake.wildcards.study,
        sources=snakemake.params.sources,
        design=snakemake.params.design,
        items=list(read_study_table(Path(snakemake.input.items_csv))["item"]),
        min_cell=snakemake.params.min_cell,
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
