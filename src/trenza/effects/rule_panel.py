"""From a long table of official scores to the schools that a selection rule looks at, with its bounds; and its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults

COLUMNS = ("rbd", "year", "grade", "subject", "score_points", "score_status", "n_pupils", "dependency")


@dataclass(frozen=True)
class RulePanel:
    """Schools of the pool by years of the rule (k), all arrays in the order of ``units``.

    ``score`` (schools, k): what the rule looks at; ``own`` (schools, k) and ``later`` (schools,): the outcome in these years and in
    the outcome year; ``pupils`` and ``pupils_later``. ``bounds`` (k,): the national mean of ``score`` minus the pool's. ``chosen`` (schools,).
    ``rows``: long, unit, year, score, own, pupils of the pool. ``left_out``: what fell out, in words.
    """

    units: np.ndarray
    score: np.ndarray
    own: np.ndarray
    later: np.ndarray
    pupils: np.ndarray
    pupils_later: np.ndarray
    bounds: np.ndarray
    chosen: np.ndarray
    rows: pd.DataFrame
    left_out: tuple[str, ...]


def rule_panel(schools: pd.DataFrame, entry: Mapping[str, Any], *, study: str, min_cell: int) -> RulePanel:
    """The schools that ``entry`` of ``selection_rules`` speaks of.

    ``schools``: the harmonised rows, one a school, year, grade and subject (``COLUMNS``). The rule: the mean of ``entry['subjects']``
    lies below the national mean (over pupils tested, all schools) in every one of ``years``. The pool: schools of ``dependencies`` with
    all scores in these years and in ``outcome_year``, and ``min_pupils`` or more tested in the last of ``years``.

    Raises ``InputFaults`` with all faults: columns, years or subjects that are not there; fewer than ``min_cell`` (at least 2) schools
    chosen or not chosen.
    """
    place, name = f"study {study}", f"selection_rules.{entry['id']}"
    missing = [c for c in COLUMNS if c not in schools.columns]
    if missing:
        raise InputFaults([Fault(place, name, c, "no such column", ", ".join(COLUMNS)) for c in missing])
    years = tuple(sorted(entry["years"]))
    wanted = (*years, entry["outcome_year"])
    subjects = list(dict.fromkeys([*entry["subjects"], entry["outcome"]]))
    usable = schools[
        (schools["grade"] == entry["grade"]).to_numpy(dtype=bool)
        & (schools["score_status"] == "ok").to_numpy(dtype=bool)
        & schools["score_points"].notna().to_numpy(dtype=bool)
        & (pd.to_numeric(schools["n_pupils"]).fillna(0) > 0).to_numpy(dtype=bool)
    ]
    faults = _year_faults(usable, subjects, wanted, entry, place, name)
    if faults:
        raise InputFaults(faults)
    used = usable[usable["year"].isin(wanted) & usable["subject"].isin(subjects)]
    score = _wide(used, "score_points", subjects, wanted)
    pupils = _wide(used, "n_pupils", subjects, wanted)
    ruled = _mean_of(score, entry["subjects"])
    tested = _mean_of(pupils, entry["subjects"])
    national = (ruled * tested).sum() / tested.where(ruled.notna()).sum()
    kinds = used[used["year"] == years[-1]].drop_duplicates("rbd").set_index("rbd")["dependency"]
    kind = kinds.reindex(ruled.index)
    own, own_pupils = score[entry["outcome"]], pupils[entry["outcome"]]
    of_kind = kind.isin(entry["dependencies"]).to_numpy(dtype=bool)
    complete = (ruled.notna().all(axis=1) & own.notna().all(axis=1)).to_numpy(dtype=bool)
    large = (tested[years[-1]] >= entry["min_pupils"]).to_numpy(dtype=bool)
    pool = of_kind & complete & large
    listed = list(years)
    baseline = ruled.loc[pool, listed].to_numpy()
    chosen = (baseline < national[listed].to_numpy()).all(axis=1)
    least = max(min_cell, 2)
    for what, many in (("taken by the rule", int(chosen.sum())), ("not taken by it", int((~chosen).sum()))):
        if many < least:
            faults.append(Fault(place, name, "", f"{many} schools {what}", f"{least} or more"))
    if faults:
        raise InputFaults(faults)
    in_pool = ruled.index[pool]
    long = pd.DataFrame(
        {
            "unit": np.repeat(in_pool.to_numpy(), len(wanted)),
            "year": np.tile(np.array(wanted), len(in_pool)),
            "score": ruled.loc[pool, list(wanted)].to_numpy().ravel(),
            "own": own.loc[pool, list(wanted)].to_numpy().ravel(),
            "pupils": tested.loc[pool, list(wanted)].to_numpy().ravel(),
        }
    )
    left_out = (
        f"{int((of_kind & ~complete).sum())} schools left out: a score is missing in one of the years",
        f"{int((of_kind & complete & ~large).sum())} schools left out: fewer pupils tested than the rule asks for",
    )
    return RulePanel(
        units=in_pool.to_numpy(),
        score=baseline,
        own=own.loc[pool, listed].to_numpy(),
        later=own.loc[pool, entry["outcome_year"]].to_numpy(),
        pupils=tested.loc[pool, listed].to_numpy(),
        pupils_later=own_pupils.loc[pool, entry["outcome_year"]].to_numpy(),
        bounds=national[listed].to_numpy() - baseline.mean(axis=0),
        chosen=chosen,
        rows=long,
        left_out=left_out,
    )


def _wide(used: pd.DataFrame, column: str, subjects: list[str], years: tuple[int, ...]) -> pd.DataFrame:
    """Schools by (subject, year), sorted, blank where not tested."""
    table = used.pivot(index="rbd", columns=["subject", "year"], values=column).astype("float64").sort_index()
    return table.reindex(columns=pd.MultiIndex.from_product([subjects, years]))


def _mean_of(table: pd.DataFrame, subjects: list[str]) -> pd.DataFrame:
    """Mean over subjects by year; blank where one of them is."""
    total = table[subjects[0]].copy()
    for subject in subjects[1:]:
        total = total + table[subject]
    return total / len(subjects)


def _year_faults(
    usable: pd.DataFrame,
    subjects: list[str],
    years: tuple[int, ...],
    entry: Mapping[str, Any],
    place: str,
    name: str,
) -> list[Fault]:
    found = []
    if entry["outcome_year"] <= max(entry["years"]):
        found.append(
            Fault(
                place, name, "outcome_year", str(entry["outcome_year"]), f"a year after {max(entry['years'])}"
            )
        )
    for subject in subjects:
        there = sorted({int(y) for y in usable.loc[usable["subject"] == subject, "year"]})
        for year in years:
            if year not in there:
                found.append(
                    Fault(
                        place,
                        name,
                        "years",
                        f"{year}, in which {entry['grade']} {subject} is not at hand",
                        f"years at hand: {', '.join(map(str, there)) or 'none'}",
                    )
                )
    return found
