"""How far a school's place in a league table can be trusted: intervals of ranks (Goldstein & Spiegelhalter 1996)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.effects.score_noise import Noise

RANKS = (
    "places of schools' lasting levels given one year's mean, drawn from their normal distributions (Goldstein & Spiegelhalter "
    "1996); neighbours are shown together, so that no school can be found"
)


def rank_intervals(
    scores: np.ndarray, pupils: np.ndarray, noise: Noise, *, ci_level: float, draws: int, seed: int
) -> pd.DataFrame:
    """Place of each school, as a share of the list from 0 (lowest) to 1: ``rank`` (mean), ``low``, ``high``.

    ``scores``, ``pupils`` (schools,): one year. Given its mean x, a school's level is normal with mean reliability * x (from the
    mean of all) and variance lasting * (1 - reliability); ``draws`` sets of levels are ranked.
    """
    random = np.random.default_rng(seed)
    reliability = noise.reliability(pupils)
    centre = reliability * (scores - scores.mean())
    sd = np.sqrt(noise.lasting * (1.0 - reliability))
    places = np.empty((draws, len(scores)), dtype="float32")
    last = max(len(scores) - 1, 1)
    for i in range(draws):
        order = np.argsort(centre + random.normal(size=len(scores)) * sd, kind="stable")
        places[i, order] = np.arange(len(scores)) / last
    tail = (1.0 - ci_level) / 2.0
    low, high = np.quantile(places, [tail, 1.0 - tail], axis=0)
    return pd.DataFrame({"rank": places.mean(axis=0, dtype="float64"), "low": low, "high": high})


def binned_ranks(found: pd.DataFrame, *, bins: int, min_cell: int) -> pd.DataFrame:
    """The intervals by groups of neighbouring ranks (``bin`` from 1), and of all schools (``bin`` 0).

    No group has fewer than ``min_cell`` schools. ``share_apart``: schools whose interval does not hold the middle place.
    """
    ordered = found.sort_values("rank", kind="stable").reset_index(drop=True)
    ordered["apart"] = ((ordered["low"] > 0.5) | (ordered["high"] < 0.5)).astype("float64")
    many = max(1, min(bins, len(ordered) // max(min_cell, 1)))
    ordered["bin"] = np.arange(len(ordered)) * many // len(ordered) + 1
    everyone = ordered.assign(bin=0)
    table = (
        pd.concat([everyone, ordered])
        .groupby("bin")
        .agg(
            n=("rank", "size"),
            rank=("rank", "mean"),
            low=("low", "mean"),
            high=("high", "mean"),
            share_apart=("apart", "mean"),
        )
    )
    return table.reset_index()
