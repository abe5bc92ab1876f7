"""Programme effects on panels of schools: how long all estimators take, and how often each one holds a known truth.

    .venv/bin/python benchmarks/effects.py [trials]

Time: 8,000 schools in 346 communes over 10 years, three starts, pupils tested as weights, all estimators with bands, bootstrap
and randomisation; then the tables of choices, of which each row is an estimate. Truth: ``trials`` (default 300) simulated panels a scenario of 40 communes of 5 schools over 6 years, 15
communes treated in three years, with noise shared by the schools of a commune in a year. Scenarios: one effect; an effect
that grows by 2 a year; schools chosen by commune for a low mean of the baseline years. The truth is the mean effect over
treated school-years. The growth model gets every third trial. Bias is against it, coverage is that of 95 % intervals. Writes effects_coverage.csv and effects_speed.csv; 0 trials
times only.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.effect_tables import ESTIMATORS
from trenza.effects.panel import Resampling, estimate, panel_tables
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_choices import choice_tables
from trenza.effects.panel_design import PanelDesign

HERE = Path(__file__).parent
SCENARIOS = ("one effect", "growing effect", "chosen for low scores")


def design(years: list[int], first: int, weights: str | None) -> PanelDesign:
    return PanelDesign(
        id="benchmark",
        unit="school",
        year="year",
        outcome="score",
        treated_in="treated_in",
        assignment="commune",
        baseline_years=tuple(y for y in years if y < first),
        outcome_years=tuple(y for y in years if y >= first),
        estimand="mean effect on the treated school-years",
        weights=weights,
    )


def panel(
    seed: int,
    *,
    communes: int,
    schools: int,
    years: list[int],
    starts: tuple[int, ...],
    treated: int,
    effect: float,
    growth: float = 0.0,
    low: bool = False,
) -> tuple[pd.DataFrame, float]:
    """A long table and the mean effect over treated school-years."""
    random = np.random.default_rng(seed)
    commune = np.arange(schools) % communes
    level = random.normal(250.0, 12.0, schools) + random.normal(0.0, 6.0, communes)[commune]
    pupils = random.integers(8, 120, schools)
    t = np.arange(len(years))
    score = level[:, None] + 1.5 * t + random.normal(0.0, 2.0, (communes, len(years)))[commune]
    score = score + random.normal(size=score.shape) * np.sqrt(9.0 + 900.0 / pupils)[:, None]
    start = np.zeros(communes, dtype=int)
    order = random.permutation(communes)
    if low:
        before = score[:, [y < min(starts) for y in years]].mean(axis=1)
        order = np.argsort(np.bincount(commune, before) / np.bincount(commune))
    start[order[:treated]] = np.resize(starts, treated)
    since = np.array(years) - start[commune][:, None]
    on = (start[commune] > 0)[:, None] & (since >= 0)
    added = np.where(on, effect + growth * since, 0.0)
    began = start[commune]
    frame = pd.DataFrame(
        {
            "school": np.repeat(np.arange(schools), len(years)),
            "commune": np.repeat(commune, len(years)),
            "year": np.tile(years, schools),
            "treated_in": np.repeat(np.where(began > 0, began, np.nan), len(years)),
            "score": (score + added).ravel(),
            "pupils": np.repeat(pupils, len(years)).astype(float),
        }
    )
    return frame, float(added[on].mean())


def clocks() -> tuple[float, float]:
    """Time passed, and time that this process computed: where others use the machine the first says little."""
    return time.perf_counter(), time.process_time()


def speed() -> pd.DataFrame:
    years = list(range(2011, 2021))
    frame, _ = panel(
        1,
        communes=346,
        schools=8000,
        years=years,
        starts=(2015, 2017, 2018),
        treated=60,
        effect=4.0,
        growth=0.5,
    )
    made = design(years, 2015, "pupils")
    rows = []

    def timed(name: str, begun: tuple[float, float]) -> None:
        spent = [round(now - then, 2) for now, then in zip(clocks(), begun, strict=True)]
        rows.append({"what": name, "seconds": spent[0], "cpu_seconds": spent[1]})
        print(rows[-1], flush=True)

    begun = clocks()
    used, _ = check_panel(made, frame, study="benchmark", source="simulated")
    timed("check_panel", begun)
    for name in ESTIMATORS:
        begun = clocks()
        estimate(made, used, [name], resampling=Resampling())
        timed(name, begun)
    shared: dict[str, Any] = {"study": "benchmark", "source": "simulated", "ci_level": 0.95}
    begun = clocks()
    tables = panel_tables(made, frame, **shared)
    timed("all tables", begun)
    begun = clocks()
    choice_tables(made, frame, tables["panel_effects"], **shared, estimators=ESTIMATORS)
    timed("choices, units left out, placebos, unmeasured causes", begun)
    return pd.DataFrame(rows)


def coverage(trials: int) -> pd.DataFrame:
    years = list(range(2001, 2007))
    made = design(years, 2004, None)
    rows = []
    for scenario in SCENARIOS:
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ESTIMATORS}
        for trial in range(trials):
            frame, truth = panel(
                10_000 + trial,
                communes=40,
                schools=200,
                years=years,
                starts=(2004, 2005, 2006),
                treated=15,
                effect=0.0 if scenario == SCENARIOS[2] else 3.0,
                growth=2.0 if scenario == SCENARIOS[1] else 0.0,
                low=scenario == SCENARIOS[2],
            )
            used, _ = check_panel(made, frame, study="benchmark", source="simulated")
            # the growth model takes most of the time, so it gets every third trial
            names = [n for n in ESTIMATORS if n != "growth" or trial % 3 == 0]
            for row in estimate(made, used, names):
                if row["aggregation"] == "overall":
                    held = row["ci_low"] <= truth <= row["ci_high"]
                    found[row["estimator"]].append((row["estimate"] - truth, row["se"], held))
        for name, values in found.items():
            error, se, held = np.array(values, dtype=float).T
            rows.append(
                {
                    "scenario": scenario,
                    "estimator": name,
                    "trials": len(values),
                    "bias": error.mean(),
                    "sd": error.std(ddof=1),
                    "mean_se": se.mean(),
                    "coverage": held.mean(),
                }
            )
            print(rows[-1], flush=True)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    speed().to_csv(HERE / "effects_speed.csv", index=False)
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    if trials:
        coverage(trials).to_csv(HERE / "effects_coverage.csv", index=False)
