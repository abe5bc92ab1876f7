"""Two groups by ranks: Mann-Whitney, probability of superiority and rank-biserial correlation."""

from __future__ import annotations

import math

import numpy as np

from trenza.compare import adapters
from trenza.compare.inference import joined
from trenza.compare.two_groups import Effect

METHOD = "Mann-Whitney test"
ASSUMES = "assumes independent units; the p value refers to equal distributions"
ASSUMES_INTERVAL = "interval by Brunner and Munzel on the logit, which allows unequal spread"
EXACT_UP_TO = 20  # units in each group, without ties


def mann_whitney(first: np.ndarray, second: np.ndarray, *, ci_level: float) -> tuple[Effect, Effect]:
    """Probability of superiority P(first > second) + P(tie) / 2, and rank-biserial correlation 2 P - 1.

    ``first`` (n_1) and ``second`` (n_2) without blanks. The p value is exact up to 20 units a group without
    ties, else normal with corrections for ties and continuity. The interval (Brunner & Munzel 2000: the
    variance of placements, t with Satterthwaite's df) is made on the logit and sent back, so it stays within
    0 and 1; blank where the groups do not overlap, since placements then have no variance.
    """
    n_1, n_2 = len(first), len(second)
    ranks = adapters.midranks(np.concatenate([first, second]))
    inside = np.concatenate([adapters.midranks(first), adapters.midranks(second)])
    placements = ranks - inside  # units of the other group below, ties half
    above, below = placements[:n_1] / n_2, placements[n_1:] / n_1
    share = float(above.mean())
    tied = len(np.unique(np.concatenate([first, second]))) < n_1 + n_2
    exact = not tied and max(n_1, n_2) <= EXACT_UP_TO
    p_value = adapters.mann_whitney_p(first, second, exact=exact)
    parts = above.var(ddof=1) / n_1, below.var(ddof=1) / n_2
    variance = sum(parts)
    low = high = math.nan
    remarks = ["exact p value" if exact else "normal approximation, corrected for ties and continuity"]
    if variance > 0.0 and 0.0 < share < 1.0:
        df = variance**2 / (parts[0] ** 2 / (n_1 - 1) + parts[1] ** 2 / (n_2 - 1))
        half = adapters.t_quantile((1 + ci_level) / 2, df) * math.sqrt(variance) / (share * (1 - share))
        centre = math.log(share / (1 - share))
        low, high = (1.0 / (1.0 + math.exp(-limit)) for limit in (centre - half, centre + half))
    else:
        remarks.append("no interval: the groups do not overlap, or placements do not vary")
    note, assumes = joined(*remarks), joined(ASSUMES, ASSUMES_INTERVAL)
    return (
        Effect("probability_of_superiority", METHOD, share, low, high, p_value, assumes, note),
        Effect("rank_biserial", METHOD, 2 * share - 1, 2 * low - 1, 2 * high - 1, p_value, assumes, note),
    )
