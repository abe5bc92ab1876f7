# What a study's numbers went through, and where each of them stands: last of its files.


rule provenance_record:
    input:
        made=lambda wildcards: [
            path for told in ran(rules)(wildcards).values() for path in told["outputs"]
        ],
        clean="results/{study}/clean",
        claims=expand(
            "results/{{study}}/report/claims.{lang}.ledger.csv", lang=LANGUAGES
        ),
    output:
        claims=report(
            "results/{study}/report/claims.ledger.csv",
            caption="../report/claims.rst",
            category=study_title,
            subcategory="Numbers and their origin",
            labels={"File": "claims"},
        ),
        provenance=report(
            "results/{study}/report/provenance.prov.json",
            caption="../report/provenance.rst",
            category=study_title,
            subcategory="Numbers and their origin",
            labels={"File": "provenance"},
        ),
    log:
        "logs/{study}/provenance_record.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest(),
        rules=ran(rules),
    script:
        "../scripts/provenance_record.py"
