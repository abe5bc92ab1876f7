"""The joint display as data: what each strand shows for a link, and the table that it can be traced to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.contracts.rehearsal import rows_read
from trenza.contracts.tables import CONTRACTS
from trenza.triangulate.links import parse_code, split_codes
from trenza.triangulate.places import codes_under, table_file
from trenza.triangulate.themes import project_codes

_UNITS = {"compare": "SD", "model": "SD", "describe": "points"}


def joint_display(
    convergence: pd.DataFrame,
    links: pd.DataFrame,
    *,
    study: str,
    codes: pd.DataFrame,
    findings: pd.DataFrame,
    nodes: pd.DataFrame | None = None,
    case_themes: pd.DataFrame | None = None,
    rehearsal: bool = False,
    codes_file: str | None = None,
    convergence_file: str | None = None,
) -> pd.DataFrame:
    """One block of rows a link, in the order of ``links``, keeping contract ``joint_display``.

    A quantitative row for every finding (standardised effect with its interval in SD, where there is none the estimate
    in its own unit, a mean in points, or a claim, which has no value), one qualitative row for every code of the link
    and for every code below it that holds segments (number of segments of that code alone; of themes told by case the
    number of cases), and the call. ``file`` and ``row`` name the one row of a results table that the value can be read
    from; where a strand is silent they name the row of the convergence table that says so, and the value is missing.
    ``findings`` is the table ``link_findings``, ``nodes`` the codes of a coded project; ``rehearsal``: see ``contracts.rehearsal``.
    """
    codes_file = codes_file or table_file(study, "qualitative")
    convergence_file = convergence_file or table_file(study, "triangulate")
    nodes, case_themes = (None if t is None else rows_read(t, rehearsal) for t in (nodes, case_themes))
    judged = convergence.set_index("link").to_dict("index")
    records: list[dict[str, Any]] = []
    for link, cell in zip(links["link"], links["codes"], strict=True):
        said = judged[link]
        here = {"study": study, "link": link, "file": convergence_file, "row": f"link={link}"}
        for finding in findings.loc[findings["link"] == link].to_dict("records"):
            strand = {"strand": "quantitative", "item": finding["finding"]}
            records.append({**here, **strand, **_shown({str(k): v for k, v in finding.items()})})
        named = split_codes(said["codes"])
        shown = _coded(named, rows_read(codes_under(named, codes), rehearsal), codes_file)
        shown |= _of_project(named, cell, codes, nodes, study) | _by_case(named, case_themes, study)
        for code in [*named, *(c for c in shown if c not in named)]:
            theme = {"strand": "qualitative", "item": code, "unit": "segments"}
            records.append({**here, **theme, **shown.get(code, {})})
        records.append({**here, "strand": "call", "item": said["call"]})
    contract = CONTRACTS["joint_display"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _coded(named: list[str], codes: pd.DataFrame, file: str) -> dict[str, dict[str, Any]]:
    """What the display shows of each named code, and of each code below one that holds segments.

    ``codes``: rows of the table that may be read, see ``contracts.rehearsal``; nothing where a code is not among them.
    """
    shown: dict[str, dict[str, Any]] = {}
    for row in codes.to_dict("records"):
        if row["code"] in named or row["n_segments"]:
            shown[row["code"]] = {
                "value": row["n_segments"], "kind": row["source"], "file": file, "row": f"code={row['code']}",
            }  # fmt: skip
    return shown


def _of_project(
    named: list[str], cell: str, codes: pd.DataFrame, nodes: pd.DataFrame | None, study: str
) -> dict[str, dict[str, Any]]:
    """The same of codes of a coded project, under the name that the link gives them."""
    if nodes is None or nodes.empty:
        return {}
    typed = set(codes["code"])
    wanted = [c for c in map(parse_code, split_codes(cell)) if c.code not in typed]
    called = {i: n for i, n in zip(nodes["code"], nodes["name"], strict=True) if n in named}
    inside = project_codes(wanted, nodes)
    shown: dict[str, dict[str, Any]] = {}
    for row in nodes[nodes["code"].isin(inside)].to_dict("records"):
        name = called.get(row["code"], row["code"])
        if name in named or row["n_segments"]:
            shown[name] = {
                "value": row["n_segments"], "kind": row["source"], "file": table_file(study, "coded"),
                "row": f"source_id={row['source_id']};code={row['code']}",
            }  # fmt: skip
    return shown


def _by_case(named: list[str], case_themes: pd.DataFrame | None, study: str) -> dict[str, dict[str, Any]]:
    """The number of cases of each code that a source tells by case; the rows of the table are all of that code."""
    if case_themes is None or case_themes.empty:
        return {}
    return {
        str(code): {
            "value": rows["case"].nunique(), "kind": rows["source"].iloc[0], "unit": "cases",
            "file": table_file(study, "themes"), "row": f"code={code}",
        }
        for code, rows in case_themes[case_themes["code"].isin(named)].groupby("code", sort=True)
    }  # fmt: skip


def _shown(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The quantitative row's value and where it stands; only its unit if the finding is absent."""
    stage = finding["finding"].partition(":")[0]
    if finding["side"] == "absent":
        return {"unit": _UNITS.get(stage)}
    traced = {"kind": finding["finding_source"], "file": finding["file"], "row": finding["row"]}
    if stage == "claims":
        return traced
    if stage in ("compare", "model"):
        limits = {"low": finding["effect_ci_low"], "high": finding["effect_ci_high"]}
        return {**traced, "unit": "SD", "value": finding["effect"], **limits}
    unit = "points" if stage == "describe" else "outcome unit"
    limits = {"low": finding["ci_low"], "high": finding["ci_high"]}
    return {**traced, "unit": unit, "value": finding["estimate"], **limits}
