"""Join findings and themes by links.csv and call their convergence."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.configurations.study import qca_study
    from trenza.contracts.tables import stacked
    from trenza.io.files import read_table, write_table
    from trenza.io.study_files import read_study_table
    from trenza.triangulate.convergence import converge
    from trenza.triangulate.displays import displays
    from trenza.triangulate.joint import joint_display
    from trenza.triangulate.qca_cases import qca_cases

    study = snakemake.wildcards.study
    links = read_study_table(Path(snakemake.input.links_csv))
    names = ("verdicts", "coef", "ratings", "codes", "segments")
    tables = {name: read_table(Path(snakemake.input[name]), name) for name in names}
    calls = converge(links, study=study, **tables, alpha=snakemake.params.alpha, **snakemake.params.rule)
    write_table(calls, Path(snakemake.output.convergence), "convergence")
    display = joint_display(calls, links, study=study, codes=tables["codes"], coef=tables["coef"])
    write_table(display, Path(snakemake.output.joint_display), "joint_display")
    given = {
        name: read_table(Path(path), name) for name, path in snakemake.input.items() if name != "links_csv"
    }
    parts = {"convergence": calls, "joint_display": display, "min_cell": snakemake.params.min_cell}
    declared = snakemake.params.displays
    shown = displays(declared, given, study=study, **parts)
    themes = {name: given[name] for name in ("modes", "codes", "segments", "case_themes")}
    cases = {entry["id"]: qca_cases(entry, **themes) for entry in declared["qca"]}
    found = qca_study(declared["qca"], cases, study=study, min_cell=snakemake.params.min_cell)
    notes = stacked("display_notes", [shown["display_notes"], found["display_notes"]])
    for name, table in {**shown, **found, "display_notes": notes}.items():
        write_table(table, Path(snakemake.output[name]), name)
