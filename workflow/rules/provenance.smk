# What a study's numbers went through, and where each of them stands: last of its files.

# The rules that a report's numbers go through, in their order.
RAN = (
    "clean_sources",
    "describe_groups",
    "compare_groups",
    "model_effects",
    "qualitative_matrices",
    "triangulate_strands",
    "report_settings",
    "report_checks",
    "report_study",
)


def ran(rules):
    """An input function for what each rule of a study read, wrote and was told.

    Source files are told by the tables of stage clean, words of interviews by nobody; the folder clean is the one output without a name.
    """

    def told(wildcards):
        def given(named):
            return {k: v(wildcards) if callable(v) else v for k, v in named.items()}

        def paths(named):
            listed = [
                [v] if isinstance(v, str) else v
                for k, v in given(named).items()
                if k not in ("files", "private")
            ]
            every = [str(path) for some in listed for path in some]
            return list(
                dict.fromkeys(expand(every, study=wildcards.study, lang=LANGUAGES))
            )

        return {
            name: {
                "inputs": paths(getattr(rules, name).input),
                "outputs": paths(getattr(rules, name).output)
                or [f"results/{wildcards.study}/clean"],
                "params": given(getattr(rules, name).params),
            }
            for name in RAN
        }

    return told


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
        claims="results/{study}/report/claims.ledger.csv",
        provenance="results/{study}/report/provenance.prov.json",
    log:
        "logs/{study}/provenance_record.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest(),
        rules=ran(rules),
    script:
        "../scripts/provenance_record.py"
