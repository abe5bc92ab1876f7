"""Made panels for the tests of programme effects: small ones by hand, and simulated ones with a known effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign


def design(**changes: Any) -> PanelDesign:
    """The design of ``by_hand``, with what a test changes."""
    settings: dict[str, Any] = {
        "id": "made",
        "unit": "school",
        "year": "year",
        "outcome": "score",
        "treated_in": "treated_in",
        "assignment": "commune",
        "baseline_years": (2001, 2002),
        "outcome_years": (2003, 2004),
        "estimand": "mean effect on the treated schools",
        "pool": "never",
    }
    return PanelDesign(**{**settings, **changes})


# Scores of 2001 to 2004 by school: two never treated, two from 2003, two from 2004. Against the mean change of a and b
# (+1, +1, +2) the cohort of 2003 gains 4 and then 5, that of 2004 gains 8; nothing parts before the start.
HAND = {
    "a": ("north", None, (100.0, 101.0, 102.0, 103.0)),
    "b": ("south", None, (110.0, 111.0, 112.0, 115.0)),
    "c": ("east", 2003, (90.0, 91.0, 96.0, 98.0)),
    "d": ("west", 2003, (80.0, 81.0, 86.0, 90.0)),
    "e": ("coast", 2004, (70.0, 71.0, 72.0, 81.0)),
    "f": ("hills", 2004, (60.0, 61.0, 62.0, 73.0)),
}


def by_hand() -> pd.DataFrame:
    """Six schools, four years, three kinds of start."""
    rows = [
        {"school": s, "commune": c, "year": 2001 + t, "treated_in": start, "score": y, "pupils": 20.0}
        for s, (c, start, scores) in HAND.items()
        for t, y in enumerate(scores)
    ]
    return pd.DataFrame(rows).astype({"treated_in": "Int64"})


def simulated(
    seed: int,
    *,
    clusters: int = 40,
    schools: int = 5,
    starts: tuple[int, ...] = (2004, 2005, 2006),
    treated: int = 15,
    effect: float = 0.0,
    growth: float = 0.0,
    cluster_sd: float = 2.0,
    school_sd: float = 4.0,
    years: tuple[int, ...] = (2001, 2002, 2003, 2004, 2005, 2006),
) -> pd.DataFrame:
    """Schools in communes with noise of commune-years and school-years; ``effect`` + ``growth`` x years since the start."""
    random = np.random.default_rng(seed)
    n = clusters * schools
    cluster = np.repeat(np.arange(clusters), schools)
    start = np.zeros(clusters, dtype=int)
    start[random.permutation(clusters)[:treated]] = np.resize(starts, treated)
    level = random.normal(250.0, 15.0, n) + random.normal(0.0, 5.0, clusters)[cluster]
    pupils = random.integers(8, 100, n)
    parts = []
    for t, year in enumerate(years):
        on = (start > 0) & (year >= start)
        added = np.where(on, effect + growth * (year - start), 0.0)
        score = level + 1.5 * t + added[cluster] + random.normal(0.0, cluster_sd, clusters)[cluster]
        parts.append(
            pd.DataFrame(
                {
                    "school": np.arange(n),
                    "commune": cluster,
                    "year": year,
                    "treated_in": pd.array(np.where(start > 0, start, -1)[cluster], dtype="Int64"),
                    "score": score + random.normal(0.0, school_sd, n),
                    "pupils": pupils,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(treated_in=frame["treated_in"].mask(frame["treated_in"] < 0))


def used(frame: pd.DataFrame, made: PanelDesign) -> pd.DataFrame:
    """The rows that the estimators get."""
    return check_panel(made, frame, study="made", source="simulated")[0]


def quick(frame: pd.DataFrame) -> pd.DataFrame:
    """The same for a complete table of ``simulated``, without the checks: for loops over many trials."""
    rows = frame.sort_values(["school", "year"], kind="stable").reset_index(drop=True)
    return pd.DataFrame(
        {
            "unit": rows["school"],
            "year": rows["year"],
            "cluster": rows["commune"],
            "cohort": rows["treated_in"].fillna(0).astype("int64"),
            "outcome": rows["score"],
            "weight": 1.0,
            "pupils": 1.0,
        }
    )


SIMULATED = {"baseline_years": (2001, 2002, 2003), "outcome_years": (2004, 2005, 2006)}
