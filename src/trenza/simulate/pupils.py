"""Pupils in classes in schools, tested twice, with a programme that whole schools take part in and a known effect."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.simulate.layout import numbered, stream

PARTS = ("school", "school_year", "class", "pupil")


def simulate_pupils(
    *,
    place: tuple[str, str],
    cluster_column: str,
    unit_column: str,
    group_column: str,
    participants: str,
    control: str,
    schools: Mapping[str, int],
    classes: int,
    pupils: int,
    mean: float,
    sd: float,
    growth: float,
    effect: float,
    shares: Mapping[str, float],
    seed: int,
) -> pd.DataFrame:
    """One row a pupil: ``unit_column``, ``class``, ``cluster_column``, ``group_column``, before, after, gain, source.

    ``schools``: number of schools by group; ``classes`` a school and ``pupils`` a class; ``mean``, ``sd``, ``growth`` and
    ``effect`` in points. With all parts normal and independent, and the variance of a wave sd^2,

        before = mean + school + school_year_1 + class + pupil + occasion_1
        after = mean + growth + effect (participants) + school + school_year_2 + class + pupil + occasion_2

    where ``shares`` (of sd^2) are the variances of school, school_year (drawn anew each wave: what happens to a whole
    school between two tests), class and pupil, and the rest is that of the occasion. Every part has its own stream of
    random numbers. Same arguments, same frame. Raises ``InputFaults`` for shares that leave nothing for the occasion.
    """
    rest = 1.0 - math.fsum(shares[part] for part in PARTS)
    if rest <= 0.0:
        found = ", ".join(f"{part} {shares[part]:g}" for part in PARTS)
        allowed = "shares of variance that add up to less than 1; the rest is that of the occasion"
        raise InputFaults([Fault(*place, "shares", found, allowed)])
    group = np.repeat([participants, control], [schools[participants], schools[control]])
    # Numbers of schools say nothing of their group.
    group = stream(seed, "groups").permutation(group)
    number = len(group)
    of_class = np.repeat(np.arange(number), classes)
    of_pupil = np.repeat(np.arange(len(of_class)), pupils)
    school = of_class[of_pupil]

    def drawn(part: str, share: float, size: int) -> np.ndarray:
        return stream(seed, part).normal(0.0, sd * math.sqrt(share), size)

    lasting = (
        drawn("school", shares["school"], number)[school]
        + drawn("class", shares["class"], len(of_class))[of_pupil]
        + drawn("pupil", shares["pupil"], len(school))
    )
    waves = [
        mean
        + lasting
        + drawn(f"school_year {wave}", shares["school_year"], number)[school]
        + drawn(f"occasion {wave}", rest, len(school))
        for wave in (1, 2)
    ]
    treated = group[school] == participants
    before, after = waves[0], waves[1] + growth + effect * treated
    schools_named = numbered(f"sim_{cluster_column}_", number, 2)
    classes_named = numbered("sim_class_", len(of_class), 3)
    return pd.DataFrame(
        {
            unit_column: numbered("p", len(school), 4),
            "class": [classes_named[c] for c in of_pupil],
            cluster_column: [schools_named[s] for s in school],
            group_column: group[school],
            "before": before,
            "after": after,
            "gain": after - before,
            "source": "simulated",
        }
    )
