"""Links joined to their finding and their themes: the convergence table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.triangulate.joint import joint_display
from trenza.triangulate.links import Expectation, check_links, parse_expects, split_codes
from trenza.triangulate.places import codes_under, contrasts, table_file
from trenza.triangulate.rules import (
    Side,
    call_of,
    difference_side,
    interval_sign,
    qualitative_side,
    rating_side,
)

__all__ = ["converge", "joint_display"]

# A study's own data come before figures printed about it; simulated rows are never findings.
_PREFERRED = ("real", "published")
_NUMBERS = ("estimate", "ci_low", "ci_high", "effect", "effect_ci_low", "effect_ci_high")


@dataclass(frozen=True)
class _Finding:
    """A link's quantitative side; ``numbers`` by the contract's column, none where there is no finding."""

    judged: Side
    if_holm: Side
    source: str | None = None
    file: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Theme:
    """A link's qualitative side."""

    judged: Side
    n_segments: int
    n_cases: int
    n_cases_total: int
    share_expected: float


def converge(
    links: pd.DataFrame,
    *,
    study: str,
    verdicts: pd.DataFrame,
    coef: pd.DataFrame,
    ratings: pd.DataFrame,
    codes: pd.DataFrame,
    segments: pd.DataFrame,
    alpha: float,
    min_cases: int,
    min_share: float,
) -> pd.DataFrame:
    """One row a link, in the order of ``links``, keeping contract ``convergence``.

    ``links`` has the columns of links.csv; the other frames keep the contracts of their names. ``alpha`` is
    the level of the equivalence test and of Holm's p; intervals are taken at the level at which they were
    computed.

    The finding is one row of ``verdicts`` (``compare:<id>``: the inference that the design calls for, or what stands in
    for it), of ``coef`` (``model:<id>``: the contrast of the groups) or of ``ratings`` (``describe:<item>``).
    Simulated rows and simulated segments are never findings. Where a finding has a real and a published row
    the real one is taken, and ``finding_source`` says so; two rows of one kind are refused, since choosing
    would be silent.

    The theme is every segment under the link's codes and all codes below them. A segment counts once however
    many of these codes it carries, and as ambivalent if they give it different directions.

    ``call_if_holm`` repeats the call with "Holm's p is below alpha, in the direction of the estimate" in
    place of "the interval excludes zero"; it is the call itself where the finding has no Holm's p.

    Raises ``InputFaults`` for links that ``check_links`` refuses and for findings with more than one row. A
    finding that is not in its table is absent, reason ``not_found``.
    """
    rows = _link_rows(links)
    known = set(codes.loc[codes["codable"].astype(bool), "code"])
    if codes.empty:  # a study without segments: its links are silent, not wrong
        known = {c for row in rows for c in split_codes(row["codes"])}
    faults = check_links(rows, {row["finding"] for row in rows}, known, "links.csv")
    if faults:
        raise InputFaults(faults)
    tables = {"compare": verdicts, "model": coef, "describe": ratings}
    records: list[dict[str, Any]] = []
    for row in rows:
        expected = parse_expects(row["expects"])
        assert expected is not None  # check_links has seen to it
        finding, doubled = _find(row, expected, tables, study, alpha)
        faults += doubled
        theme = _theme(split_codes(row["codes"]), row["code_expects"], codes, segments, min_cases, min_share)
        records.append(
            {
                "study": study,
                **{c: row[c] for c in ("link", "level", "finding", "expects", "code_expects")},
                "codes": ";".join(split_codes(row["codes"])),
                "finding_source": finding.source,
                "finding_file": finding.file,
                **finding.numbers,
                "quantitative_side": finding.judged.side,
                "quantitative_reason": finding.judged.reason,
                "n_segments": theme.n_segments,
                "n_cases": theme.n_cases,
                "n_cases_total": theme.n_cases_total,
                "share_expected": theme.share_expected,
                "qualitative_side": theme.judged.side,
                "qualitative_reason": theme.judged.reason,
                "call": call_of(finding.judged, theme.judged),
                "call_if_holm": call_of(finding.if_holm, theme.judged),
            }
        )
    if faults:
        raise InputFaults(faults)
    contract = CONTRACTS["convergence"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _link_rows(links: pd.DataFrame) -> list[dict[str, str]]:
    """The frame's rows as text, as csv.DictReader would give them; missing cells are blank."""
    cells = links.astype("object").where(links.notna(), "").astype("str")
    return [{str(name): value for name, value in row.items()} for row in cells.to_dict("records")]


def _find(
    link: Mapping[str, str],
    expected: Expectation,
    tables: Mapping[str, pd.DataFrame],
    study: str,
    alpha: float,
) -> tuple[_Finding, list[Fault]]:
    """The link's one row of results, judged; a fault where there is more than one."""
    stage, _, name = link["finding"].partition(":")
    table = tables[stage]
    rows = table[table["item" if stage == "describe" else "id"] == name]
    if rows.empty:
        return _nothing("not_found"), []
    source = next((s for s in _PREFERRED if s in set(rows["source"])), None)
    if source is None:
        return _nothing("only_simulated"), []
    rows = rows[rows["source"] == source]
    if stage == "model":
        rows = rows[contrasts(rows)]
        if rows.empty:
            return _nothing("no_group_contrast"), []
    if len(rows) > 1:
        apart = [c for c in ("source_id", "term", "method") if c in rows.columns and rows[c].nunique() > 1]
        by = "; ".join(f"{c}: {', '.join(map(str, rows[c]))}" for c in apart)
        found = f"{link['finding']}, which has {len(rows)} rows of kind {source} ({by})"
        only_one = "a finding with one row of a kind: the program does not choose among several"
        return _nothing("not_found"), [Fault("links.csv", link["link"], "finding", found, only_one)]
    row = rows.iloc[0]
    file = table_file(study, stage)
    if stage == "describe":
        mean = _number(row, "mean")
        others = table[(table["source_id"] == row["source_id"]) & (table["item"] != name)]["mean"]
        if math.isnan(mean):
            return _nothing("no_estimate"), []
        side = rating_side(expected, mean, [float(m) for m in others.dropna()])
        return _Finding(side, side, source, file, {"estimate": mean}), []
    return _difference(row, expected, alpha, source, file), []


def _difference(row: pd.Series[Any], expected: Expectation, alpha: float, source: str, file: str) -> _Finding:
    """The side of a difference between groups, by its interval and by Holm's p."""
    numbers = {name: _number(row, name) for name in _NUMBERS}
    estimate = numbers["estimate"]
    if math.isnan(estimate):
        return _nothing("no_estimate")
    # A comparison with a missing value is false: no test of equivalence, no equivalence.
    equivalent = _number(row, "p_equivalence") < alpha
    sign = interval_sign(numbers["ci_low"], numbers["ci_high"])
    p_holm = _number(row, "p_holm")
    sign_if_holm = sign if math.isnan(p_holm) else (p_holm < alpha) * ((estimate > 0) - (estimate < 0))
    return _Finding(
        difference_side(expected, equivalent=equivalent, sign=sign),
        difference_side(expected, equivalent=equivalent, sign=sign_if_holm),
        source,
        file,
        numbers,
    )


def _nothing(reason: str) -> _Finding:
    return _Finding(Side("absent", reason), Side("absent", reason))


def _number(row: pd.Series[Any], name: str) -> float:
    """A cell as a float: nan where it is missing or the table has no such column."""
    value = row.get(name)
    return math.nan if pd.isna(value) else float(value)


def _theme(
    named: list[str],
    expected: str,
    codes: pd.DataFrame,
    segments: pd.DataFrame,
    min_cases: int,
    min_share: float,
) -> _Theme:
    """The link's theme, judged on all segments that are not simulated."""
    under = {*named, *codes_under(named, codes)["code"]}
    found = segments[segments["source"] != "simulated"]
    theme = found[found["code"].isin(under)]
    directions: list[str] = []
    for _, same in theme.groupby(["source_id", "segment_id"], sort=False)["direction"]:
        directions.append(str(same.iloc[0]) if same.nunique() == 1 else "ambivalent")
    n_cases = int(theme["case"].nunique())
    judged = qualitative_side(expected, directions, n_cases=n_cases, min_cases=min_cases, min_share=min_share)
    if not directions and segments["code"].isin(under).any():
        judged = Side("absent", "only_simulated")
    share = directions.count(expected) / len(directions) if directions else math.nan
    return _Theme(judged, len(directions), n_cases, int(found["case"].nunique()), share)
