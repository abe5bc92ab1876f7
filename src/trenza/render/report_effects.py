"""Where participants were chosen by a score: why the plain comparison misleads, and what each number estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, estimates, sentences
from trenza.render.language import NO_VALUE
from trenza.render.markdown import Paper, escape
from trenza.render.report_parts import notes
from trenza.render.tables import show, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def misleading(paper: Paper, study_id: str) -> None:
    """Selection, regression to the mean, the cut-off, and what each estimate estimates; only where it applies."""
    ctx = paper.ctx
    if not any(ctx.study.get(k) for k in ("discontinuities", "regression_to_the_mean")):
        return
    paper.heading("h_misleading")
    reversion, jump = ctx.table("mean_reversion"), ctx.table("discontinuity")
    if not len(reversion) and not len(jump):
        paper.say(ctx.t("none_misleading"))
        return
    paper.heading("h_selection", 3)
    paper.say(ctx.t("selection_open", participants=ctx.level(ctx.participants)))
    paper.figure("baseline", alternatives.alt("baseline", ctx))
    paper.heading("h_reversion", 3)
    paper.say(ctx.t("reversion_open"))
    paper.figure("gain_without_programme", alternatives.alt("gain_without_programme", ctx))
    if len(reversion):
        paper.bullets(sentences.reversion(ctx, reversion))
        paper.table(show("mean_reversion", ctx), ctx.t("cap_mean_reversion"))
        notes(paper, reversion)
    paper.heading("h_cutoff", 3)
    if len(jump):
        paper.say(ctx.t("cutoff_open"))
        paper.figure("discontinuity", alternatives.alt("discontinuity", ctx))
        main = jump.loc[[not estimates.is_other_window(r) for _, r in jump.iterrows()]]
        paper.table(without_blank_columns(show("discontinuity", ctx, main)), ctx.t("cap_discontinuity"))
        paper.say(ctx.t("wald_sign_turns") if estimates.sign_turns(main) else "")
        paper.table(_by_window(ctx, estimates.windows(jump)), ctx.t("cap_bandwidth"))
        notes(paper, main, estimates.MEASURED)
    else:
        paper.say(ctx.t("none_discontinuity"))
    panels = estimates.panels(ctx)
    if panels:
        paper.heading("h_estimates", 3)
        paper.say(ctx.t("estimates_open"))
        paper.figure("estimates", alternatives.alt("estimates", ctx))
        paper.raw(
            *(_what_it_is(ctx, kind) for kind in dict.fromkeys(x.kind for p in panels for x in p.lines))
        )
        paper.table(_side_by_side(ctx, panels), ctx.t("cap_estimates"))
        several = ctx.t("estimates_pooled", clusters=ctx.clusters()) if estimates.pooled(ctx) else ""
        paper.say(several, ctx.t("estimates_close"))


def _what_it_is(ctx: Context, kind: str) -> str:
    return f"- **{escape(estimates.kind_name(ctx, kind))}.** {escape(ctx.t(f'estimates_what_{kind}'))}"


def _by_window(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """The effect at the cut-off in windows of several widths, with what was recorded on the strength of each."""
    import pandas as pd

    keys = ("col_outcome", "col_window", "col_kind", "col_n", "col_estimate", "col_note")
    heads = [ctx.t(k) for k in keys]
    declared = {d["id"]: d["bandwidth"] for d in ctx.study.get("discontinuities") or []}
    cells = []
    for _, r in table.iterrows():
        multiple = estimates.window_multiple(r)
        width = ctx.num(multiple * declared[r["id"]], 1) if r["id"] in declared else NO_VALUE
        cells.append([
            ctx.item(r["outcome"]), f"\u00d7 {ctx.num(multiple, 1)} (\u00b1 {width})", ctx.source(r["source"]),
            ctx.count(r["n"]), f"{ctx.num(r['estimate'])} {ctx.span(r['ci_low'], r['ci_high'])}",
            estimates.strength(ctx, r) or NO_VALUE,
        ])  # fmt: skip
    frame = pd.DataFrame(cells, columns=heads, dtype="str")
    frame.attrs["right"] = heads[3:5]
    return frame


def _side_by_side(ctx: Context, panels: list[estimates.Panel]) -> pd.DataFrame:
    """Every estimate of every scale, with its kind of number and its interval."""
    import pandas as pd

    heads = [ctx.t(k) for k in ("col_scale_name", "col_estimate_kind", "col_kind", "col_n", "col_estimate")]
    cells = [
        [
            p.title,
            estimates.line_name(ctx, x),
            ctx.source(x.source),
            ctx.count(x.n),
            f"{ctx.num(x.estimate)} {ctx.span(x.low, x.high)}",
        ]
        for p in panels
        for x in p.lines
    ]
    frame = pd.DataFrame(cells, columns=heads, dtype="str")
    frame.attrs["right"] = heads[3:]
    return frame
