"""The ledger of a file: every cell or row that was changed, set to missing, flagged or refused, with its rule."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING, Any

from trenza.io.grid import Grid

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

COLUMNS = ("file", "sheet", "row", "column", "rule", "action", "value", "new_value", "cells")


@cache
def rules() -> dict[str, str]:
    """What each rule does, by its name (``dialects/rules.csv``, which also says what each rests on)."""
    import csv

    text = (files("trenza.official") / "dialects" / "rules.csv").read_text(encoding="utf-8")
    return {r["rule"]: r["action"] for r in csv.DictReader(StringIO(text))}


class Ledger:
    """Collects what was done to the cells of one grid."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._parts: list[dict[str, Any]] = []

    def cells(
        self,
        column: str,
        where: NDArray[np.bool_],
        rule: str,
        new_value: str | NDArray[Any] | None = None,
    ) -> None:
        """One row for each cell of ``column`` where ``where`` is true (one truth value a row of the grid).

        ``new_value``: what stands there now, one text for all cells or one entry a row of the grid; None = nothing.
        """
        import numpy as np

        found = np.flatnonzero(where)
        if len(found):
            self._parts.append(
                {
                    "row": found + self._grid.first_row,
                    "column": column,
                    "rule": rule,
                    "value": as_text(self._grid.columns[column][found]),
                    "new_value": new_value[found] if isinstance(new_value, np.ndarray) else new_value,
                    "cells": 1,
                }
            )

    def column(self, column: str, rule: str, new_value: str | None = None, cells: int | None = None) -> None:
        """One row for all non-blank cells of a column, or for ``cells`` of them; none where there are none."""
        n = self._grid.cells[column] if cells is None else cells
        if n:
            self._parts.append(
                {
                    "row": [None],
                    "column": column,
                    "rule": rule,
                    "value": None,
                    "new_value": new_value,
                    "cells": n,
                }
            )

    def frame(self) -> pd.DataFrame:
        """The ledger (see ``COLUMNS``): in the order of columns and rules, ``row`` Int64, blank for a column."""
        import numpy as np
        import pandas as pd

        lengths = [len(p["row"]) for p in self._parts]

        def entries(key: str) -> Any:
            """One entry a row: a part has one for all its rows, or an array."""
            parts = [
                p[key] if isinstance(p[key], np.ndarray) else np.array([p[key]] * n, dtype=object)
                for p, n in zip(self._parts, lengths, strict=True)
            ]
            return np.concatenate(parts) if parts else np.array([], dtype=object)

        rows = [np.asarray(p["row"], dtype="float64") for p in self._parts]
        rule = entries("rule")
        table = rules()
        return pd.DataFrame(
            {
                "file": pd.Series([self._grid.file] * sum(lengths), dtype="str"),
                "sheet": pd.Series([self._grid.sheet] * sum(lengths), dtype="str"),
                "row": pd.array(np.concatenate(rows) if rows else np.array([]), dtype="Int64"),
                "column": pd.Categorical(entries("column")),
                "rule": pd.Categorical(rule),
                "action": pd.Categorical([table[r] for r in rule]),
                "value": entries("value"),
                "new_value": entries("new_value"),
                "cells": entries("cells").astype("int64"),
            }
        )


def as_text(values: NDArray[Any]) -> NDArray[Any]:
    """Cells as the file shows them: numbers without a needless point, text as it stands."""
    import numpy as np

    if values.dtype == object:
        return values
    text = np.full(len(values), None, dtype=object)
    there = ~np.isnan(values)
    distinct, place = np.unique(values[there], return_inverse=True)
    text[there] = np.array([f"{v:.15g}" for v in distinct], dtype=object)[place]
    return text


def distinct_text(values: NDArray[Any]) -> list[str]:
    """The distinct cells of a column as the file shows them, blanks left out."""
    import numpy as np
    import pandas as pd

    if values.dtype == object:
        return [str(v) for v in pd.unique(values) if v is not None]
    return [str(v) for v in as_text(np.unique(values[~np.isnan(values)]))]
