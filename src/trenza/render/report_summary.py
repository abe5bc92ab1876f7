"""The first page: what the report is, what kinds of numbers it uses, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import (
    estimates,
    report_audit,
    report_questionnaire,
    report_schools,
    selection,
    sentences,
    sentences_panels,
    sentences_strands,
    simulated,
    summary_compare,
)
from trenza.render.language import small_first
from trenza.render.limits import limit_words
from trenza.render.limits_implied import implied, implied_words
from trenza.render.markdown import Paper, badge, escape
from trenza.render.masthead import kinds_used

if TYPE_CHECKING:
    from trenza.render.context import Context


def front(paper: Paper, study_id: str) -> None:
    """What this is, and the legend of the kinds of numbers."""
    ctx = paper.ctx
    used = kinds_used(ctx)
    if _plain(ctx):
        paper.say(
            ctx.t("front_official" if len(ctx.table("files")) else "front_sources", study=study_id),
            ctx.t("front_only", how=_legend(ctx, used[0])) if used else "",
        )
        return
    paper.say(ctx.t("front_what", study=study_id))
    paper.say(ctx.t("front_kinds" if len(used) > 1 else "front_kind_one"))
    paper.raw(*(f"- {badge(ctx, kind)} {escape(_legend(ctx, kind))}" for kind in used))
    if ctx.has_simulated:
        paper.note(simulated.caution(ctx), "caution")


def _legend(ctx: Context, kind: str) -> str:
    """What a kind of number is."""
    return simulated.legend(ctx) if kind == "simulated" else ctx.t(f"legend_{kind}")


def _plain(ctx: Context) -> bool:
    """A study without groups whose numbers are all of one kind, and none of them simulated."""
    return not ctx.compares and not ctx.has_simulated and len(kinds_used(ctx)) < 2


def summary(paper: Paper, study_id: str) -> None:
    """One page: the answers, each with the kind of number that carries it. Simulated numbers carry none."""
    ctx = paper.ctx
    paper.heading("h_summary")
    points = [
        *_groups(ctx),
        *_estimates(ctx),
        *(("" if _plain(ctx) else kind, p) for kind, p in sentences_panels.summary(ctx)),
        *(("" if _plain(ctx) else kind, p) for kind, p in selection.summary(ctx)),
        *_audit(ctx),
        *_ratings(ctx),
        *_interviews(ctx),
        *_together(ctx),
        *(("" if _plain(ctx) else "real", p) for p in report_schools.summary(ctx)),
        *(("" if _plain(ctx) else kind, p) for kind, p in report_questionnaire.summary(ctx)),
    ]
    if kinds_used(ctx) == ["simulated"]:
        points = [*simulated.summary(ctx), *points]
        paper.say(
            ctx.t("rehearsal_said") if simulated.rehearses(ctx) else "", ctx.t("sim_only") if points else ""
        )
    paper.marked(points)
    if not points:
        paper.say(ctx.t("none_findings"))
    report_schools.overview(paper)
    limits = [limit_words(ctx, str(limit), "_short") for limit in ctx.design.get("limits") or []]
    limits += [implied_words(ctx, one, "_short") for one in implied(ctx)]
    if limits:
        paper.say(ctx.t(_limits_key(ctx), limits="; ".join(limits)))


def _limits_key(ctx: Context) -> str:
    """Simulated numbers hold no findings that could be limited; the design is limited all the same."""
    return "summary_limits_simulated" if kinds_used(ctx) == ["simulated"] else "summary_limits"


def _groups(ctx: Context) -> list[tuple[str, str]]:
    return summary_compare.summary(ctx)


def _estimates(ctx: Context) -> list[tuple[str, str]]:
    found = []
    for panel in estimates.panels(ctx):
        lines = _told(panel)
        words = [_line(ctx, line) for line in lines]
        if words:
            unit = sentences.difference_unit(ctx, panel.lines[0].outcome)
            found.append(
                (
                    lines[0].source,
                    ctx.t("summary_estimates", scale=panel.title, unit=unit, estimates="; ".join(words)),
                )
            )
    return found


def _line(ctx: Context, line: estimates.Line) -> str:
    """An estimate with its interval; one at the cut-off as the range over the widths of the window."""
    name = small_first(estimates.line_name(ctx, line))
    if line.kind == "discontinuity":
        table = ctx.table("discontinuity")
        same = table.loc[(table["outcome"] == line.outcome) & (table["source"] == line.source)]
        found = estimates.windows(same)["estimate"].dropna()
        if len(found) > 1:
            return ctx.t("range_over_windows", name=name, low=ctx.num(found.min()), high=ctx.num(found.max()))
    return ctx.t(
        "summary_line", name=name, estimate=ctx.num(line.estimate), interval=ctx.span(line.low, line.high)
    )


def _told(panel: estimates.Panel) -> list[estimates.Line]:
    """Every estimate that is no simulation; of those at the cut-off the first, the others are in the section."""
    found = [line for line in panel.lines if line.source != "simulated"]
    first = next((line for line in found if line.kind == "discontinuity"), None)
    return [line for line in found if line.kind != "discontinuity" or line is first]


def _audit(ctx: Context) -> list[tuple[str, str]]:
    return report_audit.summary(ctx)


def _ratings(ctx: Context) -> list[tuple[str, str]]:
    table = ctx.table("ratings")
    table = table.loc[table["source"] != "simulated"] if len(table) else table
    return (
        [(str(table.iloc[0]["source"]), sentences_strands.ratings_overview(ctx, table))]
        if len(table) > 1
        else []
    )


def _interviews(ctx: Context) -> list[tuple[str, str]]:
    table = ctx.table("segments")
    table = table.loc[table["source"] != "simulated"] if len(table) else table
    return (
        [(str(table.iloc[0]["source"]), sentences_strands.themes_overview(ctx, table))] if len(table) else []
    )


def _together(ctx: Context) -> list[tuple[str, str]]:
    table = ctx.table("convergence")
    return (
        [
            (
                "simulated" if simulated.rehearses(ctx) else "",
                f"{sentences_strands.calls_overview(ctx, table)} {sentences_strands.calls_named(ctx, table)}".strip(),
            )
        ]
        if len(table)
        else []
    )
