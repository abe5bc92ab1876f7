"""The tables beside the calls of convergence, for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render.calls import threshold_value
from trenza.render.cells import Row, Shown, count_cell, plain_cell, said_cell, span_cell
from trenza.render.coding import coder_name
from trenza.render.language import is_missing, percent
from trenza.render.reasons import call_on, call_word, side
from trenza.render.traced import marked_words

if TYPE_CHECKING:
    from trenza.render.context import Context


def who(c: Context, name: Any) -> str:
    """A researcher's initials, or the rule."""
    return c.t("researcher_computed") if str(name) == "computed" else str(name)


def _first_change(c: Context, r: Row) -> str:
    if is_missing(r["first_threshold"]):
        return c.t("flips_never_alone" if r["share_same"] < 1 else "flips_never")
    value = threshold_value(c, str(r["first_threshold"]), r["first_value"])
    words = c.t(f"threshold_{r['first_threshold']}", value=value, clusters=c.clusters())
    return f"{words}: {call_word(c, r['first_call'])}"


def _view(c: Context, r: Row) -> str:
    if r["view"] != "coder":
        return c.t(f"view_call_{r['view']}")
    return marked_words(coder_name(c, r["coder"]), r["coder"])


PROPOSITION = Shown("col_proposition", lambda c, r: c.proposition(r["link"]))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "call_overrides": (
        PROPOSITION, Shown("col_call_computed", lambda c, r: call_on(c, r, "computed")),
        Shown("col_call_said", lambda c, r: call_word(c, r["call"])), Shown("col_researcher", lambda c, r: who(c, r["researcher"])),
        Shown("col_call_date", plain_cell("date")), Shown("col_call_reason", lambda c, r: c.told(r[f"reason_{c.lang}"])),
    ),
    "call_flips": (
        PROPOSITION, Shown("col_call_computed", call_on),
        Shown("col_share_same", lambda c, r: f"{c.count(r['n_same'])}/{c.count(r['n_grid'])} ({percent(r['share_same'], c.lang)})", True),
        Shown("col_first_change", _first_change),
    ),
    "call_coders": (
        PROPOSITION, Shown("col_view", _view), Shown("col_n_cases_of", lambda c, r: f"{c.count(r['n_cases'])}/{c.count(r['n_cases_total'])}", True),
        Shown("col_share_expected", lambda c, r: percent(r["share_expected"], c.lang), True),
        Shown("col_qualitative", lambda c, r: side(c, r["qualitative_side"])), Shown("col_call", lambda c, r: call_word(c, r["call"])),
    ),
    "call_agreement": (
        Shown("col_researcher", lambda c, r: who(c, r["researcher_a"])),
        Shown("col_researcher_other", lambda c, r: who(c, r["researcher_b"])), Shown("col_n_links", count_cell("n_links"), True),
        Shown("col_same_calls", lambda c, r: percent(r["percent"], c.lang), True),
        Shown("col_kappa_calls", span_cell("kappa", "ci_low", "ci_high"), True), Shown("col_note", said_cell("note")),
    ),
}  # fmt: skip
