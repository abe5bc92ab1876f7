"""A questionnaire from Google Forms as its authors shared it: nineteen columns called Comments."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from trenza.io.survey_file import read_survey
from trenza.questionnaire.draft_items import draft_items
from trenza.questionnaire.export import Export, read_export
from trenza.questionnaire.times import parse_times


@pytest.fixture(scope="module")
def path(real_data: Path) -> Path:
    return real_data / "taguette" / "SERDIF_PSSUQ_P2.csv"


@pytest.fixture(scope="module")
def export(path: Path) -> Export:
    return read_export(read_survey(path, path.name))


def test_seventeen_people_and_nineteen_questions_with_comments(export: Export) -> None:
    assert (export.tool, export.system, export.left_out) == ("google_forms", {"submitted": "Timestamp"}, ())
    assert export.frame.shape == (17, 40)
    names = list(export.frame.columns)
    assert [n for n in names if n.startswith("Comments")] == [
        "Comments",
        *(f"Comments ({i})" for i in range(2, 20)),
    ]
    # Each question stands before its comments.
    assert all(names[2 * i].startswith(f"{i}. ") for i in range(1, 20))


def test_every_cell_is_there(export: Export, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        _, *rows = list(csv.reader(handle))
    assert [[cell or "" for cell in row] for row in export.frame.to_numpy().tolist()] == rows


def test_its_times_are_in_american_order(export: Export) -> None:
    times = parse_times(list(export.frame["Timestamp"]), order="auto")
    assert (times.order, times.undecided, times.unreadable) == ("month_first", "", ())
    assert times.values[0] == dt.datetime(2021, 11, 18, 12, 31, 56)
    assert times.values[-1] == dt.datetime(2022, 1, 24, 17, 25, 17)
    known = [value for value in times.values if value is not None]
    assert known == sorted(known)


def test_a_draft_tells_ratings_from_comments(export: Export) -> None:
    draft = draft_items(export).set_index("from")
    rated = draft.index[draft["min"] != ""]
    assert len(rated) == 19
    assert not any(name.startswith("Comments") for name in rated)
