"""Whether printed figures can come from whole-number answers: against enumeration, by hand, and on published cases."""

from __future__ import annotations

import itertools
import statistics
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from trenza.simulate.possible import Form, Printed, attainable, printed, refusal
from trenza.simulate.whole_numbers import fill, least_squares, most_squares


def means(items: int, low: int = 1, high: int = 5) -> Form:
    return Form(items, high - low, Fraction(low), Fraction(high))


def percent(items: int, width: int = 4) -> Form:
    return Form(items, width, Fraction(0), Fraction(100))


def scores(points: tuple[int, ...], form: Form) -> list[Fraction]:
    return [form.low + (form.high - form.low) * p / (form.items * form.width) for p in points]


# Whole numbers with a given sum and sum of squares


@pytest.mark.parametrize(("n", "top"), [(1, 3), (2, 6), (3, 5), (4, 4), (5, 3), (6, 2)])
def test_fill_is_what_enumeration_says(n: int, top: int) -> None:
    there: dict[int, set[int]] = {}
    for values in itertools.combinations_with_replacement(range(top + 1), n):
        there.setdefault(sum(values), set()).add(sum(v * v for v in values))
    for total in range(-1, n * top + 2):
        for low, width in itertools.product(range(-1, n * top**2 + 2), (0, 1, 4)):
            found = fill(n, top, total, low, low + width)
            assert (found is not None) == any(low <= q <= low + width for q in there.get(total, ()))
            if found:
                assert len(found) == n and sum(found) == total and set(found) <= set(range(top + 1))
                assert low <= sum(v * v for v in found) <= low + width
        if total in there and total > 0:
            assert (least_squares(n, total), most_squares(top, total)) == (
                min(there[total]),
                max(there[total]),
            )


def test_fill_by_hand() -> None:
    assert fill(4, 4, 6, 18, 18) == (4, 1, 1, 0)
    assert fill(2, 9, 10, 58, 58) == (7, 3)
    # 10 as two numbers: squares 50, 52, 58, 68, 82; never 60.
    assert fill(2, 9, 10, 60, 60) is None
    assert fill(3, 4, 12, 48, 48) == (4, 4, 4) and fill(3, 4, 13, 0, 99) is None


def test_fill_needs_no_deep_search_for_many_people() -> None:
    for total, squares in ((4000, 30_000), (11_999, 143_977), (6000, 71_000)):
        found = fill(2000, 12, total, squares - 1, squares)
        assert (
            found is not None and sum(found) == total and squares - 1 <= sum(v * v for v in found) <= squares
        )


# Against brute force: print every data set of a small study in both ways of rounding halves


def _rounded(value: Decimal, decimals: int) -> set[Decimal]:
    unit = Decimal(1).scaleb(-decimals)
    return {value.quantize(unit, rounding=how) for how in (ROUND_HALF_UP, ROUND_HALF_DOWN)}


@pytest.mark.parametrize(
    ("n", "form", "decimals"),
    [(2, means(1), 1), (3, means(2, 1, 3), 2), (4, means(1, 1, 4), 1), (3, percent(2, 2), 1), (5, means(1, 0, 2), 2),
     (4, Form(2, 2, Fraction(2), Fraction(6), sums=True), 1)],
)  # fmt: skip
def test_attainable_is_what_enumeration_says(n: int, form: Form, decimals: int) -> None:
    prints = set()
    for points in itertools.combinations_with_replacement(range(form.items * form.width + 1), n):
        values = [Decimal(s.numerator) / Decimal(s.denominator) for s in scores(points, form)]
        exact = sum(scores(points, form)) / n
        mean = Decimal(exact.numerator) / Decimal(exact.denominator)
        pairs = itertools.product(_rounded(mean, decimals), _rounded(statistics.stdev(values), decimals))
        prints |= set(pairs)
    step = Decimal(1).scaleb(-decimals)
    grid = [[low + i * step for i in range(int((high - low) / step) + 1)] for low, high in (
        (Decimal(str(float(form.low))) - step, Decimal(str(float(form.high))) + step),
        (Decimal(0), Decimal(str(float(form.high - form.low)))),
    )]  # fmt: skip
    checked = 0
    for mean, sd in (
        itertools.product(*grid) if len(grid[0]) * len(grid[1]) < 3_000 else _around(prints, step)
    ):
        asked = Printed(n, Fraction(mean), Fraction(sd), decimals, decimals)
        assert (attainable(asked, form) is not None) == ((mean, sd) in prints), (mean, sd)
        checked += (mean, sd) not in prints
    assert checked > 20


def _around(prints: set[tuple[Decimal, Decimal]], step: Decimal) -> set[tuple[Decimal, Decimal]]:
    """What is printed and its neighbours, where all pairs would be too many."""
    return {(m + i * step, abs(s + j * step)) for m, s in prints for i in range(-3, 4) for j in range(-3, 4)}


# Published cases and arithmetic by hand


def test_the_example_of_the_economist() -> None:
    """18 June 2016, on Brown & Heathers: 49 people on a scale of 1 to 7 cannot have the mean 5.93."""
    told = refusal(printed(49, 5.93, 1.0, 2, 2), means(1, 1, 7))
    assert told is not None
    assert told[0] == "mean 5.93, which no complete whole-number answers of 49 people to 1 item of 7 points each can give (GRIM)"  # fmt: skip
    assert f"means are {290 / 49:.7g} and {291 / 49:.7g}" in told[1]
    assert attainable(printed(49, 5.92, 1.0, 2, 2), means(1, 1, 7)) is not None


def test_comfort_of_the_cic_table_is_no_mean_of_five_likert_items_in_percent() -> None:
    """91.17 x 48 / 5 = 875.2, where 5 is the step of five items of 1 to 5 scored 0 to 100; 5 sliders have it."""
    told = refusal(printed(48, 91.17, 10.38, 2, 2), percent(5))
    assert told is not None and "(GRIM)" in told[0]
    assert told[1] == f"the nearest possible means are {875 * 5 / 48:.7g} and 91.25; 18 such items would do"
    assert refusal(printed(48, 91.17, 10.38, 2, 2), percent(18)) is None
    # 18 is the first: .0464 k is within .0096 k of a whole number for no smaller k.
    assert [k for k in range(1, 19) if abs(175.0464 * k - round(175.0464 * k)) <= 0.0096 * k] == [18]
    assert refusal(printed(48, 91.17, 10.38, 2, 2), Form(5, 100, Fraction(0), Fraction(100))) is None


def test_what_single_questions_cannot_give_in_the_cic_table() -> None:
    """Table 2, 48 participants and 49 controls: no dimension but comfort can be one question of 1 to 5 in both groups."""
    printed_figures = {
        "collaboration": ((3.13, 0.61), (3.02, 0.61)),
        "commitment": ((2.48, 0.77), (2.15, 0.73)),
        "leadership": ((3.18, 0.78), (3.24, 0.66)),
        "community": ((2.74, 0.60), (2.74, 0.77)),
    }
    told = {
        (name, n): refusal(printed(n, mean, sd, 2, 2), means(1))
        for name, groups in printed_figures.items()
        for n, (mean, sd) in zip((48, 49), groups, strict=True)
    }
    why = {key: found[0].rsplit("(", 1)[1] for key, found in told.items() if found}
    assert why == {
        ("collaboration", 49): "GRIMMER)", ("commitment", 49): "GRIM)", ("leadership", 48): "GRIM)",
        ("community", 48): "GRIM)", ("community", 49): "GRIM)",
    }  # fmt: skip
    for name, groups in printed_figures.items():
        for n, (mean, sd) in zip((48, 49), groups, strict=True):
            assert all(attainable(printed(n, mean, sd, 2, 2), means(k)) for k in range(2, 9)), name


def test_sd_that_parity_forbids() -> None:
    """Two people with mean 3.5 in whole points are 3 and 4, 2 and 5, 1 and 6: SD .71, 2.12, 3.54 and no other."""
    for sd, there in ((0.71, True), (2.12, True), (1.2, False), (0.0, False), (3.54, False)):
        assert (refusal(printed(2, 3.5, sd, 1, 2), means(1)) is None) == there
    told = refusal(printed(2, 3.5, 1.2, 1, 2), means(1))
    assert told is not None and "(GRIMMER)" in told[0]
    assert "nearest possible SDs are 0.7071068 and 2.12132" in told[1]


def test_range_and_largest_sd_are_named() -> None:
    assert refusal(printed(48, 6.0, 0.5, 2, 2), means(6)) == (
        "mean 6.00, outside the range of the score", "a mean from 1 to 5")  # fmt: skip
    told = refusal(printed(10, 3.0, 2.2, 1, 1), means(1))
    # ten answers of mean 3 are farthest apart as five 1 and five 5: SD sqrt(40 / 9)
    assert told == (
        "SD 2.2 with mean 3.0, beyond what the range of 1 item of 5 points each allows", "an SD of at most 2.108185")  # fmt: skip


def test_no_spread() -> None:
    assert attainable(printed(5, 3.5, 0.0, 2, 2), means(2)) == (5, 5, 5, 5, 5)
    assert refusal(printed(5, 5.0, 0.0, 2, 2), means(6)) is None
    assert refusal(printed(5, 3.3, 0.0, 2, 2), means(2)) is not None


def test_a_half_may_have_been_rounded_either_way() -> None:
    # 3.125 from 8 people: printed 3.12 or 3.13
    for mean in (3.12, 3.13):
        assert attainable(printed(8, mean, 0.35, 2, 2), means(1)) is not None
    assert attainable(printed(8, 3.14, 0.35, 2, 2), means(1)) is None


def test_sums_get_no_advice_on_items() -> None:
    told = refusal(printed(49, 20.31, 3.2, 2, 1), Form(6, 4, Fraction(6), Fraction(30), sums=True))
    assert told is None  # 995.19 is within .245 of 995
    told = refusal(printed(10, 20.31, 3.2, 2, 1), Form(6, 4, Fraction(6), Fraction(30), sums=True))
    assert told is not None and told[1] == "the nearest possible means are 20.3 and 20.4"
