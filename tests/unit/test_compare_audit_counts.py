"""Tables of counts: totals, percentages, and their sum."""

from __future__ import annotations

import csv

import pytest
from compare_tables import PUBLISHED
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.compare.audit_counts import audit_counts, is_count_table
from trenza.contracts.faults import InputFaults

HEAD = ["label", "n", "percent", "part"]


def check(*lines: str, **options: str) -> list[tuple[str, str, str, str]]:
    frame = audit_counts(HEAD, [line.split(",") for line in lines], "counts.csv", **options)  # type: ignore[arg-type]
    return list(zip(frame["row"], frame["check"], frame["verdict"], frame["reading"], strict=True))


def test_by_hand() -> None:
    got = check("women,20,66.7,cell", "men,10,33.3,cell", "all,30,100,total")
    assert [(c, v) for _, c, v, _ in got] == [
        (c, "consistent") for c in ("total", "percent", "percent", "percent_sum")
    ]
    got = check("women,20,66.6,cell", "men,10,33.3,cell", "all,31,,total")
    assert [(r, c, v) for r, c, v, _ in got] == [
        ("4", "total", "inconsistent"),
        ("2", "percent", "conditional"),  # 20 of 31 is 64.5, 20 of the cells' 30 is 66.67
        ("3", "percent", "consistent"),
        ("3", "percent_sum", "consistent"),  # 66.6 + 33.3 = 99.9, and 100 within twice .05
    ]
    assert got[0][3] == "is not the sum of the cells above it, 30"
    assert check("women,20,60.0,", "men,10,33.3,")[0][3] == "does not follow from 20 of 30"
    cut = check("women,20,66.6,cell", "men,10,33.3,cell", "all,30,,total")
    assert cut[1][2:] == ("conditional", "agrees only if the percentage was cut, not rounded")
    assert [v for _, _, v, _ in check("women,20,66.6,", "men,10,33.3,", rule="truncated")] == [
        "consistent"
    ] * 3


def test_percentages_that_do_not_sum() -> None:
    got = check("a,1,50,", "b,1,60,")
    assert got[-1][1:] == ("percent_sum", "inconsistent", "the percentages do not sum to 100")


def test_percentages_of_the_table_or_of_their_own_total() -> None:
    # 10 and 30 of 40, 20 and 40 of 60; then the same of all 100
    own = check(
        "a,10,25,", "b,30,75,", "ab,40,,total", "c,20,33,", "d,40,67,", "cd,60,,total", "all,100,,total"
    )
    whole = check(
        "a,10,10,", "b,30,30,", "ab,40,,total", "c,20,20,", "d,40,40,", "cd,60,,total", "all,100,,total"
    )
    assert {v for _, _, v, _ in own + whole} == {"consistent"}
    assert [c for _, c, _, _ in own].count("percent_sum") == 2
    assert [c for _, c, _, _ in whole].count("percent_sum") == 1


def test_a_total_of_totals() -> None:
    got = check("a,1,,", "b,2,,", "ab,3,,total", "c,4,,", "d,5,,", "cd,9,,total", "all,12,,total")
    assert [(r, v) for r, _, v, _ in got] == [("4", "consistent"), ("7", "consistent"), ("8", "consistent")]


def test_the_published_counts_of_the_cic_study() -> None:
    with (PUBLISHED / "table1_participants.csv").open(encoding="utf-8") as handle:
        rows = [r for r in csv.DictReader(handle) if r["unit"] == "professional"]
    cells = [r for r in rows if r["printed_as"] == "cell" and r["municipality"] == "central"]
    total = next(r for r in rows if r["role"] == "all" and r["municipality"] == "central")
    got = check(*(f"{r['role']} {r['gender']},{r['n']},," for r in cells), f"all,{total['n']},,total")
    assert got == [(str(len(cells) + 2), "total", "consistent", "is the sum of the cells above it")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=8), st.integers(0, 2), st.booleans())
def test_percentages_of_counts_are_never_called_inconsistent(
    counts: list[int], decimals: int, cut: bool
) -> None:
    total = sum(counts)
    if not total:
        return
    unit = 10**decimals
    shown = [(100 * unit * n // total if cut else round(100 * unit * n / total)) / unit for n in counts]
    lines = [f"c{i},{n},{p:.{decimals}f}," for i, (n, p) in enumerate(zip(counts, shown, strict=True))]
    got = check(*lines, f"all,{total},,total", rule="truncated" if cut else "rounded")
    assert {v for _, _, v, _ in got} == {"consistent"}, got


def test_faults() -> None:
    with pytest.raises(InputFaults) as caught:
        check("a,ten,12,cell", "b,3,150,cell", "c,3,3,half", "d,3,5,")
    assert len(caught.value.faults) == 3
    assert "row 2, column n: found 'ten'; allowed: a whole number from 0" in str(caught.value)
    with pytest.raises(InputFaults, match="no such column"):
        audit_counts(["x"], [["1"]], "f")


def test_a_count_table_is_known_by_its_header() -> None:
    assert is_count_table(HEAD) and is_count_table(["Etiqueta", "Frecuencia", "Porcentaje"])
    assert not is_count_table(["outcome", "n1", "mean1"])
