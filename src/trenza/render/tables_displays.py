"""The tables of joint displays for readers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trenza.render import case_comparison as cases
from trenza.render import selection
from trenza.render.cells import Row, Shown, count_cell, number_cell, plain_cell, span_cell
from trenza.render.language import NO_VALUE, has_text, is_missing, percent
from trenza.render.reasons import call_on

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def _where(c: Context, r: Row) -> str:
    return NO_VALUE if is_missing(r["where"]) else selection.told(c, r["where"])


def finding_name(c: Context, finding: str) -> str:
    """The outcome, rated item or claim that a finding is of."""
    stage, _, name = finding.partition(":")
    if stage == "claims":
        return selection.claim_name(c, name)
    for outcome in sorted(c.items["item"], key=len, reverse=True):
        if name == outcome or name.endswith(f"_{outcome}"):
            return c.item(outcome)
    return c.level(name or stage)


def _unit(c: Context, r: Row) -> str:
    if is_missing(r["unit"]):
        return ""
    key = f"unit_{r['unit']}"
    return c.t(key) if has_text(c.lang, key) else c.say(r["unit"])


def measured(c: Context, r: Row) -> str:
    """A number with interval and unit; for what has none, a dash."""
    if is_missing(r["value"]):
        stage, _, name = str(r["item"]).partition(":")
        for claim in c.table("claims").to_dict("records") if stage == "claims" else []:
            if claim["claim"] == name:
                return cases.outcome(c, {**claim, "value": claim["estimate"]})
        return NO_VALUE
    whole = r["unit"] in ("segments", "cases")
    body = c.count(r["value"]) if whole else span_cell("value", "low", "high")(c, r)
    return f"{body} {_unit(c, r)}".strip()


def _theme_counts(c: Context, r: Row) -> str:
    found = [f"{c.count(r[d])}{sign}" for d, sign in cases.SIGNS.items() if not is_missing(r[d]) and r[d]]
    if found:
        return " ".join(found)
    return NO_VALUE if is_missing(r["n_segments"]) else c.count(r["n_segments"])


def _school_theme(c: Context, r: Row) -> str:
    if bool(r["suppressed"]):
        return c.t("suppressed")
    return _theme_counts(c, r) if r["n_segments"] else c.t("no_segment")


def _pillar(c: Context, r: Row) -> str:
    return c.t("pillar_none") if is_missing(r["pillar"]) else named(c, "pillars", str(r["pillar"]))


def named(c: Context, key: str, identifier: str) -> str:
    """What study.yaml calls an entry of one of its lists."""
    declared = c.study.get(key) or []
    return next((c.told(d[c.lang]) for d in declared if d["id"] == identifier), identifier)


def test_words(c: Context, r: Row) -> str:
    """What a test of a hypothesis predicts."""
    for hypothesis in c.study.get("process_tests") or []:
        for test in hypothesis["tests"]:
            if (hypothesis["id"], test["id"]) == (r["hypothesis"], r["test"]):
                return c.told(test[c.lang])
    return str(r["test"])


def _evidence(c: Context, r: Row) -> str:
    if r["passed_by"] == "declared":
        return _where(c, r)
    return c.t("test_by_link", proposition=c.proposition(r["link"]))


def _item(c: Context, r: Row) -> str:
    return finding_name(c, str(r["item"])) if r["strand"] == "quantitative" else c.code(r["item"])


def qca_words(c: Context, expression: str) -> str:
    """An expression with the names of themes for their ids: set by the entry of study.yaml."""
    codes = {e["id"]: e["code"] for entry in c.study.get("qca") or [] for e in entry["conditions"]}
    return re.sub(r"[a-z][a-z0-9_]*", lambda found: c.code(codes.get(found[0], found[0])), str(expression))


def pillar_cells(c: Context, own: pd.DataFrame) -> dict[str, str]:
    """What both strands list under one link: findings with their data, themes with their segments."""
    numbers = [
        f"{_item(c, r)}: {measured(c, r)}"
        for r in own.loc[own["strand"] == "quantitative"].to_dict("records")
    ]
    themes = [
        f"{_item(c, r)} ({measured(c, r) if r['unit'] == 'cases' else c.count(r['value'])})"
        for r in own.loc[own["strand"] == "qualitative"].to_dict("records")
    ]
    return {"numbers": "; ".join(numbers), "themes": "; ".join(themes)}


def _statistic(c: Context, r: Row) -> str:
    if r["statistic"] == "finding":
        return finding_name(c, str(r["item"]))
    return c.t(f"statistic_{r['statistic']}", outcome=c.item(r["item"]))


PROGRAMME = Shown("col_programme", lambda c, r: c.level(r["programme"]))
FILE = (Shown("col_file", plain_cell("file")), Shown("col_file_row", plain_cell("row")))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "case_comparison": (
        PROGRAMME, Shown("col_case_item", cases.item), Shown("col_case_cell", cases.value), Shown("col_where", _where), *FILE,
    ),
    "case_effects": (
        PROGRAMME, Shown("col_case_claim", cases.effect_name), Shown("col_case_size", cases.outcome),
        Shown("col_case_quality", cases.quality), Shown("col_where", _where),
    ),
    "school_level": (
        Shown("col_school_pseudonym", plain_cell("school")), Shown("col_school_mode", span_cell("mode", "ci_low", "ci_high"), True),
        Shown("col_shrinkage", lambda c, r: percent(r["shrinkage"], c.lang), True), Shown("col_school_themes", _school_theme, True),
        Shown("col_theme_balance", number_cell("balance"), True), Shown("col_quadrant", lambda c, r: _quadrant(c, r)),
    ),
    "pillars_by_link": (
        Shown("col_pillar_numbers", lambda c, r: r["numbers"]), Shown("col_pillar", _pillar), Shown("col_pillar_themes", lambda c, r: r["themes"]),
        Shown("col_pillar_check", lambda c, r: c.t(f"pillar_check_{r['check']}")), Shown("col_call", call_on),
    ),
    "pillars": (
        Shown("col_pillar", _pillar), Shown("col_strand", lambda c, r: c.t(f"strand_{r['strand']}")), Shown("col_listed", _item),
        Shown("col_data", measured, True), Shown("col_pillar_check", lambda c, r: c.t(f"pillar_check_{r['check']}")),
        Shown("col_call", lambda c, r: NO_VALUE if is_missing(r["call"]) else call_on(c, r)), *FILE,
    ),
    "theme_statistics": (
        Shown("col_code", lambda c, r: c.code(r["code"])), Shown("col_theme_counts", _theme_counts, True),
        Shown("col_n_cases", count_cell("n_cases"), True), Shown("col_statistic", _statistic), Shown("col_value", measured, True),
    ),
    "process_tests": (
        Shown("col_test_predicts", test_words), Shown("col_test_kind", lambda c, r: c.t(f"test_{r['kind']}")),
        Shown("col_test_evidence", _evidence), Shown("col_test_passed", lambda c, r: c.t(f"passed_{r['passed']}")),
        Shown("col_test_inference", lambda c, r: c.t(f"inference_{r['inference']}")),
        Shown("col_likelihood_ratio", number_cell("likelihood_ratio"), True), Shown("col_posterior", lambda c, r: percent(r["posterior"], c.lang, 1), True),
    ),
    "qca_truth": (
        Shown("col_qca_row", lambda c, r: qca_words(c, r["configuration"])), Shown("col_n_cases", count_cell("n"), True),
        Shown("col_qca_cases", lambda c, r: NO_VALUE if is_missing(r["cases"]) else c.told(r["cases"]).replace(";", ", ")),
        Shown("col_consistency", number_cell("consistency"), True), Shown("col_pri", number_cell("pri"), True),
        Shown("col_qca_result", lambda c, r: c.t(f"qca_row_{r['result']}")), Shown("col_kind", lambda c, r: c.source(r["source"])),
    ),
    "qca_solutions": (
        Shown("col_qca_solution", lambda c, r: c.t(f"qca_{r['solution']}") if r["part"] == 0 else c.t("qca_part")),
        Shown("col_qca_row", lambda c, r: qca_words(c, r["expression"])), Shown("col_consistency", number_cell("consistency"), True),
        Shown("col_pri", number_cell("pri"), True), Shown("col_coverage", number_cell("coverage"), True),
        Shown("col_unique_coverage", number_cell("unique_coverage"), True),
    ),
    "qca_robustness": (
        Shown("col_qca_solution", lambda c, r: c.t(f"qca_{r['solution']}")), Shown("col_shift", number_cell("shift"), True),
        Shown("col_consistency_cut", number_cell("consistency_cut"), True),
        Shown("col_qca_row", lambda c, r: c.t("qca_no_solution") if is_missing(r["expressions"]) else qca_words(c, r["expressions"])),
        Shown("col_consistency", number_cell("consistency"), True), Shown("col_coverage", number_cell("coverage"), True),
    ),
    "display_notes": (
        Shown("col_display", lambda c, r: c.t(f"display_{r['display']}")), Shown("col_why_not", lambda c, r: c.t(f"not_shown_{r['reason']}")),
    ),
}  # fmt: skip


def _quadrant(c: Context, r: Row) -> str:
    side, theme = c.t(f"side_of_zero_{r['side']}"), c.t(f"theme_is_{r['theme']}")
    return f"{side}; {theme}"
