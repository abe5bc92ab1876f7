"""One fuzzy-set QCA as tables: truth table, complex, intermediate and parsimonious solutions, and how far they hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.configurations import fuzzy_sets
from trenza.configurations.minimise import Implicant, all_rows, assumed, easy, minimal_sums
from trenza.contracts.configuration_tables import CONFIGURATION_CONTRACTS

SOLUTIONS = ("complex", "intermediate", "parsimonious")


@dataclass(frozen=True)
class Cuts:
    """What a row of the truth table needs to count as sufficient."""

    consistency: float
    pri: float
    cases: int


@dataclass(frozen=True)
class Analysis:
    """Memberships (n, k) and outcome (n) of cases with every set known, the truth table, and sums by kind of solution."""

    sets: np.ndarray
    outcome: np.ndarray
    table: pd.DataFrame
    sums: Mapping[str, list[tuple[Implicant, ...]]]


def analyse(
    sets: np.ndarray, outcome: np.ndarray, cuts: Cuts, expected: Mapping[int, int], names: Sequence[str] = ()
) -> Analysis:
    """The truth table and all shortest sums of each kind.

    A case belongs to the row in which its membership is above 0.5; at exactly 0.5 in a condition it belongs to none.
    Rows with fewer cases than ``cuts.cases`` are remainders: the complex solution uses none of them, the
    parsimonious one any, the intermediate one those that are easy counterfactuals by ``expected``.
    """
    rows = all_rows(sets.shape[1])
    records = []
    for row in rows:
        inside = fuzzy_sets.membership(sets, row)
        members = [name for name, m in zip(names, inside, strict=bool(names)) if m > 0.5] if names else []
        n = int((inside > 0.5).sum())
        held = fuzzy_sets.consistency(inside, outcome), fuzzy_sets.pri(inside, outcome)
        enough = held[0] >= cuts.consistency and held[1] >= cuts.pri
        said = "remainder" if n < cuts.cases else "sufficient" if enough else "not_sufficient"
        records.append(
            {
                "bits": row,
                "n": n,
                "cases": ";".join(members),
                "consistency": held[0],
                "pri": held[1],
                "result": said,
            }
        )
    table = pd.DataFrame(records)
    positive = list(table.loc[table["result"] == "sufficient", "bits"])
    remainders = list(table.loc[table["result"] == "remainder", "bits"])
    parsimonious = minimal_sums(positive, remainders)
    simple = easy(assumed(parsimonious, remainders), positive, expected)
    sums = {
        "complex": minimal_sums(positive),
        "intermediate": minimal_sums(positive, simple),
        "parsimonious": parsimonious,
    }
    return Analysis(sets, outcome, table, sums)  # fmt: skip


def expression(implicants: Sequence[Implicant], names: Sequence[str]) -> str:
    """``a*~b + c``: * and, ~ not, + or."""
    said = [
        "*".join(
            f"{'' if there else '~'}{name}" for name, there in zip(names, p, strict=True) if there is not None
        )
        for p in implicants
    ]
    return " + ".join(s or "1" for s in said)  # fmt: skip


def fit_of(implicants: Sequence[Implicant], analysis: Analysis) -> dict[str, float]:
    """Consistency, PRI and coverage of a sum."""
    inside = np.max([fuzzy_sets.membership(analysis.sets, p) for p in implicants], axis=0)
    y = analysis.outcome
    return {
        "consistency": fuzzy_sets.consistency(inside, y),
        "pri": fuzzy_sets.pri(inside, y),
        "coverage": fuzzy_sets.coverage(inside, y),
    }


def qca_tables(
    cases: pd.DataFrame,
    entry: Mapping[str, Any],
    *,
    study: str,
    source: str,
    places: Mapping[str, str | None],
) -> dict[str, pd.DataFrame]:
    """The tables of ``CONFIGURATION_CONTRACTS`` for one entry of ``qca``.

    ``source`` is the kind of number of the cases, ``places`` where they can be read (``qca_places``). ``cases``: one row a case, ``case``, the raw value of each condition by its id, and ``outcome``; no value missing. Names of
    real cases are left out. Robustness moves the crossovers of all sets by each of ``shifts`` (shares of the distance between
    full out and full in) and takes each of ``consistency_cuts``, all combinations.
    """
    names = [c["id"] for c in entry["conditions"]]
    expected = {
        i: {"present": 1, "absent": 0}[c["expected"]]
        for i, c in enumerate(entry["conditions"])
        if "expected" in c
    }
    place = {"study": study, "source": source, "id": entry["id"]}
    cuts = Cuts(entry["consistency"], entry["pri"], entry["row_cases"])
    known = [] if source == "real" else list(cases["case"])
    first = analyse(*_sets(cases, entry, 0.0), cuts, expected, known)
    truth = first.table.assign(
        **place, **places, configuration=[expression([row], names) for row in first.table["bits"]]
    )
    truth["cases"] = truth["cases"].where(truth["cases"] != "", None)
    read = {
        "file": f"results/{study}/triangulate/qca_truth.table.csv",
        "row": f"id={entry['id']};result=sufficient",
    }
    solutions = [{**place, **read, **row} for row in _solution_rows(first, names)]
    told = {kind: _told(first, kind, names) for kind in SOLUTIONS}
    robust = []
    for shift in entry["shifts"]:
        sets, outcome = _sets(cases, entry, shift)
        for cut in entry["consistency_cuts"]:
            other = analyse(sets, outcome, Cuts(cut, entry["pri"], entry["row_cases"]), expected)
            for kind in SOLUTIONS:
                said = _told(other, kind, names)
                fit = fit_of(other.sums[kind][0], other) if other.sums[kind] else {}
                robust.append({**place, **places, "shift": shift, "consistency_cut": cut, "solution": kind, "expressions": said or None,
                               "n_models": len(other.sums[kind]), **fit, "same": said == told[kind]})  # fmt: skip
    made = {
        "qca_truth": truth,
        "qca_solutions": pd.DataFrame(solutions),
        "qca_robustness": pd.DataFrame(robust),
    }
    return {name: _kept(name, table) for name, table in made.items()}


def _kept(name: str, table: pd.DataFrame) -> pd.DataFrame:
    contract = CONFIGURATION_CONTRACTS[name]
    return contract.check(table.reindex(columns=contract.names))


def _sets(cases: pd.DataFrame, entry: Mapping[str, Any], shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Memberships of conditions and outcome with their crossovers moved."""

    def calibrated(raw: pd.Series, anchors: Sequence[float]) -> np.ndarray:
        out, middle, inside = anchors
        return fuzzy_sets.calibrate(raw.to_numpy(dtype=float), out, middle + shift * (inside - out), inside)

    sets = [calibrated(cases[c["id"]], c["anchors"]) for c in entry["conditions"]]
    return np.column_stack(sets), calibrated(cases["outcome"], entry["outcome"]["anchors"])


def _told(analysis: Analysis, kind: str, names: Sequence[str]) -> str:
    """All models of a kind of solution, tied ones joined by ;."""
    return "; ".join(expression(s, names) for s in analysis.sums[kind])


def _solution_rows(analysis: Analysis, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each whole sum, then one for each of its implicants with what it alone covers."""
    for kind in SOLUTIONS:
        for model, implicants in enumerate(analysis.sums[kind], 1):
            here = {"solution": kind, "model": model}
            whole = fit_of(implicants, analysis)
            yield {
                **here,
                "part": 0,
                "expression": expression(implicants, names),
                **whole,
                "unique_coverage": math.nan,
            }
            for part, implicant in enumerate(implicants, 1):
                rest = [p for p in implicants if p != implicant]
                others = fit_of(rest, analysis)["coverage"] if rest else 0.0
                yield {**here, "part": part, "expression": expression([implicant], names), **fit_of([implicant], analysis),
                       "unique_coverage": whole["coverage"] - others}  # fmt: skip
