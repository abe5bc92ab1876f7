"""How an inference about the difference of two groups is made from a standard error, or by inverting a test."""

from __future__ import annotations

import math
from collections.abc import Callable

from trenza.compare import adapters
from trenza.contracts.inference import Inference

_DOUBLINGS = 40  # of the stride: an interval that is not closed by then has no finite limit
_HALVINGS = 45


def by_t(
    method: str, estimate: float, se: float, df: float, *, ci_level: float, assumes: str, note: str = ""
) -> Inference:
    """``estimate`` / ``se`` referred to Student's t with ``df``; ``se`` above 0."""
    half = adapters.t_quantile((1.0 + ci_level) / 2.0, df) * se
    statistic = estimate / se
    p_value = adapters.t_two_sided(statistic, df)
    return Inference(
        method, estimate, se, df, statistic, p_value, estimate - half, estimate + half, assumes, note
    )


def not_computed(method: str, why: str, *, assumes: str, estimate: float = math.nan) -> Inference:
    """A procedure that these data do not allow, with the reason in its note."""
    nan = math.nan
    return Inference(method, estimate, nan, nan, nan, nan, nan, nan, assumes, f"not computed: {why}")


def joined(*pieces: str) -> str:
    """The pieces that say something, joined as everywhere in this project."""
    return "; ".join(piece for piece in pieces if piece)


def smallest_p(smallest: float, level: float) -> str:
    """A remark where resampling cannot reach 1 - ``level`` whatever the data are; empty where it can."""
    return f"smallest p value that can occur: {smallest:.3g}" if smallest >= 1.0 - level - 1e-12 else ""


def inverted(
    p_value: Callable[[float], float], centre: float, stride: float, level: float, *, smallest: float = 0.0
) -> tuple[float, float]:
    """Confidence limits by inversion: the values up to which ``p_value`` stays at 1 - ``level`` or above.

    ``p_value`` gives the p value of the hypothesis that the difference is its argument; ``centre`` must not be
    rejected (the estimate), ``stride`` > 0 is the first step outwards (the standard error). A limit that is
    not found within 2^40 strides is infinite. ``smallest`` is the smallest p value that can occur: where it is not
    below 1 - level nothing can be ruled out, and far out a search would only find rounding noise.
    """
    alpha = 1.0 - level
    if smallest >= alpha * (1.0 - 1e-12):
        return -math.inf, math.inf

    def limit(direction: float) -> float:
        inside, outside, step = centre, math.nan, stride
        for _ in range(_DOUBLINGS):
            trial = centre + direction * step
            # a crumb of tolerance: p values are multiples of 1 / draws and meet alpha exactly
            if p_value(trial) < alpha * (1.0 - 1e-12):
                outside = trial
                break
            inside, step = trial, 2.0 * step
        else:
            return direction * math.inf
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2.0
            if middle in (inside, outside):
                break
            if p_value(middle) < alpha * (1.0 - 1e-12):
                outside = middle
            else:
                inside = middle
        return inside

    return limit(-1.0), limit(1.0)
