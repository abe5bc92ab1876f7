"""The checks of a group's mean and SD as findings: whole-number answers, and the range of the scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from trenza.compare.audit_items import (
    Printed,
    grim_says_something,
    grimmer,
    nearest_means,
    possible_sums,
    printed,
    widest_sd,
)
from trenza.compare.audit_ranges import SLACK
from trenza.compare.audit_rows import AS_PRINTED, OTHER, Row
from trenza.contracts.audit_tables import RULES


def answer_checks(row: Row, n: tuple[int, int], rule: str) -> Iterator[dict[str, Any]]:
    """Findings grim, grimmer or debit, single_item and sd_range of both groups, as far as the row says enough.

    GRIM and GRIMMER need ``integer``; with a scale of 0 to 1 and one item GRIMMER is DEBIT. Where nothing is said
    about whole numbers, single_item tells whether the mean could be one of single whole-number answers: never an
    inconsistency, only what the outcome cannot be. sd_range needs the ends of the scale.
    """
    for k, size in enumerate(n):
        mean, sd = (printed(cell.value, cell.decimals) for cell in (row.mean[k], row.sd[k]))
        group = {"group": str(k + 1)}
        if row.scale is not None:
            yield group | _range(row, mean, sd, size, row.scale, rule)
        if row.integer:
            means = _grim(row, mean, size, rule)
            yield group | means
            if means["verdict"] != "inconsistent":
                yield group | _grimmer(row, mean, sd, size, rule)
        elif row.integer is None and row.items == 1:
            yield group | _single(mean, size, rule)


def _grim(row: Row, mean: Printed, n: int, rule: str) -> dict[str, Any]:
    below, above = nearest_means(mean, n, row.items)
    verdict, reading = "consistent", "a sum of whole numbers gives this mean"
    if not possible_sums(mean, n, row.items, rule):
        verdict, reading = "inconsistent", f"no sum of whole numbers gives this mean with n {n}"
        if possible_sums(mean, n, row.items, _other(rule)):
            verdict, reading = "conditional", f"agrees only if the mean was {OTHER[rule]}"
    elif not grim_says_something(mean.decimals, n, row.items):
        verdict, reading = "uninformative", f"with n {n} any mean of so few decimals could occur"
    return _finding(
        "grim", float(mean.value), float(below), float(above), verdict, reading, _whole(row, rule)
    )


def _grimmer(row: Row, mean: Printed, sd: Printed, n: int, rule: str) -> dict[str, Any]:
    scale = None
    if row.scale is not None and all(end == round(end) for end in row.scale):
        scale = (round(row.scale[0]), round(row.scale[1]))
    binary = scale == (0, 1) and row.items == 1
    common: dict[str, Any] = {"items": row.items, "scale": scale}
    verdict, reading = "consistent", "whole numbers with this mean give this SD"
    if not grimmer(mean, sd, n, rule=rule, **common):
        verdict, reading = "inconsistent", f"no {n} whole-number answers have this mean and this SD"
        if binary:
            reading = f"no {n} answers of 0 or 1 have this mean and this SD"
        if grimmer(mean, sd, n, rule=rule, divisor=n, **common):
            verdict, reading = "conditional", "agrees only if the SD has divisor n, not n - 1"
        elif grimmer(mean, sd, n, rule=_other(rule), **common):
            verdict, reading = "conditional", f"agrees only if mean and SD were {OTHER[rule]}"
    assumes = f"{_whole(row, rule)}; SD with divisor n - 1"
    if scale is not None:
        assumes += f"; answers from {scale[0]} to {scale[1]}"
    name = "debit" if binary else "grimmer"
    return _finding(name, float(sd.value), math.nan, math.nan, verdict, reading, assumes)


def _single(mean: Printed, n: int, rule: str) -> dict[str, Any]:
    below, above = nearest_means(mean, n, 1)
    verdict, reading = "uninformative", "could be the mean of single whole-number answers"
    if not possible_sums(mean, n, 1, rule):
        reading = f"cannot be the mean of single whole-number answers of {n} units"
    return _finding(
        "single_item",
        float(mean.value),
        float(below),
        float(above),
        verdict,
        reading,
        f"nothing is said about whole numbers, so this is no inconsistency; {AS_PRINTED[rule]}",
    )


def _range(
    row: Row, mean: Printed, sd: Printed, n: int, scale: tuple[float, float], rule: str
) -> dict[str, Any]:
    widest = widest_sd(mean, n, scale, rule)
    verdict, reading = "consistent", "mean and SD fit between the ends of the scale"
    if widest is None:
        verdict, reading = "inconsistent", "the mean lies outside the scale"
    elif float(sd.ends(rule)[0]) > widest + SLACK:
        verdict, reading = (
            "inconsistent",
            "the SD is larger than any values on the scale with this mean can give",
        )
    assumes = f"all values between {scale[0]:g} and {scale[1]:g}; SD with divisor n - 1; {AS_PRINTED[rule]}"
    high = math.nan if widest is None else widest
    return _finding("sd_range", float(sd.value), 0.0, high, verdict, reading, assumes)


def _whole(row: Row, rule: str) -> str:
    answers = "one answer a unit" if row.items == 1 else f"the mean of {row.items} answers a unit"
    return f"whole-number answers, {answers}, nobody missing; {AS_PRINTED[rule]}"


def _other(rule: str) -> str:
    return RULES[1 - RULES.index(rule)]


def _finding(
    check: str, value: float, low: float, high: float, verdict: str, reading: str, assumes: str
) -> dict[str, Any]:
    return {
        "check": check,
        "printed": value,
        "recomputed": math.nan,
        "reach_low": low,
        "reach_high": high,
        "verdict": verdict,
        "reading": reading,
        "assumes": assumes,
    }
