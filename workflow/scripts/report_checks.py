"""Check that a report of the study would tell too much of nobody; list what is withheld, and fill the checklists."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.checklists.fill import fill
    from trenza.disclosure.guard import guard
    from trenza.io.files import write_table
    from trenza.io.finished import CHECKS, open_results

    study = snakemake.wildcards.study
    finished = open_results(study, Path.cwd(), without=CHECKS)
    tables, settings = finished["tables"], finished["study"]
    made = {
        "disclosure": guard(tables, settings, study_id=study, min_cell=snakemake.params.min_cell),
        "checklists": fill(tables, settings, study_id=study),
    }
    for name, table in made.items():
        write_table(table, Path(snakemake.output[name]), name)
