"""Coded segments that nobody said: which code, which direction, in which school; in place of words a label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from trenza.contracts.tables import CONTRACTS
from trenza.simulate.layout import stream

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EN = "Simulated segment {n} (no one said this)"
ES = "Segmento simulado {n} (nadie dijo esto)"


def school_deviations(rows: pd.DataFrame, outcome: str, *, cluster: str, group: str) -> dict[str, float]:
    """Each school's mean of ``outcome`` (deviations from the mean of one's ``group``), in SDs of schools (divisor n).

    0 everywhere where schools do not differ; a school without a value is 0 as well.
    """
    own = rows[outcome] - rows.groupby(group)[outcome].transform("mean")
    means = own.groupby(rows[cluster]).mean()
    spread = float(means.std(ddof=0))
    return {str(school): 0.0 if not spread or math.isnan(m) else float(m) / spread for school, m in means.items()}  # fmt: skip


def simulate_interviews(
    schools: Mapping[str, str],
    deviations: Mapping[str, float],
    *,
    roles: Mapping[str, Mapping[str, Any]],
    codes: Mapping[str, Mapping[str, float]],
    visited: int | None = None,
    between: float,
    lean: float,
    study: str,
    source_id: str,
    seed: int,
) -> pd.DataFrame:
    """Segments of ``visited`` schools (drawn; all if None), keeping contract ``segments``; same bytes for any order.

    ``schools``: municipality by school; ``deviations``: by school, in SDs of schools; ``roles``: by role, ``segments``
    a school and whether it is a ``participant`` (yes, no); ``codes``: by code, its ``share`` of all segments, and the
    shares of its segments that are ``enabling`` and ``hindering``; the rest is ambivalent.

    Truth: a segment's code is drawn by the shares. Its direction is that of a standard normal score

        u = sqrt(between) s + sqrt(1 - between) e,    s = lean d + sqrt(1 - lean^2) o

    with e of the segment, o of the school and d its deviation: hindering in the lowest share ``hindering``, enabling in the
    highest share ``enabling``. So ``between`` is the share of the variance that segments of a school have in common and
    ``lean`` (-1 to 1) its correlation with the school's deviation. Every school and role has random numbers of its own.
    """
    import pandas as pd

    chosen = sorted(schools)
    if visited is not None and visited < len(chosen):
        draw = stream(seed, f"interviews {source_id}: visited")
        chosen = sorted(str(s) for s in draw.permutation(chosen)[:visited])
    names = sorted(codes)
    shares = [float(codes[name]["share"]) for name in names]
    limits = {name: _limits(codes[name]) for name in names}
    rows: list[dict[str, Any]] = []
    for school in chosen:
        own = stream(seed, f"interviews {source_id}: {school}").standard_normal()
        common = lean * deviations.get(school, 0.0) + math.sqrt(1.0 - lean**2) * own
        for role in sorted(roles):
            draw = stream(seed, f"interviews {source_id}: {school}, {role}")
            count = int(roles[role]["segments"])
            which = _drawn(shares, draw.random(count))
            scores = math.sqrt(between) * common + math.sqrt(1.0 - between) * draw.standard_normal(count)
            for code, score in zip((names[i] for i in which), scores, strict=True):
                low, high = limits[code]
                direction = "hindering" if score < low else "enabling" if score > high else "ambivalent"
                rows.append(
                    {
                        "study": study, "source_id": source_id, "source": "simulated", "case": school,
                        "municipality": schools[school], "role": role, "participant": roles[role]["participant"],
                        "code": code, "direction": direction,
                    }
                )  # fmt: skip
    width = len(str(len(rows)))
    numbers = range(1, len(rows) + 1)
    told = pd.DataFrame(rows).assign(
        segment_id=[f"sim_{n:0{width}d}" for n in numbers],
        text=[EN.format(n=n) for n in numbers],
        text_es=[ES.format(n=n) for n in numbers],
    )
    contract = CONTRACTS["segments"]
    return contract.check(told[contract.names])


def _limits(told: Mapping[str, float]) -> tuple[float, float]:
    """Scores below the first are hindering, above the second enabling."""

    def quantile(share: float) -> float:
        return (
            math.inf * (1 if share >= 1.0 else -1) if not 0.0 < share < 1.0 else NormalDist().inv_cdf(share)
        )

    return quantile(float(told["hindering"])), quantile(1.0 - float(told["enabling"]))


def _drawn(shares: list[float], numbers: np.ndarray) -> list[int]:
    """Which code each of ``numbers`` (0 to 1) falls to."""
    import numpy as np

    ends = np.cumsum(shares)
    return [min(int(i), len(shares) - 1) for i in np.searchsorted(ends / ends[-1], numbers, side="right")]
