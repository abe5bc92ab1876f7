"""Figures that a publication prints, typed in as CSV: read strictly, with the decimals that were printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trenza.contracts.faults import InputFaults
from trenza.contracts.selection_tables import CLAIM_ROLES, DIRECTIONS_CLAIMED, QUALITY
from trenza.contracts.tables import CONTRACTS, DIRECTIONS
from trenza.questionnaire.typed import ColumnReader, as_text, decimals, refuse_repeats

if TYPE_CHECKING:
    import pandas as pd

_PRINTED = ("t", "df", "p_value")
_SIGNS = {"participants_minus_control": 1.0, "control_minus_participants": -1.0}


def read_summaries(raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str) -> pd.DataFrame:
    """Group summaries (n, mean, SD by group; printed t, df, p) as contract ``summaries``.

    A t that is printed as control - participants changes its sign. Decimals are those of the column: the
    most that any of its cells shows. Raises ``InputFaults``.
    """
    import pandas as pd

    reader = ColumnReader(raw, file)
    groups = ("participants", "control")
    base = [
        "outcome",
        *(f"{what}_{g}" for g in groups for what in ("n", "mean", "sd")),
        "printed_difference",
        *_PRINTED,
    ]
    if not reader.require(base):
        raise InputFaults(reader.faults)
    out = pd.DataFrame(
        {"study": study, "source_id": source_id, "source": source, "outcome": reader.text("outcome")}
    )
    refuse_repeats(reader, ["outcome"])
    for group in groups:
        out[f"n_{group}"] = reader.number(f"n_{group}", whole=True, low=2)
        out[f"mean_{group}"] = reader.number(f"mean_{group}")
        out[f"sd_{group}"] = reader.number(f"sd_{group}", low=0)
    sign = reader.text("printed_difference", allowed=tuple(_SIGNS)).map(_SIGNS)
    out["t"] = reader.number("t", blank=True) * sign
    # -0.0 would be written as such; a printed zero has no sign.
    out["t"] = out["t"] + 0.0
    out["df"] = reader.number("df", blank=True, low=0)
    out["p_value"] = reader.number("p_value", blank=True, low=0)
    for row, value in out["p_value"].items():
        if value > 1:
            reader.fault(row, "p_value", f"{value:g}", "0 to 1")
    out["decimals_mean"] = _most_decimals(raw, ["mean_participants", "mean_control"])
    out["decimals_sd"] = _most_decimals(raw, ["sd_participants", "sd_control"])
    for what in _PRINTED:
        out[f"decimals_{what}"] = _most_decimals(raw, [what])
    out["where"] = reader.text("where", blank=True) if "where" in raw.columns else None
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.reset_index(drop=True)


def read_counts(raw: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """Counts of people by role, gender and municipality, with printed totals. Raises ``InputFaults``."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    keys = ["unit", "role", "gender", "municipality"]
    if not reader.require([*keys, "n", "printed_as", "where"]):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({k: reader.text(k) for k in keys})
    out["n"] = reader.number("n", whole=True, low=0)
    out["printed_as"] = reader.text("printed_as", allowed=("cell", "total"))
    out["where"] = reader.text("where", blank=True)
    refuse_repeats(reader, keys)
    for row, cell in out.iterrows():
        if cell["printed_as"] == "cell" and "all" in list(cell[keys]):
            reader.fault(row, "printed_as", "cell, although a column says all", "total")
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.astype({"n": "int64"}).reset_index(drop=True)


def read_claims(raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str) -> pd.DataFrame:
    """Published claims about programmes (contract ``claims``); sizes only where printed. Raises ``InputFaults``."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    plain = ("claim", "programme", "claimed_by", "design", "outcome", "where")
    lists = {"quality": QUALITY, "direction": DIRECTIONS_CLAIMED, "role": CLAIM_ROLES}
    if not reader.require([*plain, *lists, "estimate", "unit", "se", "note"]):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({c: reader.text(c) for c in plain})
    for column, allowed in lists.items():
        out[column] = reader.text(column, allowed=allowed)
    out["estimate"], out["se"] = reader.number("estimate", blank=True), reader.number("se", blank=True)
    out["unit"], out["note"] = reader.text("unit", blank=True), reader.text("note", blank=True)
    refuse_repeats(reader, ["claim"])
    for row, claim in out.iterrows():
        if pd.notna(claim["estimate"]) and not claim["unit"]:
            reader.fault(row, "unit", "nothing, beside a size", "SIMCE points, SD or another unit")
    if reader.faults:
        raise InputFaults(reader.faults)
    frame = out.assign(study=study, source_id=source_id, source=source)
    return CONTRACTS["claims"].check(frame)


def read_ratings(raw: pd.DataFrame, *, file: str, items: Sequence[str]) -> pd.DataFrame:
    """Mean ratings by item, n and SD where printed. Raises ``InputFaults``."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    columns = ["item", "n", "mean", "sd", "scale_min", "scale_max", "where", "note"]
    if not reader.require(columns):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({"item": reader.text("item", allowed=tuple(items))})
    out["n"] = reader.number("n", blank=True, whole=True, low=1).astype("Int64")
    for column in ("mean", "sd", "scale_min", "scale_max"):
        out[column] = reader.number(column, blank=column == "sd")
    refuse_repeats(reader, ["item"])
    for row, cell in out.iterrows():
        known = cell[["scale_min", "mean", "scale_max"]].notna().all()
        if known and not cell["scale_min"] <= cell["mean"] <= cell["scale_max"]:
            reader.fault(row, "mean", f"{cell['mean']:g}", f"{cell['scale_min']:g} to {cell['scale_max']:g}")
    out["where"] = reader.text("where", blank=True)
    out["note"] = reader.text("note", blank=True)
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.reset_index(drop=True)


def read_segments(
    raw: pd.DataFrame, *, study: str, source_id: str, source: str, file: str, codes: Sequence[str]
) -> pd.DataFrame:
    """Coded segments as contract ``segments``. Raises ``InputFaults``."""
    import pandas as pd

    reader = ColumnReader(raw, file)
    texts = ["segment_id", "case", "municipality", "role"]
    if not reader.require([*texts, "participant", "code", "direction", "text"]):
        raise InputFaults(reader.faults)
    out = pd.DataFrame({"study": study, "source_id": source_id, "source": source}, index=raw.index)
    for column in texts:
        out[column] = reader.text(column)
    out["participant"] = reader.text("participant", allowed=("yes", "no"))
    out["code"] = reader.text("code", allowed=tuple(codes))
    out["direction"] = reader.text("direction", allowed=DIRECTIONS)
    out["text"] = reader.text("text")
    out["text_es"] = reader.text("text_es", blank=True) if "text_es" in raw.columns else None
    refuse_repeats(reader, ["segment_id", "code"])
    if reader.faults:
        raise InputFaults(reader.faults)
    return out.reset_index(drop=True)


def _most_decimals(raw: pd.DataFrame, columns: list[str]) -> int:
    """Trailing zeros may be lost in a spreadsheet, so a column is as exact as its most exact cell."""
    cells = [as_text(value) for column in columns for value in raw[column]]
    return max((decimals(cell) for cell in cells if cell), default=0)
