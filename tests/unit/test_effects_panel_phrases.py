"""Whatever the estimators on panels write in English has its Spanish."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from panel_cases import SIMULATED, by_hand, design, simulated

from trenza.effects.panel import Resampling, panel_tables

TEXT = Path(__file__).resolve().parents[2] / "src" / "trenza" / "render" / "text"
LATE = {"baseline_years": (2003,), "outcome_years": (2004,)}
CASES = {
    "weights": ({**SIMULATED, "weights": "pupils", "dependency": "commune", "chosen_by": "score"}, lambda: simulated(1, effect=5.0)),
    "few": ({**SIMULATED, "pool": "not_yet"}, lambda: simulated(1, clusters=6, schools=3, treated=4).sample(frac=0.9, random_state=1)),
    "one_start": (LATE, lambda: simulated(2, starts=(2004,))),
    "schools": ({**LATE, "assignment": "school"}, lambda: simulated(2, starts=(2004,))),
    "one_cluster": ({}, lambda: by_hand().query("school != 'd'")),
}  # fmt: skip


def phrases() -> list[re.Pattern[str]]:
    files = sorted(TEXT.glob("phrases*_es.yaml"))
    return [re.compile(p["en"]) for f in files for p in yaml.safe_load(f.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("case", CASES)
def test_every_piece_has_its_spanish(case: str) -> None:
    changes, frame = CASES[case]
    tables = panel_tables(
        design(**changes),
        frame(),
        study="made",
        source="simulated",
        ci_level=0.95,
        resampling=Resampling(99, 19, 1),
    )
    known = phrases()
    pieces = {
        piece
        for table in tables.values()
        for column in ("method", "note", "meaning")
        if column in table
        for text in pd.Series(table[column]).dropna()
        for piece in text.split("; ")
    }
    assert len(pieces) > 40
    assert [p for p in sorted(pieces) if not any(k.fullmatch(p) for k in known)] == []


def test_the_spanish_fills_what_the_english_names() -> None:
    for phrase in yaml.safe_load((TEXT / "phrases_panels_es.yaml").read_text(encoding="utf-8")):
        assert set(re.findall(r"\{(\w+)\}", phrase["es"])) == set(re.compile(phrase["en"]).groupindex), (
            phrase["en"]
        )
