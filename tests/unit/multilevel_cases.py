"""Made-up schools for the tests of the random-intercept model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.tables import CONTRACTS
from trenza.multilevel.random_intercept import fit_random_intercept

TERM = "participant - control"


def fit(records: pd.DataFrame, **changed: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    given: dict[str, Any] = {
        "study": "toy",
        "model": "m",
        "outcomes": ["y"],
        "group": "group",
        "participants": "participant",
        "control": "control",
        "covariates": [],
        "cluster": "school",
        "source": "simulated",
        "ci_level": 0.95,
    }
    models, variance = fit_random_intercept(records, **(given | changed))
    CONTRACTS["models"].check(models)
    CONTRACTS["variance"].check(variance)
    return models, variance


def named(treated: np.ndarray) -> np.ndarray:
    return np.where(treated, "participant", "control")


def made(seed: int, sizes: list[int], tau: float, effect: float = 0.0) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    n = len(school)
    treated = r.random(n) < 0.5
    z = r.normal(size=n)
    y = 3 + effect * treated + 0.5 * z + tau * r.normal(size=len(sizes))[school] + r.normal(size=n)
    return pd.DataFrame({"school": school, "group": named(treated), "z": z, "y": y})
