"""Join findings and themes by links.csv and call their convergence."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.compare.equivalence_range import equivalence_range
    from trenza.configurations.study import qca_study
    from trenza.contracts.model_tables import LEVEL_NAMES
    from trenza.contracts.study_links import school_column
    from trenza.contracts.tables import stacked
    from trenza.io.clean_folder import read_schools
    from trenza.io.files import read_frame, read_if_there, read_table, write_table
    from trenza.io.study_files import read_optional, read_study_table
    from trenza.qualitative.call_agreement import call_agreement
    from trenza.qualitative.code_cases import COLUMNS
    from trenza.triangulate.displays import displays
    from trenza.triangulate.overrides import COLUMNS as OVERRIDES
    from trenza.triangulate.qca_cases import qca_cases
    from trenza.triangulate.school_names import named_modes
    from trenza.triangulate.study import joined_study, rule_of, triangulate

    study, settings, min_cell = (
        snakemake.wildcards.study,
        snakemake.params.settings,
        snakemake.params.min_cell,
    )
    tables = {name: read_table(Path(snakemake.input[name]), name) for name in snakemake.params.tables}
    ranges = snakemake.params.rule["range"]
    clean, private = Path(snakemake.input.clean), Path(snakemake.input.private)
    joined = joined_study(
        tables,
        study=study,
        settings=settings,
        codebook=read_study_table(Path(snakemake.input.codebook_csv)),
        code_cases=read_if_there(private / "code_cases.csv", COLUMNS),
        schools=read_schools(clean, settings["sources"], school_column(settings["design"])),
        equivalence=equivalence_range(tables["verdicts"], ranges["sesoi_factor"]),
    )
    made = triangulate(
        read_study_table(Path(snakemake.input.links_csv)),
        joined,
        rule_of(snakemake.params.rule, snakemake.params.ci_level),
        read_optional(snakemake.params.overrides, OVERRIDES),
        ranges,
        snakemake.params.meta_inferences,
    )
    made["call_agreement"] = call_agreement(
        made["call_overrides"],
        study=study,
        ci_level=snakemake.params.ci_level,
        seed=snakemake.params.seed,
        draws=snakemake.params.draws,
    )
    declared = snakemake.params.displays
    parts = {name: made[name] for name in ("convergence", "joint_display")}
    names = read_frame(Path(snakemake.input.level_names), list(LEVEL_NAMES))
    given = {**tables, "modes": named_modes(tables["modes"], names)}
    shown = displays(
        declared, given, study=study, **parts, min_cell=min_cell, rehearsal=joined.strand.rehearsal
    )
    themes = {name: given[name] for name in ("modes", "codes", "segments", "case_themes")}
    cases = {entry["id"]: qca_cases(entry, **themes) for entry in declared["qca"]}
    found = qca_study(declared["qca"], cases, themes, study=study, min_cell=min_cell)
    notes = stacked("display_notes", [shown["display_notes"], found["display_notes"]])
    for name, table in {**made, **shown, **found, "display_notes": notes}.items():
        write_table(table, Path(snakemake.output[name]), name)
