"""One row of a published table: its t, df and p held against its sizes, means and SDs, and p against t and df."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from trenza.compare import adapters
from trenza.compare.audit_ranges import SLACK, Interval, p_range, quotient, spread, squared_se, welch_df_range
from trenza.compare.contrast import Group, pooled_sd, welch_df
from trenza.contracts.audit_tables import CELLS, RULES

TEST_NAMES = {"welch": "Welch's t test", "student": "Student's t test"}
AS_PRINTED = {
    "rounded": "each printed number is rounded, to half a unit of its last decimal",
    "truncated": "each printed number is cut after its last decimal",
}
OTHER = {"rounded": "cut, not rounded", "truncated": "rounded, not cut"}
NAMES = {"t": "t", "df": "df", "p": "p"}


@dataclass(frozen=True)
class Cell:
    """A printed number, its decimals, and for p whether it is a number or a bound."""

    value: float
    decimals: int
    relation: str = "="

    def interval(self, rule: str) -> Interval:
        """All numbers so printed under ``rule``."""
        if self.relation == "<":
            return Interval(0.0, self.value)
        if self.relation == ">":
            return Interval(self.value, 1.0)
        return spread(self.value, self.decimals, rule)


@dataclass(frozen=True)
class Row:
    """One outcome; ``t`` in the direction of group 1 minus group 2 and of one of the ``TEST_NAMES``."""

    row: str
    outcome: str
    n: tuple[int, int]
    mean: tuple[Cell, Cell]
    sd: tuple[Cell, Cell]
    t: Cell | None
    df: Cell | None
    p: Cell | None
    scale: tuple[float, float] | None
    items: int
    integer: bool | None
    test: str = "welch"

    def groups(self, n: tuple[int, int]) -> tuple[Group, Group]:
        """Both groups with means and SDs as printed and sizes ``n``."""
        first, second = (
            Group(size, mean.value, sd.value) for size, mean, sd in zip(n, self.mean, self.sd, strict=True)
        )
        return first, second

    def difference(self, rule: str) -> Interval:
        """Range of mean 1 minus mean 2."""
        first, second = (mean.interval(rule) for mean in self.mean)
        return Interval(first.low - second.high, first.high - second.low)


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of contract ``audit_input``; ``t`` in the table's own sign."""
    return [_row(record) for record in frame.to_dict("records")]


def _row(record: Mapping[Any, Any]) -> Row:
    cells: dict[str, Cell | None] = {}
    for name in CELLS:
        blank = pd.isna(record[name])
        relation = str(record["p_relation"]) if name == "p" else "="
        cells[name] = None if blank else Cell(float(record[name]), int(record[f"decimals_{name}"]), relation)
    mean1, sd1, mean2, sd2 = (cells[c] for c in ("mean1", "sd1", "mean2", "sd2"))
    assert mean1 and sd1 and mean2 and sd2
    scale = (record["scale_min"], record["scale_max"])
    return Row(
        row=str(record["row"]),
        outcome=str(record["outcome"]),
        n=(int(record["n1"]), int(record["n2"])),
        mean=(mean1, mean2),
        sd=(sd1, sd2),
        t=cells["t"],
        df=cells["df"],
        p=cells["p"],
        scale=None if any(pd.isna(end) for end in scale) else (float(scale[0]), float(scale[1])),
        items=1 if pd.isna(record["items"]) else int(record["items"]),
        integer=None if pd.isna(record["integer"]) else bool(record["integer"]),
    )


@dataclass(frozen=True)
class Reach:
    """What sizes, means and SDs allow for t, df and p, and the three values from the numbers as they stand."""

    t: Interval
    df: Interval
    p: Interval
    exact: Mapping[str, float]


def reach_of(row: Row, n: tuple[int, int], rule: str) -> Reach:
    """Ranges of t, df and p over all means and SDs that are printed as they are, at sizes ``n``.

    Welch: see ``audit_ranges``. Student: df is n1 + n2 - 2 and the standard error, pooled SD times
    sqrt(1/n1 + 1/n2), grows with either SD, so its ends are at the ends of both. p takes t and df as free of
    each other, which can only widen its range.
    """
    sds = [sd.interval(rule) for sd in row.sd]
    first, second = row.groups(n)
    if row.test == "student":
        low, high = (
            _pooled_se(n, (max(getattr(sds[0], end), 0.0), max(getattr(sds[1], end), 0.0)))
            for end in ("low", "high")
        )
        df_exact = float(sum(n) - 2)
        df, se_exact = Interval(df_exact, df_exact), _pooled_se(n, (first.sd, second.sd))
    else:
        variances = [squared_se(sd, size) for sd, size in zip(sds, n, strict=True)]
        low, high = (math.sqrt(sum(getattr(v, end) for v in variances)) for end in ("low", "high"))
        df = welch_df_range(variances[0], n[0], variances[1], n[1])
        exact = (first.sd**2 / n[0], second.sd**2 / n[1])
        se_exact, df_exact = math.sqrt(sum(exact)), welch_df(exact[0], n[0], exact[1], n[1])
    t = quotient(row.difference(rule), Interval(low, high))
    t_exact = (first.mean - second.mean) / se_exact
    values = {"t": t_exact, "df": df_exact, "p": adapters.t_two_sided(t_exact, df_exact)}
    return Reach(t, df, p_range(t, df), values)


def _pooled_se(n: tuple[int, int], sds: tuple[float, float]) -> float:
    pooled = pooled_sd(Group(n[0], 0.0, sds[0]), Group(n[1], 0.0, sds[1]))
    return pooled * math.sqrt(1 / n[0] + 1 / n[1])


def printed_checks(row: Row, n: tuple[int, int], rule: str) -> Iterator[dict[str, Any]]:
    """Findings df, t, p and p_from_t_df of one row at sizes ``n``, as far as they are printed.

    ``rule`` is how all numbers are taken to be printed; what agrees only under the other rule for the printed
    value itself is conditional and says so.
    """
    reach = reach_of(row, n, rule)
    assumes = f"{TEST_NAMES[row.test]} on independent units; {AS_PRINTED[rule]}"
    for name in ("df", "t", "p"):
        cell, allowed = getattr(row, name), getattr(reach, name)
        if cell is None:
            continue
        verdict, reading = "consistent", f"follows from the printed means and SDs with n {n[0]} and {n[1]}"
        if not cell.interval(rule).meets(allowed):
            verdict, reading = "inconsistent", _out_of_reach(row, name, n, rule)
            if cell.interval(_other(rule)).meets(allowed):
                verdict, reading = "conditional", f"agrees only if {name} was {OTHER[rule]}"
            elif name == "df" and _is_paired(cell, n):
                verdict, reading = "conditional", f"agrees with a paired test of n {n[0]} pairs"
            elif name == "p" and _halved(cell).interval(rule).meets(_half(allowed)):
                verdict, reading = "conditional", "agrees only if p is one-sided"
        yield _finding(name, cell, reach.exact[name], allowed, verdict, reading, assumes)
    if row.t and row.df and row.p:
        yield _p_from_t_df(row, rule)


def _p_from_t_df(row: Row, rule: str) -> dict[str, Any]:
    """The printed p against the p of the printed t and df, each with its own printing; sizes play no part."""
    assert row.t and row.df and row.p
    df = row.df.interval(rule)
    allowed = p_range(row.t.interval(rule), df)
    verdict, reading = "consistent", "follows from the printed t and df"
    if not row.p.interval(rule).meets(allowed):
        other = _other(rule)
        verdict, reading = "inconsistent", "does not follow from the printed t and df"
        for t_rule, p_rule, what in (
            (rule, other, "p was"),
            (other, rule, "t was"),
            (other, other, "t and p were"),
        ):
            if row.p.interval(p_rule).meets(p_range(row.t.interval(t_rule), df)):
                verdict, reading = "conditional", f"agrees only if {what} {OTHER[rule]}"
                break
        else:
            if _halved(row.p).interval(rule).meets(_half(allowed)):
                verdict, reading = "conditional", "agrees only if p is one-sided"
    assumes = f"p is two-sided from Student's t distribution; {AS_PRINTED[rule]}"
    exact = adapters.t_two_sided(row.t.value, row.df.value)
    return _finding("p_from_t_df", row.p, exact, allowed, verdict, reading, assumes)


def _is_paired(df: Cell, n: tuple[int, int]) -> bool:
    """Whether df is what a paired test prints: pairs less one, with as many units in either group."""
    return n[0] == n[1] and df.value == n[0] - 1


def _halved(p: Cell) -> Cell:
    """The same cell, to be held against half the two-sided p."""
    return p if p.relation == "=" else replace(p, relation="=", decimals=12)


def _half(p: Interval) -> Interval:
    return Interval(p.low / 2, p.high / 2)


def _finding(
    check: str, cell: Cell, exact: float, allowed: Interval, verdict: str, reading: str, assumes: str
) -> dict[str, Any]:
    return {
        "check": check,
        "printed": cell.value,
        "recomputed": exact,
        "reach_low": allowed.low,
        "reach_high": allowed.high,
        "verdict": verdict,
        "reading": reading,
        "assumes": assumes,
    }


def _other(rule: str) -> str:
    return RULES[1 - RULES.index(rule)]


def _out_of_reach(row: Row, name: str, n: tuple[int, int], rule: str) -> str:
    """Why a printed t, df or p is out of reach."""
    if name != "df" or row.df is None:
        return f"{NAMES[name]} is outside what the printed means and SDs allow with n {n[0]} and {n[1]}"
    interval = row.df.interval(rule)
    most, least = sum(n) - 2, min(n) - 1
    if row.test == "student":
        return f"the df of Student's t test with n {n[0]} and {n[1]} is {most}"
    if interval.low > most + SLACK:
        return f"cannot occur: with n {n[0]} and {n[1]} the Welch df is at most {most}"
    if interval.high < least - SLACK:
        return f"cannot occur: with n {n[0]} and {n[1]} the Welch df is at least {least}"
    return f"df is outside what the printed SDs allow with n {n[0]} and {n[1]}"
