"""Clean every source of a study; make the simulated ones; write data, ledger, flow and inputs."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.contracts.tables import stacked
    from trenza.io.clean_folder import write_source
    from trenza.io.files import write_table
    from trenza.io.inputs import describe_inputs
    from trenza.io.raw import read_all
    from trenza.io.study_files import read_study_table
    from trenza.official.study import clean_official
    from trenza.questionnaire.study import clean_study
    from trenza.simulate.study import simulate_study

    study, sources, design = snakemake.wildcards.study, snakemake.params.sources, snakemake.params.design
    files = {sid: Path(path) for sid, path in snakemake.params.files.items()}
    raw = read_all(files, {sid: source.get("file", "") for sid, source in sources.items()})
    items = read_study_table(Path(snakemake.input.items_csv))
    codebook = read_study_table(Path(snakemake.input.codebook_csv))
    clean = clean_study(
        raw, study=study, sources=sources, group=design.get("group", ""), items=items, codebook=codebook
    )
    simulated = simulate_study(
        clean.data, study=study, sources=sources, design=design, seed=snakemake.params.seed
    )

    folder = Path(snakemake.output[0])
    official, schools = clean_official(snakemake.params.official, study=study, sources=sources, folder=folder)
    for sid, frame in {**clean.data, **simulated.data}.items():
        write_source(frame, folder, sid, sources[sid]["holds"])
    write_table(clean.ledger, folder / "ledger.table.csv", "ledger")
    write_table(official["files"], folder / "files.table.csv", "files")
    flow = stacked("flow", [simulated.with_flow(clean.flow), official["flow"]])
    write_table(flow, folder / "flow.table.csv", "flow")
    inputs = describe_inputs(study, sources, files, {**raw, **schools}, simulated.data)
    write_table(inputs, folder / "inputs.table.csv", "inputs")
