"""Questionnaires saved by SPSS and Stata: values, their labels, the questions, and what is declared missing.

The library that reads them can die of a damaged file, and its process with it; so it works in one of its own.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.io.grid import refusal
from trenza.io.survey_cell import cell_of

MOST_CELLS = 50_000_000
MOST_SECONDS = 600
_NAMES = {"spss": "an SPSS file", "stata": "a Stata file"}


def read_statistics(path: Path, shown_as: str, kind: str) -> SurveyFile:
    """An SPSS (``kind`` spss) or Stata (stata) file.

    User-missing values of SPSS stay as they are and stand in ``missing``; Stata's extended missing values come as
    text, ``.a`` to ``.z``, and its plain one is blank. Raises ``InputFaults`` for a file that is cut short,
    damaged, empty or too large.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path), shown_as, kind, str(MOST_CELLS)]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=MOST_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise _damaged(shown_as, kind) from error
    found: SurveyFile | list[Fault] = pickle.loads(done.stdout)
    if isinstance(found, SurveyFile):
        return found
    raise InputFaults(found)


def read_here(path: Path, shown_as: str, kind: str, most_cells: int) -> SurveyFile:
    """What ``read_statistics`` does in a process of its own."""
    try:
        _, meta = _attempt(path, kind, metadataonly=True)
        cells = (meta.number_rows or 0) * len(meta.column_names)
        if cells <= most_cells:
            columns, meta = _attempt(path, kind, user_missing=True, output_format="dict")
    except Exception as error:  # a file cut short or of another kind can fail the reader at any point
        raise _damaged(shown_as, kind) from error
    if cells > most_cells:
        raise refusal(shown_as, f"{_NAMES[kind]} of more than {most_cells:,} cells", "a questionnaire")
    names = list(meta.column_names)
    texts = {i: text for i, text in enumerate(meta.column_labels) if text and text.strip()}
    if not names or not len(columns[names[0]]):
        raise refusal(shown_as, f"{_NAMES[kind]} without rows", "at least one row")
    # In a column of numbers the library gives one of Stata's extended missing values as its letter.
    letters = {n for n in names if kind == "stata" and meta.readstat_variable_types[n] != "string"}

    def value(name: str, found: Any) -> Any:
        return f".{found}" if name in letters and isinstance(found, str) else found

    rows = [
        [cell_of(value(n, v)) for n, v in zip(names, row, strict=True)]
        for row in zip(*(columns[n] for n in names), strict=True)
    ]
    labels = {
        names.index(name): {
            v if isinstance(v, str) else float(v): str(text)
            for v, text in ((value(name, v), text) for v, text in words.items())
        }
        for name, words in meta.variable_value_labels.items()
    }
    missing: dict[int, list[float | str | tuple[float, float]]] = {
        names.index(name): [
            r["lo"] if r["lo"] == r["hi"] else (float(r["lo"]), float(r["hi"])) for r in ranges
        ]
        for name, ranges in meta.missing_ranges.items()
    }
    return SurveyFile(shown_as, "", rows, 2, names, texts, labels, missing)


def _attempt(path: Path, kind: str, **options: Any) -> Any:
    """What the library says; text that is not in the encoding it claims is read as that of Windows."""
    import pyreadstat

    read = pyreadstat.read_sav if kind == "spss" else pyreadstat.read_dta
    try:
        return read(str(path), **options)
    except Exception as error:
        if isinstance(error, UnicodeDecodeError) or "convert string" in str(error):
            return read(str(path), encoding="WINDOWS-1252", **options)
        raise


def _damaged(shown_as: str, kind: str) -> InputFaults:
    return refusal(shown_as, f"{_NAMES[kind]} that is cut short or damaged", "a whole file")


def main(path: str, shown_as: str, kind: str, most_cells: str) -> None:
    """Read a file and hand over what it says, or its faults, on the standard output."""
    found: SurveyFile | list[Fault]
    try:
        found = read_here(Path(path), shown_as, kind, int(most_cells))
    except InputFaults as error:
        found = error.faults
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
