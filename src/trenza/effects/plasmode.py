"""Plasmode: placebo programmes with a known effect on a real panel, and how often each estimator is right about them.

Nothing is simulated but who takes part and the effect: levels, noise, trends and gaps are those of real schools. Franklin,
Schneeweiss, Polinski & Rassen 2014 (Comput. Stat. Data Anal. 72, 219-226) on the method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from trenza.contracts.effect_tables import ESTIMATORS
from trenza.effects.panel import estimate
from trenza.effects.panel_check import check_panel
from trenza.effects.panel_design import PanelDesign

Chooser = Callable[[pd.DataFrame, np.random.Generator], np.ndarray]
EFFECTS = (0.0, 2.0, 5.0, 10.0)


def by_lot(share: float) -> Chooser:
    """Chooses ``share`` of all schools by lot."""

    def choose(baseline: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
        return _drawn(np.ones(len(baseline), dtype=bool), share, random)

    return choose


def by_rule(bounds: Sequence[float], willing: float) -> Chooser:
    """Chooses as PAC did: of the schools below the bound in every baseline year, the ``willing`` share, by lot."""

    def choose(baseline: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
        below = (baseline.to_numpy() < np.asarray(bounds)[None, :]).all(axis=1)
        return _drawn(below, willing, random)

    return choose


def placebo(
    rows: pd.DataFrame, design: PanelDesign, choose: Chooser, *, schools: int, seed: int
) -> pd.DataFrame:
    """The rows of ``schools`` schools drawn from ``rows``, with ``design.treated_in`` set for those that ``choose`` takes.

    ``rows``: columns as the design names them, one a school and year, all years there for every school. No effect is added.
    """
    random = np.random.default_rng(seed)
    wide = rows.pivot(index=design.unit, columns=design.year, values=design.outcome).sort_index()
    picked = wide.iloc[np.sort(random.choice(len(wide), min(schools, len(wide)), replace=False))]
    taken = picked.index[choose(picked[list(design.baseline_years)], random)]
    sample = rows[rows[design.unit].isin(picked.index)]
    start = np.where(sample[design.unit].isin(taken), float(min(design.outcome_years)), np.nan)
    return sample.assign(**{design.treated_in: start})


def with_effect(frame: pd.DataFrame, design: PanelDesign, effect: float) -> pd.DataFrame:
    """``frame`` with ``effect`` points added to the outcome of treated schools from their start on."""
    on = (frame[design.year] >= frame[design.treated_in]).to_numpy(dtype=bool)
    return frame.assign(**{design.outcome: frame[design.outcome] + effect * on})


def trials(
    rows: pd.DataFrame,
    design: PanelDesign,
    choose: Chooser,
    *,
    draws: int,
    schools: int,
    seed: int,
    estimators: Sequence[str] = ESTIMATORS,
    slow_every: int = 1,
    ci_level: float = 0.95,
) -> pd.DataFrame:
    """One row a draw and estimator: ``draw``, ``estimator``, ``role``, ``estimate``, ``ci_low``, ``ci_high``, of placebos with no effect.

    Every estimator here moves by exactly the effect when all treated school-years get the same effect, and its interval with it
    (``tests/unit/test_effects_plasmode.py``), so that a fit without effect tells of all effects. ``slow_every``: the growth model
    gets only every so many draws.
    """
    found = []
    for draw in range(draws):
        frame = placebo(rows, design, choose, schools=schools, seed=seed + draw)
        used, _ = check_panel(design, frame, study="plasmode", source="real")
        names = [n for n in estimators if n != "growth" or draw % slow_every == 0]
        for row in estimate(design, used, names, ci_level=ci_level):
            if row["aggregation"] == "overall" and row.get("ci_low") is not None:
                kept = ("estimator", "role", "estimate", "ci_low", "ci_high")
                found.append({"draw": draw, **{k: row[k] for k in kept}})
    return pd.DataFrame(found)


def summary(found: pd.DataFrame, effects: Sequence[float] = EFFECTS) -> pd.DataFrame:
    """Bias, coverage and power by estimator and injected effect, each with its Monte Carlo standard error.

    ``found``: rows of ``trials``. ``rmse`` is about the injected effect; ``power`` the share of intervals that leave 0 out (with
    effect 0: the rate of false alarms). Columns: estimator, role, effect, draws, bias, bias_se, rmse, coverage, coverage_se, power, power_se.
    """
    rows = []
    for (name, role), part in found.groupby(["estimator", "role"], sort=False):
        n = len(part)
        error = part["estimate"].to_numpy()
        covered = float(((part["ci_low"] <= 0.0) & (part["ci_high"] >= 0.0)).mean())
        for effect in effects:
            alarm = float(((part["ci_low"] + effect > 0.0) | (part["ci_high"] + effect < 0.0)).mean())
            rows.append(
                {
                    "estimator": name,
                    "role": role,
                    "effect": effect,
                    "draws": n,
                    "bias": float(error.mean()),
                    "bias_se": float(error.std(ddof=1) / n**0.5),
                    "rmse": float(np.sqrt(np.mean(error**2))),
                    "coverage": covered,
                    "coverage_se": float((covered * (1.0 - covered) / n) ** 0.5),
                    "power": alarm,
                    "power_se": float((alarm * (1.0 - alarm) / n) ** 0.5),
                }
            )
    return pd.DataFrame(rows)


def chosen_by(design: PanelDesign, how: str) -> PanelDesign:
    """The design with ``chosen_by`` as the placebo was given out, so that the role of each estimator follows."""
    return replace(design, chosen_by=how)


def _drawn(eligible: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    at = np.flatnonzero(eligible)
    taken = np.zeros(len(eligible), dtype=bool)
    taken[random.choice(at, max(2, round(share * len(at))), replace=False)] = True
    return taken
