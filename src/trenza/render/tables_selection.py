"""The tables of selection rules and published claims for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import selection
from trenza.render.cells import Row, Shown, count_cell, number_cell, span_cell
from trenza.render.language import NO_VALUE, is_missing, percent
from trenza.render.traced import marked

if TYPE_CHECKING:
    from trenza.render.context import Context


def _points(c: Context, r: Row) -> str:
    if is_missing(r["ci_low"]):
        return c.num(r["estimate"])
    return span_cell("estimate", "ci_low", "ci_high")(c, r)


def _expected(c: Context, r: Row) -> str:
    value = c.num(r["expected"], 1)
    return value if is_missing(r["low"]) else f"{value} {c.span(r['low'], r['high'], 1)}"


def _chance(c: Context, r: Row) -> str:
    if is_missing(r["chance"]):
        return NO_VALUE
    least = 0.001
    return (
        marked(f"< {percent(least, c.lang, 1)}", r["chance"])
        if r["chance"] < least
        else percent(r["chance"], c.lang, 1)
    )


def _who(c: Context, r: Row) -> str:
    return f"{selection.told(c, r['claimed_by'])} ({selection.told(c, r['where'])})"


def _design(c: Context, r: Row) -> str:
    said, quality = selection.told(c, r["design"]), c.t("quality_" + r["quality"])
    return said if str(said).casefold() == quality.casefold() else f"{said} ({quality})"


def _size(c: Context, r: Row) -> str:
    direction = c.t(f"claim_{r['direction']}")
    return direction if is_missing(r["estimate"]) else f"{selection.size(c, r)} ({direction})"


def _against(c: Context, r: Row) -> str:
    kind = c.t(f"check_kind_{r['check']}")
    return kind if is_missing(r["scenario"]) else f"{kind}: {c.say(r['scenario'])}"


ANALYSIS = Shown("col_sel_analysis", lambda c, r: c.level(r["id"]))
KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
CLAIM = Shown("col_claim", lambda c, r: selection.claim_name(c, r["claim"]))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "selection_rule": (
        ANALYSIS, KIND, Shown("col_sel_what", lambda c, r: c.t(f"sel_{r['term']}")), Shown("col_sel_tests", count_cell("tests"), True),
        Shown("col_sel_chosen", count_cell("n_chosen"), True), Shown("col_sel_points", _points, True),
    ),
    "mean_noise": (
        ANALYSIS, KIND, Shown("col_sel_pupils", count_cell("pupils"), True), Shown("col_sel_in_mean", count_cell("tests"), True),
        Shown("col_sel_reliability", number_cell("reliability"), True), Shown("col_sel_sd_change", number_cell("sd_of_change", 1), True),
    ),
    "claims": (
        CLAIM, KIND, Shown("col_claimed_by", _who), Shown("col_claim_design", _design),
        Shown("col_outcome", lambda c, r: selection.told(c, r["outcome"])), Shown("col_claim_size", _size),
        Shown("col_claim_note", lambda c, r: selection.told(c, r["note"])),
    ),
    "claim_checks": (
        CLAIM, Shown("col_claim_against", _against), Shown("col_claimed", lambda c, r: selection.printed(c, r["claimed"]), True),
        Shown("col_claim_expected", _expected, True), Shown("col_claim_chance", _chance, True), Shown("col_n", count_cell("n"), True),
    ),
}  # fmt: skip
