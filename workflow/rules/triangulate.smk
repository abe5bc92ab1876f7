# Where a finding and its themes meet, by the declared rule.
rule triangulate_strands:
    input:
        links_csv=study_table("links"),
        verdicts="results/{study}/compare/verdicts.table.csv",
        coef="results/{study}/model/coef.table.csv",
        ratings="results/{study}/describe/ratings.table.csv",
        codes="results/{study}/qualitative/codes.table.csv",
        segments="results/{study}/qualitative/segments.table.csv",
        case_themes="results/{study}/qualitative/case_themes.table.csv",
        claims="results/{study}/model/claims.table.csv",
        modes="results/{study}/model/modes.table.csv",
        varcomp="results/{study}/model/varcomp.table.csv",
        code_scores="results/{study}/qualitative/code_scores.table.csv",
    output:
        **table_paths("triangulate"),
    log:
        "logs/{study}/triangulate_strands.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("triangulate", "configurations"),
        displays=settings_of("case_comparison", "school_level", "pillars", "process_tests", "qca"),
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
        rule=PROJECT.settings["convergence"],
        alpha=round(1 - PROJECT.settings["ci_level"], 10),
    script:
        "../scripts/triangulate_strands.py"
