# Coded segments by code, role, place, school and direction.
rule qualitative_matrices:
    input:
        clean="results/{study}/clean",
        codebook_csv=study_table("codebook"),
    output:
        **table_paths("qualitative"),
    log:
        "logs/{study}/qualitative_matrices.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("qualitative"),
        sources=setting("sources"),
    script:
        "../scripts/qualitative_matrices.py"
