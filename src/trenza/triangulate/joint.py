"""The joint display as data: what each strand shows for a link, and the table that it can be traced to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.contracts.tables import CONTRACTS
from trenza.triangulate.links import split_codes
from trenza.triangulate.places import codes_under, contrasts, table_file

_UNITS = {"compare": "SD", "model": "SD", "describe": "points"}


def joint_display(
    convergence: pd.DataFrame,
    links: pd.DataFrame,
    *,
    study: str,
    codes: pd.DataFrame,
    coef: pd.DataFrame,
    codes_file: str | None = None,
    convergence_file: str | None = None,
) -> pd.DataFrame:
    """One block of rows a link, in the order of ``links``, keeping contract ``joint_display``.

    A quantitative row (standardised effect with its interval in SD, or a mean in points), one qualitative row
    for every code of the link and for every code below it that holds segments (number of segments of that
    code alone), and the call. ``file`` and ``row`` name the one row of a results table that the value can be
    read from; where a strand is silent they name the row of the convergence table that says so, and the value
    is missing. ``coef`` is the table given to ``converge``: a model has several rows, and the term tells
    them apart.
    """
    codes_file = codes_file or table_file(study, "qualitative")
    convergence_file = convergence_file or table_file(study, "triangulate")
    judged = convergence.set_index("link").to_dict("index")
    records: list[dict[str, Any]] = []
    for link in links["link"]:
        said = judged[link]
        here = {"study": study, "link": link, "file": convergence_file, "row": f"link={link}"}
        records.append({**here, "strand": "quantitative", "item": said["finding"], **_shown(said, coef)})
        for code, counted in _coded(split_codes(said["codes"]), codes).items():
            traced = {"file": codes_file, "row": f"code={code}"} if counted else {}
            theme = {"strand": "qualitative", "item": code, "unit": "segments"}
            records.append({**here, **theme, **traced, **counted})
        records.append({**here, "strand": "call", "item": said["call"]})
    contract = CONTRACTS["joint_display"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _coded(named: list[str], codes: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What the display shows of each named code, and of each code below one that holds segments.

    No number where the code is in no table, or in a table of simulated segments, which are no findings.
    """
    shown: dict[str, dict[str, Any]] = {code: {} for code in named}
    for row in codes_under(named, codes).to_dict("records"):
        if row["source"] != "simulated" and (row["code"] in shown or row["n_segments"]):
            shown[row["code"]] = {"value": row["n_segments"], "kind": row["source"]}
    return shown


def _shown(said: Mapping[Any, Any], coef: pd.DataFrame) -> dict[str, Any]:
    """The quantitative row's value and where it stands; only what there is of it if the finding is absent."""
    stage, _, name = said["finding"].partition(":")
    if said["quantitative_side"] == "absent":
        return {"unit": _UNITS[stage]}
    traced = {"unit": _UNITS[stage], "kind": said["finding_source"], "file": said["finding_file"]}
    if stage == "describe":
        return {**traced, "value": said["estimate"], "row": f"item={name};source={said['finding_source']}"}
    where = f"id={name};source={said['finding_source']}"
    if stage == "model":
        mine = coef["id"].eq(name) & coef["source"].eq(said["finding_source"]) & contrasts(coef)
        where += f";term={coef.loc[mine, 'term'].iloc[0]}"
    return {
        **traced,
        "value": said["effect"],
        "low": said["effect_ci_low"],
        "high": said["effect_ci_high"],
        "row": where,
    }
