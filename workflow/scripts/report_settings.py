"""Keep what the report is made from: versions, input hashes, and the study's settings as they ran."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.files import read_table, write_table
    from trenza.io.finished import write_settings
    from trenza.io.manifest import describe_run

    study = snakemake.wildcards.study
    clean = Path(snakemake.input.clean)
    inputs = read_table(clean / "inputs.table.csv", "inputs")
    files = read_table(clean / "files.table.csv", "files")
    manifest = describe_run(study, inputs, files, snakemake.params.run)
    write_table(manifest, Path(snakemake.output.manifest), "manifest")
    write_settings(Path(snakemake.output.settings), study, snakemake.params.settings, snakemake.params.files)
