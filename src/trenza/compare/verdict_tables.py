"""Verdicts of all outcomes of a comparison as tables; from rows and from printed summaries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.compare import adapters
from trenza.compare.clusters import units
from trenza.compare.contrast import (
    EFFECT_KIND,
    Group,
    Place,
    contrast,
    group_faults,
    hedges_factor,
)
from trenza.compare.inference import joined
from trenza.compare.multiplicity import corrected
from trenza.compare.records import column_faults, floats, summary
from trenza.compare.two_groups import STUDENT, WELCH
from trenza.compare.verdict import Settings, Verdict, verdict
from trenza.compare.verdict_checks import cluster_faults, contradicted, declared_faults
from trenza.compare.verdict_summaries import verdict_from_summaries
from trenza.contracts.faults import InputFaults
from trenza.contracts.inference import Inference
from trenza.contracts.tables import CONTRACTS

# Outcome, whether in the first group, cluster number, level -> rows that an engine of another room gives.
Engine = Callable[[np.ndarray, np.ndarray, np.ndarray, float], Sequence[Inference]]
TABLES = ("inferences", "effect_sizes", "verdicts", "detectable")
STANDS_IN = (
    "stands in for what the design calls for, which needs rows; too wide rather than too narrow if both groups are spread "
    "alike over the clusters and the difference is the same in all of them, which printed figures do not tell"
)
SCALED = "estimate and its limits in pooled SDs, small-sample factor; the SD's own error is left out"


def verdicts_from_records(
    records: pd.DataFrame,
    *,
    study: str,
    comparison: str,
    outcomes: Sequence[str],
    source: str,
    source_id: str,
    group: str,
    participants: str,
    control: str,
    cluster: str | None,
    assignment: str | None,
    settings: Settings,
    more: Engine | None = None,
) -> dict[str, pd.DataFrame]:
    """Tables ``inferences``, ``effect_sizes``, ``verdicts`` and ``detectable``, participants - control.

    ``records`` has one row a unit, numeric outcomes, ``group`` with both levels and, if ``cluster`` is given, the
    cluster's id. The declared ``assignment`` is checked against the rows first; where they contradict it nothing
    is computed. Rows without outcome or cluster id, or in neither group, are left out and counted in the
    note. ``more`` brings rows of another engine where clusters are stated. Raises ``InputFaults``: missing or
    text columns, an absent group, n < 2, no variance in both groups, a contradicted design.
    """
    place = Place(study, comparison)
    levels = (participants, control)
    faults = declared_faults(place, assignment, settings)
    faults += column_faults(records, place, outcomes, group, cluster, levels)
    if faults:
        raise InputFaults(faults)
    if (cluster is None) != (assignment is None):
        found = (
            "a cluster column without an assignment" if cluster else "an assignment without a cluster column"
        )
        raise InputFaults([place.fault("", found, "both, or neither")])
    if cluster is not None and assignment is not None:
        faults += contradicted(records, study, source_id, source, group, levels, cluster, assignment)
    chosen = records[records[group].isin(levels)]
    held = chosen if cluster is None else chosen[chosen[cluster].notna()]
    pairs: dict[str, tuple[Group, ...]] = {}
    for outcome in outcomes:
        pair = {level: summary(held.loc[held[group] == level, outcome]) for level in levels}
        faults += group_faults(place, outcome, pair)
        pairs[outcome] = tuple(pair.values())
    if faults:
        raise InputFaults(faults)
    found_verdicts: dict[str, Verdict] = {}
    remarks: dict[str, str] = {}
    for outcome in outcomes:
        rows = held[held[outcome].notna()]
        # resampling draws a sign a cluster: in one order whatever the order of the file
        rows = rows.sort_values([*([] if cluster is None else [cluster]), group, outcome], kind="stable")
        ids = np.zeros(len(rows)) if cluster is None else rows[cluster].to_numpy(dtype=object)
        data = units(floats(rows[outcome]), (rows[group] == participants).to_numpy(dtype=bool), ids)
        extra: Sequence[Inference] = ()
        if more is not None and cluster is not None:
            extra = more(data.y, data.first, data.cluster, settings.ci_level)
        found_verdicts[outcome] = verdict(data, assignment=assignment, settings=settings, extra=extra)
        counts = {
            "rows in neither group left out": len(records) - len(chosen),
            "rows without a cluster id left out": len(chosen) - len(held),
            "rows without the outcome left out": len(held) - len(rows),
        }
        remarks[outcome] = joined(*(f"{what}: {count}" for what, count in counts.items() if count))
    return _tables(found_verdicts, pairs, remarks, place, f"{participants} - {control}", source, settings)


def verdicts_from_summaries(
    pairs: Mapping[str, tuple[Group, Group]],
    *,
    study: str,
    comparison: str,
    source: str,
    participants: str,
    control: str,
    clusters: int | None,
    assignment: str | None,
    settings: Settings,
) -> dict[str, pd.DataFrame]:
    """The same tables from printed n, mean and SD (outcome -> participants, control): see ``verdict_from_summaries``."""
    place = Place(study, comparison)
    faults = declared_faults(place, assignment, settings)
    for outcome, pair in pairs.items():
        faults += group_faults(place, outcome, dict(zip((participants, control), pair, strict=True)))
        if clusters is not None and not faults:
            faults += cluster_faults(place, outcome, clusters, sum(group.n for group in pair))
    if faults:
        raise InputFaults(faults)
    found = {
        outcome: verdict_from_summaries(*pair, clusters=clusters, assignment=assignment, settings=settings)
        for outcome, pair in pairs.items()
    }
    remarks = dict.fromkeys(pairs, "from printed n, mean and SD")
    return _tables(found, pairs, remarks, place, f"{participants} - {control}", source, settings)


def _tables(
    found: Mapping[str, Verdict],
    pairs: Mapping[str, tuple[Group, ...]],
    remarks: Mapping[str, str],
    place: Place,
    term: str,
    source: str,
    settings: Settings,
) -> dict[str, pd.DataFrame]:
    by_holm, by_bh = corrected([v.shown.p_value for v in found.values()])
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for (outcome, v), p_holm, p_bh in zip(found.items(), by_holm, by_bh, strict=True):
        head = {
            "study": place.study,
            "id": f"{place.comparison}_{outcome}",
            "term": term,
            "n": v.n,
            "clusters": v.clusters,
            "ci_level": settings.ci_level,
            "outcome": outcome,
            "source": source,
        }
        tidy = [_tidy(inference, v, pairs[outcome], settings) for _, inference in v.rows]
        for position, ((role, _), row) in enumerate(zip(v.rows, tidy, strict=True), 1):
            more = {"assignment": v.assignment, "role": role, "position": position}
            rows["inferences"].append({**head, **row, **more, "note": joined(row["note"], remarks[outcome])})
        for effect in v.effects:
            rows["effect_sizes"].append(
                {
                    **head,
                    "effect": effect.value,
                    "effect_ci_low": effect.ci_low,
                    "effect_ci_high": effect.ci_high,
                    "p_value": effect.p_value,
                    "effect_kind": effect.kind,
                    "method": joined(effect.method, effect.assumes),
                    "note": joined(effect.note, remarks[outcome]),
                }
            )
        shown = _tidy(v.shown, v, pairs[outcome], settings)
        rows["verdicts"].append(
            {
                **head,
                **shown,
                "note": joined(shown["note"], STANDS_IN if v.stands_in else "", remarks[outcome]),
                "assignment": v.assignment,
                "called_for": v.called_for.method,
                "stands_in": v.stands_in,
                "why": v.why,
                "reading": v.reading,
                "family": len(found),
                "p_holm": p_holm,
                "p_bh": p_bh,
                "sesoi": settings.sesoi_sd,
                "p_equivalence": v.p_equivalence,
                **_equivalence_limits(v, settings),
                "sd": v.sd,
                "icc": v.icc,
                "mdes_sd": v.detectable[0].here,
                "mdes": v.detectable[0].here * v.sd,
                "mdes_other_sd": v.detectable[0].other,
            }
        )
        for position, can in enumerate(v.detectable, 1):
            rows["detectable"].append(
                {
                    **{name: head[name] for name in ("study", "id", "outcome", "source")},
                    "assignment": v.assignment,
                    "position": position,
                    "icc": can.icc,
                    "icc_estimated": can.known,
                    "mdes_sd": can.here,
                    "mdes": can.here * v.sd,
                    "mdes_other_sd": can.other,
                }
            )
    return {
        name: CONTRACTS[name].check(pd.DataFrame(held, columns=CONTRACTS[name].names))
        for name, held in rows.items()
    }


def _equivalence_limits(v: Verdict, settings: Settings) -> dict[str, float]:
    """The interval at 1 - 2 alpha, which lies within the bounds exactly where both one-sided tests reject."""
    if not (v.shown.se > 0.0 and v.sd > 0.0) or math.isnan(v.shown.df):
        return {"equivalence_low": math.nan, "equivalence_high": math.nan}
    half = adapters.t_quantile(settings.ci_level, v.shown.df) * v.shown.se
    low, high = (v.shown.estimate - half) / v.sd, (v.shown.estimate + half) / v.sd
    return {"equivalence_low": low, "equivalence_high": high}


def _tidy(inference: Inference, v: Verdict, pair: tuple[Group, ...], settings: Settings) -> dict[str, Any]:
    """An inference's columns of the tidy result; the effect of the t tests is Hedges g with its own limits."""
    row: dict[str, Any] = {
        name: getattr(inference, name)
        for name in ("estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "note")
    }
    row["method"] = joined(inference.method, inference.assumes)
    if inference.method in (STUDENT, WELCH):
        g = contrast(pair[0], pair[1], ci_level=settings.ci_level, sesoi_sd=None)
        row |= {
            "effect": g.effect,
            "effect_ci_low": g.effect_ci_low,
            "effect_ci_high": g.effect_ci_high,
            "effect_kind": EFFECT_KIND,
        }
        return row
    scale = hedges_factor(v.n - 2) / v.sd if v.sd > 0.0 else math.nan
    row |= {
        "effect": inference.estimate * scale,
        "effect_ci_low": inference.ci_low * scale,
        "effect_ci_high": inference.ci_high * scale,
        "effect_kind": SCALED,
    }
    return row
