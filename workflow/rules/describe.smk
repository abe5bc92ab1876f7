# Who took part, how outcomes are distributed by group, how the project was rated.
rule describe_groups:
    input:
        clean="results/{study}/clean",
        items_csv=study_table("items"),
    output:
        **table_paths("describe"),
    log:
        "logs/{study}/describe_groups.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("compare", "official", "questionnaire"),
        sources=setting("sources"),
        design=design(
            "unit", "cluster", "group", "assignment", "participants", "control"
        ),
        baseline=setting("baseline"),
        policy=setting("policy"),
        answer_words=setting("answer_words"),
        seed=PROJECT.settings["seed"],
        ci_level=PROJECT.settings["ci_level"],
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/describe_groups.py"
