"""The intraclass correlation of made rows, by textbook formula: what the tests hold the simulator to."""

from __future__ import annotations

import pandas as pd


def anova_icc(frame: pd.DataFrame, outcome: str, cluster: str, group: str) -> float:
    """Intraclass correlation of ``outcome`` within ``cluster``, by one-way analysis of variance.

    Values are first centred on their ``group`` mean, so that a difference between groups does not count as
    variance within clusters; rows with a blank in any of the three are left out. With mean squares B
    between and W within k clusters and n0 = (N - sum of squared sizes / N) / (k - 1), icc = (B - W) / (B +
    (n0 - 1) W) (Donner 1986, Int. Stat. Rev. 54). It can be negative. Raises ``ValueError`` for fewer than
    two clusters or no cluster with two rows.
    """
    used = frame[[outcome, cluster, group]].dropna()
    values = used[outcome] - used.groupby(group)[outcome].transform("mean")
    parts = values.groupby(used[cluster])
    sizes, means = parts.size().to_numpy(), parts.mean().to_numpy()
    total, k = int(sizes.sum()), len(sizes)
    if k < 2 or total == k:
        raise ValueError(f"needs two clusters and one with two rows, has {k} clusters and {total} rows")
    between = float(sizes @ (means - values.mean()) ** 2) / (k - 1)
    within = float(((values - parts.transform("mean")) ** 2).sum()) / (total - k)
    typical = (total - float(sizes @ sizes) / total) / (k - 1)
    return (between - within) / (between + (typical - 1) * within)
