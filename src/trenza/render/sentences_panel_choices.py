"""How far an effect on a panel hangs on choices, on one place, on the year, and on causes that nobody measured, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import panels
from trenza.render.figures_panels_choices import LEAST, curve
from trenza.render.language import is_missing, small_first
from trenza.render.panels import Panel
from trenza.render.questionnaire import small_percent

if TYPE_CHECKING:
    from trenza.render.context import Context


def findings(ctx: Context, panel: Panel) -> list[str]:
    """One sentence or two each, blank where the analysis has no such table."""
    return [
        _specifications(ctx, panel),
        _left_out(ctx, panel),
        _placebo(ctx, panel),
        *_placebo_outcomes(ctx, panel),
        _robustness(ctx, panel),
        _e_value(ctx, panel),
    ]


def _specifications(ctx: Context, panel: Panel) -> str:
    table = curve(panel)
    safe = table.loc[table["role"] != "unsafe"]
    if len(table) < LEAST or not len(safe):
        return ""
    above, below = ctx.size(safe.loc[safe["ci_low"] > 0]), ctx.size(safe.loc[safe["ci_high"] < 0])
    said = ctx.t(
        "pan_specifications", n=ctx.how_many(safe), low=ctx.num(safe["estimate"].iloc[0]), high=ctx.num(safe["estimate"].iloc[-1]),
        unit=panels.unit(ctx, panel), above=ctx.count(above), below=ctx.count(below),
    )  # fmt: skip
    unsafe = ctx.size(table.loc[table["role"] == "unsafe"])
    return " ".join(
        filter(None, [said, ctx.t("pan_specifications_unsafe", n=ctx.count(unsafe)) if unsafe else ""])
    )


def _left_out(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_left_out"]
    table = table.loc[(table["position"] > 0) & table["estimate"].notna()]
    if not len(table):
        return ""
    known = table.loc[table["ci_low"].notna()]
    zero = ctx.size(known.loc[(known["ci_low"] <= 0) & (known["ci_high"] >= 0)])
    return ctx.t(
        "pan_left_out", n=ctx.how_many(table), name=small_first(panels.name(ctx, str(table["estimator"].iloc[0]))),
        low=ctx.num(table["estimate"].min()), high=ctx.num(table["estimate"].max()), unit=panels.unit(ctx, panel),
        zero=ctx.count(zero), known=ctx.how_many(known),
    )  # fmt: skip


def _placebo(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_placebo"]
    table = table.loc[table["placebo_year"].notna() & table["estimate"].notna()]
    if not len(table):
        return ""
    values = [
        f"{small_first(panels.name(ctx, str(r['estimator'])))} {panels.said(ctx, r)}"
        for _, r in table.iterrows()
    ]
    year = ctx.year(table["placebo_year"].iloc[0])
    return ctx.t("pan_placebo", year=year, values="; ".join(values), unit=panels.unit(ctx, panel))


def _placebo_outcomes(ctx: Context, panel: Panel) -> list[str]:
    """One for each declared outcome, of the estimators that are safe in this design."""
    table = panel.tables["panel_placebo"]
    safe = {x.key for x in panels.lines(panel) if x.role != "unsafe"}
    table = table.loc[table["placebo_outcome"].notna() & table["estimate"].notna()]
    table = table.loc[table["estimator"].isin(safe)]
    said = []
    for outcome in dict.fromkeys(table["placebo_outcome"]):
        part = table.loc[table["placebo_outcome"] == outcome]
        values = [
            f"{small_first(panels.name(ctx, str(r['estimator'])))} {panels.said(ctx, r)}"
            for _, r in part.iterrows()
        ]
        known = part.loc[part["holds_zero"].notna()]
        zero = known["holds_zero"].astype(bool)
        parts = [
            ctx.t(
                "pan_placebo_outcome",
                outcome=ctx.level(outcome),
                values="; ".join(values),
                unit=panels.unit(ctx, panel),
            )
        ]
        if len(known) and zero.all():
            parts.append(ctx.t("pan_placebo_outcome_open"))
        elif len(known):
            parts.append(
                ctx.t("pan_placebo_outcome_shows", n=ctx.how_many(known.loc[~zero]), k=ctx.how_many(known))
            )
        said.append(" ".join(parts))
    return said


def _robustness(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_unmeasured"]
    table = table.loc[table["robustness"].notna()]
    if not len(table):
        return ""
    row = table.sort_values("estimator").iloc[0]  # ancova before gain
    said = [
        ctx.t(
            "pan_robustness",
            share=small_percent(ctx, row["robustness"]),
            name=small_first(panels.name(ctx, str(row["estimator"]))),
        )
    ]
    if not is_missing(row["robustness_interval"]):
        said.append(ctx.t("pan_robustness_interval", share=small_percent(ctx, row["robustness_interval"])))
    if not is_missing(row["baseline_treated"]):
        treated, outcome = (small_percent(ctx, row[f"baseline_{k}"]) for k in ("treated", "outcome"))
        said.append(ctx.t("pan_robustness_baseline", treated=treated, outcome=outcome))
    return " ".join(said)


def _e_value(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_unmeasured"]
    table = table.loc[table["e_value"].notna()].set_index("estimator")
    keys = [x.key for x in panels.lines(panel) if x.key in table.index and x.role != "unsafe"]
    if not keys:
        return ""
    row = table.loc[keys[0]]
    name = small_first(panels.name(ctx, keys[0]))
    said = ctx.t("pan_e_value", name=name, e=ctx.num(row["e_value"]))
    near = row["e_value_interval"]
    return said if is_missing(near) else f"{said} {ctx.t('pan_e_value_interval', e=ctx.num(near))}"
