"""Tables made by hand for the tests of the room triangulate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from trenza.contracts.tables import CONTRACTS, empty
from trenza.triangulate.convergence import converge

ROOT = Path(__file__).resolve().parents[2]
RULE = {"alpha": 0.05, "min_cases": 2, "min_share": 0.6}
ABOVE = {"estimate": 1.0, "ci_low": 0.2, "ci_high": 1.8, "effect": 0.5}
AROUND = {"estimate": 0.1, "ci_low": -0.2, "ci_high": 0.4, "effect": 0.1}
BELOW = {"estimate": -1.0, "ci_low": -1.8, "ci_high": -0.2, "effect": -0.5}


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / path, dtype="str")


def difference_row(name: str, source: str = "published", **numbers: Any) -> dict[str, Any]:
    known = dict.fromkeys(CONTRACTS["verdicts"].names)
    words = {"study": "cic2019", "term": "participant - control", "method": "welch", "effect_kind": "g"}
    base = {"id": name, "source": source, "n": 97, "ci_level": 0.95, "outcome": name.partition("_")[2]}
    told = {
        "called_for": "welch",
        "stands_in": False,
        "why": "no clusters",
        "reading": "holds_zero",
        "sd": 1.0,
    }
    counted = {"family": 1}
    return {**known, **words, **base, **told, **counted, **numbers}


def verdicts_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return CONTRACTS["verdicts"].check(pd.DataFrame(rows, columns=CONTRACTS["verdicts"].names))


def coef_of(*rows: dict[str, Any]) -> pd.DataFrame:
    names = CONTRACTS["coef"].names
    return CONTRACTS["coef"].check(pd.DataFrame(rows).reindex(columns=names))


def ratings_of(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """(source_id, source, item, mean)."""
    frame = pd.DataFrame(rows, columns=["source_id", "source", "item", "mean"])
    frame["rank"] = frame.groupby("source_id")["mean"].rank(ascending=False, method="min")
    frame["rank"] = frame["rank"].fillna(1)
    frame = frame.assign(study="x", scale_min=1.0, scale_max=4.0)
    return CONTRACTS["ratings"].check(frame.reindex(columns=CONTRACTS["ratings"].names))


def segments_of(*rows: tuple[str, str, str, str], source: str = "published") -> pd.DataFrame:
    """(segment_id, case, code, direction)."""
    frame = pd.DataFrame(rows, columns=["segment_id", "case", "code", "direction"]).assign(
        study="x",
        source_id="s",
        source=source,
        municipality="m",
        role="teacher",
        participant="yes",
        text="said",
        text_es=None,
    )
    return CONTRACTS["segments"].check(frame)


def codes_of(segments: pd.DataFrame, *paths: str, source: str = "published") -> pd.DataFrame:
    """A codes table by hand; paths that end in / are folders."""
    rows = []
    for path in paths:
        trail = path.rstrip("/").split("/")
        own = segments[segments["code"] == trail[-1]]
        by = {d: int((own["direction"] == d).sum()) for d in ("enabling", "hindering", "ambivalent")}
        rows.append(
            {
                "study": "x", "source": source, "code": trail[-1], "parent": trail[-2] if trail[1:] else None,
                "path": "/".join(trail), "depth": len(trail) - 1, "codable": not path.endswith("/"),
                "n_segments": len(own), "n_cases": own["case"].nunique(), **by,
                "n_segments_below": len(own), "n_cases_total": segments["case"].nunique(),
            }
        )  # fmt: skip
    return CONTRACTS["codes"].check(pd.DataFrame(rows))


def links_of(*rows: dict[str, str]) -> pd.DataFrame:
    base = {
        "proposition_en": "p", "proposition_es": "p", "finding": "compare:t_y", "expects": "higher",
        "codes": "theme", "code_expects": "enabling", "level": "study",
        "rationale_en": "r", "rationale_es": "r",
    }  # fmt: skip
    return pd.DataFrame([{"link": f"link{i}", **base, **row} for i, row in enumerate(rows)])


TWO_SAY_YES = segments_of(("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"))


def join(
    *rows: dict[str, str],
    verdicts: pd.DataFrame | None = None,
    coef: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    segments: pd.DataFrame = TWO_SAY_YES,
    codes: pd.DataFrame | None = None,
    **rule: Any,
) -> pd.DataFrame:
    return converge(
        links_of(*rows),
        study="x",
        verdicts=empty("verdicts") if verdicts is None else verdicts,
        coef=empty("coef") if coef is None else coef,
        ratings=empty("ratings") if ratings is None else ratings,
        codes=codes_of(segments, "top/", "top/theme") if codes is None else codes,
        segments=segments,
        **{**RULE, **rule},
    )
