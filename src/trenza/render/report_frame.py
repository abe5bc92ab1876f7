"""What frames the findings: design, data, limits, methods, and how to make the report again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import report_schools, rows
from trenza.render.cells import source_cell
from trenza.render.language import NO_VALUE, has_text, is_missing, text_of
from trenza.render.limits import limit_words
from trenza.render.limits_implied import implied, implied_words
from trenza.render.markdown import Paper, escape
from trenza.render.notebook_page import NOTEBOOKS, TEXTS, links_to
from trenza.render.references import used_references
from trenza.render.report_trace import tracing_a_number
from trenza.render.tables import show, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


LEDGER_LINES = 30  # of the table of the ledger; a longer one is told by rule alone
COMMAND = "python3 run.py --study {study}"


def comparison_design(paper: Paper, study_id: str) -> None:
    """Who is compared with whom, how they came to be so, and what that means for the comparison."""
    ctx, design = paper.ctx, paper.ctx.design
    paper.heading("h_design")
    unit = str(design.get("unit") or "unit")
    paper.say(
        ctx.t(
            "design_groups",
            participants=ctx.level(ctx.participants),
            control=ctx.group(ctx.control),
            unit=ctx.word("one", unit),
        ),
        ctx.t("design_sign", participants=ctx.group(ctx.participants), control=ctx.group(ctx.control)),
    )
    assignment = str(design.get("assignment") or "")
    if has_text(ctx.lang, f"assignment_{assignment}"):
        clusters = design.get("clusters")
        number = (
            ctx.t(
                "design_clusters",
                n=ctx.count(clusters),
                clusters=ctx.clusters(),
            )
            if clusters
            else ""
        )
        paper.say(
            ctx.t(
                f"assignment_{assignment}",
                units=ctx.word("many", unit),
                clusters=ctx.clusters(),
            ),
            number,
        )
    if not is_missing(design.get("sesoi_sd")):
        paper.say(ctx.t("design_sesoi", sesoi=ctx.num(design["sesoi_sd"])))
    for jump in ctx.study.get("discontinuities") or []:
        paper.say(ctx.t(f"design_cutoff_{jump.get('eligible', 'below')}", running=ctx.item(jump["running"]), cutoff=ctx.num(jump["cutoff"], 0),
                        units=ctx.word("many", unit)))  # fmt: skip
        break
    checks = ctx.table("design")
    if len(checks):
        wrong = checks.loc[~checks["agrees"].astype(bool)]
        paper.say(
            ctx.t("design_checked" if not len(wrong) else "design_disagrees"),
            ctx.t("design_simulated") if "simulated" in rows.kinds(checks) else "",
        )
        paper.table(show("design", ctx), ctx.t("cap_design"))
    else:
        paper.say(ctx.t("none_design"))


def data(paper: Paper, study_id: str) -> None:
    """What was read, how many rows came through, what was changed."""
    ctx = paper.ctx
    paper.heading("h_data")
    report_schools.files(paper)
    inputs, official = ctx.table("inputs"), len(ctx.table("files")) > 0
    if not len(inputs) and not official:
        paper.say(ctx.t("none_inputs"))
    # Official files have a table of their own.
    inputs = inputs.loc[inputs["holds"] != "official"]
    paper.table(without_blank_columns(show("inputs", ctx, inputs)), ctx.t("cap_inputs"))
    reference = ctx.own("reference")
    if reference:
        paper.say(ctx.t("data_reference", reference=reference))
    stand_ins = rows.stand_ins(ctx)
    if stand_ins:
        paper.note(ctx.t("data_stand_ins", n=ctx.how_many(stand_ins)))
    flow = show("flow", ctx)
    if official and not ctx.compares:
        flow = flow.loc[:, [ctx.t("col_rule"), ctx.t("col_n")]]
    paper.table(flow, ctx.t("cap_flow"))
    ledger = ctx.table("ledger")
    if len(ledger):
        counted = ledger_by_rule(ctx, ledger)
        whole = bool(ledger[["row", "column"]].isna().any(axis=None))
        paper.say(ctx.t("ledger_all" if whole else "ledger_some", n=ctx.count(ledger["cells"].sum())))
        paper.table(counted, ctx.t("cap_ledger"))
    elif not official:
        paper.say(ctx.t("ledger_none"))


def limits(paper: Paper, study_id: str) -> None:
    """What keeps the findings from saying more."""
    ctx = paper.ctx
    paper.heading("h_limits")
    declared = [str(limit) for limit in ctx.design.get("limits") or []]
    further = implied(ctx)
    if declared:
        paper.say(ctx.t("limits_open"))
        named = ((ctx.t(f"limit_{limit}_name"), limit_words(ctx, limit)) for limit in declared)
        paper.raw(*(f"- **{escape(name)}.** {escape(words)}" for name, words in named))
    if further:
        paper.say(ctx.t("limits_implied_open" if declared else "limits_implied_only"))
        named = ((implied_words(ctx, one, "_name"), implied_words(ctx, one)) for one in further)
        paper.raw(*(f"- **{escape(name)}.** {escape(words)}" for name, words in named))
    if not declared and not further:
        paper.say(ctx.t("none_limits"))
    paper.bullets(ctx.own_words(note) for note in ctx.design.get("notes") or [])


def methods(paper: Paper, study_id: str) -> None:
    """The procedures in one paragraph each, with their sources."""
    ctx = paper.ctx
    paper.heading("h_methods")
    have = {
        name: len(ctx.table(name)) > 0
        for name in (
            *(
                "verdicts",
                "audit_findings",
                "coef",
                "discontinuity",
                "mean_reversion",
                "panel_effects",
                "panel_balance",
                "selection_rule",
                "claims",
                "codes",
                "coded_projects",
                "convergence",
            ),
            *("files", "trends", "gaps", "year_changes"),
            *(
                "answers",
                "reliability",
                "one_factor",
                "school_agreement",
                "attrition",
                "careless",
                "score_checks",
                "shares",
            ),
        )
    }
    for name, there in have.items():
        if there:
            paper.say(method_words(ctx, name))
    paper.say(ctx.t("method_rounding"))
    also = ("baseline", "reliability_difference")  # with sources, and no method of their own
    found = used_references(have | {name: len(ctx.table(name)) > 0 for name in also})
    if found:
        paper.heading("h_references", 3)
        paper.raw(*(f"- {escape(entry)}" for entry in found))


def reproduction(paper: Paper, study_id: str) -> None:
    """What is needed to get the same report again."""
    ctx = paper.ctx
    paper.heading("h_reproduction")
    manifest = ctx.table("manifest")
    paper.say(ctx.t("reproduction_how"))
    paper.raw(f"`{COMMAND.format(study=study_id)}`")
    paper.say(text_of(TEXTS, ctx.lang, "pages_of_stages"))
    paper.raw(*(f"- {link}" for link in links_to(NOTEBOOKS, ctx.lang, "../notebooks/")))
    tracing_a_number(paper)
    if not len(manifest):
        paper.say(ctx.t("none_manifest"))
        return
    for kind in ("setting", "version", "input"):
        some = manifest.loc[manifest["kind"] == kind]
        if not ctx.compares and not len(ctx.table("convergence")):
            some = some.loc[~some["name"].str.startswith("convergence.")]
        paper.table(show("manifest", ctx, some).iloc[:, 1:], ctx.t(f"cap_manifest_{kind}"))
        paper.say(ctx.t("disclosure_min_cell") if (some["name"] == "disclosure.min_cell").any() else "")


def method_words(ctx: Context, name: str) -> str:
    """How a table came about, in one paragraph; nothing for a table without a method of its own."""
    key = f"method_{name}"
    return ctx.t(key, **_method_fields(ctx, name)) if has_text(ctx.lang, key) else ""


def _method_fields(ctx: Context, name: str) -> dict[str, str]:
    words = {"clusters": ctx.clusters(), "cluster": ctx.clusters("one")}
    if name == "convergence":
        manifest = ctx.table("manifest")
        values = dict(zip(manifest["name"], manifest["value"], strict=True)) if len(manifest) else {}
        found = {
            k: next((v for n, v in values.items() if n in (k, f"convergence.{k}", f"convergence_{k}")), "")
            for k in ("min_cases", "min_share")
        }
        share = ctx.num(found["min_share"], 1) if found["min_share"] else ctx.t("declared_share")
        return words | {
            "min_cases": ctx.told(found["min_cases"]) or ctx.t("declared_number"),
            "min_share": share,
        }
    return words


def ledger_by_rule(ctx: Context, ledger: pd.DataFrame) -> pd.DataFrame:
    """Cells by source, column and rule; of a rule that many columns share, their number; of whole rows no column."""
    import pandas as pd

    told = ledger.assign(
        column=ledger["column"].fillna(NO_VALUE),
        # Which row of the file stayed instead is in the ledger.
        rule=ledger["rule"].map(lambda rule: rule.split("; that is row ", 1)[0]),
    )
    if len(told[["source_id", "column", "rule"]].drop_duplicates()) > LEDGER_LINES:
        shared = {
            key: ctx.t("n_columns", n=ctx.how_many(rows.in_order(some, "column")))
            for key, some in told.groupby(["source_id", "rule"], sort=False)
            if some["column"].nunique() > 1
        }
        keys = zip(told["source_id"], told["rule"], strict=True)
        told = told.assign(column=[shared.get(k, c) for k, c in zip(keys, told["column"], strict=True)])
    counted = told.groupby(["source_id", "column", "rule"], sort=False)["cells"].sum().reset_index()
    heads = [ctx.t(k) for k in ("col_source_id", "col_column", "col_rule", "col_cells")]
    cells = [
        [source_cell(ctx, r), ctx.told(r["column"]), ctx.say(r["rule"]), ctx.count(r["cells"])]
        for _, r in counted.iterrows()
    ]
    frame = pd.DataFrame(cells, columns=heads, dtype="str")
    frame.attrs["right"] = [heads[-1]]
    return frame
