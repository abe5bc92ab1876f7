"""Wild cluster bootstrap of a group difference, on sums by cluster only."""

from __future__ import annotations

import numpy as np

from trenza.compare.clusters import Normal
from trenza.compare.inference import inverted, joined, not_computed, smallest_p
from trenza.compare.robust import cluster_robust
from trenza.contracts.inference import Inference

METHOD = "wild cluster bootstrap of t, null imposed"
ASSUMES = "assumes that clusters are independent, nothing about what happens inside them"
WEIGHTS = ("rademacher", "webb")
_AT_ONCE = 2_000_000  # weights drawn at a time: 16 MB
_TIE = 1e-9  # relative: draws that equal the observed t but for rounding count as equal


def wild_cluster_bootstrap(
    normal: Normal, *, ci_level: float, draws: int, seed: int, weights: str = "rademacher"
) -> Inference:
    """p value and interval of the group's coefficient (Cameron, Gelbach & Miller 2008, WCR).

    Each draw turns the restricted residuals of a cluster by one random weight: +-1 (Rademacher), or the six
    points of Webb (2023), +-sqrt(1/2), +-1, +-sqrt(3/2). The statistic is t with CR1, whose factor cancels. With
    Rademacher weights and no more than ``draws`` + 1 of the 2^G sign patterns all of them are enumerated and p
    is their share with \\|t*\\| >= \\|t\\|, the observed pattern included; else p = (1 + count) / (1 + ``draws``). The
    interval holds the differences with p >= 1 - ``ci_level``. No row is touched: with s_g(d) the cluster's score of
    the residuals under the difference d, linear in d, a draw's numerator is linear and its squared standard error
    quadratic in d, so both are drawn once and every d costs one pass over the draws (Roodman et al. 2019).
    ``se`` and ``statistic`` are CR1's; ``df`` is blank, the draws stand in for it.
    """
    count = len(normal.gram)
    if count < 2:
        return not_computed(METHOD, "it needs at least 2 clusters", assumes=ASSUMES)
    fit = cluster_robust(normal)
    total = normal.gram.sum(axis=0)
    bread = np.linalg.inv(total)
    pick = bread[:, normal.term]
    score = (normal.xy - normal.gram @ (bread @ normal.xy.sum(axis=0))) @ pick
    observed = float(score @ score)  # squared standard error without CR1's factor
    if not observed > 1e-24 * float((normal.xy.sum(axis=0) @ pick) ** 2 + (normal.xy @ pick).var()):
        return not_computed(
            METHOD, "no residual varies between clusters", assumes=ASSUMES, estimate=fit.estimate
        )
    drawn = _Draws(normal, bread, weights=weights, draws=draws, seed=seed)

    def p_value(difference: float) -> float:
        return drawn.share((fit.estimate - difference) ** 2 / observed, difference)

    stride = fit.se_cr1 if fit.se_cr1 > 0.0 else observed**0.5
    low, high = inverted(p_value, fit.estimate, stride, ci_level, smallest=drawn.smallest)
    remarks = [drawn.says, smallest_p(drawn.smallest, ci_level)]
    if not (np.isfinite(low) and np.isfinite(high)):
        remarks.append("an open interval: with so few clusters no value on that side can be ruled out")
    return Inference(
        method=METHOD,
        estimate=fit.estimate,
        se=fit.se_cr1,
        df=float("nan"),
        statistic=fit.estimate / fit.se_cr1,
        p_value=p_value(0.0),
        ci_low=low if np.isfinite(low) else float("nan"),
        ci_high=high if np.isfinite(high) else float("nan"),
        assumes=ASSUMES,
        note=joined(*remarks),
    )


class _Draws:
    """What is drawn, kept as coefficients of the hypothesised difference d.

    Per draw the numerator is ``top_0`` - d ``top_1`` and the squared standard error (without CR1's factor)
    ``low_0`` - 2 d ``low_1`` + d^2 ``low_2``.
    """

    def __init__(self, normal: Normal, bread: np.ndarray, *, weights: str, draws: int, seed: int) -> None:
        if weights not in WEIGHTS:
            raise ValueError(f"weights {weights!r}: one of {', '.join(WEIGHTS)}")
        count, pick = len(normal.gram), bread[:, normal.term]
        rest = [i for i in range(len(bread)) if i != normal.term]
        total = normal.gram.sum(axis=0)
        # residuals of the outcome and of the group's column given the other columns, as scores by cluster
        inner = np.linalg.inv(total[np.ix_(rest, rest)])
        of_y = normal.xy - normal.gram[:, :, rest] @ (inner @ normal.xy.sum(axis=0)[rest])
        of_d = normal.gram[:, :, normal.term] - normal.gram[:, :, rest] @ (inner @ total[rest, normal.term])
        a_y, a_d = of_y @ pick, of_d @ pick
        lean = normal.gram @ pick @ bread  # (G, k): (X'X)^-1 X_g'X_g (X'X)^-1 of the group's column
        spread = lean.T @ lean
        self.all_signs = weights == "rademacher" and count <= 40 and 2**count <= draws + 1
        size = 2 ** (count - 1) if self.all_signs else draws  # a pattern and its opposite give the same |t|
        # a pattern and its opposite always give the same |t|
        self.smallest = 2.0 / 2**count if self.all_signs else 1.0 / (1 + draws)
        self.says = (
            f"all {2**count} sign patterns" if self.all_signs else f"{draws} {weights} draws, seed {seed}"
        )
        columns = np.concatenate([of_y, of_d, a_y[:, None] * lean, a_d[:, None] * lean], axis=1)
        squares = np.stack([a_y * a_y, a_y * a_d, a_d * a_d], axis=1)
        k = len(bread)
        random = np.random.default_rng(seed)
        parts: list[np.ndarray] = []
        step = max(1, _AT_ONCE // count)
        for start in range(0, size, step):
            rows = min(step, size - start)
            v = self._weights(random, weights, start, rows, count)
            sums = v @ columns
            z_y, z_d, m_y, m_d = (sums[:, i * k : (i + 1) * k] for i in range(4))
            powers = (
                np.broadcast_to(squares.sum(axis=0), (rows, 3)) if weights == "rademacher" else v**2 @ squares
            )
            g_y, g_d = z_y @ spread, z_d @ spread
            low_0 = powers[:, 0] - 2.0 * (m_y * z_y).sum(axis=1) + (g_y * z_y).sum(axis=1)
            low_1 = powers[:, 1] - (m_y * z_d + m_d * z_y).sum(axis=1) + (g_y * z_d).sum(axis=1)
            low_2 = powers[:, 2] - 2.0 * (m_d * z_d).sum(axis=1) + (g_d * z_d).sum(axis=1)
            parts.append(np.stack([z_y @ pick, z_d @ pick, low_0, low_1, low_2]))
        self.top_0, self.top_1, self.low_0, self.low_1, self.low_2 = np.concatenate(parts, axis=1)

    def _weights(
        self, random: np.random.Generator, weights: str, start: int, rows: int, count: int
    ) -> np.ndarray:
        """(rows, G) weights; enumerated sign patterns are numbered, the first one being all +1."""
        if self.all_signs:
            bits = (np.arange(start, start + rows)[:, None] >> np.arange(count)) & 1
            return 1.0 - 2.0 * bits
        if weights == "rademacher":
            return 2.0 * random.integers(0, 2, (rows, count), dtype=np.int8) - 1.0
        points = np.sqrt([0.5, 1.0, 1.5])
        drawn: np.ndarray = np.concatenate([-points, points])[
            random.integers(0, 6, (rows, count), dtype=np.int8)
        ]
        return drawn

    def statistics(self, difference: float) -> np.ndarray:
        """Squared t of each draw under ``difference``, without CR1's factor; infinite where nothing varies."""
        top = (self.top_0 - difference * self.top_1) ** 2
        low = self.low_0 - 2.0 * difference * self.low_1 + difference**2 * self.low_2
        with np.errstate(divide="ignore", invalid="ignore"):
            squared: np.ndarray = np.where(low > 0.0, top / low, np.inf)
        return squared

    def share(self, squared: float, difference: float) -> float:
        """p value: share of draws whose squared t is at least ``squared``; what cannot be told counts as larger."""
        larger = int((self.statistics(difference) >= squared * (1.0 - _TIE)).sum())
        return larger / len(self.top_0) if self.all_signs else (1 + larger) / (1 + len(self.top_0))
