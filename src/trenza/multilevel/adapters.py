"""The third-party calls of this room: statsmodels' MixedLM and scipy's normal distribution."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Second:
    """statsmodels' own answer: ``coefficients`` and ``se`` (p), ``covariance`` (q, q) of the groups, ``residual`` variance."""

    coefficients: np.ndarray
    se: np.ndarray
    covariance: np.ndarray
    residual: float
    loglik: float
    converged: bool
    messages: tuple[str, ...]


def mixed_model(y: np.ndarray, x: np.ndarray, z: np.ndarray, group: np.ndarray, reml: bool) -> Second:
    """statsmodels' MixedLM as its makers ship it: ``y`` (n), ``x`` (n, p), ``z`` (n, q), ``group`` (n) integers.

    Its optimisers, its standard errors (from a joint Hessian) and its likelihood. A search that raises gives nan and the message.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    nan, error = np.nan, ""
    out: tuple[np.ndarray, np.ndarray, np.ndarray, float, float, bool]
    out = (
        np.full(x.shape[1], nan),
        np.full(x.shape[1], nan),
        np.full((z.shape[1],) * 2, nan),
        nan,
        nan,
        False,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = MixedLM(y, x, groups=group, exog_re=z).fit(reml=reml)
            coefficients, se = np.asarray(fit.fe_params, dtype=float), np.asarray(fit.bse_fe, dtype=float)
            covariance, residual = np.asarray(fit.cov_re, dtype=float), float(fit.scale)
            out = (coefficients, se, covariance, residual, float(fit.llf), bool(fit.converged))
        except Exception as raised:  # a failed fit is a result to report, whatever statsmodels raises
            error = f"{type(raised).__name__}: {raised}"
    said = [f"{w.category.__name__}: {w.message}" for w in caught] + ([error] if error else [])
    return Second(*out, _stable(said))


def _stable(said: list[str]) -> tuple[str, ...]:
    """Each text once, in order of first appearance, on one line and without memory addresses."""
    counts: dict[str, int] = {}
    for text in said:
        clean = re.sub(r"\s+", " ", re.sub(r"\s*(at )?0x[0-9a-fA-F]+", "", text)).strip()
        counts[clean] = counts.get(clean, 0) + 1
    return tuple(text if k == 1 else f"{text} ({k} times)" for text, k in counts.items())


def normal_quantile(probability: float) -> float:
    """The standard normal value below which ``probability`` of the distribution lies."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) for a standard normal Z."""
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(z)))
