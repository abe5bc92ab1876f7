# The report in each language with its figures, and the notebooks executed over finished tables.
FINISHED = [path for stage in TABLES for path in table_paths(stage).values()]
CHECKED = {name: f"results/{{study}}/report/{name}.table.csv" for name in CHECKS}


rule report_settings:
    input:
        clean="results/{study}/clean",
    output:
        manifest="results/{study}/report/manifest.table.csv",
        settings="results/{study}/report/settings.json",
    log:
        "logs/{study}/report_settings.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("io"),
        settings=lambda wildcards: STUDIES[wildcards.study].settings,
        files=lambda wildcards: STUDIES[wildcards.study].tables,
        run={key: value for key, value in PROJECT.settings.items() if key not in UNTOLD},
    script:
        "../scripts/report_settings.py"


# Nothing is written of a study, in any language, whose tables would tell too much of somebody.
rule report_checks:
    input:
        clean="results/{study}/clean",
        items_csv=study_table("items"),
        codebook_csv=study_table("codebook"),
        links_csv=study_table("links"),
        manifest="results/{study}/report/manifest.table.csv",
        settings="results/{study}/report/settings.json",
        tables=FINISHED,
    output:
        **{
            name: report(
                path,
                caption=f"../report/{name}.rst",
                category=study_title,
                subcategory="Numbers and their origin",
                labels={"File": name},
            )
            for name, path in CHECKED.items()
        },
    log:
        "logs/{study}/report_checks.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("disclosure", "checklists"),
        min_cell=PROJECT.settings["disclosure"]["min_cell"],
    script:
        "../scripts/report_checks.py"


rule report_study:
    input:
        **CHECKED,
        clean="results/{study}/clean",
        items_csv=study_table("items"),
        codebook_csv=study_table("codebook"),
        links_csv=study_table("links"),
        manifest="results/{study}/report/manifest.table.csv",
        settings="results/{study}/report/settings.json",
        tables=FINISHED,
    output:
        reports=[
            report(
                f"results/{{study}}/report/report.{{lang}}.{format}",
                caption="../report/report.rst",
                category=study_title,
                subcategory="Report",
                labels=language_and(Format=format),
            )
            for format in FORMATS
        ],
        figures=directory("results/{study}/report/figures/{lang}"),
        claims="results/{study}/report/claims.{lang}.ledger.csv",
    log:
        "logs/{study}/report_study.{lang}.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("render"),
    script:
        "../scripts/report_study.py"


rule report_notebooks:
    input:
        **CHECKED,
        clean="results/{study}/clean",
        items_csv=study_table("items"),
        codebook_csv=study_table("codebook"),
        links_csv=study_table("links"),
        settings="results/{study}/report/settings.json",
        tables=FINISHED,
        figures=expand("results/{{study}}/report/figures/{lang}", lang=LANGUAGES),
        notebooks=[
            os.path.relpath(WORKFLOW.parent / "notebooks" / f"{name}.ipynb")
            for name in NOTEBOOKS
        ],
    output:
        [
            report(
                f"results/{{study}}/notebooks/{notebook}.{lang}.html",
                caption="../report/notebook.rst",
                category=study_title,
                subcategory="Stages in detail",
                labels={
                    "Stage": notebook.replace("_", " "),
                    "Language": LANGUAGE_NAMES[lang],
                },
            )
            for notebook in NOTEBOOKS
            for lang in LANGUAGES
        ],
    log:
        "logs/{study}/report_notebooks.log",
    conda:
        "../envs/trenza.yaml"
    params:
        code=code_digest("render"),
        languages=LANGUAGES,
        format=FORMATS[0],
    script:
        "../scripts/report_notebooks.py"
