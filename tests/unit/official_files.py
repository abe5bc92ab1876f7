"""Toy files of the other kinds: written in any format, read as the dispatcher does, every cell accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from trenza.contracts.faults import InputFaults
from trenza.io.any_file import read_grid
from trenza.io.grid import Grid
from trenza.official.ledger import Ledger
from trenza.official.recognise import kind_of, plain

Rows = Sequence[Sequence[Any]]
Read = tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]
POINTS = {"change_status": "change_points", "peer_status": "peer_diff_points"}
KINDS = ("idps", "sac", "sned", "ive", "directory", "slep")


def xlsx(path: Path, header: Sequence[str], rows: Rows) -> Path:
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(list(row))
    book.save(path)
    return path


def xls(path: Path, header: Sequence[str], rows: Rows) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate([header, *rows]):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.write(i, j, cell)
    book.save(str(path))
    return path


def delimited(path: Path, header: Sequence[str], rows: Rows, mark: str, encoding: str = "utf-8") -> Path:
    lines = [mark.join("" if c is None else str(c) for c in row) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def grid_of(path: Path) -> Grid:
    return read_grid(
        path, path.name, lambda h: kind_of(h) is not None, lambda c: not plain(c).startswith("nom")
    )


def read(path: Path, allow_unknown: bool = False) -> Read:
    """Read a file as the dispatcher does; checks that every cell of the file is accounted for."""
    grid = grid_of(path)
    kind = kind_of(grid.header)
    assert kind in KINDS
    ledger = Ledger(grid)
    frame, meta = getattr(import_module(f"trenza.official.{kind}"), f"read_{kind}")(
        grid, ledger, allow_unknown
    )
    rows = ledger.frame()
    gone = rows[rows["action"].isin(["missing", "refused", "not_carried"])]
    lost = gone.groupby("column", observed=True)["cells"].sum()
    wide = any("indicator" in c for c in meta["columns"])
    for column in meta["columns"]:
        name = column["column"]
        assert column["cells"] == grid.cells[name]
        assert column["cells"] == column["carried"] + lost.get(name, 0), name
        filled = int(((rows["column"] == name) & (rows["rule"] == "value_of_the_file")).sum())
        # What a sign in place of a difference says is not from the column of signs.
        beside = [c["column"] for c in meta["columns"] if c["field"] == POINTS.get(column["field"])]
        filled += int((rows["column"].isin(beside) & (rows["rule"] == "sign_for_missing")).sum())
        assert column["carried"] == counted(frame, column, wide) - filled, name
    return frame, meta, rows


def counted(frame: pd.DataFrame, column: dict[str, Any], wide: bool) -> int:
    """Cells of the frame that a column of the file filled, counted in the frame alone."""
    field = column["field"]
    if field in ("", "meta"):
        return int(column["carried"])
    if "indicator" in column:
        dimension = column["dimension"]
        same = frame["dimension"].isna() if dimension is None else frame["dimension"] == dimension
        return int(
            frame.loc[same & (frame["indicator"] == column["indicator"]), "score_points"].notna().sum()
        )
    if field.endswith("_status"):
        return int(frame[field].isin(["not_comparable", "not_reported"]).sum())
    # A row of a wide file is several rows of the frame.
    return int((frame.drop_duplicates("rbd") if wide else frame)[field].notna().sum())


def faults_of(path: Path, **how: Any) -> list[str]:
    with pytest.raises(InputFaults) as error:
        read(path, **how)
    return [str(f) for f in error.value.faults]
