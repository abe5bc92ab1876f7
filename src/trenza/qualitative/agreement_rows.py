"""Rows of the table ``agreement``: an estimate with its interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.qualitative.bootstrap import percentile_limits


@dataclass(frozen=True)
class Plan:
    """How intervals and floors are made: uses below which nothing is given, samples, their seed, the level."""

    min_uses: int
    resamples: int
    seed: int
    ci_level: float


METHODS = {
    "percent": "share of units on which both coders agree",
    "positive": "positive agreement: 2 both / (marks of one + marks of the other)",
    "negative": "negative agreement: the same for units left unmarked",
    "jaccard": "units marked by both over units marked by either",
    "kappa": "Cohen's kappa",
    "kappa_max": "largest kappa that these marginals allow",
    "prevalence_index": "prevalence index: (both - neither) / n",
    "bias_index": "bias index: (only first - only second) / n",
    "pabak": "kappa adjusted for prevalence and bias: 2 percent - 1",
    "ac1": "Gwet's AC1",
    "alpha": "Krippendorff's alpha, nominal",
    "kappa_pooled": "pooled kappa over codes, De Vries and others 2008",
    "u_alpha_binary": "Krippendorff's |u-alpha: marked text against gaps",
    "cu_alpha": "Krippendorff's cu-alpha: codes of one family on text that both coded",
}


def estimate_rows(
    head: Mapping[str, Any],
    statistic: str,
    value: np.ndarray,
    samples: np.ndarray,
    documents: int,
    plan: Plan,
) -> pd.DataFrame:
    """One row a code: ``value`` (codes,), its ``samples`` (times, codes), ``head`` with the counts and ``uses``.

    Nothing is given for codes used fewer than ``plan.min_uses`` times, no interval from one document.
    """
    enough = np.asarray(head["uses"]) >= plan.min_uses
    low, high, defined = percentile_limits(samples, plan.ci_level)
    has_limits = enough & (documents > 1) & np.isfinite(value)
    note = np.select(
        [~enough, ~np.isfinite(value), np.full(enough.shape, documents < 2), defined < plan.resamples],
        [
            below_floor(head["uses"], plan.min_uses),
            np.full(enough.shape, "undefined: the counts leave nothing to compare", dtype=object),
            np.full(enough.shape, "one document: no interval", dtype=object),
            np.array([f"undefined in {plan.resamples - d} of {plan.resamples} samples" for d in defined], dtype=object),
        ],
        "",
    )  # fmt: skip
    return pd.DataFrame(
        {
            **head,
            "statistic": statistic,
            "estimate": np.where(enough, value, np.nan),
            "ci_low": np.where(has_limits, low, np.nan),
            "ci_high": np.where(has_limits, high, np.nan),
            "samples": plan.resamples,
            "samples_defined": defined,
            "method": f"{METHODS[statistic]}; percentile interval over resampled documents",
            "note": note,
        }
    )


def below_floor(uses: np.ndarray, min_uses: int) -> np.ndarray:
    """Why nothing is given, for each number of uses."""
    return np.array([f"used {n} times, fewer than {min_uses}" for n in uses], dtype=object)


def whole(values: np.ndarray) -> pd.array:
    """Counts as whole numbers, missing where they are NaN."""
    return pd.array(np.where(np.isfinite(values), np.round(values), np.nan), dtype="Float64").astype("Int64")


def joined(notes: pd.Series, words: str) -> pd.Series:
    """A further piece behind each note."""
    return notes.map(lambda note: f"{note}; {words}" if note else words)
