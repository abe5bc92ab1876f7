"""What the figures of panels show, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from trenza.render import panels
from trenza.render.figures_panels_choices import PAGE_FIGURES, curve, pages
from trenza.render.figures_panels_placebos import shown_placebos
from trenza.render.figures_panels_time import steps
from trenza.render.language import is_missing

if TYPE_CHECKING:
    from trenza.render.context import Context


def _estimates(ctx: Context) -> list[str]:
    return [
        ctx.t("alt_panel_line", panel=panels.title(ctx, p), name=panels.name(ctx, x.key), said=panels.said(ctx, x.row))
        for p in panels.panels(ctx)
        for x in panels.lines(p)
    ]  # fmt: skip


def _trends(ctx: Context) -> list[str]:
    found = []
    for panel in panels.panels(ctx):
        table = panel.tables["panel_trends"]
        for cohort in sorted(table["cohort"].unique()):
            part = table.loc[(table["cohort"] == cohort) & table["estimate"].notna()].sort_values("year")
            said = ", ".join(
                f"{ctx.year(r['year'])}: {ctx.num(r['estimate'], 1)}" for _, r in part.iterrows()
            )
            if said:
                found.append(
                    ctx.t(
                        "alt_panel_line",
                        panel=panels.title(ctx, panel),
                        name=panels.cohort(ctx, cohort),
                        said=said,
                    )
                )
    return found


def _events(ctx: Context) -> list[str]:
    return [
        ctx.t("alt_panel_line", panel=panels.title(ctx, p), name=ctx.num(r["event_time"], 0), said=panels.said(ctx, r))
        for p in panels.panels(ctx)
        for _, r in panels.events(p).iterrows()
    ]  # fmt: skip


def _overlap(ctx: Context) -> list[str]:
    return [
        ctx.t("alt_panel_line", panel=panels.title(ctx, p), name=panels.variable(ctx, r["variable"]),
              said=ctx.num(r["difference_sd"], sign=True))
        for p in panels.panels(ctx)
        for _, r in p.tables["panel_overlap"].iterrows()
        if not is_missing(r["difference_sd"])
    ]  # fmt: skip


def _sensitivity(ctx: Context) -> list[str]:
    found = []
    for panel in panels.panels(ctx):
        table = steps(panel)
        for target in dict.fromkeys(table["target"]):
            part = table.loc[table["target"] == target].sort_values("m")
            first, last = part.iloc[0], part.iloc[-1]
            found.append(
                ctx.t(
                    "alt_panel_sensitivity_values",
                    panel=panels.title(ctx, panel),
                    target=ctx.t(f"pan_{target}"),
                    first=ctx.span(first["ci_low"], first["ci_high"]),
                    last=ctx.span(last["ci_low"], last["ci_high"]),
                    m=ctx.num(last["m"]),
                )
            )
    return found


def _specifications(ctx: Context, number: int) -> list[str]:
    found = []
    for panel in [p for on_page in pages(ctx)[number - 1 : number] for p in on_page]:
        table = curve(panel)
        if len(table):
            low, high = (panels.said(ctx, table.iloc[k]) for k in (0, -1))
            fields = {"panel": panels.title(ctx, panel), "n": ctx.how_many(table), "low": low, "high": high}
            found.append(ctx.t("alt_panel_specifications_values", **fields))
    return found


def _balance(ctx: Context) -> list[str]:
    return [
        ctx.t("alt_panel_balance_values", panel=panels.title(ctx, p), variable=panels.variable(ctx, r["variable"]),
              before=ctx.num(r["difference_sd_before"], sign=True), after=ctx.num(r["difference_sd_after"], sign=True))
        for p in panels.panels(ctx)
        for _, r in p.tables["panel_balance"].iterrows()
        if not is_missing(r["difference_sd_before"])
    ]  # fmt: skip


def _placebos(ctx: Context) -> list[str]:
    return [
        ctx.t("alt_panel_line", panel=panels.title(ctx, p), name=panels.placebo(ctx, r), said=panels.said(ctx, r))
        for p in panels.panels(ctx)
        for _, r in shown_placebos(p).iterrows()
    ]  # fmt: skip


VALUES: dict[str, Callable[[Context], list[str]]] = {
    "panel_estimates": _estimates,
    "panel_trends": _trends,
    "panel_events": _events,
    "panel_overlap": _overlap,
    "panel_balance": _balance,
    "panel_sensitivity": _sensitivity,
    "panel_placebos": _placebos,
    **{identifier: partial(_specifications, number=k) for k, identifier in enumerate(PAGE_FIGURES, 1)},
}
