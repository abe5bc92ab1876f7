"""Clean every source of a study; make the simulated ones; write data, ledger, flow and inputs."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.contracts.tables import stacked
    from trenza.io.clean_folder import CODED, write_questionnaires, write_source
    from trenza.io.files import write_table
    from trenza.io.inputs import describe_inputs
    from trenza.io.pseudonyms import own_salt, salted_text
    from trenza.io.raw import read_all
    from trenza.io.study_files import read_study_table
    from trenza.io.survey_file import read_surveys
    from trenza.official.school_facts import school_facts
    from trenza.official.study import clean_official
    from trenza.questionnaire.sources import clean_questionnaires
    from trenza.questionnaire.study import clean_study
    from trenza.simulate.study import simulate_questionnaires, simulate_segments, simulate_study

    study, sources, design = snakemake.wildcards.study, snakemake.params.sources, snakemake.params.design
    files = {sid: Path(path) for sid, path in snakemake.params.files.items()}
    shown = {sid: source.get("file", "") for sid, source in sources.items()}
    asked = [sid for sid, source in sources.items() if source["holds"] == "questionnaire"]
    coded = [sid for sid, source in sources.items() if source["holds"] in CODED]
    raw = read_all({sid: path for sid, path in files.items() if sid not in (*asked, *coded)}, shown)
    surveys = read_surveys({sid: path for sid, path in files.items() if sid in asked}, shown)
    items = read_study_table(Path(snakemake.input.items_csv))
    codebook = read_study_table(Path(snakemake.input.codebook_csv))
    clean = clean_study(
        raw, study=study, sources=sources, group=design.get("group", ""), items=items, codebook=codebook
    )
    made = {"study": study, "sources": sources, "design": design, "seed": snakemake.params.seed}
    simulated = simulate_study(clean.data, **made)
    surveys |= simulate_questionnaires(clean.data, items=items, **made)

    folder = Path(snakemake.output[0])
    official, schools = clean_official(snakemake.params.official, study=study, sources=sources, folder=folder)
    answers = clean_questionnaires(
        {sid: surveys[sid] for sid in asked},
        study=study,
        sources=sources,
        design=design,
        items=items,
        answer_words=snakemake.params.answer_words,
        schools=school_facts(folder, sources, file=f"study {study}"),
        pseudonym=salted_text(own_salt(Path(".trenza_salt"))),
        min_cell=snakemake.params.min_cell,
    )
    said = simulate_segments({**simulated.data, **answers.data}, **made)
    for sid, frame in {**clean.data, **simulated.data, **answers.data, **said.data}.items():
        write_source(frame, folder, sid, sources[sid]["holds"])
    write_questionnaires(answers.cleaned, answers.linked, folder)
    ledger = stacked("ledger", [clean.ledger, answers.tables.pop("ledger")])
    counted = said.with_flow(simulated.with_flow(clean.flow))
    flow = stacked("flow", [counted, answers.tables.pop("flow"), official["flow"]])
    simulated_here = {**simulated.data, **said.data}
    inputs = describe_inputs(study, sources, files, {**raw, **schools}, simulated_here, answers.read)
    told = {"ledger": ledger, "flow": flow, "inputs": inputs, "files": official["files"], **answers.tables}
    for name, table in told.items():
        write_table(table, folder / f"{name}.table.csv", name)
