"""Clustered rows whose reference values were made by independent software (tests/oracle), and slow dense twins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from trenza.compare.clusters import Cells, Normal, Units, between, cells, units, within

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
DATA = pd.read_csv(ORACLE / "inference_data.csv")
R = pd.read_csv(ORACLE / "inference_r.csv").set_index(["set", "procedure"])
PACKAGES = pd.read_csv(ORACLE / "inference_packages.csv").set_index(["set", "quantity"])["value"]
SETS = ["between22", "between9", "within22", "within8"]


def rows(name: str) -> pd.DataFrame:
    return DATA[DATA["set"] == name].reset_index(drop=True)


def load(name: str) -> tuple[Units, Cells, Normal]:
    frame = rows(name)
    data = units(frame["y"], frame["first"] == 1, frame["cluster"])
    sums = cells(data)
    return data, sums, within(sums) if name.startswith("within") else between(sums)


def normal_of(x: np.ndarray, y: np.ndarray, cluster: np.ndarray, term: int) -> Normal:
    """Normal equations of any regression, by cluster."""
    codes = sorted(set(cluster.tolist()))
    parts = [(x[cluster == c], y[cluster == c]) for c in codes]
    return Normal(
        np.stack([a.T @ a for a, _ in parts]),
        np.stack([a.T @ b for a, b in parts]),
        term,
        len(y),
        len(codes),
        x.shape[1],
    )


def dense_cr2(x: np.ndarray, y: np.ndarray, cluster: np.ndarray, term: int) -> tuple[float, float, float]:
    """Estimate, CR2 standard error and Satterthwaite df with n x n matrices, straight from the definitions."""
    n = len(y)
    bread = np.linalg.inv(x.T @ x)
    hat = x @ bread @ x.T
    rest = np.eye(n) - hat
    error = rest @ y
    pick = bread[:, term]
    forms = []
    for c in sorted(set(cluster.tolist())):
        own = cluster == c
        values, vectors = np.linalg.eigh(np.eye(own.sum()) - hat[np.ix_(own, own)])
        root = np.where(values > 1e-9, np.abs(np.where(values > 1e-9, values, 1.0)) ** -0.5, 0.0)
        adjust = (vectors * root) @ vectors.T
        forms.append(rest[:, own] @ (adjust @ (x[own] @ pick)))
    # each form is p_g with variance estimate sum (p_g' y)^2; rest @ error = error
    p = np.stack(forms)
    covariance = p @ p.T
    se = float(np.sqrt(((p @ error) ** 2).sum()))
    return float(pick @ (x.T @ y)), se, float(np.trace(covariance) ** 2 / (covariance**2).sum())
