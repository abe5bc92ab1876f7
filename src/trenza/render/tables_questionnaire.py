"""Columns of the tables about questionnaires for readers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.render import questionnaire
from trenza.render.cells import (
    Row,
    Shown,
    count_cell,
    number_cell,
    p_cell,
    plain_cell,
    said_cell,
    source_cell,
    span_cell,
    yes_cell,
)
from trenza.render.language import NO_VALUE, is_missing, listed, percent
from trenza.render.sentences_questionnaire_published import how_scores_follow
from trenza.render.traced import part_of, worked

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def _held(column: str = "n") -> Callable[[Context, Row], str]:
    """A count, or the mark of a withheld one."""
    return lambda c, r: questionnaire.count(c, r, column)


def _share(column: str) -> Callable[[Context, Row], str]:
    return lambda c, r: percent(r[column], c.lang, 1)


def _key(c: Context, r: Row) -> str:
    """The key as declared, and what the answers say of it where they do not say the same."""
    declared = c.t(f"key_{r['key_declared']}")
    if bool(r["suspect"]):
        found = c.t("key_open" if is_missing(r["key_found"]) else f"key_{r['key_found']}")
        return c.t("key_suspect", declared=declared, found=found)
    return f"{declared} ({c.t('key_open')})" if is_missing(r["key_found"]) else declared


def _points(c: Context, r: Row) -> str:
    low, high = (c.num(r[k], 0 if float(r[k]).is_integer() else 2) for k in ("low", "high"))
    return low if r["low"] == r["high"] else f"{low} {c.t('to_word')} {high}"


def _kept(prefix: str = "") -> Callable[[Context, Row], str]:
    """A coefficient with its interval; suppressed where it is."""
    value = span_cell(*(prefix + k for k in ("estimate", "ci_low", "ci_high")))
    return lambda c, r: c.t("suppressed") if bool(r["suppressed"]) else value(c, r)


def _ends(which: str) -> Callable[[Context, Row], str]:
    """People of a group at the start and at the end, with the share lost where both are known."""

    def cell(c: Context, r: Row) -> str:
        first, last = (questionnaire.count(c, r, f"n_{which}_{k}") for k in ("start", "end"))
        lost = questionnaire.lost(c, r, which)
        ends = f"{first} \u2192 {last}" + (f" (\u2212{lost})" if lost else "")
        return NO_VALUE if first == last == NO_VALUE else ends

    return cell


def _rmsea(c: Context, r: Row) -> str:
    if is_missing(r["rmsea"]):
        return NO_VALUE
    return f"{c.num(r['rmsea'], 3)} {c.span(r['rmsea_low'], r['rmsea_high'], 3)}"


def _found(c: Context, r: Row) -> str:
    """The correlation with the keys that the answers suggest, where these change it."""
    declared, found = (c.num(r[k]) for k in ("item_rest", "item_rest_found"))
    return NO_VALUE if found == declared else found


def reliability_by_scale(table: pd.DataFrame) -> pd.DataFrame:
    """A row a scale and group: alpha's, with omega's estimate and limits beside it."""
    place = ["source_id", "source", "scale", "group"]
    names = {k: f"omega_{k}" for k in ("estimate", "ci_low", "ci_high")}
    omega = table.loc[table["coefficient"] == "omega", [*place, *names]].rename(columns=names)
    return table.loc[table["coefficient"] == "alpha"].merge(omega, on=place, how="left")


def score_checks_by_scale(table: pd.DataFrame) -> pd.DataFrame:
    """A row a scale: the check with the keying under which the published score follows, else as declared; ``follows`` says which."""
    how = {place: k for k, places in how_scores_follow(table).items() for place in places}
    follows = [how[place] for place in zip(table["source_id"], table["scale"], strict=True)]
    found = table.assign(follows=follows)
    return found.loc[found["keying"] == found["follows"].replace("none", "declared")]


def _allowed(c: Context, r: Row) -> str:
    """The shares that the wording allows."""
    return f"{percent(r['low'], c.lang)} {c.t('to_word')} {percent(r['high'], c.lang)}"


def nearest_count(c: Context, r: Row) -> str:
    """The whole number of people nearest to a share that is printed as about a value, with its own share; two where as near."""
    if r["relation"] != "about" or is_missing(r["n"]) or not r["n"]:
        return NO_VALUE
    people = float(r["printed"]) * int(r["n"])
    ends = {math.floor(people), math.ceil(people)}
    near = min(abs(k - people) for k in ends) + 1e-9
    both = [r["printed"], r["n"]]
    counts = [worked("nearest whole count", both, k) for k in sorted(ends) if abs(k - people) <= near]
    return listed([f"{c.count(k)} ({percent(k / r['n'], c.lang, 1)})" for k in counts], c.lang)


def possible_counts(c: Context, r: Row) -> str:
    """The whole numbers that could give a share, or that none does."""
    if is_missing(r["counts"]):
        return c.t("counts_none")
    return listed([c.count(part_of(r["counts"], int(k))) for k in str(r["counts"]).split(";")], c.lang)


SOURCE = Shown("col_source_id", source_cell)
KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
SCALE = Shown("col_scale_name", lambda c, r: c.item(r["scale"]))
ITEM = Shown("col_item", lambda c, r: c.item(r["item"]))
GROUP = Shown("col_group", lambda c, r: c.level(r["group"]))
N = Shown("col_n", count_cell("n"), True)
HELD = Shown("col_n", _held(), True)
NOTE = Shown("col_note", said_cell("note"))
P = Shown("col_p", p_cell("p_value"), True)
AGREES = Shown("col_agrees", yes_cell("agrees"))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "accounts": (
        SOURCE, KIND, Shown("col_file", plain_cell("file")), Shown("col_column", plain_cell("column")),
        Shown("col_used_as", lambda c, r: c.t("not_read") if is_missing(r["used_as"]) else c.told(r["used_as"])),
        Shown("col_cells_read", count_cell("cells_read"), True), Shown("col_cells_carried", count_cell("cells_carried"), True),
        Shown("col_cells_ledger", count_cell("cells_ledger"), True), AGREES,
    ),
    "participant_flow": (
        SOURCE, KIND, Shown("col_rule", lambda c, r: questionnaire.box_name(c, str(r["box"]))), GROUP, HELD,
    ),
    "linked": (
        Shown("col_kind", lambda c, r: c.source(questionnaire.kind_of(c, r["first"]))), Shown("col_first_source", lambda c, r: c.level(r["first"])), Shown("col_second_source", lambda c, r: c.level(r["second"])),
        Shown("col_linked_by", lambda c, r: c.word("one", r["by"])), Shown("col_n_first", _held("n_first"), True),
        Shown("col_n_second", _held("n_second"), True), Shown("col_n_both", _held("n_both"), True),
        Shown("col_n_other_school", _held("n_other_school"), True),
    ),
    "answers": (
        SOURCE, KIND, SCALE, ITEM, GROUP, Shown("col_answer", _points, True),
        Shown("col_answer_word", lambda c, r: NO_VALUE if is_missing(r[f"word_{c.lang}"]) else c.told(r[f"word_{c.lang}"])),
        N, Shown("col_share", _share("share"), True),
    ),
    "missingness": (
        SOURCE, KIND, ITEM, GROUP, Shown("col_reason", lambda c, r: c.t(f"reason_missing_{r['reason']}")), HELD,
        Shown("col_share", lambda c, r: questionnaire.share(c, r), True),
    ),
    "item_statistics": (
        SOURCE, KIND, SCALE, Shown("col_item", lambda c, r: questionnaire.under(c, r["item"], r["scale"])), N,
        Shown("col_missing", lambda c, r: questionnaire.or_withheld(c, r, "n_missing"), True),
        Shown("col_mean", number_cell("mean"), True), Shown("col_sd", number_cell("sd"), True), Shown("col_key", _key),
        Shown("col_item_rest", number_cell("item_rest"), True), Shown("col_item_rest_found", _found, True),
        Shown("col_alpha_without", number_cell("alpha_without"), True), Shown("col_loading", number_cell("loading"), True),
    ),
    "reliability": (
        SOURCE, KIND, SCALE, GROUP, Shown("col_coefficient", lambda c, r: c.t(f"short_{r['coefficient']}")), HELD,
        Shown("col_n_items", count_cell("n_items"), True), Shown("col_estimate_or_share", _kept(), True),
        Shown("col_mean_r", number_cell("mean_r"), True),
    ),
    "reliability_by_scale": (
        SOURCE, KIND, SCALE, GROUP, HELD, Shown("col_n_items", count_cell("n_items"), True), Shown("col_alpha", _kept(), True),
        Shown("col_omega", _kept("omega_"), True), Shown("col_mean_r", number_cell("mean_r"), True),
    ),
    "reliability_difference": (
        SOURCE, KIND, SCALE, Shown("col_alpha_participants", number_cell("alpha_participants"), True),
        Shown("col_alpha_control", number_cell("alpha_control"), True),
        Shown("col_estimate", span_cell("difference", "ci_low", "ci_high"), True), P, NOTE,
    ),
    "school_agreement": (
        SOURCE, KIND, SCALE, N, Shown("col_clusters", count_cell("clusters"), True),
        Shown("col_n_per_cluster", number_cell("n_per_cluster", 1), True), Shown("col_icc1", span_cell("icc1", "icc1_low", "icc1_high"), True),
        Shown("col_icc2", span_cell("icc2", "icc2_low", "icc2_high"), True), Shown("col_rwg_median", number_cell("rwg_median"), True),
        Shown("col_rwg_share", _share("rwg_share_70"), True), NOTE,
    ),
    "one_factor": (
        SOURCE, KIND, SCALE, N, Shown("col_n_items", count_cell("n_items"), True), Shown("col_chi2", number_cell("chi2"), True),
        Shown("col_df", number_cell("df", 0), True), P, Shown("col_cfi", number_cell("cfi", 3), True),
        Shown("col_tli", number_cell("tli", 3), True), Shown("col_rmsea", _rmsea, True), Shown("col_srmr", number_cell("srmr", 3), True), NOTE,
    ),
    "score_checks": (
        SOURCE, KIND, SCALE, Shown("col_column", plain_cell("column")), Shown("col_keying", lambda c, r: c.t(f"keying_{r['keying']}")),
        Shown("col_n_agree", lambda c, r: f"{c.count(r['n_agree'])} / {c.count(r['n_both'])}", True),
        Shown("col_largest_difference", number_cell("largest_difference"), True), AGREES, NOTE,
    ),
    "score_checks_by_scale": (
        SOURCE, KIND, SCALE, Shown("col_n_both", count_cell("n_both"), True), Shown("col_mean_published", number_cell("mean_published"), True),
        Shown("col_mean_computed", number_cell("mean_computed"), True), Shown("col_follows", lambda c, r: c.t(f"follows_{r['follows']}")),
    ),
    "careless": (
        SOURCE, KIND, GROUP, Shown("col_index", lambda c, r: c.t(f"careless_{r['index']}")), Shown("col_flagged_when", said_cell("rule")), HELD,
        Shown("col_n_flagged", _held("n_flagged"), True), Shown("col_share", lambda c, r: questionnaire.share(c, r), True), NOTE,
    ),
    "attrition": (
        Shown("col_analysis", lambda c, r: c.level(r["id"])), KIND, Shown("col_participants", _ends("participants"), True),
        Shown("col_control", _ends("control"), True), Shown("col_overall_lost", _share("overall"), True),
        Shown("col_differential", lambda c, r: NO_VALUE if is_missing(r["differential"]) else c.num(100 * r["differential"], 1), True),
        Shown("col_bounds", lambda c, r: NO_VALUE if is_missing(r["bound_cautious"]) else f"{c.num(100 * r['bound_cautious'], 1)} / {c.num(100 * r['bound_optimistic'], 1)}", True),
        Shown("col_call", lambda c, r: c.t(f"attrition_{r['call']}")),
    ),
    "school_scores": (
        SOURCE, KIND, Shown("col_outcome", lambda c, r: c.item(r["outcome"])), Shown("col_rank", count_cell("rank"), True), N,
        Shown("col_mean_se", span_cell("mean", "low", "high"), True),
    ),
    "shares": (
        SOURCE, KIND, ITEM, Shown("col_printed", lambda c, r: f"{c.t('relation_' + r['relation'])} {percent(r['printed'], c.lang)}"),
        Shown("col_allowed", _allowed), N, Shown("col_counts_possible", possible_counts), Shown("col_nearest", nearest_count), Shown("col_where", said_cell("where")),
    ),
}  # fmt: skip
