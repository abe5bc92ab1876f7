# Raw files and published figures become checked data, a ledger of changed cells and a count of rows.
rule clean_sources:
    input:
        files=lambda wildcards: STUDIES[wildcards.study].source_files(),
        items_csv=study_table("items"),
        codebook_csv=study_table("codebook"),
    output:
        directory("results/{study}/clean"),
    log:
        "logs/{study}/clean_sources.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("questionnaire", "simulate", "official"),
        sources=setting("sources"),
        design=design("unit", "cluster", "group", "participants", "control"),
        files=lambda wildcards: STUDIES[wildcards.study].files,
        official=lambda wildcards: STUDIES[wildcards.study].official,
        answer_words=setting("answer_words"),
        seed=PROJECT.settings["seed"],
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/clean_sources.py"
