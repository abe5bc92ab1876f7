"""A typed-in table becomes numbers with decimals, in English or Spanish; every fault is told at once."""

from __future__ import annotations

import math

import pytest
from audit_cases import typed

from trenza.compare.audit_input import parse_table
from trenza.contracts.faults import InputFaults

HEAD = "outcome,n1,mean1,sd1,n2,mean2,sd2,t,df,p"
GOOD = "y,20,2.63,1.00,20,2.00,1.00,1.99,38,.053"


def faults(text: str, **options: bool) -> list[str]:
    with pytest.raises(InputFaults) as caught:
        typed(text, **options)
    return [str(f) for f in caught.value.faults]


def test_cells_keep_their_decimals() -> None:
    row = typed(f"{HEAD}\n{GOOD}").iloc[0]
    assert (row["p"], row["decimals_p"], row["decimals_sd1"], row["decimals_df"]) == (0.053, 3, 2, 0)
    assert row["p_relation"] == "=" and row["row"] == "2" and math.isnan(row["scale_min"])


def test_spanish_names_and_decimal_commas() -> None:
    text = "Dimensión;N1;Media 1;DE_1;N2;Media 2;DE_2;t;gl;p;escala mín;escala máx;ítems;entero\ny;20;2,63;1,00;20;2,00;1,00;−1,99;38;0,053;1;5;3;sí"
    row = typed(text, decimal_comma=True).iloc[0]
    assert (row["mean1"], row["t"], row["p"], row["items"], row["integer"]) == (2.63, -1.99, 0.053, 3, True)
    assert (row["decimals_mean1"], row["scale_min"], row["scale_max"]) == (2, 1, 5)


@pytest.mark.parametrize(("cell", "value", "relation"), [("<.001", 0.001, "<"), ("> .05", 0.05, ">"), ("≤0.05", 0.05, "<"), (".030*", 0.03, "="), (".03 **", 0.03, "="), ("1.000", 1.0, "=")])  # fmt: skip
def test_ways_to_print_p(cell: str, value: float, relation: str) -> None:
    row = typed(f"{HEAD}\ny,20,2.63,1.00,20,2.00,1.00,1.99,38,{cell}").iloc[0]
    assert (row["p"], row["p_relation"]) == (value, relation)


BAD = [
    ("y,20 teachers,2.63,1.00,20,2.00,1.00,1.99,38,.053", "row 2, column n1: found '20 teachers'; allowed: a whole number from 2"),
    ("y,20.5,2.63,1.00,20,2.00,1.00,1.99,38,.053", "row 2, column n1: found '20.5'; allowed: a whole number from 2"),
    ("y,1,2.63,1.00,20,2.00,1.00,1.99,38,.053", "row 2, column n1: found 1; allowed: a whole number from 2"),
    ("y,20,2.63,-1.00,20,2.00,1.00,1.99,38,.053", "row 2, column sd1: found -1; allowed: an SD of 0 or more"),
    ("y,20,2.63,1.00,,,,1.99,38,.053", "row 2, column mean2: found a blank cell; allowed: a value: both groups need n, mean and SD"),
    ("y,20,2.63,0.00,20,2.00,0.00,1.99,38,.053", "row 2, column sd1: found an SD of 0 in both groups; allowed: values that differ in at least one group"),
    ("y,20,63%,1.00,20,2.00,1.00,1.99,38,.053", "row 2, column mean1: found '63%', a percent sign; allowed: a number with a decimal point, such as 2.15"),
    ("y,20,2.63,high,20,2.00,1.00,1.99,38,.053", "row 2, column sd1: found 'high'; allowed: a number with a decimal point, such as 2.15"),
    ("y,20,2.63,1.00,20,2.00,1.00,1.99,38,n.s.", "row 2, column p: found 'n.s.'; allowed: a number with a decimal point, such as 2.15"),
    ("y,20,2.63,1.00,20,2.00,1.00,1.99,38,5", "row 2, column p: found 5; allowed: a p value from 0 to 1"),
    ("y,20,2.63,1.00,20,2.00,1.00,1.99,0,.053", "row 2, column df: found 0; allowed: degrees of freedom above 0"),
    ("y,20,inf,1.00,20,nan,1e3,1.99,38,.053", "row 2, column mean1: found 'inf'; allowed: a number with a decimal point, such as 2.15"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), BAD)
def test_each_fault_has_its_message(line: str, message: str) -> None:
    assert f"table.csv, {message}" in faults(f"{HEAD}\n{line}")


def test_decimal_commas_must_be_declared() -> None:
    text = "outcome;n1;mean1;sd1;n2;mean2;sd2\ny;20;2,63;1,00;20;2,00;1,00"
    told = faults(text)
    assert len(told) == 4
    assert told[0] == (
        "table.csv, row 2, column mean1: found '2,63', a comma; allowed: a number with a decimal point, such as "
        "2.15 (or --decimal-comma)"
    )
    told = faults(text.replace("2,63", "2.63"), decimal_comma=True)
    assert told == [
        "table.csv, row 2, column mean1: found '2.63', a decimal point where commas are declared; allowed: a number "
        "with a decimal comma, such as 2,15"
    ]


def test_all_faults_come_in_one_message() -> None:
    lines = [line for line, _ in BAD[:4]]
    assert len(faults("\n".join([HEAD, *lines]))) == 4
    head = "outcome,n1,mean1,sd1,n2,mean2,sd2,scale_min,scale_max,items,integer"
    told = faults(f"{head}\ny,20,2.63,1.00,20,2.00,1.00,5,1,0,perhaps")
    assert [t.split(": found ")[1] for t in told] == [
        "'perhaps'; allowed: yes or no (sí or no)",
        "0; allowed: a whole number from 1",
        "1; allowed: a number above scale_min, 5",
    ]


def test_a_group_that_is_missing_and_a_table_without_rows() -> None:
    told = faults("outcome,n1,mean1,sd1,t\ny,20,2.63,1.00,1.99")
    assert [t.split(",")[2].split(":")[0].strip() for t in told] == [
        "column mean2",
        "column n2",
        "column sd2",
    ]
    assert "no rows below the header" in faults(HEAD)[0]


def test_columns_that_are_not_used_are_named() -> None:
    header = [*HEAD.split(","), "where"]
    frame, unused = parse_table(header, [[*GOOD.split(","), "Table 2"]], "f")
    assert unused == ["where"] and len(frame) == 1
