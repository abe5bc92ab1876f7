"""Rows in both designs, and the text pieces that verdict tables may hold."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_records

PIECES = [
    re.compile(line)
    for line in (Path(__file__).parent / "inference_phrases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
FEW = Settings(draws=199, sesoi_sd=0.25)


def judge(frame: pd.DataFrame, **changes: object) -> dict[str, pd.DataFrame]:
    given = {
        "study": "s",
        "comparison": "c",
        "outcomes": ["first", "second"],
        "source": "simulated",
        "source_id": "rows",
        "group": "group",
        "participants": "participant",
        "control": "control",
        "cluster": "school",
        "assignment": "same_clusters",
        "settings": FEW,
    }
    return verdicts_from_records(frame, **{**given, **changes})  # type: ignore[arg-type]


def apart(seed: int = 2, sizes: tuple[int, ...] = (5, 3, 6, 4, 5, 7, 2, 4)) -> pd.DataFrame:
    """Whole schools in one group."""
    random = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    return pd.DataFrame(
        {
            "school": [f"s{s}" for s in school],
            "group": np.where(school % 2 == 0, "participant", "control"),
            "first": random.normal(0, 1, len(school)) + random.normal(0, 0.7, len(sizes))[school],
            "second": random.integers(1, 6, len(school)).astype(float),
        }
    )


def all_pieces(tables: dict[str, pd.DataFrame]) -> set[str]:
    found: set[str] = set()
    for name, table in tables.items():
        for column in ("method", "note", "effect_kind", "why"):
            if column in table and not (name == "effect_sizes" and column == "effect_kind"):
                for text in table[column].dropna():
                    found |= set(text.split("; ")) - {""}
    return found
