"""How often 95 % intervals hold what was put in: coefficients, variances, and pooled plausible values, at 22 and 6 schools.

    python benchmarks/multilevel_coverage.py [trials] [file.csv]

Half of the schools are treated, which does nothing; 2 to 8 teachers each, total variance 1. Plausible values: the outcome is seen
with error (reliability 0.8), five draws are taken from its distribution given what is seen, with an unknown effect and known
variances, as a large survey gives them. Profile intervals take the
most time: every second trial has them. Writes one row a design and interval: coverage with its Monte Carlo standard error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.multilevel.fit import fit
from trenza.multilevel.imputed import fit_imputed

DESIGNS = ((22, 0.10), (22, 0.25), (6, 0.10), (6, 0.25))
RELIABILITY = 0.8
VALUES = tuple(f"pv{k}" for k in range(1, 6))
Z = 1.959963984540054
FORMULA = "y ~ treat + x + (1 | school)"


def table(schools: int, icc: float, r: np.random.Generator) -> pd.DataFrame:
    """One table with the true outcome ``y`` and its plausible values."""
    g = np.repeat(np.arange(schools), r.integers(2, 9, schools))
    n = len(g)
    y = np.sqrt(icc) * r.normal(size=schools)[g] + np.sqrt(1.0 - icc) * r.normal(size=n)
    frame = pd.DataFrame({"school": g, "treat": (g % 2).astype(float), "x": r.normal(size=n), "y": y})
    x = np.column_stack([np.ones(n), frame[["treat", "x"]]])
    truth = icc * (g[:, None] == g) + (1.0 - icc) * np.eye(n)
    error = (1.0 - RELIABILITY) / RELIABILITY
    seen = y + np.sqrt(error) * r.normal(size=n)
    inverse = np.linalg.inv(truth + error * np.eye(n))
    spread = np.linalg.inv(x.T @ inverse @ x)
    beta = spread @ x.T @ inverse @ seen
    gain = truth @ inverse
    left = np.linalg.cholesky(truth - gain @ truth)
    for name in VALUES:
        drawn = x @ r.multivariate_normal(beta, spread)
        frame[name] = drawn + gain @ (seen - drawn) + left @ r.normal(size=n)
    return frame


def held(schools: int, icc: float, count: int, seed: int) -> pd.DataFrame:
    """One row a trial: whether each interval holds what was put in."""
    r = np.random.default_rng([seed, schools, round(100 * icc)])
    rows = []
    for trial in range(count):
        d = table(schools, icc, r)
        one = fit(FORMULA, d)
        pooled = fit_imputed(FORMULA, d, VALUES).fixed.loc["treat"]
        treat = one.fixed.loc["treat"]
        slow = fit(FORMULA, d, reml=False).fixed.loc["treat"]
        row = {
            "treatment: z": abs(treat["statistic"]) < Z,
            "treatment: Satterthwaite": treat["p_satterthwaite"] > 0.05,
            "treatment: Kenward-Roger": treat["ci_low"] < 0.0 < treat["ci_high"],
            "treatment: maximum likelihood, Satterthwaite": slow["ci_low"] < 0.0 < slow["ci_high"],
            "treatment: pooled, Satterthwaite": pooled["p_satterthwaite"] > 0.05,
            "treatment: pooled, Kenward-Roger": pooled["ci_low"] < 0.0 < pooled["ci_high"],
        }
        if trial % 2 == 0:
            profile = one.profile_intervals().set_index("group")
            for name, group, truth in (
                ("SD of schools", "school", icc),
                ("residual SD", "Residual", 1.0 - icc),
            ):
                low, high = profile.loc[group, ["ci_low", "ci_high"]]
                row[f"{name}: profile"] = low <= np.sqrt(truth) <= high
        rows.append(row)
    return pd.DataFrame(rows)


def coverage(count: int, seed: int = 6) -> pd.DataFrame:
    """All designs: schools, icc, interval, coverage (0 to 1), its Monte Carlo standard error, trials."""
    parts = []
    for schools, icc in DESIGNS:
        trials = held(schools, icc, count, seed).astype(float)
        shares, used = trials.mean(), trials.notna().sum()
        parts.append(
            pd.DataFrame(
                {
                    "schools": schools,
                    "icc": icc,
                    "interval": shares.index,
                    "coverage": shares.to_numpy(dtype=float),
                    "se": np.sqrt(shares * (1.0 - shares) / used).to_numpy(dtype=float),
                    "trials": used.to_numpy(dtype=int),
                }
            )
        )
        print(parts[-1].to_string(index=False), flush=True)
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    target = Path(given[1]) if len(given) > 1 else Path(__file__).with_name("multilevel_coverage.csv")
    coverage(int(given[0]) if given else 400).to_csv(
        target, index=False, float_format="%.4f", lineterminator="\n"
    )
