"""The tables of programme effects on panels for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import panels
from trenza.render.cells import (
    Row,
    Shown,
    count_cell,
    number_cell,
    p_cell,
    said_cell,
    span_cell,
    yes_cell,
)
from trenza.render.language import NO_VALUE, is_missing, percent

if TYPE_CHECKING:
    from trenza.render.context import Context


def _inside(c: Context, r: Row) -> str:
    return NO_VALUE if is_missing(r["share_inside"]) else percent(r["share_inside"], c.lang)


def _schools(c: Context, r: Row) -> str:
    return c.t("pan_withheld") if bool(r["suppressed"]) else c.count(r["schools"])


PANEL = Shown("col_panel", lambda c, r: c.level(r["id"]))
KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
ESTIMATOR = Shown("col_pan_term", lambda c, r: panels.name(c, str(r["estimator"])))
EFFECT = Shown("col_pan_effect", span_cell("estimate", "ci_low", "ci_high"), True)


def _chosen(kind: str) -> Shown:
    return Shown(f"col_pan_{kind}", lambda c, r: panels.choice(c, kind, str(r[kind])))


COLUMNS: dict[str, tuple[Shown, ...]] = {
    "panel_effects": (
        KIND, Shown("col_pan_term", lambda c, r: panels.term(c, r)), Shown("col_pan_role", lambda c, r: c.t(f"pan_role_{r['role']}")),
        Shown("col_pan_effect", span_cell("estimate", "ci_low", "ci_high"), True), Shown("col_p", p_cell("p_value"), True),
        Shown("col_df", number_cell("df", 1), True), Shown("col_pan_treated", count_cell("treated_units"), True),
        Shown("col_pan_treated_clusters", count_cell("treated_clusters"), True),
    ),
    "panel_flow": (
        PANEL, KIND, Shown("col_pan_step", said_cell("note")), Shown("col_pan_treated", count_cell("treated"), True),
        Shown("col_pan_comparison", count_cell("comparison"), True), Shown("col_pan_rows", count_cell("rows"), True),
    ),
    "panel_overlap": (
        PANEL, KIND, Shown("col_pan_variable", lambda c, r: panels.variable(c, r["variable"])),
        Shown("col_pan_mean_treated", number_cell("mean_treated"), True),
        Shown("col_pan_mean_comparison", number_cell("mean_comparison"), True),
        Shown("col_pan_g", number_cell("difference_sd"), True),
        Shown("col_pan_band", lambda c, r: NO_VALUE if is_missing(r["band"]) else c.t(f"cmp_band_{r['band']}")),
        Shown("col_pan_inside", _inside, True),
    ),
    "panel_trends": (
        PANEL, KIND, Shown("col_pan_cohort", lambda c, r: panels.cohort(c, r["cohort"])),
        Shown("col_pan_year", lambda c, r: c.year(r["year"])), Shown("col_pan_schools", _schools, True),
        Shown("col_pan_mean", span_cell("estimate", "ci_low", "ci_high"), True),
    ),
    "panel_sensitivity": (
        PANEL, KIND, Shown("col_pan_target", lambda c, r: c.t(f"pan_{r['target']}")), Shown("col_pan_m", number_cell("m"), True),
        Shown("col_pan_set", lambda c, r: c.span(r["set_low"], r["set_high"]), True),
        Shown("col_pan_interval", lambda c, r: c.span(r["ci_low"], r["ci_high"]), True), Shown("col_pan_zero", yes_cell("holds_zero")),
    ),
    "panel_diagnostics": (
        PANEL, KIND, Shown("col_pan_quantity", said_cell("meaning")), Shown("col_pan_value", number_cell("value"), True),
    ),
    "panel_detectable": (
        PANEL, KIND, Shown("col_pan_treated_clusters", count_cell("treated_clusters"), True),
        Shown("col_pan_comparison_clusters", count_cell("comparison_clusters"), True),
        Shown("col_pan_sd_change", number_cell("sd_of_change"), True), Shown("col_pan_icc_change", number_cell("icc_of_change"), True),
        Shown("col_pan_mdes", number_cell("mdes"), True), Shown("col_pan_mdes_sd", number_cell("mdes_sd"), True),
    ),
    "panel_balance": (
        PANEL, KIND, Shown("col_pan_variable", lambda c, r: panels.variable(c, r["variable"])),
        Shown("col_pan_mean_treated", number_cell("mean_treated"), True),
        Shown("col_pan_mean_before", number_cell("mean_comparison_before"), True),
        Shown("col_pan_mean_after", number_cell("mean_comparison_after"), True),
        Shown("col_pan_g_before", number_cell("difference_sd_before"), True), Shown("col_pan_g_after", number_cell("difference_sd_after"), True),
        Shown("col_pan_sd_ratio", number_cell("sd_ratio_after"), True),
        Shown("col_pan_band_after", lambda c, r: NO_VALUE if is_missing(r["band_after"]) else c.t(f"cmp_band_{r['band_after']}")),
        Shown("col_pan_inside", _inside, True),
    ),
    "panel_specifications": (
        PANEL, KIND, ESTIMATOR, *(_chosen(k) for k in ("pool", "baseline", "judged", "counting")), Shown("col_pan_declared", yes_cell("declared")),
        EFFECT,
    ),
    "panel_left_out": (
        PANEL, KIND, ESTIMATOR, Shown("col_pan_left_out", lambda c, r: NO_VALUE if is_missing(r["left_out"]) else c.told(r["left_out"])), EFFECT,
    ),
    "panel_placebo": (
        PANEL, KIND, ESTIMATOR,
        Shown("col_pan_placebo", panels.placebo), EFFECT,
        Shown("col_pan_zero", yes_cell("holds_zero")),
    ),
    "panel_unmeasured": (
        PANEL, KIND, ESTIMATOR, EFFECT, Shown("col_pan_robustness", number_cell("robustness"), True),
        Shown("col_pan_e_value", number_cell("e_value"), True),
    ),
}  # fmt: skip
