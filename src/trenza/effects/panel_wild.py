"""Wild cluster bootstrap of the two-way estimate, null imposed, on sums by cluster (Cameron, Gelbach & Miller 2008).

Each draw turns the residuals under the null of whole clusters by random signs; t with CR1 is computed anew. It holds up with
few clusters, but not with few *treated* ones, where it rejects too rarely (MacKinnon & Webb 2018): randomisation inference
stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_two_way import Within, treated_counts, two_way, within

METHOD = "wild cluster bootstrap of the two-way estimate's t, null imposed"
_FEW = "with few treated clusters it rejects too rarely"
_TIE = 1e-9


@dataclass(frozen=True)
class Wild:
    """p of no effect; ``patterns`` draws or, when ``exact``, all patterns of signs."""

    p_value: float
    patterns: int
    exact: bool


def wild_bootstrap(sums: Within, *, draws: int, seed: int) -> Wild:
    """\\|t*\\| >= \\|t\\| over draws of signs; all 2^C patterns where they are no more than ``draws`` + 1.

    With restricted residuals e and A = M X', a draw's scores in cluster g are s_g v_g - X_g'X_g (sum of M s_h v_h), so that
    its estimate is linear and its squared standard error quadratic in the signs v; rows are never touched.
    """
    gram, c = sums.gram, len(sums.gram)
    total = gram.sum(axis=0)
    bread = np.linalg.pinv(total, hermitian=True)
    rest = np.linalg.lstsq(total[1:, 1:], sums.xy.sum(axis=0)[1:], rcond=None)[0]
    score = sums.xy - gram[:, :, 1:] @ rest  # (C, k): X_g'e_g under the null
    pick = bread[:, 0]
    beta = bread @ sums.xy.sum(axis=0)
    own = (sums.xy - gram @ beta) @ pick
    seen = float(beta[0] ** 2 / (own @ own))
    exact = c <= 40 and 2**c <= draws + 1
    random = np.random.default_rng(seed)
    size = 2 ** (c - 1) if exact else draws  # a pattern and its opposite give the same \|t\|
    a, lean = score @ pick, gram @ pick
    larger, step = 0, max(1, 2_000_000 // c)
    for start in range(0, size, step):
        n = min(step, size - start)
        if exact:
            signs = 1.0 - 2.0 * ((np.arange(start, start + n)[:, None] >> np.arange(c)) & 1)
        else:
            signs = 2.0 * random.integers(0, 2, (n, c), dtype=np.int8) - 1.0
        moved = (signs @ score) @ bread  # (n, k): the draw's coefficients
        left = signs * a - moved @ lean.T
        square = (left**2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            t2 = np.where(square > 0.0, moved[:, 0] ** 2 / square, np.inf)
        larger += int((t2 >= seen * (1.0 - _TIE)).sum())
    return Wild(larger / size if exact else (1 + larger) / (1 + size), 2**c if exact else draws, exact)


def wild_rows(
    design: PanelDesign, used: pd.DataFrame, *, ci_level: float, draws: int, seed: int
) -> list[Row]:
    """One tidy row: the two-way estimate with the bootstrap's p."""
    sums = within(used)
    if len(sums.gram) < 2:
        return []
    fitted = two_way(sums, len(used))
    found = wild_bootstrap(sums, draws=draws, seed=seed)
    row = told(design, "two_way", "overall_wild", fitted.estimate, None, None, ci_level)
    how = (
        f"all {found.patterns} patterns of signs"
        if found.exact
        else f"{found.patterns} draws of signs, seed {seed}"
    )
    starts = used.loc[used["cohort"] > 0, "cohort"].nunique()
    return [
        row
        | treated_counts(used)
        | {
            "role": "unsafe" if starts > 1 else "beside",
            "aggregation": "other",
            "se": fitted.se,
            "statistic": fitted.estimate / fitted.se if fitted.se > 0.0 else None,
            "p_value": found.p_value,
            "method": METHOD,
            "note": f"{_FEW}; {how}",
        }
    ]
