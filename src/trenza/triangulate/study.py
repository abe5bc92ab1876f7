"""The triangulate stage of one study: every table of it, out of the finished tables of the other stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.contracts.rehearsal import is_rehearsal
from trenza.contracts.study_links import finding_sources
from trenza.triangulate.convergence import Rule, Study, converge, link_findings
from trenza.triangulate.flips import Ranges, call_coders, call_flips, call_grid
from trenza.triangulate.joint import joint_display
from trenza.triangulate.meta import Entries, meta_inferences
from trenza.triangulate.overrides import COLUMNS, call_overrides
from trenza.triangulate.themes import Strand

# Stage of a finding -> the table that holds it.
FINDINGS = {
    "compare": "verdicts",
    "model": "coef",
    "panel": "panel_effects",
    "claims": "claims",
    "describe": "ratings",
}


def joined_study(
    tables: Mapping[str, pd.DataFrame],
    *,
    study: str,
    settings: Mapping[str, Any],
    codebook: pd.DataFrame,
    code_cases: pd.DataFrame,
    schools: Mapping[str, frozenset[str]],
    equivalence: pd.DataFrame | None = None,
) -> Study:
    """What the links of a study are joined to.

    ``tables`` by contract name, ``settings``: design, sources, comparisons and models of study.yaml, ``schools`` by
    source id.
    """
    known = dict(
        zip(codebook["code"].astype("str"), codebook["parent"].fillna("").astype("str"), strict=True)
    )
    strand = Strand(
        **{name: tables[name] for name in ("codes", "segments", "case_themes", "code_nodes", "agreement")},
        code_cases=code_cases,
        parents=known,
        rehearsal=is_rehearsal(settings["sources"]),
    )
    by_finding = {
        f"{finding}|{kind}": schools.get(sid, frozenset())
        for finding, by_kind in finding_sources(settings).items()
        for kind, sid in by_kind.items()
    }
    findings = {stage: tables[name] for stage, name in FINDINGS.items()}
    return Study(study, findings, strand, equivalence, settings["design"]["unit"], by_finding)


def triangulate(
    links: pd.DataFrame,
    joined: Study,
    rule: Rule,
    overrides: pd.DataFrame | None = None,
    ranges: Ranges | None = None,
    concluded: Entries = (),
) -> dict[str, pd.DataFrame]:
    """The tables of the stage by name; a study without links has them empty.

    ``overrides``: overrides.csv; ``ranges``: over which thresholds are moved, by name; ``concluded``: the study's
    ``meta_inferences``, of which those that the calls do not bear raise ``InputFaults``.
    """
    calls = converge(links, joined, rule)
    findings = link_findings(links, joined, rule)
    display = joint_display(
        calls,
        links,
        study=joined.id,
        codes=joined.strand.codes,
        findings=findings,
        nodes=joined.strand.code_nodes,
        case_themes=joined.strand.case_themes,
        rehearsal=joined.strand.rehearsal,
    )
    said = pd.DataFrame(columns=COLUMNS, dtype="str") if overrides is None else overrides
    return {
        "convergence": calls,
        "link_findings": findings,
        "joint_display": display,
        "call_grid": (grid := call_grid(links, joined, rule, ranges or {})),
        "call_flips": call_flips(grid, rule),
        "call_coders": call_coders(links, joined, rule),
        "meta_inferences": meta_inferences(concluded, calls, study=joined.id),
        "call_overrides": call_overrides(said, calls, study=joined.id),
    }


def rule_of(settings: Mapping[str, Any], ci_level: float) -> Rule:
    """The rule out of the key ``convergence`` with its defaults; tests of equivalence go by 1 - ``ci_level``."""
    names = ("min_cases", "min_share", "min_case_share", "min_agreement", "agreement_statistic", "calls")
    given = {name: settings[name] for name in names if name in settings}
    return Rule(alpha=round(1 - ci_level, 10), **given)
