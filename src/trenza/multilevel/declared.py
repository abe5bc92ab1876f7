"""The models that a study declares, fitted to its rows; where it has groups, participants minus control in every formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults, TrenzaError
from trenza.contracts.model_tables import LEVEL_NAMES, MODEL_TABLES
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.model_tables import ModelSpec, model_tables
from trenza.multilevel.same_levels import refuse_same_levels
from trenza.multilevel.second_tables import second_tables
from trenza.multilevel.used_columns import used_columns


def formula_of(model: Mapping[str, Any], outcome: str, group: str | None) -> str:
    """The declared formula with its outcome; short form: group, if any, + covariates + (1 | cluster)."""
    if "formula" in model:
        return f"{outcome} ~ {model['formula']}"
    fixed = " + ".join([*([group] if group else []), *model["covariates"]]) or "1"
    return f"{outcome} ~ {fixed} + (1 | {model['cluster']})"


def fit_declared(
    records: pd.DataFrame,
    model: Mapping[str, Any],
    *,
    study: str,
    source: str,
    ci_level: float,
    min_cell: int | None,
    group: str | None = None,
    participants: str = "",
    control: str = "",
    unit: str | None = None,
    lenient: bool = False,
) -> dict[str, pd.DataFrame]:
    """The tables of contracts ``MODEL_CONTRACTS`` for one entry of ``models``, one fit for each outcome.

    ``records`` has one unit a row. In the formula ``group`` is 1 for participants and 0 for control; its term is called
    ``<participants> - <control>``. Rows of other groups and rows with a blank are left out and counted in the note. Without
    ``group`` the formula stands as it is. Where the model says ``only``, other rows are none of its rows.
    ``min_cell`` (real data): levels get numbers for names, in the order of the modes, and those of fewer rows, or of fewer
    values of the column ``unit``, are left out of ``modes`` and ``influence``; ``level_names`` (columns ``LEVEL_NAMES``, all
    text) has the name behind each number, and may not lie among results. Raises ``InputFaults``: columns that are not
    there, formulas that cannot be read, data that cannot carry the model; if ``lenient`` (files of which nobody knows yet
    what they hold), the last are rows of ``not_fitted``.
    """
    there = _only(records, model.get("only", {}))
    data, contrast = there, ""
    if group:
        data = there[there[group].isin([participants, control])]
        data = data.assign(**{group: (data[group] == participants).astype(float)})
        contrast = f"{participants} - {control}"
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in MODEL_TABLES}
    names: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for outcome in model["outcomes"]:
        text = formula_of(model, outcome, group)
        weights = model.get("weights")
        weights = weights if isinstance(weights, str | None) else weights[outcome]
        spec = ModelSpec(model["id"], text, model.get("why", {}).get("en", ""), weights=weights)
        try:
            used = _complete(data, text, weights)
            refuse_same_levels(used, parse_formula(text))
            given: Any = {"study": study, "source": source, "ci_level": ci_level}
            if model.get("engine", "trenza") == "trenza":
                found = model_tables(data, [spec], **given)
            else:
                found = second_tables(data, spec, engine=model["engine"], **given)
        except TrenzaError as error:
            why = _told(error, model["id"], study, text)
            if lenient:
                made["not_fitted"].append(_not_fitted(spec, study, source, outcome, why))
            else:
                faults += why
            continue
        if group:
            found = _named(found, group, contrast, len(there) - len(data))
        if min_cell is not None:
            found, key = _without_names(found, used, text, min_cell, unit)
            names.append(key.assign(id=f"{model['id']}_{outcome}"))
        for name, table in found.items():
            made[name].append(table)
    if faults:
        raise InputFaults(faults)
    key = pd.concat([pd.DataFrame(columns=list(LEVEL_NAMES)), *names], ignore_index=True)
    return {
        **{name: _stacked(name, tables) for name, tables in made.items()},
        "level_names": key[list(LEVEL_NAMES)],
    }


def _stacked(name: str, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables below each other, or an empty one; pandas would guess types from empty frames."""
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=MODEL_TABLES[name].names)


def _only(records: pd.DataFrame, only: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that have the declared values; a number and its text are the same value."""
    keep = pd.Series(True, index=records.index)
    for column, value in only.items():
        keep &= (records[column].astype(object).astype(str) == str(value)).to_numpy(dtype=bool)
    kept = records[keep]
    categories = [c for c in kept if isinstance(kept[c].dtype, pd.CategoricalDtype)] if only else []
    return kept.assign(**{c: kept[c].cat.remove_unused_categories() for c in categories})


def _told(error: TrenzaError, model: str, study: str, text: str) -> list[Fault]:
    """The faults of an error, with the model's name where it has none yet."""
    if isinstance(error, InputFaults):
        return list(error.faults)
    allowed = "a model that the table can carry"
    return [Fault(f"study {study}", f"models.{model}", "formula", f"{text!r}: {error}", allowed)]


def _not_fitted(spec: ModelSpec, study: str, source: str, outcome: str, why: list[Fault]) -> pd.DataFrame:
    """One row of ``not_fitted``: the reasons without the formula, which has a column of its own."""
    said = [str(fault.found).removeprefix(f"{spec.formula!r}: ").removeprefix("data: ") for fault in why]
    row = {"study": study, "id": f"{spec.id}_{outcome}", "outcome": outcome, "source": source}
    return pd.DataFrame([{**row, "formula": spec.formula, "reason": "; ".join(said)}])


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
    return data.dropna(subset=sorted(used_columns(parse_formula(text), weights) & set(data.columns)))


def _without_names(
    found: dict[str, pd.DataFrame], used: pd.DataFrame, text: str, min_cell: int, unit: str | None
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Numbers for the names of levels, by the order of the modes; no level of fewer than ``min_cell`` rows used, or units.

    Beside the tables the names of the numbers that are left: group, level, name.
    """
    formula = parse_formula(text)
    out = dict(found)
    key: list[dict[str, str]] = []
    bins = out["residual_bins"]
    out["residual_bins"] = bins[bins["n"] >= min_cell].reset_index(drop=True)
    for term in formula.random:
        labels = _labels(used, term.group)
        sizes = labels.value_counts() if unit is None else used[unit].groupby(labels).nunique()
        modes = out["modes"]
        if not len(modes):  # an engine that tells none
            continue
        ours = modes[modes["group"] == term.group_name]
        order = ours.drop_duplicates("level")["level"].tolist()
        width = len(str(len(order)))
        numbers = {level: f"{i:0{width}d}" for i, level in enumerate(_by_mode(ours, order), 1)}
        group = term.group_name
        few = {level for level in order if sizes.get(level, 0) < min_cell}
        for name in ("modes", "influence"):
            table = out[name]
            mine = (table["group"] == term.group_name).to_numpy()
            kept = table[~(mine & table["level"].isin(few).to_numpy())]
            mine = (kept["group"] == term.group_name).to_numpy()
            renamed = np.where(mine, kept["level"].map(numbers), kept["level"])
            out[name] = kept.assign(level=renamed).reset_index(drop=True)
        key += [
            {"group": group, "level": n, "name": level} for level, n in numbers.items() if level not in few
        ]
    return out, pd.DataFrame(key, columns=["group", "level", "name"])


def _labels(used: pd.DataFrame, group: tuple[str, ...]) -> pd.Series:
    """The names of the levels, row by row, as the engine gives them."""
    joined = used[group[0]].astype(str)
    for name in group[1:]:
        joined = joined + ":" + used[name].astype(str)
    return joined


def _by_mode(modes: pd.DataFrame, order: list[str]) -> list[str]:
    first = modes.drop_duplicates("level").set_index("level")["mode"]
    return sorted(order, key=lambda level: (float(first[level]), level))
