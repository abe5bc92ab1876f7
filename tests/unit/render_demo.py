"""Small hand-made tables that keep the contracts, for the tests of the render room.

Published figures are those of the two studies' printed tables; everything else is made up to have
the right shape.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import yaml
from render_frames import frame, result
from render_models import cic_models
from render_p900 import p900_tables
from render_verdicts import (
    CONTROL,
    OUTCOMES,
    PARTICIPANTS,
    ROOT,
    audited,
    baseline,
    joined,
    published,
    simulated,
)

from trenza.render.context import Context

EFFECTS = {"collaboration": (0.179, -0.217, 0.574, 0.379), "comfort": (0.196, -0.200, 0.591, 0.330),
           "commitment": (0.436, 0.036, 0.835, 0.031), "leadership": (-0.082, -0.477, 0.313, 0.676),
           "community": (0.0, -0.395, 0.395, 1.0)}  # fmt: skip


def study_files(study: str) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """study.yaml, items, codebook and links of a bundled study."""
    folder = ROOT / "config" / "studies" / study
    tables = [
        pd.read_csv(folder / f"{n}.csv", dtype=str, keep_default_na=False)
        for n in ("items", "codebook", "links")
    ]
    return (
        yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8")),
        tables[0],
        tables[1],
        tables[2],
    )


def groups() -> pd.DataFrame:
    """Five published and five simulated comparisons."""
    rows = []
    for source, shift in (("published", 0.0), ("simulated", 0.004)):
        for o in OUTCOMES:
            g, low, high, p = EFFECTS[o]
            sd = (PARTICIPANTS[o][1] + CONTROL[o][1]) / 2
            rows.append(
                result(id=f"teachers_{o}", outcome=o, n=97, clusters=22 if source == "simulated" else None,
                       source=source, estimate=PARTICIPANTS[o][0] - CONTROL[o][0], se=sd * 0.2,
                       ci_low=low * sd, ci_high=high * sd, statistic=g / 0.2, df=94.9, p_value=p,
                       effect=g + shift, effect_ci_low=low, effect_ci_high=high, effect_kind="Hedges g",
                       sesoi=0.25, p_equivalence=0.4, p_holm=min(1.0, p * 5))
            )  # fmt: skip
    return frame("groups", rows, "cic2019")


def counts() -> pd.DataFrame:
    """Table 1 as printed."""
    raw = pd.read_csv(ROOT / "data/published/cic2019/table1_participants.csv")
    rows = [
        {**r, "source_id": "table1", "source": "published", "computed": r["n"], "agrees": True}
        for r in raw.to_dict("records")
    ]
    return frame("counts", rows, "cic2019")


def ratings() -> pd.DataFrame:
    """Figure 6 as printed."""
    raw = pd.read_csv(ROOT / "data/published/cic2019/figure6_satisfaction.csv").sort_values(
        "mean", ascending=False
    )
    rows = [
        {"source_id": "figure6", "source": "published", "item": r["item"], "mean": r["mean"], "scale_min": 1, "scale_max": 4,
         "share_of_range": (r["mean"] - 1) / 3, "rank": i, "where": r["where"], "note": r["note"]}
        for i, r in enumerate(raw.to_dict("records"), 1)
    ]  # fmt: skip
    return frame("ratings", rows, "cic2019")


def qualitative() -> dict[str, pd.DataFrame]:
    """segments, codes and cells counted from the twenty printed segments."""
    raw = pd.read_csv(ROOT / "data/published/cic2019/segments.csv", dtype=str)
    book = pd.read_csv(ROOT / "config/studies/cic2019/codebook.csv", dtype=str, keep_default_na=False)
    segments = frame(
        "segments",
        [
            {**{k: v for k, v in r.items() if k != "where"}, "source_id": "segments", "source": "published"}
            for r in raw.to_dict("records")
        ],
        "cic2019",
    )
    parent = dict(zip(book["code"], book["parent"], strict=True))

    def path(code: str) -> list[str]:
        return [*(path(parent[code]) if parent[code] else []), code]

    def tally(part: pd.DataFrame) -> dict[str, Any]:
        return {"n_segments": len(part), "n_cases": part["case"].nunique(),
                **{d: int((part["direction"] == d).sum()) for d in ("enabling", "hindering", "ambivalent")}}  # fmt: skip

    codes = []
    for r in book.to_dict("records"):
        below = [c for c in book["code"] if r["code"] in path(c)]
        codes.append({"source": "published", "code": r["code"], "parent": r["parent"] or None, "path": "/".join(path(r["code"])),
                      "depth": len(path(r["code"])) - 1, "codable": r["codable"] == "yes",
                      **tally(segments[segments["code"] == r["code"]]),
                      "n_segments_below": int(segments["code"].isin(below).sum()), "n_cases_total": segments["case"].nunique()})  # fmt: skip
    cells = []
    for by in ("role", "municipality", "participant", "case"):
        for (level, code), part in segments.groupby([by, "code"]):
            cells.append({"source": "published", "by": by, "level": level, "code": code, **tally(part)})
    return {
        "segments": segments,
        "codes": frame("codes", codes, "cic2019"),
        "cells": frame("cells", cells, "cic2019"),
    }


def triangulation() -> dict[str, pd.DataFrame]:
    """convergence and joint_display of four links, one of each call."""
    spec = [
        ("commitment", "compare:teachers_commitment", 0.33, 0.03, 0.63, 0.436, 0.036, 0.835, "higher", "supports",
         "deprivatisation;observation;refinement", "enabling", 6, 5, 1.0, "supports", "agreement", "partial_agreement"),
        ("comfort", "compare:teachers_comfort", 2.47, -2.5, 7.5, 0.196, -0.2, 0.591, "higher", "uncertain",
         "deprivatisation;resistance", "enabling", 4, 3, 0.5, "mixed", "partial_agreement", "partial_agreement"),
        ("leadership", "compare:teachers_leadership", -0.06, -0.35, 0.23, -0.082, -0.477, 0.313, "higher", "uncertain",
         "leadership_support", "enabling", 1, 1, 1.0, "absent", "silence", "silence"),
        ("time", "describe:time", 2.77, None, None, None, None, None, "lowest", "supports",
         "time_shortage", "hindering", 2, 2, 1.0, "supports", "dissonance", "dissonance"),
    ]  # fmt: skip
    convergence, display = [], []
    for (
        link,
        finding,
        est,
        lo,
        hi,
        eff,
        elo,
        ehi,
        expects,
        quant,
        codes,
        wants,
        n,
        cases,
        share,
        qual,
        call,
        holm,
    ) in spec:
        stage = "compare/groups.table.csv" if finding.startswith("compare") else "describe/ratings.table.csv"
        convergence.append({
            "link": link, "level": "study", "finding": finding, "finding_source": "published", "finding_file": stage,
            "estimate": est, "ci_low": lo, "ci_high": hi, "effect": eff, "effect_ci_low": elo, "effect_ci_high": ehi,
            "expects": expects, "quantitative_side": quant, "quantitative_reason": "the interval lies above zero",
            "codes": codes, "code_expects": wants, "n_segments": n, "n_cases": cases, "n_cases_total": 10,
            "share_expected": share, "qualitative_side": qual, "qualitative_reason": "enough schools, one direction",
            "call": call, "call_if_holm": holm, "call_by": "default"})  # fmt: skip
        display.append({"link": link, "strand": "quantitative", "item": finding, "value": est if eff is None else eff,
                        "low": elo, "high": ehi, "unit": "points" if eff is None else "SD", "kind": "published",
                        "file": stage, "row": "id=x"})  # fmt: skip
        display += [{"link": link, "strand": "qualitative", "item": c, "value": 2, "unit": "segments", "kind": "published",
                     "file": "qualitative/codes.table.csv", "row": f"code={c}"} for c in codes.split(";")]  # fmt: skip
        display.append(
            {
                "link": link,
                "strand": "call",
                "item": call,
                "file": "triangulate/convergence.table.csv",
                "row": f"link={link}",
            }
        )
    return {
        "convergence": frame("convergence", convergence, "cic2019"),
        "joint_display": frame("joint_display", display, "cic2019"),
    }


def records() -> pd.DataFrame:
    """Simulated teachers: 48 and 49, spread evenly between mean - 1.5 SD and mean + 1.5 SD."""
    rows = []
    for group, n, moments in (("participant", 48, PARTICIPANTS), ("control", 49, CONTROL)):
        for i in range(n):
            z = -1.5 + 3 * i / (n - 1)
            rows.append(
                {
                    "source": "simulated",
                    "school": f"s{i % 22}",
                    "group": group,
                    **{o: m + z * s for o, (m, s) in moments.items()},
                }
            )
    return pd.DataFrame(rows)


def cic_tables() -> dict[str, pd.DataFrame]:
    """Everything the first bundled study has: no discontinuity."""
    inputs = [
        {"source_id": "table2", "source": "published", "holds": "group_summaries", "file": "data/published/cic2019/table2_comparison.csv",
         "where": "Table 2", "sha256": "0f" * 32, "rows": 5, "columns": 12},
        {"source_id": "teachers_simulated", "source": "simulated", "holds": "records", "rows": 97, "columns": 8},
    ]  # fmt: skip
    flow = [
        {"source_id": s, "source": k, "step": i, "rule": r, "n": n}
        for s, k, i, r, n in (("table2", "published", 1, "rows read", 5), ("table2", "published", 2, "rows kept", 5),
                              ("teachers_simulated", "simulated", 1, "teachers simulated", 97))
    ]  # fmt: skip
    ledger = [{"source_id": "table2", "file": "data/published/cic2019/table2_comparison.csv", "row": i, "column": "t",
               "rule": "sign turned to participants - control", "value": "-0.884", "new_value": "0.884", "cells": 1} for i in range(2, 7)]  # fmt: skip
    design = [{"source_id": "teachers_simulated", "source": "simulated", "check": "assignment", "declared": "same_clusters",
               "found": "same_clusters", "agrees": True}]  # fmt: skip
    manifest = [{"kind": "version", "name": "trenza", "value": "0.1.0"}, {"kind": "setting", "name": "seed", "value": "20190801"},
                {"kind": "input", "name": "data/published/cic2019/table2_comparison.csv", "value": "0f" * 32}]  # fmt: skip
    distribution = [
        {"source_id": "teachers_simulated", "source": "simulated", "outcome": o, "group": g, "n": n, "n_missing": 0, "mean": m[o][0],
         "sd": m[o][1], "min": m[o][0] - 1.5 * m[o][1], "q25": m[o][0] - 0.7 * m[o][1], "median": m[o][0],
         "q75": m[o][0] + 0.7 * m[o][1], "max": m[o][0] + 1.5 * m[o][1], "suppressed": False}
        for o in OUTCOMES for g, n, m in (("participant", 48, PARTICIPANTS), ("control", 49, CONTROL))
    ]  # fmt: skip
    study = "cic2019"
    return {
        "inputs": frame("inputs", inputs, study), "flow": frame("flow", flow, study), "ledger": frame("ledger", ledger, study),
        "counts": counts(), "ratings": ratings(), "distribution": frame("distribution", distribution, study),
        "groups": groups(), "design": frame("design", design, study), "manifest": frame("manifest", manifest, study),
        **qualitative(), **triangulation(), **joined(published(), simulated()), **audited(), "baseline": baseline(), "records": records(), **cic_models(),
    }  # fmt: skip


@cache
def _parts(
    study: str,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Made once: the room changes no table, which test_render_tables holds it to."""
    return (cic_tables() if study == "cic2019" else p900_tables(), *study_files(study))


def context(study: str, lang: str) -> Context:
    """The demo of a bundled study in one language."""
    return Context(*_parts(study), lang)
