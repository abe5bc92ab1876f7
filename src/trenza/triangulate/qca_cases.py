"""The cases of a QCA: themes as conditions and a score or a theme as the outcome, joined by the name of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.triangulate.places import codes_under

_VALUE = {"enabling": 1.0, "ambivalent": 0.0, "hindering": -1.0}


def qca_cases(
    entry: Mapping[str, Any],
    *,
    modes: pd.DataFrame,
    codes: pd.DataFrame,
    segments: pd.DataFrame,
    case_themes: pd.DataFrame,
) -> tuple[pd.DataFrame, set[str]]:
    """Columns case, one for each condition, outcome: the cases in which all are known, by name; and their kinds of number.

    A theme of a case counts (enabling - hindering) / statements, -1 to 1, over segments and printed themes by case under its
    code; a case in which it is not reported has no value, for silence is not absence. An outcome is a theme likewise, or the
    conditional mode of the case in a model (``modes`` has a column ``name``: ``school_names``). Simulated and true rows are not mixed: where any true one is there, simulated
    ones are left out.
    """
    parts: dict[str, pd.Series] = {}
    kinds: set[str] = set()
    said = pd.concat(
        [
            segments[["case", "code", "direction", "source"]],
            case_themes[["case", "code", "direction", "source"]],
        ]
    ).astype({"case": "str"})
    levels = modes[modes["source"] != "simulated"] if (said["source"] != "simulated").any() else modes
    for name, wanted in [*((c["id"], c) for c in entry["conditions"]), ("outcome", entry["outcome"])]:
        if "finding" in wanted:
            mine = levels[(levels["id"] == wanted["finding"]) & (levels["group"] == wanted["group"])]
            mine = mine[mine["term"] == wanted["term"]]
            parts[name] = mine.set_index("name")["mode"]
        else:
            under = {wanted["code"], *codes_under([wanted["code"]], codes)["code"]}
            mine = said[said["code"].isin(under)]
            parts[name] = mine["direction"].map(_VALUE).groupby(mine["case"]).mean()
        kinds |= set(mine["source"])
    found = pd.DataFrame(parts).dropna().sort_index()
    return found.rename_axis("case").reset_index(), kinds
