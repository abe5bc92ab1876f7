"""Simulated pupils for the benchmark of multilevel models: schools in municipalities, four cohorts, nine fixed effects.

Written once as parquet, and as plain binary columns for R, which has no reader of parquet here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

YEARS = 4
# More levels of a second crossed factor than this are outside what cross-products are for
MOST_SECONDARY = 1500
INDICATORS = ("year1", "year2", "year3")
COLUMNS = ("treat", "ses", "prior", "female", "meanses", *INDICATORS)


def pupils(rows: int, schools: int, seed: int = 1) -> pd.DataFrame:
    """``rows`` pupils in ``schools`` primary schools of unequal size; scores around 250 with an SD of about 50."""
    r = np.random.default_rng(seed)
    share = r.lognormal(0.0, 0.8, schools)
    # every school has two pupils, so that the number of schools is what it says
    school = np.repeat(np.arange(schools), 2 + r.multinomial(rows - 2 * schools, share / share.sum()))
    municipality = np.sort(r.integers(0, max(5, min(346, schools // 4)), schools))
    treated = (r.random(schools) < 0.3).astype(float)
    level = r.normal(0.0, 0.6, schools)
    year = r.integers(0, YEARS, rows)
    secondary = r.integers(0, max(5, min(MOST_SECONDARY, schools // 5)), rows)
    ses = level[school] + r.normal(0.0, 0.8, rows)
    prior = 0.4 * ses + r.normal(0.0, 0.9, rows)
    female = (r.random(rows) < 0.5).astype(float)
    intercept = r.normal(0.0, 0.35, schools)
    slope = 0.1 * r.normal(size=schools) + 0.1 * intercept
    fixed = (
        0.12 * treated[school] + 0.2 * ses + 0.5 * prior + 0.05 * female + 0.25 * level[school] + 0.02 * year
    )
    random = intercept[school] + slope[school] * ses + r.normal(0.0, 0.15, 346)[municipality[school]]
    random += (
        r.normal(0.0, 0.12, (schools, YEARS))[school, year] + r.normal(0.0, 0.1, MOST_SECONDARY)[secondary]
    )
    sizes = np.bincount(school, minlength=schools)
    table = pd.DataFrame(
        {
            "y": 250.0 + 50.0 * (fixed + random + r.normal(0.0, 0.75, rows)),
            "treat": treated[school],
            "ses": ses,
            "prior": prior,
            "female": female,
            "meanses": (np.bincount(school, ses, schools) / sizes)[school],
            "school": school.astype("int32"),
            "muni": municipality[school].astype("int32"),
            "secondary": secondary.astype("int32"),
            "schoolyear": (school * YEARS + year).astype("int32"),
            **{name: (year == i).astype(float) for i, name in enumerate(INDICATORS, 1)},
        }
    )
    return table.iloc[r.permutation(rows)].reset_index(drop=True)


def written(folder: Path, rows: int, schools: int) -> Path:
    """The folder of a size, made if it is not there: ``data.parquet`` and ``<column>.bin``."""
    import duckdb

    place = folder / f"{rows}_{schools}"
    if not (place / "done").is_file():
        place.mkdir(parents=True, exist_ok=True)
        table = pupils(rows, schools)
        with duckdb.connect() as connection:
            connection.register("pupils", table)
            target = str(place / "data.parquet").replace("'", "''")
            connection.execute(f"COPY pupils TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        for name in table:
            table[name].to_numpy().tofile(place / f"{name}.bin")
        (place / "done").write_text("")
    return place
