"""Cleaning of records (one row per teacher, pupil or school) by the columns that the study declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import InputFaults
from trenza.questionnaire.typed import ColumnReader, as_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cleaned:
    """Clean records, the ledger of changed cells, and the flow of rows (both without study and source)."""

    records: pd.DataFrame
    ledger: pd.DataFrame
    flow: pd.DataFrame


def clean_records(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, Mapping[str, Any]],
    items: pd.DataFrame,
    group: str,
    source: str,
    file: str,
    decimal: str = ".",
    out_of_range: str = "stop",
    rows: Sequence[Mapping[str, Any]] = (),
) -> Cleaned:
    """Select, type and check the declared columns of ``raw``; every row of ``raw`` stays in the output but for ``rows``.

    ``rows``: conditions ``{from: column, in: values}`` as study.yaml has them; rows that miss one of them are left out and
    counted in the flow.

    ``columns`` maps the project's column names to ``from`` (with ``type`` or ``levels``) or ``difference``.
    Numbers follow ``items``: missing codes become missing, reversed items are turned round, values outside
    the range stop the run or, with ``out_of_range='set_missing'``, become missing; each such cell is in the
    ledger. A row without a group stays, is counted, and takes part in no comparison.

    Raises ``InputFaults`` with every wrong type, unknown level, value out of range and repeated id.
    """
    import pandas as pd

    reader = ColumnReader(raw, file, decimal)
    if not reader.require(
        [*(c["from"] for c in columns.values() if "from" in c), *(r["from"] for r in rows)]
    ):
        raise InputFaults(reader.faults)
    n_read = len(raw)
    raw = _that_count(raw, rows)
    if rows and raw.empty:
        reader.fault(
            "", ", ".join(r["from"] for r in rows), "no row that fulfils all of rows", "at least one"
        )
        raise InputFaults(reader.faults)
    reader = ColumnReader(raw, file, decimal)
    rules = items.set_index("item")
    out = pd.DataFrame(index=raw.index)
    ledger: list[dict[str, Any]] = []

    def note(row: Any, column: str, rule: str, value: Any, new_value: Any) -> None:
        ledger.append(
            {
                "file": file,
                "row": row,
                "column": column,
                "rule": rule,
                "value": as_text(value),
                "new_value": as_text(new_value),
                "cells": 1,
            }
        )

    for name, column in columns.items():
        if "difference" in column:
            continue
        raw_name, kind = column["from"], column.get("type", "number")
        if "levels" in column:
            out[name] = reader.levels(raw_name, column["levels"])
        elif kind == "number":
            out[name] = _scored(reader, raw_name, rules.loc[name], out_of_range, note)
        elif kind == "integer":
            out[name] = reader.number(raw_name, blank=True, whole=True).astype("Int64")
        else:
            out[name] = reader.text(raw_name, blank=kind == "text")
            if kind == "id":
                _refuse_repeated_ids(reader, raw_name, out[name])
    if reader.faults:
        raise InputFaults(reader.faults)
    for name, column in columns.items():
        if "difference" in column:
            later, earlier = column["difference"]
            out[name] = out[later] - out[earlier]
            _hold_to_range(reader, name, out[name], rules.loc[name], out_of_range, note)
    if reader.faults:
        raise InputFaults(reader.faults)
    out = out[list(columns)]
    without = out[group].isna()
    for row in out.index[without]:
        note(row, columns[group]["from"], "no group: kept, in no comparison", None, None)
    out["source"] = source
    steps = [("rows read", n_read)]
    steps += [("rows left out by the study's choice", n_read - len(out))] if rows else []
    steps += [("rows kept", len(out))]
    steps += [
        (f"group: {level}", int((out[group] == level).sum()))
        for level in dict.fromkeys(columns[group]["levels"].values())
    ]
    steps += [("group unknown: kept, in no comparison", int(without.sum()))]
    flow = pd.DataFrame([{"step": i, "rule": rule, "n": n} for i, (rule, n) in enumerate(steps, 1)])
    names = ["file", "row", "column", "rule", "value", "new_value", "cells"]
    return Cleaned(out.reset_index(drop=True), pd.DataFrame(ledger, columns=names), flow)


def _that_count(raw: pd.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows that fulfil every condition; a blank fulfils none."""
    for condition in rows:
        wanted = {as_text(value) for value in condition["in"]}
        raw = raw[raw[condition["from"]].map(as_text).isin(wanted)]
    return raw


def _scored(
    reader: ColumnReader, raw_name: str, rule: pd.Series[Any], out_of_range: str, note: Any
) -> pd.Series[Any]:
    low, high = float(rule["min"]), float(rule["max"])
    codes = [c.strip() for c in str(rule["missing_codes"]).split(";") if c.strip()]
    values = reader.number(raw_name, blank=True, missing=codes)
    for row, raw_value in reader.raw[raw_name].items():
        text, value = as_text(raw_value), values.loc[row]
        if text is not None and reader.is_code(raw_value, codes):
            note(row, raw_name, "missing code", raw_value, None)
        elif value < low or value > high:
            if out_of_range == "stop":
                reader.fault(row, raw_name, str(text), f"{low:g} to {high:g}")
            else:
                note(row, raw_name, f"outside {low:g} to {high:g}: set to missing", raw_value, None)
                values.loc[row] = float("nan")
        elif rule["reverse"] == "yes" and value == value:
            values.loc[row] = low + high - value
            note(row, raw_name, "reversed", raw_value, low + high - value)
    return values


def _hold_to_range(
    reader: ColumnReader,
    name: str,
    values: pd.Series[Any],
    rule: pd.Series[Any],
    out_of_range: str,
    note: Any,
) -> None:
    """A computed column has a range too; a value outside is a fault, or missing and in the ledger."""
    low, high = float(rule["min"]), float(rule["max"])
    for row, value in values.items():
        if value < low or value > high:
            if out_of_range == "stop":
                reader.fault(row, name, f"{value:g}", f"{low:g} to {high:g}")
            else:
                note(row, name, f"outside {low:g} to {high:g}: set to missing", value, None)
                values.loc[row] = float("nan")


def _refuse_repeated_ids(reader: ColumnReader, raw_name: str, ids: pd.Series[Any]) -> None:
    first: dict[Any, Any] = {}
    for row, value in ids.items():
        if value in first:
            reader.fault(row, raw_name, f"'{value}' again, as in row {first[value]}", "each id once")
        first.setdefault(value, row)
