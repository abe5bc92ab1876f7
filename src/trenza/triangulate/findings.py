"""The quantitative side of a link: its findings, looked up in the tables of results, and what each says.

Looking up and judging are apart, so that the same finding can be judged again at other thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trenza.contracts.faults import Fault
from trenza.contracts.rehearsal import kinds_read
from trenza.triangulate.links import Expectation, parse_expects, split_findings
from trenza.triangulate.places import contrasts, table_file
from trenza.triangulate.rules import (
    Side,
    claim_side,
    difference_side,
    findings_side,
    interval_sign,
    rating_side,
)

NUMBERS = ("estimate", "ci_low", "ci_high", "effect", "effect_ci_low", "effect_ci_high")
_ID_COLUMN = {"describe": "item", "claims": "claim"}


@dataclass(frozen=True)
class Finding:
    """One finding with all that a judgement needs. ``numbers`` by the contract's column; ``absent`` says why there is
    none; ``others``: means of the other rated items of the source; ``equivalence``: p of the test of equivalence by
    multiple of the declared smallest effect of interest."""

    finding: str
    expected: Expectation
    absent: str = ""
    source: str | None = None
    source_id: str | None = None
    file: str | None = None
    row: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    p_value: float = math.nan
    p_holm: float = math.nan
    equivalence: Mapping[float, float] = field(default_factory=dict)
    others: tuple[float, ...] = ()
    direction: str = ""
    quality: str = ""

    @property
    def stage(self) -> str:
        """The stage whose table holds it."""
        return self.finding.partition(":")[0]


def find_all(
    link: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    study: str,
    equivalence: pd.DataFrame | None = None,
    rehearsal: bool = False,
) -> tuple[list[Finding], list[Fault]]:
    """The findings of a link in its order, and a fault for each that has several rows.

    ``tables`` by stage (compare, model, panel, claims, describe). ``equivalence``: columns id, source, factor,
    p_equivalence, the same tests at other smallest effects of interest. A study's own rows come
    before figures printed about it; simulated ones are never findings, but in a ``rehearsal``.
    """
    found: list[Finding] = []
    faults: list[Fault] = []
    for name, words in split_findings(link["finding"], link["expects"]):
        expected = parse_expects(words)
        assert expected is not None  # check_links has seen to it
        one, doubled = _find(name, expected, tables, study, link["link"], equivalence, rehearsal)
        found.append(one)
        faults += doubled
    return found, faults


def judge(
    finding: Finding,
    alpha: float,
    *,
    declared: bool = True,
    holm: bool = False,
    factor: float = 1.0,
) -> Side:
    """The side of one finding at ``alpha``.

    At the ``declared`` alpha the interval decides, as it was computed; at any other, whether p is below it (both say
    the same for t and z intervals; a finding without p keeps its interval). ``holm``: Holm's p in place of either.
    ``factor``: multiple of the smallest effect of interest that equivalence is held against.
    """
    if finding.absent:
        return Side("absent", finding.absent)
    if finding.stage == "describe":
        return rating_side(finding.expected, finding.numbers["estimate"], finding.others)
    if finding.stage == "claims":
        return claim_side(finding.expected, finding.direction, finding.quality)
    estimate = finding.numbers["estimate"]
    way = (estimate > 0) - (estimate < 0)
    sign = interval_sign(finding.numbers["ci_low"], finding.numbers["ci_high"])
    if not declared and sign is not None and not math.isnan(finding.p_value):
        sign = (finding.p_value < alpha) * way
    if holm and not math.isnan(finding.p_holm):
        sign = (finding.p_holm < alpha) * way
    # A comparison with a missing value is false: no test of equivalence, no equivalence.
    equivalent = finding.equivalence.get(factor, math.nan) < alpha
    return difference_side(finding.expected, equivalent=equivalent, sign=sign)


def judge_all(findings: Sequence[Finding], alpha: float, **how: Any) -> Side:
    """The side of all findings of a link together."""
    return findings_side([judge(finding, alpha, **how) for finding in findings])


def _find(
    name: str,
    expected: Expectation,
    tables: Mapping[str, pd.DataFrame],
    study: str,
    link: str,
    equivalence: pd.DataFrame | None,
    rehearsal: bool,
) -> tuple[Finding, list[Fault]]:
    """The one row of results of a finding; a fault where there is more than one."""
    stage, _, own = name.partition(":")
    table = tables[stage]
    rows = table[table[_ID_COLUMN.get(stage, "id")] == own]
    if rows.empty:
        return Finding(name, expected, "not_found"), []
    source = next((s for s in kinds_read(rehearsal) if s in set(rows["source"])), None)
    if source is None:
        return Finding(name, expected, "only_simulated"), []
    rows = rows[rows["source"] == source]
    if stage == "model":
        rows = rows[contrasts(rows)]
        if rows.empty:
            return Finding(name, expected, "no_group_contrast"), []
    if stage == "panel":
        # Only what the design calls for is a finding; estimates beside it are there to be compared with it.
        rows = rows[(rows["role"] == "called_for") & (rows["aggregation"] == "overall")]
        if rows.empty:
            return Finding(name, expected, "no_estimator_called_for"), []
    if len(rows) > 1:
        apart = [c for c in ("source_id", "term", "method") if c in rows.columns and rows[c].nunique() > 1]
        by = "; ".join(f"{c}: {', '.join(map(str, rows[c]))}" for c in apart)
        found = f"{name}, which has {len(rows)} rows of kind {source} ({by})"
        only_one = "a finding with one row of a kind: the program does not choose among several"
        return Finding(name, expected, "not_found"), [Fault("links.csv", link, "finding", found, only_one)]
    row = rows.iloc[0]
    place: dict[str, Any] = {
        "source": source,
        "source_id": row.get("source_id"),
        "file": table_file(study, stage),
        "row": _row(stage, own, source, row),
    }
    if stage == "claims":
        way, quality = str(row["direction"]), str(row["quality"])
        return Finding(name, expected, direction=way, quality=quality, **place), []
    if stage == "describe":
        mean = number(row, "mean")
        if math.isnan(mean):
            return Finding(name, expected, "no_estimate"), []
        others = table[(table["source_id"] == row["source_id"]) & (table["item"] != own)]["mean"].dropna()
        means = tuple(float(m) for m in others)
        return Finding(name, expected, numbers={"estimate": mean}, others=means, **place), []
    numbers = {column: number(row, column) for column in NUMBERS}
    if math.isnan(numbers["estimate"]):
        return Finding(name, expected, "no_estimate"), []
    tested = {1.0: number(row, "p_equivalence")}
    if equivalence is not None and stage == "compare":
        mine = equivalence[(equivalence["id"] == own) & (equivalence["source"] == source)]
        tested = {**dict(zip(mine["factor"], mine["p_equivalence"], strict=True)), **tested}
    made = Finding(
        name,
        expected,
        numbers=numbers,
        equivalence=tested,
        p_value=number(row, "p_value"),
        p_holm=number(row, "p_holm"),
        **place,
    )
    return made, []


def _row(stage: str, name: str, source: str, row: pd.Series[Any]) -> str:
    """Where the finding stands in its table: column=value, joined by ;"""
    if stage == "claims":
        return f"source_id={row['source_id']};claim={name}"
    where = f"{_ID_COLUMN.get(stage, 'id')}={name};source={source}"
    if stage in ("model", "panel"):
        where += f";term={row['term']}"
    return where


def number(row: pd.Series[Any], name: str) -> float:
    """A cell as a float: nan where it is missing or the table has no such column."""
    value = row.get(name)
    return math.nan if pd.isna(value) else float(value)
