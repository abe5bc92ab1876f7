"""The tables of coded projects for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import coding
from trenza.render.cells import Row, Shown, count_cell, number_cell, plain_cell, said_cell, span_cell
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    from trenza.render.context import Context

SIGNS = {"enabling": "+", "hindering": "\u2212", "ambivalent": "\u00b1"}


def _code(column: str = "code") -> Shown:
    header = {"code": "col_code", "code_a": "col_code_a", "code_b": "col_code_b"}[column]
    return Shown(header, lambda c, r: coding.code_name(c, r[column]))


def _cases(c: Context, r: Row) -> str:
    if bool(r["suppressed"]):
        return c.t("suppressed")
    low, high = (percent(r[k], c.lang) for k in ("ci_low", "ci_high"))
    return f"{c.count(r['n_cases'])} / {c.count(r['n_cases_total'])} [{low}{', ' if c.lang == 'en' else '; '}{high}]"


def _signed(c: Context, r: Row) -> str:
    if bool(r["suppressed"]):
        return c.t("suppressed")
    parts = [f"{c.count(r[d])}{sign}" for d, sign in SIGNS.items() if int(r[d])]
    return " ".join(parts) or c.count(r["n_segments"])


def _part(c: Context, r: Row) -> str:
    code = "" if is_missing(r["code"]) else coding.code_name(c, r["code"])
    return c.t(f"part_{r['part']}", code=code)


def _coders(c: Context, r: Row) -> str:
    if is_missing(r["coder_a"]):
        return c.t("all_coders")
    return f"{coding.coder_name(c, r['coder_a'])}, {coding.coder_name(c, r['coder_b'])}"


def _percent(column: str, header: str) -> Shown:
    return Shown(header, lambda c, r: percent(r[column], c.lang, 1), True)


def _withheld(column: str, number: bool, header: str = "") -> Shown:
    def cell(c: Context, r: Row) -> str:
        if bool(r["suppressed"]):
            return c.t("suppressed")
        return c.num(r[column]) if number else c.count(r[column])

    return Shown(header or f"col_{column}", cell, True)


COLUMNS: dict[str, tuple[Shown, ...]] = {
    "agreement_codes": (
        _code(), Shown("col_uses", count_cell("uses"), True), Shown("col_both", count_cell("both"), True),
        Shown("col_only_first", count_cell("only_a"), True), Shown("col_only_second", count_cell("only_b"), True),
        Shown("col_neither", count_cell("neither"), True), Shown("col_kappa_ci", span_cell("kappa", "kappa_low", "kappa_high"), True),
        Shown("col_kappa_max", number_cell("kappa_max"), True), Shown("col_positive_ci", span_cell("positive", "positive_low", "positive_high"), True),
        Shown("col_percent_agree", number_cell("percent"), True), Shown("col_ac1", number_cell("ac1"), True), Shown("col_nominal_alpha", number_cell("alpha"), True),
    ),
    "agreement": (
        Shown("col_part", _part), Shown("col_coders", _coders), Shown("col_statistic", lambda c, r: c.t(f"stat_{r['statistic']}")),
        Shown("col_value", span_cell("estimate", "ci_low", "ci_high"), True), Shown("col_note", said_cell("note")),
        Shown("col_kind", lambda c, r: c.source(r["source"])),
    ),
    "kappa_lint": (
        Shown("col_code", plain_cell("code")), Shown("col_tool_file", plain_cell("file")), Shown("col_reported", number_cell("reported", 4), True),
        Shown("col_recomputed", span_cell("kappa", "kappa_low", "kappa_high"), True), Shown("col_verdict_lint", lambda c, r: c.t(f"lint_{r['verdict']}")),
    ),
    "kappa_pooled": (
        Shown("col_code", lambda c, r: c.t("part_all_codes") if is_missing(r["code"]) else c.told(r["code"])), Shown("col_tool_file", count_cell("n_files"), True),
        Shown("col_kappa_ci", span_cell("kappa", "ci_low", "ci_high"), True), Shown("col_positive_ci", number_cell("positive"), True),
        Shown("col_ac1", number_cell("ac1"), True), Shown("col_nominal_alpha", number_cell("alpha"), True),
    ),
    "code_nodes": (
        Shown("col_code", lambda c, r: "\u2003" * int(r["depth"]) + coding.code_name(c, r["code"])),
        Shown("col_node_segments", count_cell("n_segments"), True), Shown("col_node_below", count_cell("n_segments_below"), True),
        Shown("col_node_documents", count_cell("n_documents"), True), Shown("col_node_coders", count_cell("n_coders"), True),
    ),
    "codebook_changes": (
        _code(), Shown("col_book_change", lambda c, r: c.t(f"change_{r['change']}")), Shown("col_before", plain_cell("before")),
        Shown("col_after", plain_cell("after")),
    ),
    "codebook_proposals": (
        Shown("col_code_a", plain_cell("path_a")), Shown("col_code_b", plain_cell("path_b")),
        Shown("col_why_alike", lambda c, r: c.t(f"like_{r['reason']}")), Shown("col_uses", lambda c, r: f"{c.count(r['uses_a'])} / {c.count(r['uses_b'])}", True),
    ),
    "code_matrix": (
        _code(), Shown("col_level", lambda c, r: c.level(r["level"])), Shown("col_n_segments", _signed, True), Shown("col_share_cases", _cases, True),
    ),
    "case_themes": (
        _code(), Shown("col_direction", lambda c, r: c.t(f"direction_{r['direction']}")), Shown("col_note", said_cell("note")),
    ),
    "co_occurrence": (
        _code("code_a"), _code("code_b"), Shown("col_overlaps", count_cell("n_overlaps"), True),
        Shown("col_pair_documents", count_cell("n_documents"), True), Shown("col_jaccard", number_cell("jaccard_documents"), True),
    ),
    "code_scores": (
        _code(), Shown("col_outcome", lambda c, r: c.item(r["outcome"])), _withheld("n_with", False, "col_n_code_with"), _withheld("n_without", False, "col_n_code_without"), _withheld("mean_with", True), _withheld("mean_without", True),
        Shown("col_rank_correlation", number_cell("rank_correlation"), True),
    ),
    "code_families": (
        Shown("col_code_family", lambda c, r: c.t("family_none") if is_missing(r["family"]) else c.told(r["family"])),
        Shown("col_n_codes", count_cell("n_codes"), True), Shown("col_references", count_cell("references"), True), _percent("share", "col_share_of_all"),
    ),
    "code_counts": (
        Shown("col_rank", count_cell("rank"), True), Shown("col_code", plain_cell("name")), Shown("col_sources_coded", count_cell("sources"), True),
        Shown("col_references", count_cell("references"), True), _percent("share_so_far", "col_share_so_far"),
    ),
}  # fmt: skip
