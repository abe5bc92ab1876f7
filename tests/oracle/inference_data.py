"""Makes inference_data.csv: small clustered data sets on which independent software was run.

    python tests/oracle/inference_data.py

Sets: ``between22`` and ``between9``, whole clusters in one group, very unequal sizes; ``within22`` and ``within8``,
both groups in most clusters (some hold one group only); ``items22``, a five-point item in the clusters of ``within22``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def one_set(name: str, seed: int, clusters: int, most: int, shared: bool) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    sizes = random.integers(1, most + 1, clusters)
    cluster = np.repeat(np.arange(1, clusters + 1), sizes)
    n = len(cluster)
    first = (random.random(n) < 0.5) if shared else np.repeat(np.arange(clusters) % 2 == 1, sizes)
    y = 3.0 + 0.4 * first + np.repeat(random.normal(0.0, 0.5, clusters), sizes) + random.normal(0.0, 0.9, n)
    return pd.DataFrame({"set": name, "cluster": cluster, "first": first.astype(int), "y": y.round(4)})


def main() -> None:
    within = one_set("within22", 20223, 22, 8, True)
    items = within.assign(set="items22", y=within["y"].round().clip(1, 5))
    sets = [
        one_set("between22", 20221, 22, 15, False),
        one_set("between9", 20222, 9, 8, False),
        within,
        one_set("within8", 20224, 8, 9, True),
        items,
    ]
    pd.concat(sets).to_csv(HERE / "inference_data.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
