"""Type I error where it is hardest: few schools, few of them participating, schools of very unlike size, unlike mixes.

    .venv/bin/python benchmarks/type_one_error_few.py [trials] [seed]

Normal outcomes with a total variance of 1, of which 0.20 lies between schools, and no difference between the groups.
Counted are p values below .05. Beside the inferences of ``type_one_error.py`` stand random intercepts with Satterthwaite and
Kenward-Roger degrees of freedom. Writes type_one_error_few.csv beside this file.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from type_one_error import inferences

from trenza.compare.clusters import Units
from trenza.multilevel.two_groups import random_intercept_inferences

HERE = Path(__file__).parent
ICC, LEVEL = 0.20, 0.95
DESIGNS = {
    "22 schools of 2 to 8, 11 take part": ("different_clusters", 22, (2, 8), 11),
    "22 schools of 2 to 8, 3 take part": ("different_clusters", 22, (2, 8), 3),
    "22 schools of 2 to 8, 2 take part": ("different_clusters", 22, (2, 8), 2),
    "12 schools of 20 to 300, 6 take part": ("different_clusters", 12, (20, 300), 6),
    "6 schools of 84, 3 take part": ("different_clusters", 6, (84, 84), 3),
    "22 schools of 4 to 8, both groups in each, mixed 1 to 4 or 4 to 1": ("same_clusters", 22, (4, 8), 0),
}


def trial(random: np.random.Generator, design: str, schools: int, sizes: tuple[int, int], part: int) -> Units:
    """One data set without a difference."""
    size = random.integers(sizes[0], sizes[1] + 1, schools)
    cluster = np.repeat(np.arange(schools), size)
    n = len(cluster)
    if design == "different_clusters":
        first = np.repeat(random.permutation(schools) < part, size)
    else:
        share = np.where(np.arange(schools) % 2 == 0, 0.2, 0.8)
        first = random.random(n) < share[cluster]
    y = random.normal(0.0, math.sqrt(ICC), schools)[cluster] + random.normal(0.0, math.sqrt(1 - ICC), n)
    return Units(y, first, cluster)


def main() -> None:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20226
    rows = []
    for k, (name, (design, schools, sizes, part)) in enumerate(DESIGNS.items()):
        random = np.random.default_rng([seed, k])
        held = []
        for number in range(trials):
            data = trial(random, design, schools, sizes, part)
            p_values = inferences(data, design, ICC, number)
            for got in random_intercept_inferences(data.y, data.first, data.cluster, LEVEL):
                p_values[got.method] = got.p_value
            held.append(p_values)
        for method, p_values in pd.DataFrame(held).items():
            known = p_values.dropna()
            share = (known < 1 - LEVEL).mean()
            rows.append(
                {
                    "design": name,
                    "method": method,
                    "trials": len(known),
                    "not_computed": trials - len(known),
                    "share_below_05": share,
                }
            )
        print(f"{name}: done", flush=True)
    table = pd.DataFrame(rows)
    table.to_csv(HERE / "type_one_error_few.csv", index=False, lineterminator="\n", float_format="%.6g")


if __name__ == "__main__":
    main()
