"""Times in the local order: what settles day and month, what leaves it open, and what is no time."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.survey_file import Cell
from trenza.questionnaire.times import parse_seconds, parse_times

T = dt.datetime


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11/18/2021 12:31:56", T(2021, 11, 18, 12, 31, 56)),
        ("18-11-2021", T(2021, 11, 18)),
        ("18.11.21 9:05", T(2021, 11, 18, 9, 5)),
        ("2019/08/01 10:11:12 AM GMT-3", T(2019, 8, 1, 10, 11, 12)),
        ("2019/08/01 12:11:12 AM GMT-3", T(2019, 8, 1, 0, 11, 12)),
        ("2021/11/18 9:31:56 p. m. CLST", T(2021, 11, 18, 21, 31, 56)),
        ("31/8/2019 10:11:12 p. m.", T(2019, 8, 31, 22, 11, 12)),
        ("31/8/2019, 12:00 p.m.", T(2019, 8, 31, 12, 0)),
        ("2021-11-18T09:31:56.123-03:00", T(2021, 11, 18, 9, 31, 56)),
        ("2021-11-18T09:31:56Z", T(2021, 11, 18, 9, 31, 56)),
        ("2021-11-18 09:31", T(2021, 11, 18, 9, 31)),
        (T(2021, 11, 18, 9), T(2021, 11, 18, 9)),
        # 18 November 2021 is day 44518 of Excel's calendar; half a day is noon.
        (44518.5, T(2021, 11, 18, 12)),
    ],
)
def test_times_of_all_tools(text: Cell, value: dt.datetime) -> None:
    found = parse_times([text], order="auto")
    assert (found.values, found.undecided, found.unreadable) == ((value,), "", ())


def test_one_date_settles_the_order_of_a_column() -> None:
    found = parse_times(["1/2/2021", "13/2/2021", None], order="auto")
    assert found.values == (T(2021, 2, 1), T(2021, 2, 13), None)
    assert found.order == "day_first"
    assert parse_times(["1/2/2021", "2/13/2021"], order="auto").values == (T(2021, 1, 2), T(2021, 2, 13))


def test_an_order_that_nothing_settles_is_said_and_not_guessed() -> None:
    found = parse_times(["1/2/2021", "3/3/2021", "2021-02-01"], order="auto")
    assert found.values == (None, T(2021, 3, 3), T(2021, 2, 1))
    assert (found.order, found.undecided, found.unreadable) == ("", "no date with a day above 12", ())
    assert parse_times(["1/2/2021"], order="day_first").values == (T(2021, 2, 1),)
    assert parse_times(["1/2/2021"], order="month_first").values == (T(2021, 1, 2),)


def test_dates_of_both_orders_contradict_each_other() -> None:
    found = parse_times(["13/2/2021", "2/13/2021"], order="auto")
    assert (found.values, found.undecided) == ((None, None), "dates of both orders")
    # Whoever names the order is told which dates do not follow it.
    assert parse_times(["13/2/2021", "2/13/2021"], order="day_first").unreadable == (1,)


def test_a_day_that_does_not_exist_settles_nothing() -> None:
    found = parse_times(["31/2/2021", "1/2/2021"], order="auto")
    assert (found.unreadable, found.undecided) == ((0,), "no date with a day above 12")


@pytest.mark.parametrize(
    "text", ["ayer", "44518", "12:30", "2021-13-01", "1/2", "13:00 p. m.", "1/2/2021 25:00", 3.0, "1/2/123"]
)
def test_what_is_no_time_is_listed(text: Cell) -> None:
    assert parse_times([None, text], order="day_first").unreadable == (1,)


def test_what_redcap_writes_for_nothing_sent_is_blank() -> None:
    found = parse_times(["[not completed]", "2021-05-03 10:00:00"], order="auto")
    assert (found.values, found.unreadable) == ((None, T(2021, 5, 3, 10)), ())


TIMES = st.datetimes(T(1970, 1, 1), T(2068, 12, 31)).map(lambda t: t.replace(microsecond=0))


@settings(deadline=None)
@given(st.lists(TIMES, min_size=1), st.sampled_from(["day_first", "month_first"]))
def test_what_was_written_in_an_order_is_read_in_it(times: list[dt.datetime], order: str) -> None:
    mask = "%d/%m/%Y %H:%M:%S" if order == "day_first" else "%m/%d/%Y %I:%M:%S %p"
    cells = [f"{t:{mask}}" for t in times]
    assert parse_times(cells, order=order).values == tuple(times)
    found = parse_times(cells, order="auto")
    # By itself it reads the same or says that it cannot, but never something else.
    assert all(a is None or a == b for a, b in zip(found.values, times, strict=True))
    assert found.undecided or found.values == tuple(times)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.floats(), st.datetimes())))
def test_no_cell_ends_in_a_traceback(cells: list[Cell]) -> None:
    found = parse_times(cells, order="auto")
    assert len(found.values) == len(cells)
    assert all(found.values[place] is None for place in found.unreadable)
    assert len(parse_seconds(cells, decimal=".")[0]) == len(cells)


def test_durations() -> None:
    cells: list[Cell] = ["312.45", 12.0, "188", "0:05:10", "5:10.25", "1:02:03", None, " "]
    values, unreadable = parse_seconds(cells, decimal=".")
    assert values == (312.45, 12.0, 188.0, 310.0, 310.25, 3723.0, None, None)
    assert unreadable == ()
    assert parse_seconds(["x", "-3", "0:61:00", -1.0, "٣"], decimal=".")[1] == (0, 1, 2, 3, 4)
    endless: list[Cell] = ["9" * 400, "9" * 400 + ":00:00", math.inf]
    assert parse_seconds(endless, decimal=".") == ((None, None, None), (0, 1, 2))


def test_durations_have_the_decimal_mark_of_their_file() -> None:
    """1.200 seconds with a decimal comma may be twenty minutes: the other mark is refused, also after a clock."""
    cells: list[Cell] = ["188,02", "1.200", "5:10,5", "5:10.5", 1.5]
    assert parse_seconds(cells, decimal=",") == ((188.02, None, 310.5, None, 1.5), (1, 3))
    assert parse_seconds(cells, decimal=".") == ((None, 1.2, None, 310.5, 1.5), (0, 2))


# --- real dates beside dates as text -----------------------------------------------------------------

# As Excel leaves a column of day-first text where it reads the month first: it turns what it can, 3/4 into 4 March.
TURNED = [T(2021, 3, 4, 10), "13/4/2021 10:00", "25/4/2021 10:00"]


@pytest.mark.parametrize("order", ["auto", "day_first", "month_first"])
def test_a_real_date_beside_dates_as_text_may_be_turned_and_is_not_believed(order: str) -> None:
    found = parse_times(TURNED, order=order)
    assert found.values[0] is None and found.open == (0,)
    assert "real dates beside dates as text" in found.undecided and "wrong order" in found.undecided
    assert found.remedy == "all of them real dates, or all as text, as the survey tool wrote them"


def test_the_order_tells_the_dates_that_are_text() -> None:
    for order in ("auto", "day_first"):
        found = parse_times(TURNED, order=order)
        assert (found.values[1:], found.order) == ((T(2021, 4, 13, 10), T(2021, 4, 25, 10)), "day_first")
    assert parse_times(TURNED, order="month_first").unreadable == (1, 2)


def test_a_real_date_that_cannot_have_been_turned_is_read_beside_text() -> None:
    """Turning makes no day above 12, and leaves 3 March as it is. Day 44259 of Excel is 4 March 2021."""
    found = parse_times([T(2021, 4, 13), T(2021, 3, 3), 44259.0, "14/5/2021"], order="day_first")
    assert found.values == (T(2021, 4, 13), T(2021, 3, 3), None, T(2021, 5, 14))
    assert found.open == (2,)
    safe = parse_times([T(2021, 4, 13), "14/5/2021"], order="auto")
    assert (safe.undecided, safe.open, safe.remedy) == ("", (), "")


def test_text_that_says_its_order_itself_makes_no_real_date_doubtful() -> None:
    found = parse_times([T(2021, 3, 4), "2021-05-06", "ayer", None], order="auto")
    assert found.values == (T(2021, 3, 4), T(2021, 5, 6), None, None)
    assert (found.undecided, found.open, found.unreadable) == ("", (), (2,))


def test_both_reasons_are_told_where_the_text_is_open_too() -> None:
    found = parse_times([T(2021, 3, 4), "1/2/2021"], order="auto")
    assert (found.values, found.open) == ((None, None), (0, 1))
    assert "no date with a day above 12" in found.undecided and "real dates" in found.undecided
