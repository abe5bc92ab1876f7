# Linear mixed models, what happens at a cut-off, and what would have happened anyway.
rule model_effects:
    input:
        clean="results/{study}/clean",
    output:
        **table_paths("model"),
        level_names="private/{study}.levels.csv",
    log:
        "logs/{study}/model_effects.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("multilevel", "effects", "official"),
        sources=setting("sources"),
        design=design("group", "participants", "control"),
        models=setting("models"),
        discontinuities=setting("discontinuities"),
        regression_to_the_mean=setting("regression_to_the_mean"),
        panels=setting("panels"),
        selection_rules=setting("selection_rules"),
        claim_checks=setting("claim_checks"),
        seed=PROJECT.settings["seed"],
        ci_level=PROJECT.settings["ci_level"],
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/model_effects.py"
