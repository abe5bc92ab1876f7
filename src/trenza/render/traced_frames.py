"""Finished tables whose numbers and texts are traced; pandas counts, sorts, joins and groups them as before."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype, take

from trenza.render.traced import (
    COUNTED,
    Origin,
    Source,
    TracedFloat,
    TracedInt,
    Worked,
    current,
    source_of,
    traced,
    worked,
)

if TYPE_CHECKING:
    from trenza.render.context import Context

_AGGREGATES = {"sum": "sum", "mean": "mean", "median": "median", "min": "smallest", "max": "largest"}


class TracedDtype(ExtensionDtype):  # type: ignore[misc]  # pandas ships no types
    """Numbers with their sources: whole numbers (``int``, which may be missing) or others (``float``)."""

    type = float
    _is_numeric = True
    _metadata = ("plain",)

    def __init__(self, plain: str) -> None:
        self.plain = plain

    @property
    def name(self) -> str:
        """The name that pandas prints."""
        return f"traced {self.plain}"

    @property
    def kind(self) -> str:
        """numpy's letter."""
        return "f" if self.plain == "float64" else "i"

    @property
    def na_value(self) -> Any:
        """What a missing value is, as in the table without sources."""
        return np.nan if self.plain == "float64" else pd.NA

    @classmethod
    def construct_array_type(cls) -> Any:
        """The array of this type."""
        return TracedArray


class TracedArray(ExtensionArray):  # type: ignore[misc]
    """A column of traced numbers. What is no matter of sources is asked of the same column without them."""

    __array_priority__ = 1000
    _HANDLED: ClassVar[set[str]] = {"absolute", "negative"}

    def __init__(self, cells: Any, plain: str) -> None:
        self._cells: Any = cells
        self._dtype = TracedDtype(plain)

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> TracedArray:
        given = list(scalars)
        known = [v for v in given if not pd.isna(v)]
        whole = all(isinstance(v, int | np.integer) for v in known)
        plain = dtype.plain if isinstance(dtype, TracedDtype) else "Int64" if whole and known else "float64"
        if plain == "Int64" and not whole:
            plain = "float64"
        made = cls(np.empty(len(given), dtype=object), plain)
        made._cells[:] = [made.dtype.na_value if pd.isna(v) else v for v in given]
        return made

    @classmethod
    def _from_factorized(cls, values: Any, original: TracedArray) -> TracedArray:
        return cls._from_sequence(values, dtype=original.dtype)

    @property
    def dtype(self) -> TracedDtype:
        """Its type."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """Bytes of the references."""
        return int(self._cells.nbytes)

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, item: Any) -> Any:
        item = pd.api.indexers.check_array_indexer(self, item)
        found = self._cells[item]
        return type(self)(found, self.dtype.plain) if isinstance(found, np.ndarray) else found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._cells[pd.api.indexers.check_array_indexer(self, key)] = value

    def _plain(self) -> Any:
        """The column without sources."""
        return pd.array([None if pd.isna(v) else v for v in self._cells], dtype=self.dtype.plain)

    def _numbers(self) -> Any:
        return np.array([np.nan if pd.isna(v) else v for v in self._cells], dtype="float64")

    def isna(self) -> Any:
        """Which values are missing."""
        return pd.isna(self._cells)

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> TracedArray:
        """The values at these places."""
        fill = self.dtype.na_value if fill_value is None else fill_value
        return type(self)(
            take(self._cells, indices, fill_value=fill, allow_fill=allow_fill), self.dtype.plain
        )

    def copy(self) -> TracedArray:
        """Another array of the same values."""
        return type(self)(self._cells.copy(), self.dtype.plain)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[TracedArray]) -> TracedArray:
        return cls(np.concatenate([a._cells for a in to_concat]), to_concat[0].dtype.plain)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if dtype is not None and np.dtype(dtype).kind == "O":
            return self._cells.copy() if copy else self._cells
        return np.array(self._plain(), dtype=dtype)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """The values as another type; as objects they keep their sources."""
        dtype = pd.api.types.pandas_dtype(dtype)
        if dtype == self.dtype:
            return self.copy() if copy else self
        return (
            self._cells.copy()
            if dtype.kind == "O" and dtype.type is np.object_
            else self._plain().astype(dtype)
        )

    def _values_for_argsort(self) -> Any:
        return self._numbers()

    def _values_for_factorize(self) -> tuple[Any, Any]:
        return self._cells, self.dtype.na_value

    def _formatter(self, boxed: bool = False) -> Callable[[Any], str]:
        return str

    def _reduce(self, name: str, *, skipna: bool = True, keepdims: bool = False, **kwargs: Any) -> Any:
        plain = pd.Series(self._plain())
        result = getattr(plain, name)(skipna=skipna, **kwargs)
        if name in _AGGREGATES and not pd.isna(result):
            result = worked(_AGGREGATES[name], [v for v in self._cells if not pd.isna(v)], result)
        return type(self)._from_sequence([result]) if keepdims else result

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if ufunc.__name__ in self._HANDLED and method == "__call__" and not kwargs:
            act = operator.abs if ufunc.__name__ == "absolute" else operator.neg
            return type(self)._from_sequence(
                [v if pd.isna(v) else act(v) for v in self._cells], dtype=self.dtype
            )
        told = [np.asarray(i, dtype="float64") if isinstance(i, TracedArray) else i for i in inputs]
        return getattr(ufunc, method)(*told, **kwargs)

    def _compared(self, other: Any, act: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        return act(self._plain(), other._plain() if isinstance(other, TracedArray) else other)

    def _reckoned(self, other: Any, act: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        others = [other] * len(self) if np.ndim(other) == 0 else list(other)
        pairs = zip(self._cells, others, strict=True)
        return type(self)._from_sequence(
            [np.nan if pd.isna(a) or pd.isna(b) else act(a, b) for a, b in pairs]
        )

    def __abs__(self) -> Any:
        return np.abs(self)

    def __neg__(self) -> Any:
        return np.negative(self)


def _operators() -> None:
    """All comparisons and the arithmetic that reports use."""

    def comparison(act: Callable[[Any, Any], Any]) -> Any:
        return lambda self, other: self._compared(other, act)

    def arithmetic(act: Callable[[Any, Any], Any], turned: bool) -> Any:
        if turned:
            return lambda self, other: self._reckoned(other, lambda a, b: act(b, a))
        return lambda self, other: self._reckoned(other, act)

    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(TracedArray, f"__{name}__", comparison(getattr(operator, name)))
    for name in ("add", "sub", "mul", "truediv"):
        setattr(TracedArray, f"__{name}__", arithmetic(getattr(operator, name), False))
        setattr(TracedArray, f"__r{name}__", arithmetic(getattr(operator, name), True))


_operators()


class TracedFrame(pd.DataFrame):  # type: ignore[misc]
    """A table of traced values; pandas would make plain numbers of them in records."""

    _metadata: ClassVar[list[str]] = ["traced_name"]

    @property
    def _constructor(self) -> type[TracedFrame]:
        return TracedFrame

    def to_dict(self, orient: Any = "dict", **kwargs: Any) -> Any:
        """As pandas has it, the values of records as they are."""
        if orient != "records":
            return super().to_dict(orient, **kwargs)
        names = [*self.columns]
        return [dict(zip(names, values, strict=True)) for values in self.itertuples(index=False, name=None)]


def traced_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the source of each number and text: its name, the row's place, the column. Unchanged without an open trace."""
    trace = current()
    if trace is None:
        return frame
    trace.asked.add(name)
    if name not in trace.frames:
        made = TracedFrame({c: _column(name, str(c), frame[c]) for c in frame.columns}, index=frame.index)
        made.traced_name = name
        trace.frames[name] = made
    return trace.frames[name]


def settings(entry: Any, file: str = "study.yaml", path: str = "") -> Any:
    """study.yaml as parsed, its numbers and texts traced by their keys: ``design.sesoi_sd``."""
    if current() is None:
        return entry
    if isinstance(entry, dict):
        return {k: settings(v, file, f"{path}.{k}".lstrip(".")) for k, v in entry.items()}
    if isinstance(entry, list):
        return [settings(v, file, f"{path}.{i}") for i, v in enumerate(entry)]
    return traced(entry, Origin(file, path, ""))


def traced_context(ctx: Context) -> Context:
    """The same context with the study's own words and settings traced; its tables trace themselves."""
    frames = {k: traced_table(k, getattr(ctx, k)) for k in ("items", "codebook", "links")}
    return replace(ctx, study=settings(dict(ctx.study)), **frames)


def _column(name: str, column: str, values: pd.Series) -> Any:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values
    whole, real = (f(values.dtype) for f in (pd.api.types.is_integer_dtype, pd.api.types.is_float_dtype))
    make: Callable[[Any, Source], Any] = TracedInt if whole else TracedFloat if real else traced
    missing = values.isna().to_numpy()
    cells: list[Any] = [
        v if gap else make(v, Origin(name, place, column))
        for place, (v, gap) in enumerate(zip(values, missing, strict=True))
    ]
    if not whole and not real:
        return pd.Series(cells, dtype=values.dtype, index=values.index)
    column_of = TracedArray(np.empty(len(cells), dtype=object), "Int64" if whole else "float64")
    column_of._cells[:] = [column_of.dtype.na_value if gap else v for v, gap in zip(cells, missing, strict=True)]  # fmt: skip
    return pd.Series(column_of, index=values.index)


def how_many(things: Any, among: Any = None) -> Any:
    """``len`` of a table, a column or a list, traced to the rows and cells that were counted, or to the table that has none."""
    if isinstance(things, pd.DataFrame):
        rows: Any = things.itertuples(index=False, name=None)
    else:
        rows = ([*t] if isinstance(t, pd.Series) else [t] for t in things)
    cells = [next((v for v in row if source_of(v) is not None), None) for row in rows]
    found = worked(COUNTED, [v for v in cells if v is not None], len(things))
    name = getattr(things if among is None else among, "traced_name", None)
    # None of a table's rows is a number of that table too.
    return traced(0, Worked(COUNTED, (Origin(name, "", ""),))) if name and not len(things) else found
