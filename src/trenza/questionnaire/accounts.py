"""What became of every cell: the ledger of a questionnaire, and the recount that shows that nothing got lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.questionnaire.answers import is_blank

if TYPE_CHECKING:
    import pandas as pd

LEDGER = ["file", "row", "column", "rule", "value", "new_value", "cells"]
IDS = "ids replaced by pseudonyms"


def ledger_of(
    frame: pd.DataFrame,
    *,
    file: str,
    left_out: Mapping[Any, str],
    changed: Sequence[tuple[Any, str, str, str, int]],
    carried: Mapping[str, Sequence[str]],
    roles: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """The ledger without study and source_id: rows left out, then columns that are not kept, then cells.

    ``frame``: all cells of the file. ``left_out``: row and rule. ``changed``: cells that became missing, as (row,
    column, rule, value, cells; 0 for a computed column). ``carried``: names in the clean data by column of the file. ``roles``: what the columns
    are used as.
    """
    import pandas as pd

    full = ~frame.map(is_blank)
    stayed = full.loc[[row not in left_out for row in frame.index]]
    lines: list[tuple[Any, ...]] = [
        (row, None, f"row left out: {rule}", None, int(full.loc[row].sum())) for row, rule in left_out.items()
    ]
    for column in frame.columns:
        cells = int(stayed[column].sum())
        if cells and not carried.get(column):
            lines.append((None, column, _not_kept(roles.get(column, ())), None, cells))
    order = {name: place for place, name in enumerate(frame.columns)}
    for line in sorted(changed, key=lambda line: (line[0], order.get(line[1], len(order)))):
        if line[0] not in left_out and (carried.get(line[1]) or not line[-1]):
            lines.append(line)
    rows = [(file, row, column, rule, value, None, cells) for row, column, rule, value, cells in lines]
    return pd.DataFrame(rows, columns=LEDGER).astype({"row": "Int64"})


def accounts_of(
    frame: pd.DataFrame,
    *,
    file: str,
    data: pd.DataFrame,
    ledger: pd.DataFrame,
    carried: Mapping[str, Sequence[str]],
    roles: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """The table ``accounts`` without study, source_id and source, counted anew from the file, the data and the ledger.

    The index of ``data`` is the row of the file.
    """
    import numpy as np
    import pandas as pd

    full = (~frame.map(is_blank)).to_numpy(dtype=bool)
    place = {row: position for position, row in enumerate(frame.index)}
    kept_rows = [place[row] for row in data.index]
    gone = full[[place[row] for row in ledger.loc[ledger["column"].isna(), "row"]]].sum(axis=0)
    by_column = ledger.dropna(subset="column").groupby("column")["cells"].sum()
    answered = data.notna()
    out = []
    for position, column in enumerate(frame.columns):
        there = full[kept_rows, position] & np.any([answered[n] for n in carried.get(column, ())], axis=0)
        read, kept = int(full[:, position].sum()), int(there.sum())
        in_ledger = int(by_column.get(column, 0)) + int(gone[position])
        out.append(
            {
                "file": file,
                "column": column,
                "used_as": "; ".join(roles.get(column, ())),
                "cells_read": read,
                "cells_carried": kept,
                "cells_ledger": in_ledger,
                "agrees": read == kept + in_ledger,
            }
        )
    return pd.DataFrame(out)


def _not_kept(roles: Sequence[str]) -> str:
    if {"person", "school"} & set(roles):
        return IDS
    return "column used and not kept" if roles else "column not read"
