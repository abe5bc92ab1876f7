"""Which items run the other way, from the answers alone.

A scale's items share one direction or the other. The leading eigenvector of their correlations gives each item a
sign; then, while an item's correlation with the mean of the others, turned by their signs, is negative, the worst
is turned. Signs say nothing of which side is up: the direction of most items is straight, a tie is not guessed.

*straight* is said of an item whose correlation with the others, so turned, lies above zero with its whole interval
(Fisher's z). *reversed*, the graver word, needs more:

1. its loading in the one-factor model is at least ``LEAST_LOADING``, the common cut for an item that marks a
   factor (Stevens 2002): a weak item's sign is not worth acting on;
2. as answered, its correlation with the mean of the items of the other sign lies below zero with its whole
   interval: else two blocks of items that have nothing to do with each other would look opposed.

An item that fulfils 2 and not 1 is told in a note. A key belongs to the item, not to the scale: a scale with more
items settles the direction of a smaller one that shares items with it, as of a sub-scale that holds reversed items
only; and what one scale leaves open another may settle. Scales that contradict each other settle nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trenza.questionnaire.adapters import normal_quantile
from trenza.questionnaire.instrument import Item, Scale
from trenza.questionnaire.one_factor import ml_factor
from trenza.questionnaire.scale_rows import complete_rows

if TYPE_CHECKING:
    import pandas as pd

LEAST_LOADING = 0.40
LEVEL = 0.95
STRAIGHT, REVERSED = "straight", "reversed"


OPEN = "the answers do not settle the key"
WEAK = "runs against the other items, too weakly to be called reversed"
TIE = "as many items run one way as the other: the key is not guessed"
CONTRADICTION = "scales contradict each other on the key"


@dataclass(frozen=True)
class FoundKeys:
    """``keys``: straight or reversed by item, where settled; ``notes``: why not, by (scale, item)."""

    keys: Mapping[str, str]
    notes: Mapping[tuple[str, str], str]

    @property
    def reversed(self) -> frozenset[str]:
        """Items found to be reversed."""
        return frozenset(item for item, key in self.keys.items() if key == REVERSED)

    def contradict(self, scale: Scale, item: Item) -> bool:
        """Whether the answers run against the declared key of ``item``, be it too weakly to call it reversed."""
        weak = not item.reverse and self.notes.get((scale.id, item.id)) == WEAK
        return weak or self.keys.get(item.id) == (STRAIGHT if item.reverse else REVERSED)


@dataclass(frozen=True)
class Signs:
    """By item of a scale (p): sign (1 or -1), and whether it is clear, apart and strong (see this module's head)."""

    sign: np.ndarray
    clear: np.ndarray
    apart: np.ndarray
    strong: np.ndarray


def find_keys(data: pd.DataFrame, scales: Sequence[Scale]) -> FoundKeys:
    """The keys of the items of ``scales`` that the answers in ``data`` (as answered) settle.

    Nothing is taken from the keys that items.csv declares. Scales are gone through from the one with most items;
    their order in ``scales`` makes no difference.
    """
    known: dict[str, int] = {}
    contradicted: set[str] = set()
    notes: dict[tuple[str, str], str] = {}
    for scale in sorted(scales, key=lambda s: (-len(s.items), s.id)):
        ids = [item.id for item in scale.items]
        found = signs_of(complete_rows(data, scale, reverse=()).to_numpy())
        shared = {
            item: known[item] * sign
            for item, sign, clear in zip(ids, found.sign.tolist(), found.clear, strict=True)
            if clear and item in known
        }
        if len(set(shared.values())) == 2:
            contradicted |= set(shared)
            notes |= {(scale.id, item): CONTRADICTION for item in ids}
            continue
        side = next(iter(shared.values())) if shared else _side(found)
        for k, item in enumerate(ids):
            key = side * int(found.sign[k])
            if (key == 1 and found.clear[k]) or (key == -1 and found.strong[k]):
                known.setdefault(item, key)
            elif side == 0:
                notes[scale.id, item] = TIE
            else:
                notes[scale.id, item] = WEAK if key == -1 and found.apart[k] else OPEN
    notes |= {(s.id, i.id): CONTRADICTION for s in scales for i in s.items if i.id in contradicted}
    words = {1: STRAIGHT, -1: REVERSED}
    keys = {item: words[key] for item, key in known.items() if item not in contradicted}
    return FoundKeys(keys, {place: note for place, note in notes.items() if place[1] not in keys})


def _side(found: Signs) -> int:
    """1 where the positive sign is straight, -1 where the negative is, 0 where the items do not decide it."""
    most, most_clear = np.sign(found.sign.sum()), np.sign(found.sign[found.clear].sum())
    return int(most) if most == most_clear else 0


def signs_of(values: np.ndarray) -> Signs:
    """Signs of the items of complete rows ``values`` (n, p), as answered, and how sure they are.

    The first item that varies has sign 1: only which items share a sign has a meaning. With fewer than three
    items that vary nothing is clear: two items that run apart are a tie.
    """
    n, p = values.shape
    sign = np.ones(p, dtype=int)
    clear, apart, strong = (np.zeros(p, dtype=bool) for _ in range(3))
    varies = np.flatnonzero(np.ptp(values, axis=0) > 0.0) if n else np.array([], dtype=int)
    if n < 4 or len(varies) < 3:
        return Signs(sign, clear, apart, strong)
    r = np.corrcoef(values[:, varies], rowvar=False)
    s = np.where(np.linalg.eigh(r)[1][:, -1] < 0.0, -1, 1)
    for _ in range(len(varies)):
        rest = item_rest(r, s)
        if rest.min() >= 0.0:
            break
        s[np.argmin(rest)] *= -1
    s *= s[0]
    load = ml_factor((r * np.outer(s, s))[None], tolerance=1e-4).loadings[0]  # turned: all should be positive
    sign[varies] = s
    clear[varies] = [_limit(x, n, -1) > 0.0 for x in item_rest(r, s)]
    opposite = [_with_mean(r, k, np.where(s != s[k], 1.0, 0.0)) for k in range(len(s))]
    apart[varies] = [not (s != s[k]).any() or _limit(x, n, 1) < 0.0 for k, x in enumerate(opposite)]
    strong[varies] = load >= LEAST_LOADING
    return Signs(sign, clear, apart, clear & apart & strong)


def item_rest(r: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Correlation of each item with the mean of the others, standardised and turned by ``signs`` (p).

    ``r`` (p, p) are the correlations as answered.
    """
    weights = signs * (1.0 - np.eye(len(r)))
    return np.array([signs[k] * _with_mean(r, k, weights[k]) for k in range(len(r))])


def _with_mean(r: np.ndarray, k: int, weights: np.ndarray) -> float:
    """Correlation of item ``k`` with the weighted sum of standardised items."""
    variance = float(weights @ r @ weights)
    return float(r[k] @ weights) / math.sqrt(variance) if variance > 1e-12 else 0.0


def _limit(r: float, n: int, side: int) -> float:
    """Upper (1) or lower (-1) limit of a correlation by Fisher's z (Fisher 1921, Metron 1)."""
    r = min(max(r, -1.0 + 1e-12), 1.0 - 1e-12)
    return math.tanh(math.atanh(r) + side * normal_quantile(0.5 + LEVEL / 2.0) / math.sqrt(n - 3.0))
