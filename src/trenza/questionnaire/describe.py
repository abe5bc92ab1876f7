"""The describe stage of a questionnaire: how its items and scales behave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.contracts.tables import CONTRACTS, empty
from trenza.questionnaire.answer_tables import (
    answers_table,
    missingness_table,
    school_scores_table,
    told_alone,
)
from trenza.questionnaire.careless import careless_table
from trenza.questionnaire.disclosure import withheld
from trenza.questionnaire.groups import ALL, group_masks, without_few_unknown
from trenza.questionnaire.instrument import Instrument, Scale
from trenza.questionnaire.item_statistics import item_statistics
from trenza.questionnaire.keys import FoundKeys, find_keys
from trenza.questionnaire.one_factor import METHOD, Fit, fit_one_factor
from trenza.questionnaire.reliability import DIFFERENCE_METHOD, Coefficient, alpha, alpha_difference, omega
from trenza.questionnaire.scale_rows import complete_rows
from trenza.questionnaire.school_agreement import AGREES, ICC_METHOD, RWG_METHOD, icc, rwg_by_school
from trenza.questionnaire.score_checks import check_scores

if TYPE_CHECKING:
    import pandas as pd

Rows = list[dict[str, Any]]


def describe_questionnaire(
    data: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    instrument: Instrument,
    settings: Mapping[str, Any],
    group: str | None,
    participants: str | None,
    control: str | None,
    cluster: str | None,
    unit: str,
    ci_level: float,
    min_cell: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Tables answers, missingness, item_statistics, reliability, reliability_difference, school_agreement,
    one_factor, score_checks, careless and school_scores (contracts of those names) of one clean questionnaire.

    ``data`` and ``reasons`` are those of ``clean.CleanQuestionnaire``, ``settings`` the source's ``questionnaire``
    in study.yaml. ``min_cell`` holds for real people only. ``seed`` is that of the bootstrap; each scale and group
    has its own stream, so that one more scale changes no other.
    """

    threshold = min_cell if source == "real" else None
    group = group if group in data.columns else None
    cluster = cluster if cluster in data.columns else None
    if threshold is not None:
        data = without_few_unknown(data, group, (participants, control), threshold)
        reasons = reasons[reasons[unit].isin(data[unit])]
    groups = group_masks(data, group, participants, control, min_cell=threshold)
    found = find_keys(data, instrument.scales)
    fits = {scale.id: fit_one_factor(complete_rows(data, scale).to_numpy()) for scale in instrument.scales}
    asked = _asked(data, reasons, instrument)
    rows: dict[str, Rows] = {
        "answers": answers_table(data, instrument, groups, threshold),
        "missingness": missingness_table(data, reasons, instrument, groups, unit=unit, min_cell=threshold),
        "item_statistics": [],
        "reliability": [],
        "reliability_difference": [],
        "school_agreement": [],
        "one_factor": [],
        "score_checks": check_scores(
            data, instrument.scales, min_answered=settings["min_answered"], found=found.reversed
        ),
        "school_scores": school_scores_table(data, instrument.scales, cluster, threshold),
    }
    alone = told_alone(rows["answers"], data, groups)
    for scale in instrument.scales:
        fit = fits[scale.id]
        rows["item_statistics"] += item_statistics(
            data, scale, asked=asked, found=found, fit=fit, min_cell=threshold, alone=alone
        )
        everybody = {ALL: np.ones(len(data), dtype=bool)}
        compared = {label: mask for label, mask in groups.items() if label in (participants, control)}
        for part in (everybody, compared):
            sizes = [len(complete_rows(data[mask], scale)) for mask in part.values()]
            hidden = withheld(sizes, threshold)
            for (label, mask), hide in zip(part.items(), hidden, strict=True):
                name = f"{source_id}/{scale.id}/{label}"
                rows["reliability"] += (
                    _withheld_reliability(scale, label, ci_level, min_cell)
                    if hide
                    else _reliability(data[mask], scale, label, cluster, found, ci_level, seed, name)
                )
        if group and participants in groups and control in groups:
            halves = (data[groups[participants]], data[groups[control]])
            rows["reliability_difference"].append(_difference(*halves, scale, ci_level, threshold))
        rows["school_agreement"].append(
            _agreement(data, scale, cluster, ci_level, threshold, grouped=group in data.columns)
        )
        rows["one_factor"].append(_one_factor(data, scale, fit, threshold))
    head = {"study": study, "source_id": source_id, "source": source}
    tables = {name: _table(name, made, head) for name, made in rows.items()}
    tables["careless"] = careless_table(
        data,
        study=study,
        source_id=source_id,
        source=source,
        group=group,
        levels=[level for level in (participants, control) if group and level],
        min_cell=threshold,
        settings=settings["careless"],
    )
    return tables


def _table(name: str, rows: Rows, head: Mapping[str, str]) -> pd.DataFrame:
    """Contract ``name`` of ``rows``; what a row does not have is blank where the contract lets it be."""
    import pandas as pd

    blanks = {column.name: None for column in CONTRACTS[name].columns if column.blank}
    return (
        CONTRACTS[name].check(pd.DataFrame([blanks | row for row in rows]).assign(**head))
        if rows
        else empty(name)
    )


def _asked(data: pd.DataFrame, reasons: pd.DataFrame, instrument: Instrument) -> pd.Series[int]:
    """Number of people asked, by item."""
    import pandas as pd

    not_asked = reasons.loc[reasons["reason"] == "not_asked", "item"].value_counts()
    people = pd.Series(len(data), index=[item.id for item in instrument.items])
    return people.sub(not_asked.reindex(people.index, fill_value=0)).astype(int)


def _reliability(
    part: pd.DataFrame,
    scale: Scale,
    label: str,
    cluster: str | None,
    found: FoundKeys,
    ci_level: float,
    seed: int,
    name: str,
) -> Rows:
    """alpha and omega of ``scale`` in one group of people, keyed as declared."""
    frame = complete_rows(part, scale)
    values = frame.to_numpy()
    head = {"scale": scale.id, "group": label, "n_items": values.shape[1], "ci_level": ci_level}
    schools = part.loc[frame.index, cluster] if cluster else None
    # Somebody without a school cannot be drawn with one.
    lost = schools is not None and bool(schools.isna().any())
    known = None if schools is None or lost else schools.astype(str).to_numpy()
    notes = ["some people have no school: people are drawn"] if lost else []
    if any(found.contradict(scale, item) for item in scale.items):
        notes.append("the answers contradict the declared key of an item")
    coefficients = {
        "alpha": alpha(values, ci_level=ci_level),
        "omega": omega(values, known, ci_level=ci_level, seed=seed, name=name),
    }
    head |= {
        "n": len(values),
        "clusters": int(schools.nunique()) if schools is not None else None,
        "mean_r": _mean_r(values),
        "suppressed": False,
    }
    return [{**head, "coefficient": c, **_shown(k, notes)} for c, k in coefficients.items()]


def _withheld_reliability(scale: Scale, label: str, ci_level: float, min_cell: int) -> Rows:
    """Rows of a group that is small, or whose number would give a small one away."""
    row = {
        "scale": scale.id,
        "group": label,
        "n_items": len(scale.items),
        "ci_level": ci_level,
        "note": f"withheld: this group or the other has fewer than {min_cell} people with all items",
        "suppressed": True,
    }
    return [row | {"coefficient": coefficient} for coefficient in ("alpha", "omega")]


def _shown(coefficient: Coefficient, notes: list[str]) -> dict[str, Any]:
    return {
        "estimate": coefficient.estimate,
        "ci_low": coefficient.low,
        "ci_high": coefficient.high,
        "method": coefficient.method,
        "note": "; ".join(filter(None, [coefficient.note, *notes])),
    }


def _mean_r(values: np.ndarray) -> float:
    """Mean correlation between two items; nan where one does not vary."""
    n, p = values.shape
    if n < 3 or p < 2 or (np.ptp(values, axis=0) == 0.0).any():
        return math.nan
    return float(np.corrcoef(values, rowvar=False)[np.triu_indices(p, 1)].mean())


def _difference(
    first: pd.DataFrame, second: pd.DataFrame, scale: Scale, ci_level: float, min_cell: int | None
) -> dict[str, Any]:
    """alpha of participants - alpha of control."""
    parts = [complete_rows(people, scale).to_numpy() for people in (first, second)]
    row: dict[str, Any] = {"scale": scale.id, "ci_level": ci_level, "method": DIFFERENCE_METHOD}
    if min_cell is not None and min(map(len, parts)) < min_cell:
        return row | {"note": f"fewer than {min_cell} people with all items"}
    found = asdict(alpha_difference(*parts, ci_level=ci_level))
    return (
        row
        | {"n_participants": len(parts[0]), "n_control": len(parts[1])}
        | {"ci_low": found.pop("low"), "ci_high": found.pop("high"), **found}
        | {
            f"alpha_{who}": alpha(values, ci_level=ci_level).estimate
            for who, values in zip(("participants", "control"), parts, strict=True)
        }
    )


def _agreement(
    data: pd.DataFrame,
    scale: Scale,
    cluster: str | None,
    ci_level: float,
    min_cell: int | None,
    *,
    grouped: bool,
) -> dict[str, Any]:
    """ICC of the scale's scores and rwg(j) of its answers, by school."""
    head = {"scale": scale.id, "ci_level": ci_level, "method": f"{ICC_METHOD}; {RWG_METHOD}"}
    if cluster is None:
        return head | {"n": 0, "clusters": 0, "clusters_rwg": 0, "note": "no ICC: no schools are known"}
    scored = data.dropna(subset=[cluster, scale.id])
    found = asdict(
        icc(scored[scale.id].to_numpy(), scored[cluster].astype(str).to_numpy(), ci_level=ci_level)
    )
    if min_cell is not None and len(scored) < min_cell:
        counts = {"n": len(scored), "clusters": found["clusters"], "clusters_rwg": 0}
        return head | counts | {"note": f"fewer than {min_cell} people with a score and a school"}
    pooled = grouped and np.isfinite(found["icc1"])
    note = "; ".join(filter(None, [found["note"], "all groups together"])) if pooled else found["note"]
    return head | found | _rwg(data.dropna(subset=[cluster]), scale, cluster, min_cell, note)


def _rwg(data: pd.DataFrame, scale: Scale, cluster: str, min_cell: int | None, note: str) -> dict[str, Any]:
    """Summary of rwg(j) over schools."""
    answers = complete_rows(data, scale, reverse=())
    schools = data.loc[answers.index, cluster].astype(str)
    many = schools.map(schools.value_counts()) >= 2
    answers = data.loc[answers.index[many], [item.id for item in scale.items]]
    by_school = rwg_by_school(
        answers.to_numpy(dtype=float), schools[many].to_numpy(), [i.high - i.low for i in scale.items]
    )
    row: dict[str, Any] = {"clusters_rwg": len(by_school), "note": note}
    if not len(by_school):
        return row | {"note": "; ".join(filter(None, [note, "no rwg: no school with two people"]))}
    if min_cell is not None and len(answers) < min_cell:
        return row | {"note": "; ".join(filter(None, [note, f"no rwg: fewer than {min_cell} such people"]))}
    return row | {
        "rwg_mean": float(by_school.mean()),
        "rwg_median": float(np.median(by_school)),
        "rwg_share_70": float((by_school >= AGREES).mean()),
    }


def _one_factor(data: pd.DataFrame, scale: Scale, fit: Fit, min_cell: int | None) -> dict[str, Any]:
    """Fit of the one-factor model, keyed as declared. It needs more people than any threshold asks for."""
    n = len(complete_rows(data, scale))
    if min_cell is not None and n < min_cell:
        fit = Fit(False, np.full(len(scale.items), np.nan), note=f"not fitted: fewer than {min_cell} people")
    figures = asdict(fit)
    del figures["loadings"]
    return {"scale": scale.id, "n": n, "n_items": len(scale.items), "method": METHOD} | figures
