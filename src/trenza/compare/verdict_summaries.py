"""The verdict on one outcome where only printed n, means and SDs exist."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from trenza.compare import cluster_tests as tests
from trenza.compare.contrast import Group, pooled_sd
from trenza.compare.inference import not_computed
from trenza.compare.two_groups import common_language, jzs, student, welch
from trenza.compare.verdict import (
    NEEDS_ROWS,
    ROLES,
    Settings,
    Verdict,
    alone_detectable,
    equivalence,
    hedges_assumed,
    two_designs,
)


def verdict_from_summaries(
    first: Group, second: Group, *, clusters: int | None, assignment: str | None, settings: Settings
) -> Verdict:
    """What printed n, mean and SD allow.

    Groups in different clusters: Hedges' correction with assumed ICCs, the middle one called for. Groups in the
    same clusters: what the design calls for needs rows and says so; Hedges' correction is a what-if. ``clusters``
    is their declared number over both groups, taken to be of one size and, in the same clusters, one mix.
    """
    level, n = settings.ci_level, first.n + second.n
    individual = [welch(first, second, ci_level=level), student(first, second, ci_level=level)]
    if assignment is None or clusters is None:
        assignment = None
        rows = [("called_for", individual[0]), ("beside", individual[1])]
        detectable = [alone_detectable(first, second, level)]
    else:
        assumed = [hedges_assumed(first, second, n / clusters, icc, level) for icc in settings.assumed_icc]
        middle = sorted(settings.assumed_icc)[len(assumed) // 2]
        # clusters of one size: as many for each group as its share of the units
        of_first = min(max(round(clusters * first.n / n), 1), clusters - 1)
        halves = [
            np.full(of_first, first.n / of_first),
            np.full(clusters - of_first, second.n / (clusters - of_first)),
        ]
        mixed = [np.full(clusters, group.n / clusters) for group in (first, second)]
        order = sorted(settings.assumed_icc, key=lambda icc: icc != middle)
        detectable = [two_designs(assignment, halves, mixed, icc, False, None, level) for icc in order]
        if assignment == "different_clusters":
            roles = ["called_for" if icc == middle else "beside" for icc in settings.assumed_icc]
            rows = list(zip(roles, assumed, strict=True))
        else:
            needed = not_computed(
                tests.FIXED_CR2,
                NEEDS_ROWS,
                assumes=tests.ASSUMES_FIXED_CR2,
            )
            rows = [("called_for", needed), *(("what_if", inference) for inference in assumed)]
        rows += [("ignores_clusters", inference) for inference in individual]
    rows = sorted(rows, key=lambda row: ROLES.index(row[0]))
    sd = pooled_sd(first, second)
    made = Verdict(
        assignment=assignment,
        n=n,
        clusters=clusters,
        rows=tuple(rows),
        effects=(common_language(first, second, ci_level=level), jzs(first, second)),
        sd=sd,
        icc=math.nan,
        detectable=tuple(detectable),
        p_equivalence=math.nan,
    )
    return replace(made, p_equivalence=equivalence(made.shown, sd, settings.sesoi_sd))
