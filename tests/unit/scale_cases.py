"""Scales and answers with known truth, and the figures of R, for the tests of how scales are judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.questionnaire.instrument import Item, Scale

ORACLE = Path(__file__).resolve().parents[1] / "oracle"


def item(name: str, low: float = 1.0, high: float = 5.0, *, reverse: bool = False, words: str = "") -> Item:
    return Item(name, (), low, high, reverse, (), "points", (), (), words, {}, False)


def scale(name: str, items: Sequence[Item], kind: str = "mean", *, published: str = "") -> Scale:
    low, high = (0.0, 100.0) if kind == "percent" else (items[0].low, items[0].high)
    return Scale(name, kind, low, high, "points", None, published, tuple(items), {}, False)


def scale_of(name: str, items: Sequence[str], *, reverse: Collection[str] = (), published: str = "") -> Scale:
    """A mean of items from 1 to 5."""
    return scale(name, [item(i, reverse=i in reverse) for i in items], published=published)


def oracle(what: str) -> dict[str, float]:
    """Figures of tests/oracle/questionnaire.R by name."""
    frame = pd.read_csv(ORACLE / "questionnaire.csv", dtype={"name": str})
    part = frame[frame["what"] == what]
    assert len(part)
    return dict(zip(part["name"], part["value"], strict=True))


def oracle_answers() -> pd.DataFrame:
    """The answers that questionnaire.R read: items a to f, d reversed, 15 schools of 8 people."""
    return pd.read_csv(ORACLE / "questionnaire_input.csv")


def with_correlations(r: np.ndarray, n: int) -> np.ndarray:
    """Rows (n, p) whose sample correlations are ``r`` to the last digits."""
    raw = np.random.default_rng(1).normal(size=(n, len(r)))
    orthogonal = np.linalg.qr(raw - raw.mean(axis=0))[0] * np.sqrt(n - 1)
    return orthogonal @ np.linalg.cholesky(r).T


def one_factor_rows(loadings: Sequence[float], n: int, rng: np.random.Generator) -> np.ndarray:
    """Normal rows (n, p) of a one-factor model with standardised ``loadings``; negative ones run the other way."""
    load = np.asarray(loadings)
    return rng.normal(size=(n, 1)) * load + rng.normal(size=(n, len(load))) * np.sqrt(1.0 - load**2)


def likert(rows: np.ndarray) -> np.ndarray:
    """Answers from 1 to 5 out of standard normal ``rows``."""
    return np.clip(np.rint(3.0 + 1.1 * rows), 1, 5)


def frame_of(rows: np.ndarray) -> pd.DataFrame:
    """Columns i1, i2, ..."""
    return pd.DataFrame(rows, columns=[f"i{k + 1}" for k in range(rows.shape[1])])
