"""A grid read by the dialect of its kind (``dialects/<kind>.yaml``): which columns stand for what, in which years.

The readers of all kinds but SIMCE share this: columns found by plain name, whatever their order and case, one
fault for all columns never seen, rows without a number refused, codes and numbers read, cells accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.io.grid import Grid
from trenza.official import values
from trenza.official.ledger import Ledger, as_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@cache
def dialect(kind: str) -> dict[str, Any]:
    """The dialect table of a kind: ``years`` (facts of a year's files), ``columns``, ``codes``."""
    import yaml

    text = (files("trenza.official") / "dialects" / f"{kind}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


class Reading:
    """One grid on its way to a frame.

    ``columns``: the file's column of each field (a field that the file does not have is not in it). ``keep``:
    true for rows that are not refused. ``faults``: all that is wrong so far; ``stop_at_faults`` raises them.
    ``wide``: fields of a wide file that become rows. ``assumed``: what was done because the user allowed the unknown;
    ``notes``: what else should be known of the file.
    """

    def __init__(self, kind: str, grid: Grid, ledger: Ledger, allow_unknown: bool) -> None:
        import numpy as np

        self.grid = grid
        self.ledger = ledger
        self.allow_unknown = allow_unknown
        self.faults: list[Fault] = []
        self.assumed: list[str] = []
        self.notes: list[str] = []
        self.columns: dict[str, str] = {}
        self.wide: list[str] = []
        self.keep: NDArray[np.bool_] = np.ones(grid.rows, dtype=bool)
        self.table = dialect(kind)
        self._entries: dict[str, dict[str, Any]] = {}
        self._lost: dict[str, int] = {}
        self._told: dict[str, str] = {}
        self._unknown: list[str] = []
        if not grid.rows:
            self.faults.append(
                Fault(grid.file, str(grid.first_row), "", "no rows below the header", "at least one row")
            )
        self._match()

    def _match(self) -> None:
        """Tell the columns apart: carried, known but not carried, never seen, missing."""
        for name in self.grid.header:
            entry = next((e for e in self.table["columns"] if re.fullmatch(e["column"], plain(name))), None)
            if entry is None:
                # A column with a name and no cell holds nothing that could be lost.
                if self.grid.cells[name]:
                    self._unknown.append(name)
            elif "fact" in entry:
                self._told[entry["fact"]] = name
            elif "field" not in entry and not entry.get("wide"):
                self.ledger.column(name, "not_carried")
            else:
                field = entry.get("field", plain(name))
                if field in self.columns:
                    found = f"a second column for what '{self.columns[field]}' holds"
                    self.faults.append(self.fault(name, found, "one of the two"))
                    continue
                self.columns[field] = name
                self._entries[field] = entry
                if entry.get("wide"):
                    self.wide.append(field)
        unknown = ", ".join(self._unknown)
        if unknown and self.allow_unknown:
            for name in self._unknown:
                self.ledger.column(name, "not_carried")
            self.assumed.append(f"left out columns never seen before: {unknown}")
        elif unknown:
            allowed = f"columns of the known years; recognised: {self._recognised()}"
            self.faults.append(self.fault(unknown, "columns never seen in files of this kind", allowed))
        for entry in self.table["columns"]:
            if entry.get("required"):
                self.require(entry["field"])

    def _recognised(self) -> str:
        return ", ".join(self.columns.values()) or "no column"

    def fault(self, column: str, found: str, allowed: str) -> Fault:
        """A fault of the header or of a whole column."""
        return Fault(self.grid.file, str(self.grid.first_row - 1), column, found, allowed)

    def stop_at_faults(self) -> None:
        """Raise all faults so far, if there are any."""
        if self.faults:
            raise InputFaults(self.faults)

    def require(self, field: str) -> None:
        """A fault where the file has no column for ``field``."""
        if field not in self.columns:
            entry = next(e for e in self.table["columns"] if e.get("field") == field)
            others = f"; not recognised: {', '.join(self._unknown)}" if self._unknown else ""
            allowed = f"this column; recognised: {self._recognised()}{others}"
            self.faults.append(self.fault(entry.get("shown", entry["column"]), "no such column", allowed))

    def year_of_header(self, pattern: str) -> int | None:
        """The year in the names of the columns that fit ``pattern`` (its first group); two years are a fault."""
        found = {int(m[1]): h for h in self.grid.header if (m := re.fullmatch(pattern, plain(h)))}
        if len(found) > 1:
            self.faults.append(
                self.fault(", ".join(found.values()), "columns of several years", "one year a file")
            )
        return min(found, default=None)

    def one_value(self, field: str, values_of_rows: NDArray[Any]) -> Any:
        """The value that a column holds in all rows that are kept; blank cells take it (in the ledger).

        None where there is no value; no value and several values are faults.
        """
        import numpy as np
        import pandas as pd

        name = self.columns[field]
        blank = np.asarray(pd.isna(values_of_rows)) & self.keep
        distinct = list(dict.fromkeys(values_of_rows[self.keep & ~blank]))
        shown = ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in distinct[:5])
        if len(distinct) > 1:
            self.faults.append(self.fault(name, f"several values ({shown})", "one value in the whole file"))
        if not distinct:
            if self.keep.any():
                self.faults.append(self.fault(name, "no value in any row", "one value in the whole file"))
            return None
        self.ledger.cells(name, blank, "value_of_the_file", shown.split(", ")[0])
        return distinct[0]

    def facts(self, year: int | None, column: str, grade: str | None = None) -> dict[str, Any]:
        """What the dialect says of a year's files; empty where the year is not known at all.

        A year or grade never seen is a fault at ``column``, or takes the nearest earlier year where the user allows it.
        """
        years = self.table["years"]
        if year is None:
            return {}
        earlier = [y for y in years if y["year"] <= year]
        near: dict[str, Any] = max(earlier, key=lambda y: y["year"]) if earlier else years[0]
        what = f"the year {year}"
        seen = near["year"] == year
        if seen and grade is not None and grade not in near["grades"]:
            seen, what = False, f"grade {grade} in {year}"
        if not seen and self.allow_unknown:
            self.assumed.append(f"{what} was never seen before: read by the rules of {near['year']}")
        elif not seen:
            known = ", ".join(f"{y['year']} {'/'.join(y.get('grades', []))}".strip() for y in years)
            allowed = f"{known}; columns recognised: {self._recognised()}"
            self.faults.append(self.fault(column, f"{what}, never seen before", allowed))
        return near

    def expect(self, facts: Mapping[str, Any]) -> None:
        """A note where the file is longer or shorter than the official one of its year."""
        if facts.get("rows", self.grid.rows) != self.grid.rows and not self.assumed:
            self.notes.append(f"{self.grid.rows} rows, the official file has {facts['rows']}")

    def blank_cells(self, field: str) -> NDArray[np.bool_]:
        """Where the field's column is blank (everywhere, if the file has no such column)."""
        import numpy as np
        import pandas as pd

        if field not in self.columns:
            return np.ones(self.grid.rows, dtype=bool)
        return np.asarray(pd.isna(self.grid.columns[self.columns[field]]))

    def drop(self, field: str, where: NDArray[np.bool_], rule: str) -> None:
        """Set cells of a field to missing, with a row in the ledger for each that is not blank already."""
        name = self.columns.get(field)
        where = where & ~self.blank_cells(field)
        if name is None or not where.any():
            return
        self.ledger.cells(name, where, rule)
        self._lost[name] = self._lost.get(name, 0) + int(where.sum())
        cells = self.grid.columns[name].copy()
        cells[where] = None if cells.dtype == object else float("nan")
        self.grid = replace(self.grid, columns={**self.grid.columns, name: cells})

    def refuse_without(self, field: str, rule: str) -> None:
        """Refuse all rows in which ``field`` is blank; faults where no row is left."""
        if field not in self.columns:
            return
        refused = self.blank_cells(field)
        self.keep &= ~refused
        for carried in self.columns:
            self.drop(carried, refused, rule)
        if self.grid.rows and not self.keep.any():
            self.faults.append(self.fault(self.columns[field], "no value in any row", "a number in each row"))

    def number(self, field: str, decimal: str = ".") -> NDArray[np.float64]:
        """A field as float64, NaN = blank or no such column; range and whole numbers as the dialect says."""
        import numpy as np

        name = self.columns.get(field)
        if name is None:
            return np.full(self.grid.rows, np.nan)
        entry = self._entries[field]
        found = values.numbers(
            self.grid, name, self.ledger, self.faults, low=entry["low"], high=entry["high"], decimal=decimal
        )
        uneven = np.isfinite(found) & (found != np.floor(found))
        if entry.get("whole") and uneven.any():
            allowed = f"a whole number from {entry['low']} to {entry['high']}, or blank"
            self.faults.append(values.one_fault(self.grid, name, uneven, "the value", allowed))
        elif (
            decimal == ","
            and not self.grid.sheet
            and self.grid.columns[name].dtype != object
            and uneven.any()
        ):
            # A CSV whose numbers all read with a point: the column was written with another mark than its file.
            allowed = "a decimal comma, as in the official file"
            self.faults.append(values.one_fault(self.grid, name, uneven, "a decimal point,", allowed))
        return found

    def code(self, field: str, codes: str | None = None, suffix: str = "") -> NDArray[Any]:
        """A field by its code list (``codes``, or the one that the dialect names), None = blank or no such column.

        ``suffix``: what may stand behind each word.
        """
        import numpy as np

        name = self.columns.get(field)
        if name is None:
            return np.full(self.grid.rows, None, dtype=object)
        listed = self.table["codes"][codes or self._entries[field]["codes"]]
        table = {
            plain(f"{word}{end}"): value
            for word, value in listed.items()
            for end in dict.fromkeys(("", suffix))
        }
        self.ledger.column(name, "recoded", cells=int((~self.blank_cells(field)).sum()))
        return values.codes(self.grid, name, table, self.faults, "code")

    def once(self, *fields: tuple[str, NDArray[Any]]) -> None:
        """A fault that names the rows where the same school (or school and indicator, ...) stands twice."""
        import numpy as np
        import pandas as pd

        keys = pd.DataFrame(dict(fields))[self.keep]
        keys = keys.dropna(subset=[fields[0][0]])
        twice = keys[keys.duplicated(keep=False)]
        if twice.empty:
            return
        places = np.asarray(twice.index)
        shown = [
            " and ".join(str(places[i] + self.grid.first_row) for i in rows)
            for rows in twice.groupby(list(keys.columns), dropna=False).indices.values()
        ]
        more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
        names = ", ".join(self.columns.get(f, f) for f, _ in fields)
        found = f"the same {names} in rows {'; '.join(shown[:5])}{more}"
        first = str(int(places.min()) + self.grid.first_row)
        self.faults.append(
            Fault(self.grid.file, first, self.columns[fields[0][0]], found, "one row for each")
        )

    def told(self, fact: str) -> str | None:
        """What a column says of the whole file (version, date); several values are joined."""
        if fact not in self._told:
            return None
        found = sorted({v for v in as_text(self.grid.columns[self._told[fact]]) if v is not None})
        return ", ".join(found) or None

    def meta(self, **parts: Any) -> dict[str, Any]:
        """What is told of the file besides its frame.

        ``columns`` accounts for every column of the file: ``cells`` are not blank in the file, ``carried`` of them
        reached the frame's ``field``; the ledger has the rest.
        """
        fields = {name: field for field, name in self.columns.items()}
        columns = []
        for name in self.grid.header:
            cells = self.grid.cells[name]
            field = fields.get(name, "meta" if name in self._told.values() else "")
            carried = cells - self._lost.get(name, 0) if field else 0
            columns.append({"column": name, "field": field, "cells": cells, "carried": carried})
        return {
            "grade": None,
            "version": self.told("version"),
            "build_date": values.build_date(self.told("build_date")),
            "preliminary": False,
            "rows": int(self.keep.sum()),
            "columns": columns,
            "assumed": "; ".join(self.assumed),
            "notes": self.notes,
            **parts,
        }


def nullable(array: NDArray[Any], dtype: str) -> Any:
    """An array with NaN or None as blanks as a pandas array of a nullable type (Int8, boolean, ...)."""
    import pandas as pd

    return pd.array([None if pd.isna(v) else v for v in array], dtype=dtype)


def words(array: NDArray[Any], allowed: Sequence[str]) -> Any:
    """Words of a closed list as a pandas Categorical, None = blank."""
    import pandas as pd

    return pd.Categorical(array, categories=list(dict.fromkeys(allowed)))
