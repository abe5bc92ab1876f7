"""Rows from a table in memory or from a parquet file in chunks: what is there, what is missing, which cells.

Two passes. The first sees each value once and keeps ranges, levels, missing cells and the distinct combinations of
groups; the second hands out the complete rows as numbers and codes. Nothing of the length of the file is kept.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.levels import Combinations, ordered

# Rows of a chunk; duckdb hands over vectors of 2,048
CHUNK = 2**17
_VECTORS = CHUNK // 2048
# Values farther from 0, or nearer to each other, have squares that no double holds
_FAR, _NEAR = 1e100, 1e-100
# Share of its size below which an outcome differs by rounding alone, as a mean of equal items does
_ROUNDING = 1e-13
# Python objects that would pass for categories, one level a value
_OBJECTS = {"floating": "numbers as objects", "mixed-integer-float": "numbers as objects"} | {
    "decimal": "numbers as objects",
    "date": "dates",
    "datetime": "dates",
}


class DataError(TrenzaError):
    """A table that the model cannot be fitted to; the message names the column."""


@dataclass(frozen=True)
class Needs:
    """Columns by what they are used for; ``categorical`` are those that the formula declares to be so, with C().

    ``outcomes`` are further outcomes of the same model, such as the other plausible values.
    """

    outcome: str
    variables: tuple[str, ...]
    slopes: tuple[str, ...]
    groups: tuple[str, ...]
    weights: str | None
    categorical: frozenset[str]
    outcomes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each once."""
        some = (self.outcome, *self.outcomes, *self.variables, *self.slopes, *self.groups)
        return tuple(dict.fromkeys([*some, *([self.weights] if self.weights else [])]))


@dataclass
class Survey:
    """What the first pass found; ``ranges`` of numbers, ``levels`` of text, in their order, those present only.

    ``flags`` are the columns of numbers that hold zeros and ones only.
    """

    rows: int = 0
    kept: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    levels: dict[str, pd.Index] = field(default_factory=dict)
    absent: dict[str, list[Any]] = field(default_factory=dict)
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    head: pd.DataFrame = field(default_factory=pd.DataFrame)


Data: TypeAlias = pd.DataFrame | str | Path


class Source:
    """A table that can be read from its beginning as often as needed."""

    def __init__(self, data: Data) -> None:
        self.data = data
        if isinstance(data, pd.DataFrame):
            self.names = [str(c) for c in data.columns]
            twice = {c for c in self.names if self.names.count(c) > 1}
            if twice:
                raise DataError(f"data: column {sorted(twice)[0]} stands in the table more than once")
        elif isinstance(data, str | Path):
            if not Path(data).is_file():
                raise DataError(f"data: no file {data}")
            self.names = list(self._query(f"SELECT * FROM {self._table()} LIMIT 0").df().columns)
        else:
            raise DataError(
                f"data: a DataFrame or the path of a parquet file is needed, not {type(data).__name__}"
            )

    def _table(self) -> str:
        return "read_parquet('" + str(self.data).replace("'", "''") + "')"

    def _query(self, text: str) -> Any:
        import duckdb

        connection = duckdb.connect()
        connection.execute("SET preserve_insertion_order = false; SET threads = 1")
        try:
            return connection.execute(text)
        except duckdb.Error as error:
            raise DataError(
                f"data: {self.data} cannot be read as parquet: {str(error).splitlines()[0]}"
            ) from error

    def chunks(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Frames that hold ``columns``, all rows once."""
        if isinstance(self.data, pd.DataFrame):
            for start in range(0, max(len(self.data), 1), CHUNK):
                yield self.data.iloc[start : start + CHUNK]
            return
        quoted = ", ".join('"' + c.replace('"', '""') + '"' for c in columns)
        result = self._query(f"SELECT {quoted} FROM {self._table()}")
        while len(chunk := result.fetch_df_chunk(_VECTORS)):
            yield chunk

    def require(self, names: Sequence[str]) -> None:
        """Raise ``DataError`` for names that are no column, with the nearest one."""
        wrong = []
        for name in names:
            if name not in self.names:
                lower = {known.lower(): known for known in self.names}
                near = difflib.get_close_matches(name.lower(), lower, 1, 0.5)
                wrong.append(f"no column {name}" + (f"; did you mean {lower[near[0]]}?" if near else ""))
        if wrong:
            have = ", ".join(self.names[:20]) + (", ..." if len(self.names) > 20 else "")
            raise DataError("data: " + "; ".join(wrong) + f" (columns: {have})")


def is_text(column: pd.Series) -> bool:
    """Whether a column holds categories: text, pandas categories, or true and false."""
    kind = column.dtype
    return isinstance(kind, pd.CategoricalDtype) or kind.kind in "OUSb" or pd.api.types.is_string_dtype(kind)


def _refuse_kind(name: str, column: pd.Series) -> None:
    """Raise ``DataError`` for columns that are neither numbers nor categories, or numbers that do not look like it."""
    kind = column.dtype.kind
    what = {"M": "dates", "m": "spans of time", "c": "complex numbers"}.get(kind, "")
    if kind == "O" and not isinstance(column.dtype, pd.CategoricalDtype):
        what = _OBJECTS.get(pd.api.types.infer_dtype(column, skipna=True), "")
    if what:
        raise DataError(f"data: column {name} holds {what}; make it a column of numbers")


def numbers(column: pd.Series) -> np.ndarray:
    """A numeric column as float64, blanks as nan."""
    if column.dtype == np.float64:
        return np.asarray(column.to_numpy())
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def complete(
    chunk: pd.DataFrame, needs: Needs, lows: dict[str, float] | None = None
) -> tuple[np.ndarray | None, dict[str, int]]:
    """Which rows have all values (None: all of them), and the missing values of each column.

    Minima that were needed to tell are put into ``lows``.
    """
    keep: np.ndarray | None = None
    missing: dict[str, int] = {}
    for name in needs.columns:
        column = chunk[name]
        kind = column.dtype
        if isinstance(kind, np.dtype) and kind.kind in "iub":
            continue
        if kind == np.float64 and len(chunk):
            low = float(column.to_numpy().min())
            if not np.isnan(low):
                if lows is not None:
                    lows[name] = low
                continue
        blank = column.isna().to_numpy()
        count = int(blank.sum())
        if count:
            missing[name] = count
            keep = ~blank if keep is None else keep & ~blank
    return keep, missing


def _tally(into: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        into[name] = into.get(name, 0) + count


def _zeros_and_ones(values: np.ndarray) -> bool:
    return all(bool(((some == 0.0) | (some == 1.0)).all()) for some in (values[:64], values[64:]))


def survey(source: Source, needs: Needs) -> Survey:
    """The first pass. Raises ``DataError`` for infinite values and for text where numbers are needed."""
    found = Survey()
    uniques: dict[str, list[Any]] = {}
    declared: dict[str, pd.Index] = {}
    cells = Combinations(needs.groups)
    infinite: dict[str, int] = {}
    numeric = {needs.outcome, *needs.outcomes, *needs.slopes, *([needs.weights] if needs.weights else [])}
    not_flags: set[str] = set()
    for chunk in source.chunks(needs.columns):
        lows: dict[str, float] = {}
        keep, missing = complete(chunk, needs, lows)
        found.rows += len(chunk)
        _tally(found.missing, missing)
        used = chunk if keep is None else chunk.loc[keep, list(needs.columns)]
        found.kept += len(used)
        if not len(used):
            continue
        for name in dict.fromkeys([*numeric, *needs.variables]):
            column = used[name]
            _refuse_kind(name, column)
            if name in numeric and is_text(column) and column.dtype.kind != "b":
                role = "outcome" if name in (needs.outcome, *needs.outcomes) else "column"
                raise DataError(f"data: {role} {name} holds text; numbers are needed here")
            if name not in numeric and (is_text(column) or name in needs.categorical):
                uniques.setdefault(name, []).append(pd.unique(column))
                if isinstance(column.dtype, pd.CategoricalDtype):
                    declared[name] = column.cat.categories
            else:
                values = numbers(column)
                low = lows[name] if keep is None and name in lows else float(values.min())
                high = float(values.max())
                if not np.isfinite(low) or not np.isfinite(high):
                    infinite[name] = infinite.get(name, 0) + int(np.isinf(values).sum())
                before = found.ranges.get(name, (low, high))
                found.ranges[name] = (min(low, before[0]), max(high, before[1]))
                if name not in not_flags and not (low >= 0.0 and high <= 1.0 and _zeros_and_ones(values)):
                    not_flags.add(name)
        try:
            cells.add(used)
        except TypeError as error:
            raise DataError(
                f"data: {', '.join(needs.groups)} hold values that are no names ({error})"
            ) from error
        if not len(found.head):
            found.head = used.iloc[:60][list(needs.columns)]
    if infinite:
        said = ", ".join(f"{name} ({count} rows)" for name, count in infinite.items())
        raise DataError(f"data: infinite values in {said}; make them missing or mend them")
    extreme = [
        name
        for name, (low, high) in found.ranges.items()
        if max(abs(low), abs(high)) > _FAR or 0.0 < high - low < _NEAR
    ]
    if extreme:
        raise DataError(
            f"data: {', '.join(extreme)}: values beyond 1e100 or closer than 1e-100; change the unit"
        )
    for name in (needs.outcome, *needs.outcomes):
        low, high = found.ranges.get(name, (0.0, 0.0))
        if 0.0 < high - low < _ROUNDING * max(abs(low), abs(high)):
            raise DataError(
                f"data: outcome {name} has the same value in all complete rows but for the last digits"
            )
    if not found.kept:
        said = ", ".join(f"{name} {count}" for name, count in found.missing.items())
        raise DataError(f"data: no complete row of {found.rows}" + (f" (missing: {said})" if said else ""))
    for name, parts in uniques.items():
        present = pd.Index(pd.unique(pd.concat([pd.Series(p, dtype=object) for p in parts])))
        if name in declared:
            found.absent[name] = [level for level in declared[name] if level not in present]
            found.levels[name] = pd.Index([level for level in declared[name] if level in present])
        else:
            found.levels[name] = ordered(present)
    found.flags = set(found.ranges) - not_flags
    table = cells.table()
    for name in needs.groups:
        found.levels["group " + name] = ordered(pd.Index(table[name].unique()))
    codes = {name: found.levels["group " + name].get_indexer(table[name]) for name in needs.groups}
    order = np.lexsort([codes[name] for name in reversed(needs.groups)])
    found.cells = pd.DataFrame({name: codes[name][order] for name in needs.groups})
    return found
