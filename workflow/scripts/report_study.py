"""Draw the figures and write the report of a study in one language."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.claims_ledger import write_claims
    from trenza.io.finished import open_results
    from trenza.render.figures import draw_all
    from trenza.render.report import write_report

    study, lang = snakemake.wildcards.study, snakemake.wildcards.lang
    finished, figures = open_results(study, Path.cwd()), Path(snakemake.output.figures)
    draw_all(**finished, lang=lang, folder=figures)
    reports, claims = snakemake.output.reports, Path(snakemake.output.claims)
    numbers = write_report(study, **finished, lang=lang, figures_dir=figures, out_paths=reports)
    write_claims([vars(number) for number in numbers], study, lang, Path(), claims)
