# Coded segments and coded projects: counts, agreement between coders, matrices. Words of interviews stay in private/.
rule qualitative_matrices:
    input:
        clean="results/{study}/clean",
        codebook_csv=study_table("codebook"),
        files=lambda wildcards: STUDIES[wildcards.study].source_files(coded=True),
    output:
        **table_paths("qualitative"),
        private=directory("private/{study}"),
    log:
        "logs/{study}/qualitative_matrices.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("qualitative", "simulate"),
        sources=setting("sources"),
        files=lambda wildcards: STUDIES[wildcards.study].coded_files(),
        qualitative=setting("qualitative"),
        unit=lambda wildcards: STUDIES[wildcards.study].settings["design"]["unit"],
        seed=PROJECT.settings["seed"],
        ci_level=PROJECT.settings["ci_level"],
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/qualitative_matrices.py"
