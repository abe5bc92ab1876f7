# Participants against control, and printed tests against recomputed ones.
rule compare_groups:
    input:
        clean="results/{study}/clean",
    output:
        **table_paths("compare"),
    log:
        "logs/{study}/compare_groups.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("compare", "multilevel"),
        sources=setting("sources"),
        design=design(
            "cluster",
            "clusters",
            "assignment",
            "group",
            "participants",
            "control",
            "sesoi_sd",
            "assumed_icc",
        ),
        comparisons=setting("comparisons"),
        ci_level=PROJECT.settings["ci_level"],
        draws=PROJECT.settings["draws"],
        seed=PROJECT.settings["seed"],
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/compare_groups.py"
