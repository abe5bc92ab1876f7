"""What all simulated sources share: random streams, ids, and how people are dealt over clusters."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

GROUPS = ("participants", "control")


def only(values: pd.Series) -> str:
    """The one value of a column, or all of them for a message."""
    return ", ".join(sorted(set(values.astype(str))))


def stream(seed: int, name: str) -> np.random.Generator:
    """An independent random stream for each name under one seed."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, key])


def numbered(prefix: str, count: int, digits: int) -> list[str]:
    """Numbered ids with leading zeros, so that they sort as text."""
    width = max(digits, len(str(count)))
    return [f"{prefix}{i:0{width}d}" for i in range(1, count + 1)]


def deal(sizes: list[int], clusters: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cluster and group (0, 1) of each unit, sorted by both; a group's last round goes to drawn clusters."""
    seats = []
    for g, size in enumerate(sizes):
        odd = draw.permutation(clusters)[: size % clusters]
        dealt = np.concatenate([np.tile(np.arange(clusters), size // clusters), odd])
        seats += [(int(c), g) for c in dealt]
    table = np.array(sorted(seats))
    return table[:, 0], table[:, 1]
