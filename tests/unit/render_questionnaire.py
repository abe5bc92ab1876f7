"""A toy study with questionnaires of two kinds of number, some of its cells withheld, in hand-made tables.

Everything is made up; what adds up (flow, answers) does so by construction here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
from render_frames import frame

from trenza.compare.contrast import Group
from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_summaries
from trenza.render.context import Context

THRESHOLD = "5"
NAMES = {
    "trust": ("Trust among teachers", "Confianza entre docentes"),
    "comfort": ("Comfort with being observed", "Comodidad con ser observado"),
    "trust_1": ("I can speak openly with my colleagues about what does not work in my lessons", "Puedo hablar abiertamente con mis colegas sobre lo que no funciona en mis clases"),
    "trust_2": ("I avoid asking others for help", "Evito pedir ayuda a otros"),
    "trust_3": ("We keep what we agree", "Cumplimos lo que acordamos"),
    "comfort_1": ("Being observed by a colleague", "Ser observado por un colega"),
    "comfort_2": ("Hearing what a colleague saw", "Escuchar lo que vio un colega"),
}  # fmt: skip
ITEMS = {"trust": ("trust_1", "trust_2", "trust_3"), "comfort": ("comfort_1", "comfort_2")}
WORDS = (
    ("Strongly disagree", "Muy en desacuerdo"), ("Disagree", "En desacuerdo"),
    ("Neither agree nor disagree", "Ni de acuerdo ni en desacuerdo"), ("Agree", "De acuerdo"), ("Strongly agree", "Muy de acuerdo"),
)  # fmt: skip
SOURCES = (("leaders", "real"), ("teachers", "simulated"))
GROUPS = ("participant", "control")
COUNTS = {"participant": (0, 3, 9, 20, 14), "control": (5, 9, 12, 15, 6)}
STUDY: dict[str, Any] = {
    "title": {"en": "Toy questionnaires", "es": "Cuestionarios de juguete"},
    "design": {"unit": "teacher", "cluster": "school", "group": "group", "participants": "participant", "control": "control"},
    "sources": {"leaders": {"kind": "real", "holds": "questionnaire"}, "leaders_again": {"kind": "real", "holds": "questionnaire"}, "teachers": {"kind": "simulated", "holds": "questionnaire"}},
    "comparisons": [
        {"id": "plain", "sources": ["leaders"], "outcomes": ["trust", "comfort"]},
        {"id": "careful", "sources": ["leaders"], "outcomes": ["trust", "comfort"], "without_flagged": ["long_string", "speed"]},
    ],
    "labels": {"participant": {"en": "Participants", "es": "Participantes"}, "control": {"en": "Control", "es": "Control"}},
}  # fmt: skip


def items() -> pd.DataFrame:
    """items.csv: a scale of three items from 1 to 5, one of them reversed, and one of two sliders from 0 to 100."""
    found = []
    for scale, of_scale in ITEMS.items():
        high = "100" if scale == "comfort" else "5"
        low = "0" if scale == "comfort" else "1"
        for i in (*of_scale, scale):
            found.append(
                {"item": i, "scale": scale, "min": low, "max": high, "reverse": "yes" if i == "trust_2" else "no", "missing_codes": "",
                 "unit": "points", "stand_in": "no", "label_en": NAMES[i][0], "label_es": NAMES[i][1],
                 "score": "mean" if i == scale else ""}
            )  # fmt: skip
    return pd.DataFrame(found)


def _answers() -> list[dict[str, Any]]:
    found = []
    for sid, kind in SOURCES:
        for scale, of_scale in ITEMS.items():
            for item in of_scale:
                for group in GROUPS:
                    counts = COUNTS[group][::-1] if item == "trust_2" else COUNTS[group]
                    # Of real people the cell of 3 stands together with its smaller neighbour.
                    spans = [(i, i, n) for i, n in enumerate(counts, 1)]
                    if kind == "real" and 3 in counts:
                        at = counts.index(3)
                        spans = [(1, 3, 12), *spans[3:]] if at == 1 else [*spans[:2], (3, 5, 12)]
                    total = sum(counts)
                    for position, (low, high, n) in enumerate(spans, 1):
                        step = 1.0 if scale == "trust" else 25.0
                        first, last = (step * (v - 1) + (1 if scale == "trust" else 0) for v in (low, high))
                        word = WORDS[low - 1] if low == high and scale == "trust" else (None, None)
                        found.append(
                            {"source_id": sid, "source": kind, "scale": scale, "item": item, "group": group, "position": position,
                             "low": first, "high": last, "word_en": word[0], "word_es": word[1], "n": n,
                             "n_answered": total, "share": n / total}
                        )  # fmt: skip
    return found


def _flow() -> list[dict[str, Any]]:
    found = []
    steps = (
        ("asked", "entered", 74, 60), ("rows_read", "entered", 60, 55), ("no_consent", "left_out", 6, 4), ("not_eligible", "left_out", 6, None),
        ("repeated", "left_out", 2, 1), ("kept", "stayed", 46, 47), ("scored_trust", "part", 45, 46), ("scored_comfort", "part", 44, 41),
    )  # fmt: skip
    for sid, kind in SOURCES:
        for step, (box, of_kind, first, second) in enumerate(steps, 1):
            hidden = kind == "real"
            for group, n in (
                ("all", None if second is None else first + second),
                (GROUPS[0], first),
                (GROUPS[1], second),
            ):
                n = n if n is not None else (first if group == "all" else 0) + 3
                small = hidden and (n < 5 or (box == "not_eligible" and group == "all") or box == "repeated")
                found.append({"source_id": sid, "source": kind, "step": step, "box": box, "kind": of_kind, "group": group,
                              "n": None if small else n, "suppressed": small})  # fmt: skip
    return found


def _missing() -> list[dict[str, Any]]:
    found = []
    for sid, kind in SOURCES:
        for k, item in enumerate(i for of in ITEMS.values() for i in of):
            for group, people in zip(GROUPS, (46, 47), strict=True):
                for reason, n in (
                    ("not_answered", 6 + 2 * k),
                    ("missing_code", 2 * k),
                    ("out_of_range", 0),
                    ("not_asked", 0),
                ):
                    small = kind == "real" and 0 < n < 5
                    found.append({"source_id": sid, "source": kind, "item": item, "group": group, "reason": reason, "n_people": people,
                                  "n": None if small else n, "share": None if small else n / people, "suppressed": small})  # fmt: skip
    return found


def _scales() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {n: [] for n in ("item_statistics", "reliability", "reliability_difference",
                                                              "school_agreement", "one_factor", "score_checks")}  # fmt: skip
    for sid, kind in SOURCES:
        head = {"source_id": sid, "source": kind}
        for scale, of_scale in ITEMS.items():
            place = {**head, "scale": scale}
            for k, item in enumerate(of_scale):
                wrong = item == "trust_3"
                found["item_statistics"].append(
                    {**place, "item": item, "n": 93, "n_missing": 6, "mean": 3.4 + k / 10, "sd": 0.9, "floor_share": 0.05,
                     "ceiling_share": 0.21, "key_declared": "reversed" if item == "trust_2" else "straight",
                     "key_found": "reversed" if wrong or item == "trust_2" else "straight", "item_rest": -0.31 if wrong else 0.42,
                     "item_rest_found": 0.47 if wrong else 0.5, "alpha_without": 0.74 if wrong else 0.41, "loading": 0.6,
                     "suspect": wrong}
                )  # fmt: skip
            for g, (group, shift) in enumerate(zip(GROUPS, (0.0, 0.06), strict=True)):
                for coefficient, extra in (("alpha", 0.0), ("omega", 0.02)):
                    value = (0.71 if scale == "trust" else 0.83) + shift + extra
                    small = kind == "real" and scale == "comfort" and g == 1
                    found["reliability"].append(
                        {**place, "group": group, "coefficient": coefficient, "n": 44, "n_items": len(of_scale), "clusters": 22,
                         "estimate": None if small else value, "ci_low": None if small else value - 0.12,
                         "ci_high": None if small else value + 0.07, "ci_level": 0.95, "mean_r": 0.4, "suppressed": small}
                    )  # fmt: skip
            found["reliability_difference"].append(
                {**place, "n_participants": 44, "n_control": 44, "alpha_participants": 0.71, "alpha_control": 0.77, "difference": -0.06,
                 "ci_low": -0.2, "ci_high": 0.08, "ci_level": 0.95, "statistic": 0.79, "df1": 43, "df2": 43, "p_value": 0.44}
            )  # fmt: skip
            found["school_agreement"].append(
                {**place, "n": 90, "clusters": 22, "n_per_cluster": 4.1, "icc1": 0.11, "icc1_low": -0.02, "icc1_high": 0.31,
                 "ci_level": 0.95, "icc2": 0.33, "icc2_low": -0.05, "icc2_high": 0.61, "f_value": 1.5, "df1": 21, "df2": 68, "p_value": 0.1, "clusters_rwg": 20,
                 "rwg_mean": 0.72, "rwg_median": 0.77, "rwg_share_70": 0.65}
            )  # fmt: skip
            fitted = scale == "trust" and kind == "simulated"
            fit = {"chi2": 7.4, "df": 2, "p_value": 0.02, "cfi": 0.96, "tli": 0.93, "rmsea": 0.09, "rmsea_low": 0.02, "rmsea_high": 0.15,
                   "srmr": 0.04}  # fmt: skip
            found["one_factor"].append(
                {**place, "n": 88, "n_items": len(of_scale), "fitted": fitted, **(fit if fitted else {}),
                 "note": None if fitted else "toy reason"}
            )  # fmt: skip
    for keying, agree in (("as_answered", 12), ("declared", 60), ("found", 90)):
        found["score_checks"].append(
            {"source_id": "leaders", "source": "real", "scale": "trust", "keying": keying, "column": "T_SCORE", "n_published": 90,
             "n_computed": 90, "n_both": 90, "mean_published": 3.4, "mean_computed": 3.3, "n_agree": agree, "n_people": 93, "largest_difference": 0.0 if agree == 90 else 1.5,
             "agrees": agree == 90}
        )  # fmt: skip
    return found


def _people() -> dict[str, list[dict[str, Any]]]:
    careless = [
        {"source_id": sid, "source": kind, "group": group, "index": index, "rule": "toy rule", "n": 46,
         "n_flagged": None if kind == "real" and n < 5 else n, "share": None if kind == "real" and n < 5 else n / 46,
         "suppressed": kind == "real" and n < 5}
        for sid, kind in SOURCES for group in GROUPS
        for index, n in (("long_string", 2), ("variability", 6), ("any", 7))
    ]  # fmt: skip
    attrition = [
        {"id": "leaders", "source": "real", "n_participants_start": 74, "n_participants_end": 46, "n_control_start": 60,
         "n_control_end": 47, "overall": 41 / 134, "differential": 0.162, "bound_cautious": 0.05, "bound_optimistic": 0.1,
         "call": "high", "suppressed": False},
        {"id": "teachers", "source": "simulated", "n_participants_start": 48, "n_participants_end": 46, "call": "unknown",
         "suppressed": False},
    ]  # fmt: skip
    linked = [{"first": "leaders", "second": "leaders_again", "by": "teacher", "n_first": 93, "n_second": 93, "n_both": 60,
               "n_other_school": None, "suppressed": True}]  # fmt: skip
    accounts = [
        {"source_id": "leaders", "source": "real", "file": "toy.csv", "column": c, "used_as": u, "cells_read": 115, "cells_carried": 93,
         "cells_ledger": 22, "agrees": True}
        for c, u in (("Q1", "item"), ("Comments", None))
    ]  # fmt: skip
    shares = [
        {"source_id": "leaders", "source": "published", "item": "trust_1", "relation": "about", "printed": 0.66, "low": 0.655, "high": 0.665,
         "n": 15, "counts": None, "where": "p. 4"},
        {"source_id": "leaders", "source": "published", "item": "trust_3", "relation": "over", "printed": 0.9, "low": 0.9, "high": 1.0,
         "n": 15, "counts": "14;15", "where": "p. 5"},
    ]  # fmt: skip
    schools = [
        {"source_id": sid, "source": kind, "outcome": scale, "rank": r, "n": 2 + (7 * r) % 5, "mean": m + s * r / 22,
         "low": m + s * r / 22 - w, "high": m + s * r / 22 + w, "overall": m + s / 2}
        for sid, kind in SOURCES for scale, m, s, w in (("trust", 2.6, 1.6, 0.3), ("comfort", 52, 36, 7)) for r in range(1, 23)
    ]  # fmt: skip
    return {
        "careless": careless,
        "attrition": attrition,
        "linked": linked,
        "accounts": accounts,
        "shares": shares,
        "school_scores": schools,
    }


def _compared() -> list[dict[str, Any]]:
    return [
        {"id": f"{name}_{outcome}", "outcome": outcome, "term": "participant - control", "n": n, "source": "real", "estimate": e, "se": 0.1,
         "ci_low": e - 0.2, "ci_high": e + 0.2, "ci_level": 0.95, "p_value": 0.2, "effect": 2 * e, "effect_ci_low": 2 * e - 0.4,
         "effect_ci_high": 2 * e + 0.4, "effect_kind": "Hedges g", "method": "Welch t test on individual rows"}
        for name, n, shift in (("plain", 93, 0.0), ("careful", 80, 0.03))
        for outcome, e in (("trust", 0.12 + shift), ("comfort", 0.3 + shift))
    ]  # fmt: skip


def _verdicts() -> dict[str, pd.DataFrame]:
    """The comparison with all people and the run without those flagged, both in favour of participants."""
    pairs = {
        "plain": {"trust": (Group(46, 3.6, 0.9), Group(47, 3.48, 0.9)), "comfort": (Group(46, 61.3, 20.0), Group(47, 61.0, 20.0))},
        "careful": {"trust": (Group(40, 3.7, 0.9), Group(40, 3.43, 0.9)), "comfort": (Group(40, 61.3, 20.0), Group(40, 61.0, 20.0))},
    }  # fmt: skip
    made = [
        verdicts_from_summaries(
            pairs[name], study="toy", comparison=name, source="real", participants="participant", control="control",
            clusters=None, assignment=None, settings=Settings(),
        )
        for name in pairs
    ]  # fmt: skip
    return {name: pd.concat([part[name] for part in made], ignore_index=True) for name in made[0]}


@cache
def questionnaire_tables() -> dict[str, pd.DataFrame]:
    """All tables about questionnaires, the comparison with and without those flagged, and the threshold."""
    manifest = [{"kind": "setting", "name": "disclosure.min_cell", "value": THRESHOLD}]
    made = {"answers": _answers(), "participant_flow": _flow(), "missingness": _missing(), "groups": _compared(), "manifest": manifest,
            **_scales(), **_people()}  # fmt: skip
    return {name: frame(name, rows, "toy") for name, rows in made.items()} | _verdicts()


def questionnaire_context(lang: str, *sources: str) -> Context:
    """The toy study in one language, or only some of its sources."""
    tables = questionnaire_tables()
    if sources:
        tables = {
            n: t.loc[t["source_id"].isin(sources)] if "source_id" in t.columns else t
            for n, t in tables.items()
        }
    nothing = pd.DataFrame()
    return Context(tables, STUDY, items(), nothing, nothing, lang)
