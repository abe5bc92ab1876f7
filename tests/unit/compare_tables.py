"""The published tables of the CIC study as contract frames, and small made-up rows, for the compare room's tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from trenza.contracts.tables import CONTRACTS

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published" / "cic2019"
NAMES = {"study": "cic2019", "comparison": "teachers", "participants": "participant", "control": "control"}
OUTCOMES = ["collaboration", "comfort", "commitment", "leadership", "community"]


def decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def table2(n: tuple[int, int] | None = None) -> pd.DataFrame:
    """Table 2 as printed, t turned to participants - control; ``n`` puts other group sizes in."""
    raw = pd.read_csv(PUBLISHED / "table2_comparison.csv", dtype=str)
    frame = pd.DataFrame({"study": "cic2019", "source_id": "table2", "source": "published"}, index=raw.index)
    frame["outcome"] = raw["outcome"]
    for i, who in enumerate(("participants", "control")):
        frame[f"n_{who}"] = raw[f"n_{who}"].astype(int) if n is None else n[i]
        for figure in ("mean", "sd"):
            frame[f"{figure}_{who}"] = raw[f"{figure}_{who}"].astype(float)
    frame["t"] = 0.0 - raw["t"].astype(float)
    for figure in ("df", "p_value"):
        frame[figure] = raw[figure].astype(float)
    as_printed = {
        "mean": "mean_participants",
        "sd": "sd_participants",
        "t": "t",
        "df": "df",
        "p_value": "p_value",
    }
    for figure, column in as_printed.items():
        frame[f"decimals_{figure}"] = raw[column].map(decimals)
    frame["where"] = raw["where"]
    return CONTRACTS["summaries"].check(frame)


def rows(seed: int = 1, n: tuple[int, int] = (23, 31), clusters: int = 6) -> pd.DataFrame:
    """Unequal groups with unequal SDs, two outcomes, clusters that hold both groups."""
    draw = np.random.default_rng(seed)
    total = sum(n)
    group = np.repeat(["participant", "control"], n)
    shift = np.repeat([0.4, 0.0], n)
    return pd.DataFrame(
        {
            "teacher": [f"t{i:03d}" for i in range(total)],
            "school": [f"s{i % clusters}" for i in range(total)],
            "group": group,
            "first": draw.normal(3 + shift, 0.7),
            "second": draw.normal(80 + 10 * shift, np.repeat([5.0, 14.0], n)),
        }
    )


def summaries_of(records: pd.DataFrame, outcomes: list[str]) -> pd.DataFrame:
    """Contract ``summaries`` of rows, by pandas; nothing printed but n, mean and SD."""
    frame = pd.DataFrame({"outcome": outcomes}).assign(
        study="cic2019", source_id="made_up", source="simulated"
    )
    for who, level in (("participants", "participant"), ("control", "control")):
        part = records.loc[records["group"] == level, outcomes]
        frame[f"n_{who}"] = part.count().to_numpy()
        frame[f"mean_{who}"] = part.mean().to_numpy()
        frame[f"sd_{who}"] = part.std(ddof=1).to_numpy()
    return CONTRACTS["summaries"].check(frame.reindex(columns=CONTRACTS["summaries"].names))
