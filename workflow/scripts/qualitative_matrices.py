"""Count coded segments by code, role, place and school."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_table
    from trenza.io.study_files import read_study_table
    from trenza.qualitative.study import count_study

    tables = count_study(
        read_clean(Path(snakemake.input.clean), snakemake.params.sources),
        study=snakemake.wildcards.study,
        sources=snakemake.params.sources,
        codebook=read_study_table(Path(snakemake.input.codebook_csv)),
    )
    for name, path in snakemake.output.items():
        write_table(tables[name], Path(path), name)
