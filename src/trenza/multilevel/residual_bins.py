"""Residuals and bands of prediction over the range of what a model expects, in bins that tell no single row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.diagnostics import prediction_bands
from trenza.multilevel.result import Fit
from trenza.multilevel.source import numbers
from trenza.multilevel.used_columns import used_columns

BINS = 20
# Rows that a bin has at the least
LEAST = 10


def residual_bins(fitted: Fit) -> pd.DataFrame:
    """One row a bin of rows with about the same expected value, from low to high; bins are of about equal counts.

    Columns: bin (from 1), n (rows), observed (mean outcome), residual (mean) and residual_sd, both of the rows' residuals in
    residual standard deviations (0 and about 1 if the model holds), fit, ci_low, ci_high, low, high (``prediction_bands`` of
    the row in the middle of the bin; low and high are of one new unit in a new group, blank for weighted fits, whose units
    differ), ci_level. Bins of fewer than ``LEAST`` rows are left out.
    """
    data = _in_order(fitted)
    expected, weights = fitted.predict(data, random=False), fitted.machinery.needs.weights
    root = np.sqrt(numbers(data[weights])) if weights else 1.0
    observed = numbers(data[fitted.machinery.formula.outcome])
    rows = pd.DataFrame(
        {
            "expected": expected,
            "observed": observed,
            "standardised": (observed - fitted.predict(data)) * root / fitted.sigma,
        }
    ).sort_values("expected", kind="stable")
    places = min(BINS, max(len(rows) // LEAST, 1))
    level = rows["expected"].to_numpy()
    edges = np.unique(level[(np.arange(1, places) * len(level)) // places])
    rows["bin"] = np.searchsorted(edges, level, side="right") + 1
    grouped = rows.groupby("bin")
    table = grouped.agg(
        n=("expected", "size"),
        observed=("observed", "mean"),
        residual=("standardised", "mean"),
        residual_sd=("standardised", "std"),
    )
    middle = [int(part.index[(len(part) - 1) // 2]) for _, part in grouped]
    bands = prediction_bands(fitted, data.iloc[middle].reset_index(drop=True))
    for name in ("fit", "ci_low", "ci_high", "low", "high"):
        table[name] = bands[name].to_numpy()
    if weights:
        table[["low", "high"]] = np.nan
    table = table[table["n"] >= LEAST].reset_index(drop=True)
    return table.assign(bin=np.arange(1, len(table) + 1), ci_level=fitted.ci_level)


def _in_order(fitted: Fit) -> pd.DataFrame:
    """The complete rows in an order of their own, so that the last digits do not hang on that of the file."""
    table = fitted.machinery.source.data
    if not isinstance(table, pd.DataFrame):
        raise TrenzaError("residuals: read the file into a DataFrame and fit that")
    named = used_columns(fitted.machinery.formula, fitted.machinery.needs.weights)
    columns = sorted(named & set(table.columns))
    complete = table.loc[:, columns].dropna()
    keys = complete.apply(lambda c: c if pd.api.types.is_numeric_dtype(c.dtype) else c.astype(str))
    order = keys.reset_index(drop=True).sort_values(columns, kind="stable").index
    return complete.iloc[order].reset_index(drop=True)
