"""Rows for individual units that a published table could have come from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.simulate.bounded import Target, bound_scores, largest_sd, latent_icc
from trenza.simulate.layout import GROUPS, deal, numbered, only, stream


def microdata_like(
    summaries: pd.DataFrame,
    *,
    clusters_by_stratum: dict[str, int],
    stratum_column: str = "municipality",
    cluster_column: str = "school",
    unit_column: str = "teacher",
    group_column: str = "group",
    participants: str,
    control: str,
    icc: float,
    ranges: dict[str, tuple[float, float]],
    seed: int,
) -> pd.DataFrame:
    """One row a unit, with group means and SDs exactly those of ``summaries`` (contract of that name).

    Columns: ``unit_column`` (t001, ...), ``cluster_column`` (sim_school_01, ...; numbered through the
    strata in the order given), ``stratum_column``, ``group_column`` (levels ``participants`` and
    ``control``), one column an outcome in the order of ``summaries``, and ``source`` = simulated; rows
    sorted by unit, that is by cluster and group. Each group is dealt over the clusters one by one, so that
    a cluster's numbers differ by at most one within a group; the clusters that take one more are drawn.

    Truth behind each outcome: normal scores with a cluster effect that both groups share, drawn as a line
    and cut at the ends of ``ranges`` (``trenza.simulate.bounded``) so that sample means and SDs (divisor n
    - 1) are met and no value leaves its range; the scores' correlation is set so that the cut values have
    intraclass correlation ``icc``. Outcomes are independent of each other and each has its own stream of
    random numbers: one more outcome changes no other, unless it has more units. Where an outcome has fewer
    units than another, the units without it are drawn and blank. Same arguments, same frame, bit by bit.

    Raises ``InputFaults`` that lists: groups smaller than 2 or than the number of clusters, outcomes twice or
    without a range, moments that no values in the range can have, an icc outside [0, 1).
    """
    study, source_id = (only(summaries[name]) for name in ("study", "source_id"))
    place = (f"study {study}", f"sources.{source_id}")
    shelf = {"icc": icc, "clusters": sum(clusters_by_stratum.values())}
    faults = _faults(summaries, place, shelf, ranges, (participants, control))
    reserved = {unit_column, cluster_column, stratum_column, group_column, "source"}
    faults += [
        Fault(
            *place,
            outcome,
            "an outcome named like a column of the design",
            f"names other than {sorted(reserved)}",
        )
        for outcome in summaries["outcome"]
        if outcome in reserved
    ]
    if faults:
        raise InputFaults(faults)
    clusters = [stratum for stratum, number in clusters_by_stratum.items() for _ in range(number)]
    sizes = [int(summaries[f"n_{who}"].max()) for who in GROUPS]
    cluster, group = deal(sizes, len(clusters), stream(seed, "layout"))
    columns: dict[str, Any] = {
        unit_column: numbered("t", len(cluster), 3),
        cluster_column: [numbered(f"sim_{cluster_column}_", len(clusters), 2)[c] for c in cluster],
        stratum_column: [clusters[c] for c in cluster],
        group_column: [(participants, control)[g] for g in group],
    }
    for row in summaries.to_dict("records"):
        outcome = str(row["outcome"])
        low, high = map(float, ranges[outcome])
        targets = [Target(float(row[f"mean_{who}"]), float(row[f"sd_{who}"]), low, high) for who in GROUPS]
        numbers = [int(row[f"n_{who}"]) for who in GROUPS]
        draw = stream(seed, f"outcome {outcome}")
        correlation = latent_icc(icc, tuple(zip(targets, numbers, strict=True)))
        effects = draw.standard_normal(len(clusters))[cluster]
        own = draw.standard_normal(len(cluster))
        scores = math.sqrt(correlation) * effects + math.sqrt(1.0 - correlation) * own
        values = np.full(len(cluster), np.nan)
        for g, (target, number) in enumerate(zip(targets, numbers, strict=True)):
            members = np.flatnonzero(group == g)
            used = members if number == len(members) else np.sort(draw.permutation(members)[:number])
            values[used] = bound_scores(scores[used], target)
        columns[outcome] = values
    return pd.DataFrame(columns).assign(source="simulated")


def _faults(
    summaries: pd.DataFrame,
    place: tuple[str, str],
    shelf: dict[str, float],
    ranges: dict[str, tuple[float, float]],
    levels: tuple[str, str],
) -> list[Fault]:
    """Everything that makes the wanted rows impossible."""
    faults = []
    clusters = int(shelf["clusters"])
    if clusters < 1:
        faults.append(Fault(*place, "strata", f"{clusters} clusters", "at least 1 cluster"))
    if not 0.0 <= shelf["icc"] < 1.0:
        faults.append(Fault(*place, "icc", repr(shelf["icc"]), "a number from 0 to below 1"))
    for outcome in sorted(set(summaries.loc[summaries["outcome"].duplicated(), "outcome"])):
        faults.append(Fault(*place, outcome, "more than one row of summaries", "one row an outcome"))
    for row in summaries.to_dict("records"):
        outcome = row["outcome"]
        if outcome not in ranges:
            faults.append(Fault(*place, outcome, "no range", "a range [lowest, highest] for each outcome"))
            continue
        low, high = map(float, ranges[outcome])
        for who, level in zip(GROUPS, levels, strict=True):
            n, target = (
                int(row[f"n_{who}"]),
                Target(float(row[f"mean_{who}"]), float(row[f"sd_{who}"]), low, high),
            )
            if n < max(2, clusters):
                found = f"{n} units in group {level!r}"
                faults.append(
                    Fault(*place, outcome, found, f"at least {max(2, clusters)}: one a cluster, two in all")
                )
            elif not (low < high and low <= target.mean <= high):
                found = f"mean {target.mean!r} of group {level!r} with range [{low!r}, {high!r}]"
                faults.append(Fault(*place, outcome, found, "a mean within the range"))
            elif not 0.0 <= target.sd <= largest_sd(target, n) * (1 + 1e-12):
                found = (
                    f"SD {target.sd!r} of group {level!r}, mean {target.mean!r}, range [{low!r}, {high!r}]"
                )
                faults.append(Fault(*place, outcome, found, f"an SD from 0 to {largest_sd(target, n)!r}"))
    return faults
