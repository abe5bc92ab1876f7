"""Weights on comparison schools that give them the baseline means and spreads of the treated: entropy balancing.

Hainmueller 2012 (Political Analysis 20, 25-46): of all weights that meet the moments, those nearest to what schools count anyhow. They
are q exp(lambda'(x - mean of the treated)), so no weight is negative and nothing is extrapolated. They are also weights of inverse
probability under a logistic model, and the estimate is consistent if either that model or a linear one of the outcome holds
(Zhao & Percival 2017, J. Causal Inference 5). x holds each value and its square, since schools chosen by a rule are alike among
themselves and a line of the outcome that bends would otherwise pass for an effect; the value alone where no weights meet the squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_design import PanelDesign

SCORE = "baseline_outcome_"  # and the year: score of one baseline year
ON = "on_"  # and the column: a declared covariate, in the rows of ``check_panel``
_STEPS = 200
_NEAR = 1e-9  # of the means, in SDs
_SPARE = 5.0  # comparison schools that the weights must leave beyond the moments that they meet, for squares to be met too


@dataclass(frozen=True)
class Balanced:
    """Schools with every value to balance on, one row each, sorted by unit.

    ``schools`` (n rows): index unit; cluster, cohort, weight (what a school counts anyhow). ``values`` (n, p): what is balanced, in the
    outcome's unit or the covariate's, named by ``names``. ``moments`` (n, k): values in SDs, and their squares where these are met too.
    ``treated`` (n,) bool; others never begin in the years used. ``weights`` (n,): of the
    treated what they count, of the comparison the balancing ones, with the same sum; None where no weights meet the means.
    ``left_out``: treated and never treated schools that lack a value.
    """

    schools: pd.DataFrame
    values: np.ndarray
    names: tuple[str, ...]
    moments: np.ndarray
    treated: np.ndarray
    weights: np.ndarray | None
    left_out: int

    @property
    def spreads(self) -> bool:
        """Whether the squares are met too."""
        return bool(self.moments.shape[1] > self.values.shape[1])

    @property
    def effective(self) -> float:
        """Comparison schools that the weights leave: (sum w)^2 / sum w^2 (Kish 1965); nan without weights."""
        return float("nan") if self.weights is None else effective_number(self.weights[~self.treated])


def effective_number(weights: np.ndarray) -> float:
    """(sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def balanced(design: PanelDesign, used: pd.DataFrame) -> Balanced:
    """Weights on schools that never begin, so that each baseline year's score and each covariate has the mean and SD of the treated.

    ``used``: rows of ``check_panel``, with a column ``on_<column>`` for each of ``design.covariates``; a school's covariate is its mean over
    the baseline years.
    """
    early = used[used["year"].isin(design.baseline_years)]
    wide = early.pivot(index="unit", columns="year", values="outcome").reindex(
        columns=list(design.baseline_years)
    )
    wide.columns = pd.Index([f"{SCORE}{year}" for year in design.baseline_years])
    covariates = [f"{ON}{name}" for name in design.covariates]
    wide = wide.join(early.groupby("unit")[covariates].mean()) if covariates else wide
    schools = used.drop_duplicates("unit").set_index("unit")[["cluster", "cohort", "weight"]].sort_index()
    values = wide.reindex(schools.index).to_numpy(dtype="float64")
    known = np.isfinite(values).all(axis=1)
    schools, values = schools[known], values[known]
    treated = schools["cohort"].to_numpy() > 0
    base = schools["weight"].to_numpy(dtype="float64")
    names = tuple(wide.columns)
    spread = values.std(axis=0) if len(values) else np.ones(values.shape[1])
    plain = (values - values.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0) if len(values) else values
    weights, moments = None, plain
    if 0 < treated.sum() < len(schools):
        for tried in (np.column_stack([plain, plain**2]), plain):
            target = base[treated] @ tried[treated] / base[treated].sum()
            found = balancing_weights(tried[~treated], target, base[~treated])
            enough = tried is plain or (
                found is not None and effective_number(found) > tried.shape[1] + _SPARE
            )
            if found is not None and enough:
                weights, moments = base.copy(), tried
                weights[~treated] = found * base[treated].sum()
                break
    return Balanced(schools, values, names, moments, treated, weights, int((~known).sum()))


def balancing_weights(values: np.ndarray, target: np.ndarray, base: np.ndarray) -> np.ndarray | None:
    """Weights (n,) that sum to 1 and give ``values`` (n, k) the means ``target`` (k,), nearest to ``base`` (n,) in entropy.

    The dual, log sum q exp(lambda'(x - target)), is convex: Newton with halved steps. None where no weights meet the means,
    because ``target`` lies outside of what the schools span.
    """
    spread = values.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    x = (values - target) / scale
    log_base = np.log(base / base.sum())
    at = np.zeros(x.shape[1])

    def height(point: np.ndarray) -> tuple[float, np.ndarray]:
        exponent = log_base + x @ point
        top = float(exponent.max())
        raw = np.exp(exponent - top)
        return top + float(np.log(raw.sum())), raw / raw.sum()

    value, weights = height(at)
    for _ in range(_STEPS):
        mean = weights @ x
        if np.abs(mean).max() < _NEAR:
            return weights
        centred = x - mean
        curve = (centred * weights[:, None]).T @ centred
        step = -np.linalg.lstsq(curve, mean, rcond=1e-12)[0]
        length = 1.0
        trial, moved = height(at + step)
        while not trial < value and length > 1e-8:
            length /= 2.0
            trial, moved = height(at + length * step)
        if not trial < value:
            break
        at, value, weights = at + length * step, trial, moved
    return weights if np.abs(weights @ x).max() < 1e3 * _NEAR else None
