"""Simulated tables for the reference fits, the same to the last digit on every machine.

``python tests/oracle/make_data.py <folder>`` writes them as CSV for reference_fits.R; the tests make them anew. Numbers
are rounded to six digits, so that CSV and memory hold the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd


def pupils(seed: int, schools: int, intercept: float, slope: float, correlation: float) -> pd.DataFrame:
    """Pupils in schools in communes, three cohorts, treatment by school; SDs relative to a residual SD of 1."""
    r = np.random.default_rng(seed)
    size = r.integers(4, 16, schools)
    school = np.repeat(np.arange(schools), size)
    commune = (np.arange(schools) // 4)[school]
    n = len(school)
    u = r.normal(size=(schools, 2))
    u = np.column_stack(
        [intercept * u[:, 0], slope * (correlation * u[:, 0] + np.sqrt(1 - correlation**2) * u[:, 1])]
    )
    ses = r.normal(size=n) + 0.5 * r.normal(size=schools)[school]
    d = pd.DataFrame(
        {
            "school": [f"s{i:02d}" for i in school],
            "commune": [f"c{i}" for i in commune],
            "treat": (np.arange(schools) % 2)[school],
            "sector": np.array(["public", "subsidised", "private"])[(np.arange(schools) // 2 % 3)[school]],
            "ses": ses.round(3),
            "year": r.integers(2016, 2019, n),
            "weight": r.choice([0.5, 1.0, 2.0, 4.0], n),
        }
    )
    shock = 0.4 * r.normal(size=(schools, 3))[school, d["year"] - 2016]
    y = 0.3 * d["treat"] + 0.5 * d["ses"] + u[school, 0] + u[school, 1] * d["ses"] + shock
    y = y + 0.5 * r.normal(size=commune.max() + 1)[commune] + r.normal(size=n)
    d["score"] = (10.0 + y).round(6)
    # no variance between schools at all: more alike than chance would have them
    noise = r.normal(size=n)
    d["flat"] = (noise - 0.9 * pd.Series(noise).groupby(school).transform("mean").to_numpy()).round(6)
    return d


def crossed(seed: int) -> pd.DataFrame:
    """Pupils who went to one of 14 primary and one of 9 secondary schools, not all pairs."""
    r = np.random.default_rng(seed)
    n = 260
    primary = r.integers(0, 14, n)
    secondary = (primary // 2 + r.integers(0, 4, n)) % 9
    x = r.normal(size=n).round(3)
    slope = 0.4 * r.normal(size=9)
    y = 0.5 * x + r.normal(size=14)[primary] * 0.8 + r.normal(size=9)[secondary] * 0.5 + slope[secondary] * x
    y = 3.0 + y + r.normal(size=n)
    return pd.DataFrame(
        {
            "primary": [f"p{i:02d}" for i in primary],
            "secondary": [f"q{i}" for i in secondary],
            "x": x,
            "y": np.round(y, 6),
        }
    )


def tables() -> dict[str, pd.DataFrame]:
    """All tables by name."""
    return {
        "pupils": pupils(11, 24, 0.6, 0.3, 0.4),
        "few": pupils(12, 6, 0.6, 0.0, 0.0),
        "lines": pupils(13, 20, 0.5, 0.35, 1.0),
        "crossed": crossed(14),
    }


if __name__ == "__main__":
    for name, table in tables().items():
        table.to_csv(Path(sys.argv[1]) / f"{name}.csv", index=False)
