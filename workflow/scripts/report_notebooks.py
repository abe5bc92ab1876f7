"""Execute every notebook over the finished tables of a study and keep it as a page in each language."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.files import write_text
    from trenza.io.finished import open_results
    from trenza.io.notebooks import execute_all
    from trenza.render.context import Context
    from trenza.render.masthead import masthead
    from trenza.render.notebook_page import in_language, notebook_page

    study, results = snakemake.wildcards.study, open_results(snakemake.wildcards.study, Path.cwd())
    heads = {lang: masthead(Context(**results, lang=lang), study) for lang in snakemake.params.languages}
    figures = Path(snakemake.input.figures[0]).resolve().parent
    environ = {"TRENZA_STUDY": study, "TRENZA_ROOT": str(Path.cwd()), "TRENZA_FIGURES": str(figures)}
    sources, folder = map(Path, snakemake.input.notebooks), Path(snakemake.output[0]).parent
    for source, lang, cells in execute_all(sources, heads, environ, in_language):
        report = f"../report/report.{lang}.{snakemake.params.format}"
        page = notebook_page(cells, source.stem, heads[lang], figures / lang, report)
        write_text(folder / f"{source.stem}.{lang}.html", page)
