"""Made-up schools for the tests of multilevel models, and the likelihood by definition with n x n matrices."""

from __future__ import annotations

import numpy as np
import pandas as pd


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


def school_data(seed: int = 5, n: int = 90) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    g, h = r.integers(0, 9, n), r.integers(0, 5, n)
    x = r.normal(size=n)
    y = 1.0 + x + r.normal(size=9)[g] + 0.6 * r.normal(size=9)[g] * x + r.normal(size=5)[h] + r.normal(size=n)
    return pd.DataFrame(
        {"y": y, "x": x, "t": (g % 2).astype(float), "g": g, "h": h, "w": r.choice([0.5, 1, 2], n)}
    )


def derivatives(d: pd.DataFrame, terms: list[tuple[str, list[str]]], weights: np.ndarray) -> list[np.ndarray]:
    """V_i of the residual variance and of each variance and covariance, in the order of the table."""
    n = len(d)
    out = [np.diag(1.0 / weights)]
    for group, columns in terms:
        same = d[group].to_numpy()[:, None] == d[group].to_numpy()[None, :]
        z = [np.ones(n) if c == "1" else d[c].to_numpy() for c in columns]
        pairs = [(a, a) for a in range(len(z))] + [
            (a, b) for b in range(len(z)) for a in range(b + 1, len(z))
        ]
        for a, b in pairs:
            one = np.outer(z[a], z[b])
            out.append(same * (one if a == b else one + one.T))
    return out


def minus_loglik(psi: np.ndarray, v_i: list[np.ndarray], x: np.ndarray, y: np.ndarray, reml: bool) -> float:
    v = sum(p * one for p, one in zip(psi, v_i, strict=True))
    inverse = np.linalg.inv(v)
    xx = x.T @ inverse @ x
    r = y - x @ np.linalg.solve(xx, x.T @ inverse @ y)
    count = len(y) - x.shape[1] if reml else len(y)
    value = np.linalg.slogdet(v)[1] + r @ inverse @ r + count * np.log(2 * np.pi)
    return 0.5 * (value + (np.linalg.slogdet(xx)[1] if reml else 0.0))
