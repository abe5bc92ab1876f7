"""One inference about the difference of two groups, whatever room and procedure it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Inference:
    """First group minus second group in the outcome's unit; what a procedure does not give is NaN.

    ``method`` names the procedure, ``assumes`` what it takes for granted, ``note`` what was left out or went
    wrong (pieces joined by "; "). The limits are two-sided at the level that the caller asked for.
    """

    method: str
    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    assumes: str
    note: str = ""

    @property
    def computed(self) -> bool:
        """Whether there is a p value at all; ``note`` says why not."""
        return not math.isnan(self.p_value)
