"""Execute every notebook over the finished tables of a study and keep it as a page."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.notebooks import execute, write_page
    from trenza.render.html import notebook_css

    study = snakemake.wildcards.study
    environ = {"TRENZA_STUDY": study, "TRENZA_ROOT": str(Path.cwd())}
    for source, target in zip(snakemake.input.notebooks, snakemake.output, strict=True):
        notebook = execute(Path(source), environ)
        title = f"{Path(source).stem} · {study}"
        write_page(notebook, Path(target), title=title, css=notebook_css(), lang="en")
