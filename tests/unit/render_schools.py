"""Toy tables of a study over official school files, for the tests of the render room.

Every number is made up by small formulas; none is of a real file. The shape is that of real files: years
without a test, a preliminary file, a refused one, small cells withheld, groups far apart.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from render_frames import frame

from trenza.contracts.school_tables import DEPENDENCIES
from trenza.contracts.tables import CONTRACTS
from trenza.official import remarks
from trenza.render.context import Context

STUDY: dict[str, Any] = {
    "title": {"en": "Toy school files", "es": "Archivos de prueba de establecimientos"},
    "summary": {"en": "Made-up numbers.", "es": "Números inventados."},
    "design": {
        "unit": "school",
        "limits": ["school_means_only", "scale_by_equating"],
        "notes": [{"en": "A toy note.", "es": "Una nota de prueba."}],
    },
    "sources": {"files": {"kind": "real", "holds": "official"}},
}
SAT = {
    ("4b", y): n
    for y, n in ((2016, 7300), (2017, 7200), (2018, 7100), (2022, 7000), (2023, 6900), (2024, 6850))
}
SAT |= {("8b", 2017): 5900, ("8b", 2019): 5800, ("2m", 2018): 2900, ("2m", 2022): 2950, ("2m", 2023): 2960}
PRELIMINARY = ("4b", 2024)
SUBJECTS = {("8b", 2017): ("lect", "mate", "nat")}
LEVEL = {"lect": 262.0, "mate": 254.0, "nat": 257.0}
SHARES = {"municipal": 0.5, "subsidised": 0.36, "private": 0.08, "delegated": 0.0009, "slep": 0.06}
SHIFT = {"municipal": -9.0, "subsidised": 4.0, "private": 33.0, "delegated": 2.0, "slep": -13.0}
SES = {"1": -18.0, "2": -9.0, "3": 3.0, "4": 16.0, "5": 36.0}
CELLS = [("all", "all", 1.0, 0.0), *(("dependency", d, SHARES[d], SHIFT[d]) for d in DEPENDENCIES),
         *(("ses_group", g, 0.19, s) for g, s in SES.items()), ("ses_group", "unknown", 0.05, -2.0),
         *(("ses_group_baseline", g, 0.2, 0.9 * s) for g, s in SES.items())]  # fmt: skip
HEAD = {"source_id": "files", "source": "real"}
METHOD = remarks.MEAN
NOTE = "takes schools as independent of each other, also those of one commune; rests on a preliminary file"
CAUSES = (("ok", None, 0.9), ("too_few", None, 0.05), ("not_representative", "agency", 0.02),
          ("no_report", None, 0.012), ("not_tested", None, 0.01), ("did_not_sit", "refused", 0.008))  # fmt: skip
SIZES = ("1-5", "6-9", "10-19", "20-39", "40-59", "60+")


def tests() -> list[tuple[str, int, str]]:
    """Every grade, year and subject that was tested."""
    return [(g, y, s) for g, y in SAT for s in SUBJECTS.get((g, y), ("lect", "mate"))]


def before(grade: str, year: int) -> int | None:
    """The test before, or None for the first."""
    return max((y for g, y in SAT if g == grade and y < year), default=None)


def cells() -> list[dict[str, Any]]:
    """Every test by group, with made-up mean, schools and pupils; the delegated schools are too few to show."""
    found = []
    for g, y, s in tests():
        for breakdown, level, share, shift in CELLS:
            schools = round(share * SAT[g, y] * 0.9)
            mean = (
                LEVEL[s] + shift - 0.5 * (y - 2016) + (7.0 if y > 2022 else 0.0) - (8.0 if g == "2m" else 0.0)
            )
            found.append({**HEAD, "grade": g, "year": y, "subject": s, "breakdown": breakdown, "level": level, "schools": schools,
                          "pupils": 30 * schools, "mean": mean, "suppressed": schools < 10, "preliminary": (g, y) == PRELIMINARY})  # fmt: skip
    return found


def trends() -> pd.DataFrame:
    """Levels, changes and shares by group."""
    rows = []
    for c in cells():
        base = {k: v for k, v in c.items() if k != "mean"} | {
            "ci_level": 0.95,
            "clusters": min(340, c["schools"]),
            "method": METHOD,
            "note": NOTE,
        }
        if c["suppressed"]:
            rows += [base | {"term": "mean_points", "schools": None, "pupils": None}]
            continue
        half = 1.96 * 28 / c["schools"] ** 0.5
        terms: list[tuple[str, float, float, Any]] = [("mean_points", c["mean"], half, None)]
        first, last = min(y for g, y in SAT if g == c["grade"]), before(c["grade"], c["year"])
        for term, since in (("change_points", first), ("step_points", last)):
            if since is not None and since < c["year"]:
                gain = -0.5 * (c["year"] - since) + (7.0 if c["year"] > 2022 >= since else 0.0)
                terms.append((term, gain, 1.1 * half, since))
        if c["grade"] != "8b":
            terms.append(("share_adequate", 0.4 + c["mean"] / 1000, 0.01, None))
        # Counts of all schools have no interval.
        for term, value in (("share_withheld", 0.092), ("share_pupils_withheld", 0.007)):
            rows.append(base | {"term": term, "estimate": value, "clusters": None})
        for term, value, reach, year in terms:
            rows.append(base | {"term": term, "since_year": year, "estimate": value, "se": reach / 1.96, "ci_low": value - reach,
                                "ci_high": value + reach, "df": c["schools"] - 1.0,
                                "effect": value / 28 if year else None,
                                "effect_kind": "change / SD of school scores" if year else None})  # fmt: skip
    return frame("trends", rows, "toy")


def gaps() -> pd.DataFrame:
    """Kinds of school against municipal ones, and the highest against the lowest socio-economic group."""
    by = {(c["grade"], c["year"], c["subject"], c["breakdown"], c["level"]): c for c in cells()}
    rows = []
    for g, y, s in tests():
        for breakdown, upper, lower in (("dependency", "private", "municipal"), ("dependency", "subsidised", "municipal"),
                                        ("dependency", "delegated", "municipal"), ("ses_group", "5", "1"), ("ses_group_baseline", "5", "1")):  # fmt: skip
            a, b = by[g, y, s, breakdown, upper], by[g, y, s, breakdown, lower]
            base = {**HEAD, "grade": g, "year": y, "subject": s, "breakdown": breakdown, "upper": upper, "lower": lower, "ci_level": 0.95,
                    "preliminary": a["preliminary"], "method": METHOD, "note": NOTE, "suppressed": a["suppressed"] or b["suppressed"]}  # fmt: skip
            if not base["suppressed"]:
                gap, half = a["mean"] - b["mean"], 1.96 * 28 * (1 / a["schools"] + 1 / b["schools"]) ** 0.5
                base |= {
                    "schools_upper": a["schools"],
                    "schools_lower": b["schools"],
                    "pupils": a["pupils"] + b["pupils"],
                    "clusters": 340,
                }
                kind = {"effect_kind": "gap / SD between school means"}
                rows.append(base | _interval(gap, half) | kind | {"term": "gap_points", "effect": gap / 28})
                first = min(year for grade, year in SAT if grade == g)
                if y > first:
                    rows.append(
                        base
                        | _interval(-0.4 * (y - first), half)
                        | kind
                        | {"term": "change_points", "since_year": first}
                    )
            else:
                rows.append(base | {"term": "gap_points"})
    return frame("gaps", rows, "toy")


def _interval(value: float, half: float) -> dict[str, float]:
    """An estimate with its interval."""
    return {
        "estimate": value,
        "se": half / 1.96,
        "ci_low": value - half,
        "ci_high": value + half,
        "df": 339.0,
    }


def spread(mean: float, sd: float) -> dict[str, float]:
    """Quantiles of a normal curve."""
    z = {"05": -1.645, "25": -0.674, "50": 0.0, "75": 0.674, "95": 1.645}
    return {"mean_points": mean, "sd_points": sd} | {f"q{q}_points": mean + k * sd for q, k in z.items()}


def score_distribution() -> pd.DataFrame:
    """Quantiles of the schools' scores by group."""
    rows = []
    for c in cells():
        base = {k: c[k] for k in (*HEAD, "grade", "year", "subject", "breakdown", "level", "suppressed")}
        if not c["suppressed"]:
            base |= {"schools": c["schools"], "pupils": c["pupils"]} | spread(
                c["mean"], 26.0 if c["level"] == "all" else 20.0
            )
        rows.append(base)
    return frame("score_distribution", rows, "toy")


def year_changes() -> pd.DataFrame:
    """Quantiles of the schools' changes by group; 2m 2023 has no marks of significance."""
    rows = []
    for c in cells():
        since = before(c["grade"], c["year"])
        if since is None or c["subject"] == "nat":
            continue
        base = {k: c[k] for k in (*HEAD, "grade", "year", "subject", "breakdown", "level", "suppressed")} | {
            "since_year": since
        }
        if not c["suppressed"]:
            base |= {"schools": round(0.8 * c["schools"]), "correlation": 0.71} | spread(1.5, 19.0)
            if (c["grade"], c["year"]) != ("2m", 2023):
                base |= {"share_up": 0.14, "share_down": 0.11}
        rows.append(base)
        if c["breakdown"] == "all":
            rows += [
                base | {"breakdown": "pupils", "level": size, "schools": 800, "correlation": 0.1 + 0.12 * k}
                for k, size in enumerate(SIZES)
            ]
    return frame("year_changes", rows, "toy")


def missing() -> pd.DataFrame:
    """Schools by status and reason; counts by official cause are never suppressed."""
    rows = []
    for g, y, s in tests():
        for what in ("score", "change", "standards"):
            for status, reason, share in CAUSES:
                rows.append({**HEAD, "grade": g, "year": y, "subject": s, "what": what, "status": status, "reason": reason,
                             "has_value": status in ("ok", "not_representative"), "schools": round(share * SAT[g, y]),
                             "of_schools": SAT[g, y], "share": share, "suppressed": False})  # fmt: skip
    return frame("missing", rows, "toy")


def files() -> pd.DataFrame:
    """A file a test, one directory, one that was refused, two that hold no data."""
    rows: list[dict[str, Any]] = [
        {"file": f"simce/toy{g}{y}.xlsx", "outcome": "read", "kind": "simce", "grade": g, "year": y, "build_date": f"{y + 1}-05-02",
         "version": "v1", "preliminary": (g, y) == PRELIMINARY, "rows": n + 80, "schools_sat": n, "sha256": f"{y}{g}" * 10}
        for (g, y), n in SAT.items()
    ]  # fmt: skip
    rows += [
        {"file": "mineduc/toy_directory.csv", "outcome": "read", "kind": "directory", "year": 2025, "preliminary": False, "rows": 16000,
         "sha256": "d" * 64},
        {"file": "simce/toy_broken.xlsx", "outcome": "refused", "message": "simce/toy_broken.xlsx: found a file that is cut off; allowed: a whole one"},
        {"file": "simce/toy_notes.pdf", "outcome": "not_data", "message": "a code book, no data"},
        {"file": "simce/toy_more_notes.pdf", "outcome": "not_data", "message": "a code book, no data"},
    ]  # fmt: skip
    return frame("files", [{**HEAD, **r} for r in rows], "toy")


def ledger_counts() -> pd.DataFrame:
    """Cells by rule in two files."""
    counted = (("zero_score", "missing", 530), ("not_carried", "not_carried", 98000), ("marked_score", "flagged", 140),
               ("row_without_rbd", "refused", 1), ("number_as_text", "recoded", 5200), ("recoded", "recoded", 64000))  # fmt: skip
    return frame("ledger_counts", [{**HEAD, "file": f"simce/toy4b{y}.xlsx", "rule": r, "action": a, "cells": n + y} for y in (2016, 2018)
                                   for r, a, n in counted], "toy")  # fmt: skip


def checks() -> pd.DataFrame:
    """One published mean that is met, one that is not, and checks row by row."""
    rows = [
        {"file": "simce/toy4b2018.xlsx", "check": "national_mean", "subject": "lect", "expected": 261.0, "found": 261.14, "agrees": True,
         "origin": "press reports of the official results"},
        {"file": "simce/toy4b2022.xlsx", "check": "national_mean", "subject": "mate", "expected": 250.0, "found": 251.9, "agrees": False,
         "origin": "press reports of the official results"},
        *({"file": f"simce/toy4b{y}.xlsx", "check": "standards_sum", "subject": s, "found": 1.0, "rows_checked": 5000,
           "rows_failed": 0, "agrees": True, "origin": "definition"} for y in (2016, 2017, 2018) for s in ("lect", "mate")),
        {"file": "simce/toy4b2022.xlsx - simce/toy4b2023.xlsx", "check": "change_is_difference", "subject": "lect", "found": 0.9998,
         "rows_checked": 5200, "rows_failed": 1, "agrees": False, "origin": "the two files"},
    ]  # fmt: skip
    return frame("checks", [{**HEAD, **r} for r in rows], "toy")


@cache
def school_tables() -> dict[str, pd.DataFrame]:
    """All tables of the toy study by name; every other table is empty, as a study without them writes it."""
    made = (files, ledger_counts, missing, score_distribution, trends, gaps, year_changes, checks)
    empty = {n: pd.DataFrame(columns=c.names) for n, c in CONTRACTS.items()}
    return {**empty, **{make.__name__: make() for make in made}}


def school_context(lang: str, **other: pd.DataFrame) -> Context:
    """The toy study in one language, with ``other`` tables in place of its own."""
    items = pd.DataFrame(columns=["item", "label_en", "label_es", "unit", "scale"])
    codebook = pd.DataFrame(columns=["code", "parent", "label_en", "label_es"])
    links = pd.DataFrame(columns=["link", "proposition_en", "proposition_es"])
    return Context({**school_tables(), **other}, STUDY, items, codebook, links, lang)
