"""How often a treatment by school that does nothing is called significant: z, Satterthwaite, Kenward-Roger.

    python benchmarks/multilevel_errors.py [trials]

Half of the schools are treated, 2 to 8 teachers each, one covariate; nominal level 5 %.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from trenza.multilevel.fit import fit

DESIGNS = [(22, 0.1), (22, 0.25), (12, 0.25), (6, 0.1), (6, 0.25)]


def trials(schools: int, icc: float, count: int, seed: int) -> Iterator[pd.DataFrame]:
    """Tables without an effect."""
    r = np.random.default_rng(seed)
    for _ in range(count):
        g = np.repeat(np.arange(schools), r.integers(2, 9, schools))
        y = np.sqrt(icc) * r.normal(size=schools)[g] + np.sqrt(1 - icc) * r.normal(size=len(g))
        yield pd.DataFrame({"school": g, "treat": g % 2, "x": r.normal(size=len(g)), "y": y})


def rejections(schools: int, icc: float, count: int, seed: int = 1) -> dict[str, float]:
    """Shares of trials with p below 0.05, and of singular fits."""
    rows = []
    for d in trials(schools, icc, count, seed):
        f = fit("y ~ treat + x + (1 | school)", d)
        one = f.fixed.loc["treat"]
        rows.append(
            (
                abs(one["statistic"]) > 1.959963984540054,
                one["p_satterthwaite"] < 0.05,
                one["p_kr"] < 0.05,
                f.singular,
            )
        )
    return dict(zip(("z", "satterthwaite", "kenward_roger", "singular"), np.mean(rows, axis=0), strict=True))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print(
        f"{count} trials; Monte Carlo standard error at 5 %: {100 * np.sqrt(0.05 * 0.95 / count):.2f} points"
    )
    for schools, icc in DESIGNS:
        shares = rejections(schools, icc, count)
        print(schools, icc, {name: f"{100 * share:.1f} %" for name, share in shares.items()}, flush=True)
