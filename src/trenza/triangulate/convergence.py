"""Links joined to their findings and their themes: the convergence table, and one row a finding beside it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS, empty
from trenza.triangulate.findings import NUMBERS, Finding, find_all, judge, judge_all
from trenza.triangulate.joint import joint_display
from trenza.triangulate.levels import own_roles
from trenza.triangulate.links import (
    ROLES,
    Known,
    NamedCode,
    check_links,
    parse_code,
    split_codes,
    split_findings,
)
from trenza.triangulate.rules import Calls, Side, call_of
from trenza.triangulate.themes import UNION, Strand, Theme, Voice, judge_theme, known_names, theme_of

__all__ = ["Evidence", "Rule", "Study", "converge", "evidence", "joint_display", "link_findings"]


@dataclass(frozen=True)
class Rule:
    """Thresholds of the rule and its table of calls; the key ``convergence`` of config.yaml describes each."""

    alpha: float
    min_cases: int
    min_share: float
    min_case_share: float = 0.0
    min_agreement: float | None = None
    agreement_statistic: str = "alpha"
    calls: Calls | None = None


@dataclass(frozen=True)
class Study:
    """What links are joined to. ``findings``: tables by stage (compare, model, panel, claims, describe); ``equivalence``
    as for ``find_all``; ``unit`` of the design; ``schools``: of each finding the schools that it has numbers of."""

    id: str
    findings: Mapping[str, pd.DataFrame]
    strand: Strand
    equivalence: pd.DataFrame | None = None
    unit: str = ""
    schools: Mapping[str, AbstractSet[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """One link with all that is known of it, before anything is judged."""

    link: Mapping[str, str]
    codes: list[NamedCode]
    findings: list[Finding]
    theme: Theme

    def numbers_side(self, rule: Rule, **how: Any) -> Side:
        """The quantitative side; ``how`` as for ``findings.judge``."""
        return judge_all(self.findings, rule.alpha, **how)

    def theme_side(self, rule: Rule) -> Side:
        """The qualitative side."""
        return judge_theme(
            self.theme,
            min_cases=rule.min_cases,
            min_share=rule.min_share,
            min_case_share=rule.min_case_share,
            min_agreement=rule.min_agreement,
        )

    def call(self, rule: Rule, **how: Any) -> str:
        """The call under ``rule``."""
        return call_of(self.numbers_side(rule, **how), self.theme_side(rule), rule.calls)


def evidence(links: pd.DataFrame, study: Study, rule: Rule, voice: Voice = UNION) -> list[Evidence]:
    """Every link of ``links`` (columns of links.csv) with its findings and its theme, in their order.

    Raises ``InputFaults`` for links that ``check_links`` refuses and for findings with more than one row.
    """
    rows = _link_rows(links)
    strand = study.strand
    names, doubled = known_names(dict(zip(strand.code_nodes["code"], strand.code_nodes["name"], strict=True)))
    codable = set(strand.codes.loc[strand.codes["codable"].astype(bool), "code"])
    if len(strand.case_themes):
        codable |= {*strand.case_themes["code"], *strand.parents}
    known = Known(codable, names, doubled)
    if strand.codes.empty and strand.code_nodes.empty and strand.case_themes.empty:
        # A study without segments: its links are silent, not wrong.
        known = Known(
            frozenset(), frozenset(parse_code(c).code for r in rows for c in split_codes(r["codes"]))
        )
    named = {f for row in rows for f, _ in split_findings(row["finding"], row["expects"])}
    faults = check_links(rows, named, known, "links.csv")
    if faults:
        raise InputFaults(faults)
    found: list[Evidence] = []
    for row in rows:
        findings, several = find_all(row, study.findings, study.id, study.equivalence, strand.rehearsal)
        faults += several
        codes = [parse_code(c) for c in split_codes(row["codes"])]
        theme = theme_of(
            codes,
            row["code_expects"],
            strand,
            statistic=rule.agreement_statistic,
            roles=link_roles(row) if row["level"] == "role" else None,
            unit=study.unit,
            schools=_schools(findings, study) if row["level"] == "school" else None,
            voice=voice,
        )
        found.append(Evidence(row, codes, findings, theme))
    if faults:
        raise InputFaults(faults)
    return found


def converge(links: pd.DataFrame, study: Study, rule: Rule) -> pd.DataFrame:
    """One row a link, in the order of ``links``, keeping contract ``convergence``.

    A finding is one row of ``verdicts`` (``compare:<id>``: the inference that the design calls for, or what stands in
    for it), of ``coef`` (``model:<id>``: the contrast of the groups), of ``panel_effects`` (``panel:<id>``: the
    estimator that the design calls for), of ``claims`` (a published claim, of which the direction is taken) or of
    ``ratings`` (``describe:<item>``). Simulated rows are never findings, but in a
    rehearsal (``contracts.rehearsal``). Where a finding has a real and a published row
    the real one is taken, and ``finding_source`` says so; two rows of one kind are refused, since choosing would be
    silent. Of several findings, ``link_findings`` has each; they decide together, see ``findings_side``.

    The theme is every statement under the link's codes and all codes below them, at the link's level. A segment counts
    once however many of these codes it carries, and as ambivalent if they give it different directions.

    ``call_if_holm`` repeats the call with "Holm's p is below alpha, in the direction of the estimate" in place of "the
    interval excludes zero"; it is the call itself where the finding has no Holm's p. A finding that is not in its table
    is absent, reason ``not_found``. Raises ``InputFaults`` as ``evidence`` does.
    """
    records: list[dict[str, Any]] = []
    for one in evidence(links, study, rule):
        numbers, theme = one.numbers_side(rule), one.theme_side(rule)
        only = one.findings[0] if len(one.findings) == 1 else None
        default = call_of(numbers, theme)
        call = call_of(numbers, theme, rule.calls)
        records.append(
            {
                "study": study.id,
                **{c: one.link[c] for c in ("link", "level", "code_expects")},
                "finding": ";".join(f.finding for f in one.findings),
                "expects": ";".join(split_codes(one.link["expects"])),
                "codes": ";".join(c.code for c in one.codes),
                "roles": ";".join(own_roles(link_roles(one.link), study.unit))
                if one.link["level"] == "role"
                else None,
                "finding_source": _joined(f.source for f in one.findings),
                "finding_file": _joined(f.file for f in one.findings),
                **(only.numbers if only else {}),
                "quantitative_side": numbers.side,
                "quantitative_reason": numbers.reason,
                "n_segments": len(one.theme.directions),
                "n_cases": one.theme.n_cases,
                "n_cases_total": one.theme.n_cases_total,
                "share_expected": one.theme.share_expected,
                "agreement": one.theme.agreement,
                "qualitative_side": theme.side,
                "qualitative_reason": theme.reason,
                "call": call,
                "call_if_holm": one.call(rule, holm=True),
                "call_by": "default" if call == default else "declared",
            }
        )
    contract = CONTRACTS["convergence"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def link_findings(links: pd.DataFrame, study: Study, rule: Rule) -> pd.DataFrame:
    """One row a finding of a link, keeping contract ``link_findings``: what each says alone, and where it stands."""
    records = [
        {
            "study": study.id,
            "link": one.link["link"],
            "finding": finding.finding,
            "expects": finding.expected.word
            if finding.expected.bound is None
            else f"{finding.expected.word} {finding.expected.bound:g}",
            "finding_source": finding.source,
            "file": finding.file,
            "row": finding.row,
            **{c: finding.numbers.get(c) for c in NUMBERS},
            "direction": finding.direction or None,
            "side": (side := judge(finding, rule.alpha)).side,
            "reason": side.reason,
        }
        for one in evidence(links, study, rule)
        for finding in one.findings
    ]
    contract = CONTRACTS["link_findings"]
    return (
        contract.check(pd.DataFrame(records, columns=contract.names)) if records else empty("link_findings")
    )


def link_roles(row: Mapping[str, str]) -> list[str]:
    """The roles that a link names; none where the column is blank or missing."""
    return split_codes(row[ROLES]) if row.get(ROLES, "").strip() else []


def _schools(findings: list[Finding], study: Study) -> AbstractSet[str]:
    """Schools that every finding of a link has numbers of."""
    sets = [frozenset(study.schools.get(f"{f.finding}|{f.source}", ())) for f in findings]
    return frozenset.intersection(*sets)


def _link_rows(links: pd.DataFrame) -> list[dict[str, str]]:
    """The frame's rows as text, as csv.DictReader would give them; missing cells are blank."""
    cells = links.astype("object").where(links.notna(), "").astype("str")
    return [{str(name): value for name, value in row.items()} for row in cells.to_dict("records")]


def _joined(values: Any) -> str | None:
    """Different values joined by ; in their order, or none."""
    return ";".join(dict.fromkeys(v for v in values if v)) or None
