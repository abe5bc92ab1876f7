"""What is known about the tests from outside the files: press figures, and which tests were held."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

Rows = tuple[dict[str, str], ...]


@cache
def national_means() -> Rows:
    """Published national means: grade, year, subject, mean_points (whole points), origin."""
    return _rows("national_means.csv")


def year_before(grade: str, subject: str, year: int, others: Iterable[int]) -> int | None:
    """Year of the test of this grade and subject before ``year``, or None.

    ``others`` are years with a file, which count beside the calendar: a test that was held but whose file is not
    at hand is still the one that the file of ``year`` compares with.
    """
    listed = (
        int(r["year"]) for r in _rows("tests_held.csv") if (r["grade"], r["subject"]) == (grade, subject)
    )
    return max((y for y in (*listed, *others) if y < year), default=None)


@cache
def _rows(name: str) -> Rows:
    text = (files("trenza.official") / "dialects" / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
