"""Published scale scores against scores computed from the items, keyed in three ways."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.questionnaire_tables import KEYINGS
from trenza.questionnaire.instrument import Scale
from trenza.questionnaire.scoring import score

if TYPE_CHECKING:
    import pandas as pd

# Statistics packages store scores in single precision: 24 binary digits.
SINGLE_PRECISION = 2.0**-24


def check_scores(
    data: pd.DataFrame, scales: Sequence[Scale], *, min_answered: float, found: Collection[str]
) -> list[dict[str, Any]]:
    """Rows of contract ``score_checks`` without their head: for each scale with a published column, three keyings.

    ``data`` has the items as answered and ``published_<scale>``. ``as_answered`` turns no item, ``declared`` those
    of items.csv, ``found`` the items in ``found``. Two scores agree where they differ by no more than half a unit of
    the last decimal that the column shows, plus the rounding of single precision (2^-24 of the value). The scale
    agrees where all do, and where the same people have none.
    """
    rows = []
    with_column = [s for s in scales if s.published and f"published_{s.id}" in data.columns]
    for scale in with_column:
        published = data[f"published_{scale.id}"].to_numpy(dtype=float, na_value=np.nan)
        of_scale = []
        for keying in KEYINGS:
            turned = {
                "as_answered": set(),
                "declared": {i.id for i in scale.items if i.reverse},
                "found": {i.id for i in scale.items if i.id in found},
            }[keying]
            scored = score(data, scale, min_answered=min_answered, reverse=turned)
            computed = scored.to_numpy(dtype=float, na_value=np.nan)
            row = {"scale": scale.id, "keying": keying, "column": scale.published}
            of_scale.append(row | _agreement(published, computed, sorted(turned)))
        if not any(row["agrees"] for row in of_scale):
            remarks = _remarks(data, scale, published, with_column)
            for row in of_scale:
                row["note"] = "; ".join([*filter(None, [row["note"]]), *remarks])
        elif not of_scale[-1]["agrees"]:
            remark = "the published score keys items otherwise than the answers suggest"
            of_scale[-1]["note"] = "; ".join(filter(None, [of_scale[-1]["note"], remark]))
        rows += of_scale
    return rows


def _agreement(published: np.ndarray, computed: np.ndarray, turned: Sequence[str]) -> dict[str, Any]:
    """Counts of people by whether their two scores agree, and the largest difference (points)."""
    there, made = np.isfinite(published), np.isfinite(computed)
    both = there & made
    difference = np.abs(published - computed)
    agree = both & (difference <= _tolerance(published))
    notes = [f"items turned round: {', '.join(turned)}"] if turned else []
    if (there & ~made).any():
        notes.append("published for people who answered too few items")
    if there.any() and (published[there] == np.floor(published[there])).all():
        notes.append("the column shows whole numbers: agreement to half a point")
    if (made & ~there).any():
        notes.append("not published for people who answered enough items")
    return {
        "n_published": int(there.sum()),
        "n_computed": int(made.sum()),
        "n_both": int(both.sum()),
        "n_agree": int(agree.sum()),
        "n_people": len(published),
        "largest_difference": float(difference[both].max()) if both.any() else np.nan,
        "mean_published": float(published[there].mean()) if there.any() else np.nan,
        "mean_computed": float(computed[made].mean()) if made.any() else np.nan,
        "agrees": bool(both.any() and (agree == both).all() and (there == made).all()),
        "note": "; ".join(notes),
    }


def _tolerance(published: np.ndarray) -> np.ndarray:
    """Largest difference of each value that rounding explains, in points."""
    shown = [np.format_float_positional(v, trim="-") for v in published[np.isfinite(published)]]
    decimals = max((len(text.partition(".")[2]) for text in shown), default=0)
    return np.asarray(0.5 * 10.0**-decimals + SINGLE_PRECISION * np.abs(published))


def _remarks(data: pd.DataFrame, scale: Scale, published: np.ndarray, scales: Sequence[Scale]) -> list[str]:
    """What may explain a column that agrees with no keying."""
    said = ["the published score does not follow from the items"]
    known = published[np.isfinite(published)]
    if len(known) and (known.min() < scale.low or known.max() > scale.high):
        said.append("published values outside the scale's range")
    for other in scales:
        theirs = data[f"published_{other.id}"].to_numpy(dtype=float, na_value=np.nan)
        if other.id != scale.id and len(known) and np.array_equal(published, theirs, equal_nan=True):
            said.append(f"the published score repeats that of {other.id}")
    return said
