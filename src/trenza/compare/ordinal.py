"""Two groups on a Likert outcome: proportional odds."""

from __future__ import annotations

import math

import numpy as np

from trenza.compare import adapters
from trenza.compare.inference import joined
from trenza.compare.two_groups import Effect

METHOD = "proportional-odds model (ordered logit)"
ASSUMES = "assumes independent units and one odds ratio at every cut of the scale"
KIND = "log_odds_ratio"
MOST_LEVELS = 15


def ordinal_effect(first: np.ndarray, second: np.ndarray, *, ci_level: float) -> Effect:
    """Log odds ratio of a higher answer, ``first`` against ``second``, by maximum likelihood (McCullagh 1980).

    Wald z and interval. With two levels it is the log odds ratio of the 2 x 2 table. Not computed, with the reason in
    the note: more than 15 levels (a mean of items is no Likert item), one level, or complete separation
    (no unit of one group lies below a unit of the other: the odds ratio is without bound).
    """
    nan = math.nan
    levels = np.unique(np.concatenate([first, second]))
    why = ""
    if len(levels) > MOST_LEVELS:
        why = f"{len(levels)} different values, more than {MOST_LEVELS}"
    elif len(levels) < 2:
        why = "one value only"
    elif first.min() >= second.max() or second.min() >= first.max():
        why = "the groups are separated, the odds ratio is without bound"
    if why:
        return Effect(KIND, METHOD, nan, nan, nan, nan, ASSUMES, f"not computed: {why}")
    group = np.repeat([1.0, 0.0], [len(first), len(second)])
    fit = adapters.ordered_logit(np.searchsorted(levels, np.concatenate([first, second])), group)
    half = adapters.normal_quantile((1 + ci_level) / 2) * fit.se
    p_value = math.erfc(abs(fit.estimate / fit.se) / math.sqrt(2.0))
    note = joined(f"{len(levels)} levels", *fit.messages)
    return Effect(
        KIND, METHOD, fit.estimate, fit.estimate - half, fit.estimate + half, p_value, ASSUMES, note
    )
