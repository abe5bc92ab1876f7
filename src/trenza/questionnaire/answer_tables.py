"""What people answered, what they left out, and how schools lie: counts and means, disclosure respected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.questionnaire_tables import MISSING_REASONS
from trenza.questionnaire.disclosure import joined, withheld
from trenza.questionnaire.instrument import Instrument, Item, Scale

if TYPE_CHECKING:
    import pandas as pd

    from trenza.questionnaire.words import AnswerWords

# From a longer range (a mark from 0 to 100) only the answers that occur are listed.
LONGEST = 20


def answers_table(
    data: pd.DataFrame, instrument: Instrument, groups: Mapping[str, np.ndarray], min_cell: int | None
) -> list[dict[str, Any]]:
    """Rows of contract ``answers`` without their head: people by answer, item and group (``groups``: masks).

    Answers run in steps of 1 from the item's lowest to its highest (of ranges over ``LONGEST`` only those that
    occur), and at any other number that occurs. None are shown for a group that small cells would leave with one cell, or in which nobody answered.
    """
    rows = []
    for scale in instrument.scales:
        for item in scale.items:
            for name, mask in groups.items():
                given = data.loc[mask, item.id].dropna().to_numpy(dtype=float)
                points = _points(item, data[item.id].dropna().to_numpy(dtype=float))
                counts = [int((given == p).sum()) for p in points]
                cells = joined(counts, min_cell) if len(given) else []
                for position, cell in enumerate(cells, 1):
                    low, high = points[cell.first], points[cell.last]
                    rows.append(
                        {"scale": scale.id, "item": item.id, "group": name, "position": position}
                        | {"low": low, "high": high, "n": cell.n}
                        | {"n_answered": len(given), "share": cell.n / len(given)}
                        | _words(instrument.words.get(item.words), low, high)
                    )
    return rows


def told_alone(
    rows: Sequence[Mapping[str, Any]], data: pd.DataFrame, groups: Mapping[str, np.ndarray]
) -> set[tuple[str, float]]:
    """Item and answer that ``rows`` of answers do not join with another in any group.

    What is joined must not be told of all people either: less the groups that show it, it would be known.
    """
    alone = {(row["item"], row["low"], row["group"]) for row in rows if row["low"] == row["high"]}
    asked = {
        item: [g for g, mask in groups.items() if data.loc[mask, item].notna().any()] for item, *_ in alone
    }
    return {(i, low) for i, low, _ in alone if all((i, low, g) in alone for g in asked[i])}


def _points(item: Item, given: np.ndarray) -> list[float]:
    """The answers an item may have, and any other that occurs; of a long range only those that occur."""
    steps = np.arange(item.low, item.high + 0.5) if item.high - item.low <= LONGEST else np.array([])
    return [float(p) for p in np.union1d(steps, given)]


def _words(words: AnswerWords | None, low: float, high: float) -> dict[str, str]:
    if words is None or low != high:
        return {"word_en": "", "word_es": ""}
    return {f"word_{lang}": words.shown(low, lang) for lang in ("en", "es")}


def missingness_table(
    data: pd.DataFrame,
    reasons: pd.DataFrame,
    instrument: Instrument,
    groups: Mapping[str, np.ndarray],
    *,
    unit: str,
    min_cell: int | None,
) -> list[dict[str, Any]]:
    """Rows of contract ``missingness`` without their head: blanks by item, group and reason, zeros included.

    ``reasons`` has a row for every blank answer: ``unit``, item, reason. Where a reason is withheld the number of
    people is too: less those who answered, it is the number of blanks.
    """
    rows: list[dict[str, Any]] = []
    for name, mask in groups.items():
        people = int(mask.sum())
        of_group = reasons[reasons[unit].isin(data.loc[mask, unit])]
        counted = of_group.groupby(["item", "reason"]).size().to_dict()
        for item in instrument.items:
            counts = [int(counted.get((item.id, reason), 0)) for reason in MISSING_REASONS]
            hidden = withheld(counts, min_cell)
            for reason, n, hide in zip(MISSING_REASONS, counts, hidden, strict=True):
                share = n / people if people and not hide else np.nan
                rows.append(
                    {
                        "item": item.id,
                        "group": name,
                        "reason": reason,
                        "n_people": None if any(hidden) else people,
                    }
                    | {"n": None if hide else n, "share": share, "suppressed": hide}
                )
    return rows


def school_scores_table(
    data: pd.DataFrame, scales: tuple[Scale, ...], cluster: str | None, min_cell: int | None
) -> list[dict[str, Any]]:
    """Rows of contract ``school_scores`` without their head: means of schools, the highest first.

    low and high are the mean less and plus one standard error, SD / sqrt(n). Of real people only schools with at
    least ``min_cell`` of them, and 2, are shown; nothing tells which school a row is. overall is the mean of all
    people with a score, those without a school too: where fewer than ``min_cell`` of them would be in no row, it
    would tell their mean, so the smallest schools are not shown either.
    """
    if cluster is None or cluster not in data.columns:
        return []
    least = 1 if min_cell is None else max(min_cell, 2)
    rows = []
    for scale in scales:
        spread = data.dropna(subset=[cluster]).groupby(cluster)[scale.id].agg(["count", "mean", "std"])
        overall = float(data[scale.id].mean())
        shown = spread[spread["count"] >= least].sort_values(["count", "mean", "std"], ascending=False)
        scored = int(data[scale.id].count())
        while len(shown) and 0 < scored - shown["count"].sum() < (min_cell or 0):
            shown = shown.iloc[:-1]
        shown = shown.sort_values(["mean", "count", "std"], ascending=False)
        figures = zip(shown["count"].tolist(), shown["mean"].tolist(), shown["std"].tolist(), strict=True)
        for rank, (n, mean, sd) in enumerate(figures, 1):
            half = sd / np.sqrt(n)
            rows.append(
                {"outcome": scale.id, "rank": rank, "n": int(n)}
                | {"mean": mean, "low": mean - half, "high": mean + half, "overall": overall}
            )
    return rows
