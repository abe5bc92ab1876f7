"""Result tables as people read them: chosen columns, translated headers, rounded figures, intervals in brackets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from trenza.render import (
    estimates,
    rows,
    tables_coding,
    tables_compare,
    tables_displays,
    tables_models,
    tables_panels,
    tables_questionnaire,
    tables_selection,
    tables_strands,
)
from trenza.render.cells import (
    Row,
    Shown,
    count_cell,
    number_cell,
    p_cell,
    plain_cell,
    said_cell,
    source_and_id_cell,
    source_cell,
    span_cell,
    yes_cell,
)
from trenza.render.language import NO_VALUE, has_text, is_missing, listed, percent, plain
from trenza.render.link_words import finding_cell, finding_name
from trenza.render.reasons import call_on, reason, side
from trenza.render.traced import marked_words

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

HASH_SHOWN = 12


def _whole(column: str) -> Callable[[Context, Row], str]:
    """A count of a code; a folder has none of its own."""
    return lambda c, r: c.count(r[column]) if bool(r["codable"]) else NO_VALUE


def _worded(column: str) -> Callable[[Context, Row], str]:
    """A room's phrase whose ids, such as same_clusters, are read as words."""
    return lambda c, r: plain(c.say(r[column])) or NO_VALUE


def _where(c: Context, r: Row) -> str:
    """Where a source prints its figures: the study's words in this language, else the plain text of the table."""
    entry = (c.study.get("sources") or {}).get(str(r["source_id"]), {}).get("where")
    return (c.own_words(entry) if isinstance(entry, Mapping) else c.say(r["where"])) or NO_VALUE


def _hash(c: Context, r: Row) -> str:
    return NO_VALUE if is_missing(r["sha256"]) else marked_words(str(r["sha256"])[:HASH_SHOWN], r["sha256"])


def _shown_value(c: Context, r: Row) -> str:
    """A cell of the joint display: an estimate with its interval, or a whole number of segments or cases."""
    if is_missing(r["value"]):
        return NO_VALUE
    counted = r["unit"] in ("segments", "cases")
    return c.count(r["value"]) if counted else span_cell("value", "low", "high")(c, r)


def _value(c: Context, r: Row) -> str:
    words = str(r["value"])
    return marked_words(words[:HASH_SHOWN] if r["kind"] == "input" else words, r["value"])


def _words(c: Context, r: Row) -> str:
    """A segment's paraphrase, if it is of a passage in print or simulated; words of real people stay in their file."""
    if r["source"] == "real":
        return c.t("withheld")
    spanish = c.lang == "es" and not is_missing(r["text_es"])
    return plain_cell("text_es" if spanish else "text")(c, r)


def _bin(c: Context, r: Row) -> str:
    return percent(r["y_mean"], c.lang, 1) if r["curve"] == "take_up" else c.num(r["y_mean"])


def _interval_rate(c: Context, r: Row) -> str:
    return f"{c.count(r['scale_min'])}{NO_VALUE}{c.count(r['scale_max'])}"


KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
OUTCOME = Shown("col_outcome", lambda c, r: c.item(r["outcome"]))
SOURCE_ID = Shown("col_source_id", source_cell)
N = Shown("col_n", count_cell("n"), True)
CLUSTERS = Shown("col_clusters", count_cell("clusters"), True)
ESTIMATE = Shown("col_estimate", span_cell("estimate", "ci_low", "ci_high"), True)
EFFECT = Shown("col_effect", span_cell("effect", "effect_ci_low", "effect_ci_high"), True)
P = Shown("col_p", p_cell("p_value"), True)
TERM = Shown("col_term", lambda c, r: term_words(c, r))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "inputs": (
        Shown("col_source_id", source_and_id_cell), KIND, Shown("col_holds", lambda c, r: c.t(f"holds_{r['holds']}")),
        Shown("col_where", lambda c, r: _where(c, r)), Shown("col_file", plain_cell("file")),
        Shown("col_sha256", _hash), Shown("col_rows", count_cell("rows"), True),
    ),
    "flow": (SOURCE_ID, KIND, Shown("col_rule", said_cell("rule")), Shown("col_n", count_cell("n"), True)),
    "ledger": (
        SOURCE_ID, Shown("col_row", plain_cell("row"), True), Shown("col_column", plain_cell("column")), Shown("col_rule", said_cell("rule")),
        Shown("col_value", plain_cell("value")), Shown("col_new_value", plain_cell("new_value")), Shown("col_cells", count_cell("cells"), True),
    ),
    "counts": (
        Shown("col_role", lambda c, r: c.level(r["role"])), Shown("col_gender", lambda c, r: c.level(r["gender"])),
        Shown("col_municipality", lambda c, r: c.level(r["municipality"])), N, KIND,
        Shown("col_computed", count_cell("computed"), True), Shown("col_agrees", yes_cell("agrees")),
    ),
    "distribution": (
        OUTCOME, Shown("col_group", lambda c, r: c.level(r["group"])), KIND,
        Shown("col_n", lambda c, r: c.t("suppressed") if bool(r["suppressed"]) else c.count(r["n"]), True),
        Shown("col_missing", count_cell("n_missing"), True), Shown("col_mean", number_cell("mean"), True), Shown("col_sd", number_cell("sd"), True),
        Shown("col_q25", number_cell("q25"), True), Shown("col_median", number_cell("median"), True), Shown("col_q75", number_cell("q75"), True),
    ),
    "ratings": (
        Shown("col_item", lambda c, r: c.item(r["item"])), Shown("col_rank", count_cell("rank"), True), Shown("col_mean", number_cell("mean"), True),
        Shown("col_scale", _interval_rate, True), KIND, Shown("col_note", said_cell("note")),
    ),
    "groups": (
        OUTCOME, KIND, N, CLUSTERS, ESTIMATE, EFFECT, P, Shown("col_p_holm", p_cell("p_holm"), True),
        Shown("col_p_equivalence", p_cell("p_equivalence"), True),
    ),
    "design": (
        SOURCE_ID, KIND, Shown("col_check", lambda c, r: c.t(f"check_{r['check']}")), Shown("col_declared", _worded("declared")),
        Shown("col_found", _worded("found")), Shown("col_agrees", yes_cell("agrees")),
    ),
    "discontinuity": (
        OUTCOME, KIND, TERM, N, Shown("col_estimate_or_share", lambda c, r: _share_or_estimate(c, r), True), P,
        Shown("col_note", lambda c, r: estimates.strength(c, r, estimates.MEASURED) or NO_VALUE),
    ),
    "mean_reversion": (OUTCOME, KIND, TERM, N, ESTIMATE),
    "bins": (
        Shown("col_analysis", plain_cell("id")), Shown("col_curve", lambda c, r: c.t(f"curve_{r['curve']}")),
        Shown("col_side", lambda c, r: c.t(f"side_{r['side']}")), Shown("col_x_mean", number_cell("x_mean"), True), N,
        Shown("col_y_mean", _bin, True), KIND,
    ),
    "codes": (
        Shown("col_code", lambda c, r: "\u2003" * int(r["depth"]) + c.code(r["code"])),
        Shown("col_enabling", _whole("enabling"), True), Shown("col_hindering", _whole("hindering"), True),
        Shown("col_ambivalent", _whole("ambivalent"), True), Shown("col_n_cases", _whole("n_cases"), True),
        Shown("col_n_segments_below", count_cell("n_segments_below"), True),
    ),
    "cells": (
        Shown("col_by", lambda c, r: c.t(f"by_{r['by']}")), Shown("col_level", lambda c, r: c.level(r["level"])),
        Shown("col_code", lambda c, r: c.code(r["code"])), Shown("col_n_segments", count_cell("n_segments"), True),
        Shown("col_enabling", count_cell("enabling"), True), Shown("col_hindering", count_cell("hindering"), True),
        Shown("col_ambivalent", count_cell("ambivalent"), True),
    ),
    "segments": (
        Shown("col_code", lambda c, r: c.code(r["code"])), Shown("col_direction", lambda c, r: c.t(f"direction_{r['direction']}")),
        Shown("col_role", lambda c, r: c.level(r["role"])), Shown("col_case", plain_cell("case")), Shown("col_text", _words),
    ),
    "convergence": (
        Shown("col_proposition", lambda c, r: c.proposition(r["link"])), Shown("col_finding", finding_cell, True),
        Shown("col_quantitative", lambda c, r: f"{side(c, r['quantitative_side'])}: {reason(c, r['quantitative_reason'])}"),
        Shown("col_themes", lambda c, r: listed([c.code(x) for x in str(r["codes"]).split(";")], c.lang)),
        Shown("col_qualitative", lambda c, r: f"{side(c, r['qualitative_side'])}: {reason(c, r['qualitative_reason'])}"),
        Shown("col_call", call_on), Shown("col_call_if_holm", lambda c, r: call_on(c, r, "call_if_holm")),
    ),
    "joint_display": (
        Shown("col_proposition", lambda c, r: c.proposition(r["link"])), Shown("col_strand", lambda c, r: c.t(f"strand_{r['strand']}")),
        Shown("col_shown_item", lambda c, r: c.code(r["item"]) if r["strand"] == "qualitative" else shown_item(c, r)),
        Shown("col_value", _shown_value, True),
        Shown("col_unit", lambda c, r: NO_VALUE if is_missing(r["unit"]) else c.t(f"unit_{r['unit']}")),
        Shown("col_file", plain_cell("file")), Shown("col_file_row", plain_cell("row")),
    ),
    **tables_coding.COLUMNS,
    **tables_compare.COLUMNS,
    **tables_displays.COLUMNS,
    **tables_models.COLUMNS,
    **tables_panels.COLUMNS,
    **tables_questionnaire.COLUMNS,
    **tables_selection.COLUMNS,
    **tables_strands.COLUMNS,
    "manifest": (
        Shown("col_what", lambda c, r: c.t(f"manifest_{r['kind']}")), Shown("col_name", plain_cell("name")), Shown("col_value", _value),
    ),
}  # fmt: skip


def term_words(c: Context, r: Row) -> str:
    """A term in words: a contrast of groups, a covariate, or one of the fixed words of the effects room."""
    if (c.items["item"] == r["term"]).any():
        return c.item(r["term"])
    if estimates.is_other_window(r):
        return c.t("term_bandwidth", multiple=c.num(estimates.window_multiple(r), 1))
    key = f"term_{r['term']}"
    return c.t(key) if has_text(c.lang, key) else c.term(r["term"])


def _share_or_estimate(c: Context, r: Row) -> str:
    """Take-up as percentages, a difference of them in percentage points, everything else in the outcome's unit."""
    if not str(r["term"]).startswith("take_up"):
        return span_cell("estimate", "ci_low", "ci_high")(c, r)
    if is_missing(r["estimate"]):
        return NO_VALUE
    if str(r["term"]).startswith("take_up_jump"):
        points = c.span(100 * r["ci_low"], 100 * r["ci_high"], 1)
        return f"{c.num(100 * r['estimate'], 1)} {points} {c.t('difference_percent_correct')}"
    low, high = (percent(r[k], c.lang, 1) for k in ("ci_low", "ci_high"))
    return f"{percent(r['estimate'], c.lang, 1)} [{low}{', ' if c.lang == 'en' else '; '}{high}]"


def shown_item(c: Context, r: Row) -> str:
    """The item of a joint-display row: the outcome of a finding, or a call."""
    if r["strand"] == "call":
        return call_on(c, r, "item")
    return finding_name(c, r["item"])


def show(name: str, context: Context, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Table ``name`` (or some of its rows, ``frame``) for readers: every cell is text, headers are translated.

    The frame shows itself whole in a notebook; its ``attrs["right"]`` lists the headers that stand at the right.
    ``KeyError`` for an unknown name.
    """
    from trenza.render.readable import Readable

    if name not in COLUMNS:
        raise KeyError(f"table {name!r}; there are: {', '.join(COLUMNS)}")
    table = context.table(name) if frame is None else frame
    if name == "codes" and frame is None and len(table):
        table = rows.used_codes(table)
    found: dict[str, list[str]] = {}
    for column in COLUMNS[name]:
        cells = [column.cell(context, r) for _, r in table.iterrows()]
        found[context.t(column.header)] = cells
    result = Readable(found, dtype="str")
    result.attrs["right"] = [context.t(s.header) for s in COLUMNS[name] if s.right]
    return result


def without_blank_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without columns in which no row has anything to say."""
    return without(frame, [c for c in frame.columns if frame[c].isin(["", NO_VALUE]).all()])


def without(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The table without some columns; the others keep their side."""
    thin = frame[[c for c in frame.columns if c not in columns]]
    thin.attrs["right"] = [c for c in frame.attrs.get("right", []) if c not in columns]
    return thin
