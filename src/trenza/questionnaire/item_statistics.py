"""How each item of a scale behaves: mean, ends of the range, key, correlation with the others."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.questionnaire.disclosure import share_withheld
from trenza.questionnaire.instrument import Item, Scale
from trenza.questionnaire.keys import REVERSED, STRAIGHT, FoundKeys
from trenza.questionnaire.one_factor import Fit
from trenza.questionnaire.reliability import alpha_of
from trenza.questionnaire.scale_rows import complete_rows

if TYPE_CHECKING:
    import pandas as pd


def item_statistics(
    data: pd.DataFrame,
    scale: Scale,
    *,
    asked: pd.Series[int],
    found: FoundKeys,
    fit: Fit,
    min_cell: int | None,
    alone: Collection[tuple[str, float]] | None = None,
) -> list[dict[str, Any]]:
    """Rows of contract ``item_statistics`` without their head, one an item of ``scale``.

    ``data`` has the answers as answered, ``asked`` the number of people asked by item; ``fit`` is the one-factor
    model of the scale, keyed as declared. Correlations, alpha without the item and loadings are of people who
    answered every item. Below ``min_cell`` such people, or answers, the figures are withheld; so are shares at the
    ends of the range that are not in ``alone``, the answers (item, points) that table ``answers`` tells alone.
    """
    declared = complete_rows(data, scale).to_numpy()
    as_found = complete_rows(data, scale, found.reversed).to_numpy()
    shown = min_cell is None or len(declared) >= min_cell
    rows = []
    for k, item in enumerate(scale.items):
        row = {"scale": scale.id, "item": item.id} | _spread(
            data[item.id], item, int(asked[item.id]), min_cell, alone
        )
        key_found = found.keys.get(item.id) if shown else None
        row |= {
            "key_declared": REVERSED if item.reverse else STRAIGHT,
            "key_found": key_found,
            "suspect": shown and found.contradict(scale, item),
            "item_rest": _item_rest(declared, k) if shown else math.nan,
            "item_rest_found": _item_rest(as_found, k) if shown else math.nan,
            "alpha_without": _alpha_without(declared, k) if shown else math.nan,
            "loading": float(fit.loadings[k]) if shown else math.nan,
        }
        notes = [found.notes.get((scale.id, item.id), "")] if shown else [f"fewer than {min_cell} people"]
        if key_found == REVERSED and not item.reverse:
            notes.append("declared straight, but the answers run against the other items")
        if key_found == STRAIGHT and item.reverse:
            notes.append("declared reversed, but the answers run with the other items")
        rows.append(row | {"note": "; ".join(filter(None, notes))})
    return rows


def _spread(
    answers: pd.Series[Any],
    item: Item,
    asked: int,
    min_cell: int | None,
    alone: Collection[tuple[str, float]] | None,
) -> dict[str, Any]:
    """Mean, SD (n - 1) and shares at the ends of the range of the answers as answered."""
    given = answers.dropna().to_numpy(dtype=float)
    n = len(given)
    row: dict[str, Any] = {"n": n, "n_missing": asked - n}
    if min_cell is not None and 0 < asked - n < min_cell:
        row["n_missing"] = None
    if n == 0 or (min_cell is not None and n < min_cell):
        return row | {"mean": math.nan, "sd": math.nan, "floor_share": math.nan, "ceiling_share": math.nan}
    row |= {"mean": float(given.mean()), "sd": float(given.std(ddof=1)) if n > 1 else math.nan}
    for name, end in (("floor_share", item.low), ("ceiling_share", item.high)):
        count = int((given == end).sum())
        joined = min_cell is not None and alone is not None and (item.id, end) not in alone
        row[name] = math.nan if joined or share_withheld(count, n, min_cell) else count / n
    return row


def _item_rest(values: np.ndarray, k: int) -> float:
    """Correlation of item ``k`` with the mean of the other items of the complete rows ``values`` (n, p)."""
    others = np.delete(values, k, axis=1)
    if len(values) < 3 or not others.shape[1]:
        return math.nan
    rest = others.mean(axis=1)
    if np.ptp(values[:, k]) == 0.0 or np.ptp(rest) <= 1e-12 * np.abs(rest).max():
        return math.nan
    return float(np.corrcoef(values[:, k], rest)[0, 1])


def _alpha_without(values: np.ndarray, k: int) -> float:
    others = np.delete(values, k, axis=1)
    if len(values) < 3 or others.shape[1] < 2:
        return math.nan
    return alpha_of(np.cov(others, rowvar=False))
