"""Fits to small made-up rows, as the tables of the models of the two bundled studies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.declared import fit_declared

OUTCOMES = ("collaboration", "comfort", "commitment", "leadership", "community")


def teachers() -> pd.DataFrame:
    """97 simulated teachers in 22 schools; schools differ in every outcome but the last."""
    random = np.random.default_rng(22)
    school = np.arange(97) % 22
    frame = pd.DataFrame({"school": [f"sim_school_{s + 1:02d}" for s in school]})
    frame["group"] = np.where(random.random(97) < 0.5, "participant", "control")
    for outcome in OUTCOMES:
        spread = 0.0 if outcome == OUTCOMES[-1] else 0.8
        frame[outcome] = 3 + spread * random.normal(size=22)[school] + random.normal(size=97)
    last = OUTCOMES[-1]  # the same mean in every school: no variance between them
    frame[last] = frame[last] - frame.groupby("school")[last].transform("mean") + 3
    return frame


def schools() -> pd.DataFrame:
    """390 schools in 13 regions, scored twice in two subjects; the lowest of a region took part."""
    random = np.random.default_rng(6)
    region = np.repeat(np.arange(13), 30)
    level = random.normal(0, 6, 390)
    frame = pd.DataFrame({"region": [f"Región {r}" for r in region]})
    for score in ("cas88", "mat88"):
        frame[score] = 55 + level + random.normal(0, 3, 390)
    took = frame["cas88"].groupby(region).rank() <= 10
    frame["group"] = np.where(took, "participant", "other")
    for score in ("cas92", "mat92"):
        frame[score] = (
            60 + 0.8 * level + 2 * took + random.normal(0, 2, 13)[region] + random.normal(0, 4, 390)
        )
    return frame


def fitted(frame: pd.DataFrame, models: list[Mapping[str, Any]], **changed: Any) -> dict[str, pd.DataFrame]:
    """The tables of several declared models, below each other."""
    given: dict[str, Any] = {
        "study": "s",
        "source": "simulated",
        "group": "group",
        "participants": "participant",
        "control": "control",
        "ci_level": 0.95,
        "min_cell": None,
        **changed,
    }
    made = [fit_declared(frame, model, **given) for model in models]
    return {name: pd.concat([m[name] for m in made], ignore_index=True) for name in MODEL_TABLES}


@cache
def cic_models() -> dict[str, pd.DataFrame]:
    """One random intercept for each outcome; the last has no variance between schools."""
    model = {"id": "teachers", "outcomes": list(OUTCOMES), "covariates": [], "cluster": "school"}
    return fitted(teachers(), [model], study="cic2019")


@cache
def p900_models() -> dict[str, pd.DataFrame]:
    """Real schools in regions, with both first scores held equal; regions have numbers for names."""
    model = {
        "id": "region",
        "outcomes": ["cas92", "mat92"],
        "covariates": ["cas88", "mat88"],
        "cluster": "region",
    }
    return fitted(schools(), [model], study="p900", source="real", control="other", min_cell=5)
