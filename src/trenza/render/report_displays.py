"""Joint displays in the report beyond the one of links: programmes side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, rows
from trenza.render import case_comparison as cases
from trenza.render.language import listed
from trenza.render.markdown import Paper
from trenza.render.tables import show

if TYPE_CHECKING:
    from trenza.render.context import Context

NEEDS = ("case_comparison",)


def section(paper: Paper, study_id: str) -> None:
    """Every joint display that the study declares; nothing where it declares none."""
    _programmes(paper)


def _programmes(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("case_comparison")
    if not len(table):
        return
    paper.heading("h_case_comparison")
    paper.say(*_opening(ctx))
    words = cases.by_programme(ctx, "dimension", "col_dimension", lambda i: cases.dimension_name(ctx, i),
                               lambda r: cases.said(ctx, r))  # fmt: skip
    paper.table(words, ctx.t("cap_case_dimensions"))
    paper.figure("case_matrix", alternatives.alt("case_matrix", ctx))
    themes = cases.by_programme(ctx, "theme", "col_code", ctx.code, lambda r: cases.counts(ctx, r))
    paper.table(themes, ctx.t("cap_case_themes_programmes"))
    paper.table(show("case_effects", ctx, cases.part(ctx, "effect")), ctx.t("cap_case_effects"))
    paper.say(ctx.t("case_traced"))


def _opening(ctx: Context) -> list[str]:
    themes, effects = cases.part(ctx, "theme"), cases.part(ctx, "effect")
    totals = themes.drop_duplicates("programme")
    names = [f"{ctx.level(r['programme'])} ({ctx.count(r['n_cases_total'])})" for _, r in totals.iterrows()]
    shared = _shared(ctx)
    none = [
        ctx.level(p) for p in rows.in_order(effects.loc[effects["direction"] == "not_measured"], "programme")
    ]
    safe = effects["quality"].isin(["matched_comparison", "discontinuity"])
    return [
        ctx.t("case_open", names=listed(names, ctx.lang)),
        ctx.t("case_shared", themes=listed(shared, ctx.lang)) if shared else "",
        ctx.t("case_none_measured", names=listed(none, ctx.lang)) if none else "",
        ctx.t("case_no_safe") if not safe.any() else "",
    ]  # fmt: skip


def _shared(ctx: Context) -> list[str]:
    """Themes to which every programme that reports them gives one and the same direction."""
    found = []
    themes = cases.part(ctx, "theme")
    for code in rows.in_order(themes, "item"):
        told = themes.loc[(themes["item"] == code) & (themes["direction"] != "not_reported")]
        if len(told) > 1 and told["direction"].nunique() == 1 and told["direction"].iloc[0] != "mixed":
            direction = ctx.t(f"direction_{told['direction'].iloc[0]}")
            found.append(f"{ctx.code(code)} ({direction}, {ctx.count(len(told))})")
    return found
