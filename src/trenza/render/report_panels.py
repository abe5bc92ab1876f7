"""Programme effects on panels in the report: each analysis with its estimates side by side, then what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import (
    alternatives,
    figures_panels,
    panels,
    sentences_panel_balance,
    sentences_panel_choices,
    sentences_panels,
)
from trenza.render.language import is_missing
from trenza.render.markdown import Paper, escape
from trenza.render.panels import Panel
from trenza.render.report_parts import of_one_kind
from trenza.render.tables import without

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

SHOWN = ("overall", "pre_trend", "other", "cohort")  # events and cells are in their figure and their file
LIMITS = ("open", "trends", "means", "others")


def section(paper: Paper, study_id: str) -> None:
    """All panels of the study; nothing where it declares none."""
    ctx = paper.ctx
    every = panels.panels(ctx)
    if not every:
        return
    paper.heading("h_panels")
    paper.say(ctx.t("pan_open"))
    if any(p.hollow for p in every):
        paper.note(ctx.t("pan_open_simulated"), "caution")
    _figure(paper, "panel_estimates")
    for panel in every:
        _panel(paper, panel)
    paper.heading("h_panel_rest", 3)
    for identifier in figures_panels.PAGE_FIGURES:
        if identifier != "panel_estimates":
            _figure(paper, identifier)
    _whole(paper, "panel_overlap")
    paper.say(*sentences_panel_balance.open_table(ctx, every))
    _whole(paper, "panel_balance")
    paper.say(ctx.t("pan_sensitivity_file") if len(ctx.table("panel_sensitivity")) else "")
    paper.say(ctx.t("pan_choices_file") if len(ctx.table("panel_specifications")) else "")
    _whole(paper, "panel_detectable")
    paper.say(ctx.t("pan_how"))
    paper.bullets(_how(ctx, every))
    paper.say(ctx.t("pan_limits_open"))
    paper.bullets(ctx.t(f"pan_limit_{limit}") for limit in LIMITS)
    paper.heading("h_panel_schools", 3)
    paper.say(ctx.t("pan_flow_open"))
    flow = ctx.table("panel_flow")
    _whole(paper, "panel_flow", flow.loc[(flow["treated"] > 0) | (flow["comparison"] > 0)])


def _panel(paper: Paper, panel: Panel) -> None:
    """One analysis: what it asks, what it found, and every estimate."""
    ctx = paper.ctx
    paper.raw(f"### {escape(panels.title(ctx, panel))} {{#panel-{panel.id.replace('_', '-')}}}")
    paper.say(*sentences_panels.design(ctx, panel))
    paper.bullets(
        [
            *sentences_panels.findings(ctx, panel),
            *sentences_panel_balance.findings(ctx, panel),
            *sentences_panel_choices.findings(ctx, panel),
        ]
    )
    effects = panel.effects
    chosen = effects["aggregation"].isin(SHOWN) & (effects["estimate"].notna() | effects["p_value"].notna())
    # Cohorts of the estimator that the table is about; where all began together there is only one.
    cohorts = effects["aggregation"] == "cohort"
    several = effects.loc[cohorts, "cohort"].nunique() > 1
    chosen &= ~cohorts | ((effects["estimator"] == "group_time") & several)
    caption = "cap_panel_effects_simulated" if panel.hollow else "cap_panel_effects"
    shown = of_one_kind(ctx, "panel_effects", effects.loc[chosen])
    paper.table(shown, ctx.t(caption, panel=panels.title(ctx, panel), unit=panels.unit(ctx, panel)))
    if len(effects) and effects["note"].astype("str").str.startswith("withheld").any():
        paper.say(ctx.t("pan_suppressed"))


def _whole(paper: Paper, name: str, frame: pd.DataFrame | None = None) -> None:
    """A table over all analyses; the column of the analysis is left out where there is one only."""
    ctx = paper.ctx
    table = ctx.table(name) if frame is None else frame
    if not len(table):
        return
    shown = of_one_kind(ctx, name, table)
    one = [ctx.t("col_panel")] if table["id"].nunique() == 1 else []
    paper.table(without(shown, one), ctx.t(f"cap_{name}"))


def _how(ctx: Context, every: list[Panel]) -> list[str]:
    """Procedure and remarks of every estimate, told once for all analyses that share them."""
    told: dict[tuple[str, str], list[str]] = {}
    for panel in every:
        effects = panel.effects
        for _, row in effects.loc[effects["aggregation"].isin(("overall", "other", "pre_trend"))].iterrows():
            method = f"{panels.term(ctx, row)}: {ctx.say(row['method'])}"
            note = "" if is_missing(row["note"]) else ctx.say(row["note"])
            told.setdefault((method, note), []).append(panels.title(ctx, panel))
    said = []
    for (method, note), names in told.items():
        whose = "" if len(names) == len(every) else ctx.t("pan_only", panels="; ".join(names))
        said.append(
            " ".join(filter(None, [f"{method}.", f"{note[:1].upper()}{note[1:]}." if note else "", whose]))
        )
    return said


def _figure(paper: Paper, identifier: str) -> None:
    if identifier in paper.figures:
        paper.figure(identifier, alternatives.alt(identifier, paper.ctx))
