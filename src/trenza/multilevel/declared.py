"""The models that a study declares, fitted to its rows: participants minus control in every formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.model_tables import MODEL_TABLES
from trenza.multilevel.coding import variables_of
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.model_tables import ModelSpec, model_tables

INDEX = {name: list(contract.names) for name, contract in MODEL_TABLES.items()}


def formula_of(model: Mapping[str, Any], outcome: str, group: str) -> str:
    """The declared formula with its outcome; short form: group + covariates + (1 | cluster)."""
    if "formula" in model:
        return f"{outcome} ~ {model['formula']}"
    fixed = " + ".join([group, *model["covariates"]])
    return f"{outcome} ~ {fixed} + (1 | {model['cluster']})"


def fit_declared(
    records: pd.DataFrame,
    model: Mapping[str, Any],
    *,
    study: str,
    source: str,
    group: str,
    participants: str,
    control: str,
    ci_level: float,
    min_cell: int | None,
) -> dict[str, pd.DataFrame]:
    """The tables of contracts ``MODEL_CONTRACTS`` for one entry of ``models``, one fit for each outcome.

    ``records`` has one unit a row. In the formula ``group`` is 1 for participants and 0 for control; its term is called
    ``<participants> - <control>``. Rows of other groups and rows with a blank are left out and counted in the note.
    ``min_cell`` (real data): levels get numbers for names, in the order of the modes, and those of fewer rows
    are left out of ``modes`` and ``influence``. Raises ``InputFaults``: columns that are not there, formulas that cannot
    be read, data that cannot carry the model.
    """
    there = records[records[group].isin([participants, control])]
    data = there.assign(**{group: (there[group] == participants).astype(float)})
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in MODEL_TABLES}
    faults: list[Fault] = []
    for outcome in model["outcomes"]:
        text = formula_of(model, outcome, group)
        spec = ModelSpec(model["id"], text, model.get("why", {}).get("en", ""), weights=model.get("weights"))
        try:
            found = model_tables(data, [spec], study=study, source=source, ci_level=ci_level)
        except InputFaults as error:
            faults += error.faults
            continue
        found = _named(found, group, f"{participants} - {control}", len(records) - len(data))
        if min_cell is not None:
            found = _without_names(found, _complete(data, text, model.get("weights")), text, min_cell)
        for name, table in found.items():
            made[name].append(table)
    if faults:
        raise InputFaults(faults)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in made.items()}


def _named(
    found: Mapping[str, pd.DataFrame], group: str, contrast: str, elsewhere: int
) -> dict[str, pd.DataFrame]:
    """Terms of the group under the contrast's name, and rows of neither group counted."""
    out = {}
    for name, table in found.items():
        if "term" in table:
            parts = table["term"].astype("string").str.split(":")
            terms = parts.map(
                lambda names: ":".join(contrast if n == group else n for n in names), na_action="ignore"
            )
            table = table.assign(term=terms.astype(object).where(terms.notna(), None))
        if name == "coef" and elsewhere:
            left = f"rows in neither group left out: {elsewhere}"
            table = table.assign(note=[left if pd.isna(n) else f"{left}; {n}" for n in table["note"]])
        out[name] = table
    return out


def _complete(data: pd.DataFrame, text: str, weights: str | None) -> pd.DataFrame:
    """The rows that the fit uses: those without a blank in any column of the formula."""
    formula = parse_formula(text)
    named = {formula.outcome, *variables_of(formula.fixed)[0], *([weights] if weights else [])}
    for term in formula.random:
        named |= {*term.group, *(c for c in term.columns if c != "1")}
    return data.dropna(subset=sorted(named))


def _without_names(
    found: dict[str, pd.DataFrame], used: pd.DataFrame, text: str, min_cell: int
) -> dict[str, pd.DataFrame]:
    """Numbers for the names of levels, by the order of the modes; no level of fewer than ``min_cell`` rows used."""
    formula = parse_formula(text)
    out = dict(found)
    for term in formula.random:
        labels = used[list(term.group)].astype(str).agg(":".join, axis=1)
        sizes = labels.value_counts()
        modes = out["modes"]
        ours = modes[modes["group"] == term.group_name]
        order = ours.drop_duplicates("level")["level"].tolist()
        width = len(str(len(order)))
        numbers = {level: f"{i:0{width}d}" for i, level in enumerate(_by_mode(ours, order), 1)}
        few = {level for level in order if sizes.get(level, 0) < min_cell}
        for name in ("modes", "influence"):
            table = out[name]
            mine = (table["group"] == term.group_name).to_numpy()
            kept = table[~(mine & table["level"].isin(few).to_numpy())]
            mine = (kept["group"] == term.group_name).to_numpy()
            renamed = np.where(mine, kept["level"].map(numbers), kept["level"])
            out[name] = kept.assign(level=renamed).reset_index(drop=True)
    return out


def _by_mode(modes: pd.DataFrame, order: list[str]) -> list[str]:
    first = modes.drop_duplicates("level").set_index("level")["mode"]
    return sorted(order, key=lambda level: (float(first[level]), level))
