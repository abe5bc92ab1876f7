# Where findings and themes meet, by the declared rule.
JOINED = {
    "verdicts": "compare",
    "coef": "model",
    "panel_effects": "model",
    "claims": "model",
    "modes": "model",
    "varcomp": "model",
    "ratings": "describe",
    "codes": "qualitative",
    "segments": "qualitative",
    "case_themes": "qualitative",
    "code_nodes": "qualitative",
    "code_scores": "qualitative",
    "agreement": "qualitative",
}


rule triangulate_strands:
    input:
        **{
            name: f"results/{{study}}/{stage}/{name}.table.csv"
            for name, stage in JOINED.items()
        },
        links_csv=study_table("links"),
        codebook_csv=study_table("codebook"),
        overrides=lambda wildcards: STUDIES[wildcards.study].optional("overrides"),
        clean="results/{study}/clean",
        private="private/{study}",
        level_names="private/{study}.levels.csv",
    output:
        **table_paths("triangulate"),
    log:
        "logs/{study}/triangulate_strands.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("triangulate", "configurations", "qualitative", "compare"),
        overrides=lambda wildcards: STUDIES[wildcards.study].optional("overrides"),
        tables=list(JOINED),
        rule=setting("convergence"),
        meta_inferences=setting("meta_inferences"),
        settings=settings_of("design", "sources", "comparisons", "models"),
        displays=settings_of(
            "case_comparison", "school_level", "pillars", "process_tests", "qca"
        ),
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
        ci_level=PROJECT.settings["ci_level"],
        seed=PROJECT.settings["seed"],
        draws=lambda wildcards: STUDIES[wildcards.study].settings["qualitative"][
            "draws"
        ],
    script:
        "../scripts/triangulate_strands.py"
