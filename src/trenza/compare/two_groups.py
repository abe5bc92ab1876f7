"""Two independent groups without clusters: t tests, and effects that need n, mean and SD only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trenza.compare import adapters
from trenza.compare.contrast import Group, pooled_sd, welch_df
from trenza.compare.inference import by_t
from trenza.contracts.inference import Inference

STUDENT = "Student t test on individuals"
WELCH = "Welch t test on individuals"
ASSUMES_STUDENT = "assumes independent units and one common SD in both groups"
ASSUMES_WELCH = "assumes independent units"
ASSUMES_NORMAL = "assumes normal values with one common SD in both groups"
JZS = "JZS Bayes factor for two groups"
JZS_SCALE = math.sqrt(2.0) / 2.0  # of the Cauchy prior on the standardised difference


@dataclass(frozen=True)
class Effect:
    """An effect in a unit of its own: ``kind`` names the unit; what a kind does not have is NaN."""

    kind: str
    method: str
    value: float
    ci_low: float
    ci_high: float
    p_value: float
    assumes: str
    note: str = ""


def student(first: Group, second: Group, *, ci_level: float) -> Inference:
    """Student's t test of ``first`` - ``second``, df = n_1 + n_2 - 2."""
    se = pooled_sd(first, second) * math.sqrt(1.0 / first.n + 1.0 / second.n)
    df = first.n + second.n - 2
    return by_t(STUDENT, first.mean - second.mean, se, df, ci_level=ci_level, assumes=ASSUMES_STUDENT)


def welch(first: Group, second: Group, *, ci_level: float) -> Inference:
    """Welch's t test of ``first`` - ``second`` with Satterthwaite's df, as in ``contrast``."""
    variances = first.sd**2 / first.n, second.sd**2 / second.n
    df = welch_df(variances[0], first.n, variances[1], second.n)
    estimate = first.mean - second.mean
    return by_t(WELCH, estimate, math.sqrt(sum(variances)), df, ci_level=ci_level, assumes=ASSUMES_WELCH)


def common_language(first: Group, second: Group, *, ci_level: float) -> Effect:
    """Probability that a unit of ``first`` lies above one of ``second`` (McGraw & Wong 1992), 0 to 1.

    Phi(d / sqrt(2)) with d the difference in pooled SDs; the limits are those of d (noncentral t), sent through
    the same function, which keeps their coverage because it only rises.
    """
    d = (first.mean - second.mean) / pooled_sd(first, second)
    root = math.sqrt(first.n * second.n / (first.n + second.n))
    limits = adapters.noncentrality_limits(d * root, first.n + second.n - 2, ci_level)
    low, high = (_share_above(limit / root) for limit in limits)
    method = "common-language effect from the standardised difference"
    return Effect("probability_of_superiority", method, _share_above(d), low, high, math.nan, ASSUMES_NORMAL)


def _share_above(d: float) -> float:
    """Phi(d / sqrt(2))."""
    return math.erfc(-d / 2.0) / 2.0


def jzs_log_bayes_factor(t: float, n_1: int, n_2: int, scale: float = JZS_SCALE) -> float:
    """Natural log of BF10 of Student's ``t``: evidence for a difference over none (Rouder et al. 2009).

    Cauchy prior with ``scale`` on the standardised difference, Jeffreys' prior on the variance. Their integral
    over g (inverse chi-square with 1 df) is taken over z = g^(-1/2), which is half-normal:
    BF10 = 2 int_0^inf phi(z) (1 + a)^(-1/2) [(1 + t^2 / ((1 + a) v)) / (1 + t^2 / v)]^(-(v + 1) / 2) dz with
    a = n_1 n_2 / (n_1 + n_2) * scale^2 / z^2 and v = n_1 + n_2 - 2. The log of the integrand is scaled by its
    largest value first, so large t do not overflow.
    """
    v = n_1 + n_2 - 2
    size = n_1 * n_2 / (n_1 + n_2) * scale**2
    null = (v + 1) / 2.0 * math.log1p(t * t / v)

    def log_integrand(z: np.ndarray) -> np.ndarray:
        a = size / z**2
        value: np.ndarray = (
            null
            - 0.5 * np.log1p(a)
            - (v + 1) / 2.0 * np.log1p(t * t / ((1.0 + a) * v))
            - z**2 / 2.0
            + math.log(2.0 / math.sqrt(2.0 * math.pi))
        )
        return value

    return adapters.log_integral(log_integrand, low=1e-8, high=40.0)


def jzs(first: Group, second: Group) -> Effect:
    """JZS Bayes factor BF10 of two groups; infinite where it exceeds what a float holds."""
    t = (first.mean - second.mean) / (pooled_sd(first, second) * math.sqrt(1.0 / first.n + 1.0 / second.n))
    log_factor = jzs_log_bayes_factor(t, first.n, second.n)
    value = math.exp(log_factor) if log_factor < 709.0 else math.inf
    assumes = "Cauchy prior with scale 0.707 on the standardised difference"
    return Effect("bayes_factor_10", JZS, value, math.nan, math.nan, math.nan, f"{ASSUMES_NORMAL}; {assumes}")
