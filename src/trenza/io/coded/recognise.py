"""What kind of coded project a file or folder is, by what it holds."""

from __future__ import annotations

import zipfile
from pathlib import Path

from trenza.io.coded.csv_folder import MARKER
from trenza.io.coded.sqlite import BEGINS, columns_of, opened
from trenza.io.grid import refusal
from trenza.io.safe_zip import SafeZip

KINDS = (
    "a REFI-QDA file (.qdpx, .qde, .qdc), a Taguette database, a QualCoder folder (.qda), a table of segments "
    "(CSV, .xlsx, .xls), or a folder of Trenza's CSV files"
)


def kind_of_project(path: Path, shown_as: str) -> str:
    """qdpx, qde, qdc, taguette, qualcoder, folder or table. Raises ``InputFaults`` for anything else."""
    if path.is_dir():
        if (path / MARKER).is_file():
            return "folder"
        if (path / "data.qda").is_file():
            return "qualcoder"
        raise refusal(shown_as, f"a folder without {MARKER} and without data.qda", KINDS)
    try:
        with path.open("rb") as handle:
            start = handle.read(4096)
    except OSError as error:
        raise refusal(shown_as, "a file that cannot be opened", "a file that you may read") from error
    if not start:
        raise refusal(shown_as, "an empty file", KINDS)
    if start.startswith(BEGINS):
        with opened(path, shown_as, KINDS) as database:
            tables = columns_of(database).keys()
        return "qualcoder" if {"code_text", "code_name", "source"} <= tables else "taguette"
    if start.startswith(b"PK") or path.suffix.lower() == ".qdpx":
        return _zip(path, shown_as)
    text = start.decode(
        "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace"
    )
    if text.lstrip().startswith("<") or path.suffix.lower() in (".qdc", ".qde"):
        if "<Project" in text or path.suffix.lower() == ".qde":
            return "qde"
        if "CodeBook" in text or "QDA-XML" in text or path.suffix.lower() == ".qdc":
            return "qdc"
        raise refusal(shown_as, "a web page or XML of another kind", KINDS)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "table"
    if b"\0" in start and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise refusal(shown_as, "a file of another kind", KINDS)
    return "table"


def _zip(path: Path, shown_as: str) -> str:
    """A workbook is a zip too; what is neither is told so."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" in archive.namelist() or "[Content_Types].xml" in archive.namelist():
                return "table"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        pass
    with SafeZip(path, shown_as, KINDS) as entries:
        if not any(n.lower().endswith(".qde") for n in entries.names):
            raise refusal(shown_as, "a zip archive without a .qde file", KINDS)
    return "qdpx"
