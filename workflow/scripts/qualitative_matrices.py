"""Count coded segments and coded projects; compare coders; put aside what must not leave."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.clean_folder import read_clean
    from trenza.io.files import write_frame, write_table
    from trenza.io.pseudonyms import own_salt, salted_text
    from trenza.io.study_files import read_study_table
    from trenza.qualitative.coded_study import count_coded
    from trenza.qualitative.projects import read_comparisons, read_projects
    from trenza.qualitative.study import count_study
    from trenza.simulate.study import simulate_projects

    study, sources, files = snakemake.wildcards.study, snakemake.params.sources, snakemake.params.files
    codebook = read_study_table(Path(snakemake.input.codebook_csv))
    data = read_clean(Path(snakemake.input.clean), sources)
    made = simulate_projects(data, sources=sources, codebook=codebook, seed=snakemake.params.seed)
    coded = count_coded(
        {**read_projects(files, sources), **made},
        read_comparisons(files, sources),
        data,
        study=study,
        sources=sources,
        settings=snakemake.params.qualitative,
        unit=snakemake.params.unit,
        pseudonym=salted_text(own_salt(Path(".trenza_salt"))),
        seed=snakemake.params.seed,
        ci_level=snakemake.params.ci_level,
        min_cell=snakemake.params.min_cell,
    )
    typed = count_study(
        data, study=study, sources=sources, codebook=codebook, min_cell=snakemake.params.min_cell
    )
    tables = {**coded.tables, **typed}
    private = Path(snakemake.output.private)
    private.mkdir(parents=True, exist_ok=True)
    for name, frame in coded.private.items():
        write_frame(frame, private / f"{name}.csv")
    for name, table in tables.items():
        write_table(table, Path(snakemake.output[name]), name)
