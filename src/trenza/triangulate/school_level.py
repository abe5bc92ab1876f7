"""Each school's conditional mode beside its themes, joined by the school's name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.contracts.tables import DIRECTIONS
from trenza.triangulate.links import split_codes
from trenza.triangulate.places import codes_under

Note = dict[str, Any]


def school_level(
    entries: Sequence[Mapping[str, Any]],
    *,
    study: str,
    modes: pd.DataFrame,
    varcomp: pd.DataFrame,
    codes: pd.DataFrame,
    segments: pd.DataFrame,
    min_cell: int,
) -> tuple[pd.DataFrame, list[Note]]:
    """Table ``school_level`` and a note for each entry that has nothing to show.

    Every level of the model's group has a row, from the lowest mode to the highest; themes are the segments of the
    case of that name under ``codes`` and all codes below them, each counted once. An entry is not shown where one side
    is simulated and the other is not, or where no level has the name of a case: nothing is matched by anything else.

    The mode is shrunken: ``shrinkage`` = 1 - se^2 / variance is the share that it keeps of the school's own deviation (the
    conditional variance of a random intercept is variance (1 - shrinkage); Snijders & Bosker 2012, Multilevel Analysis,
    section 4.8). ``modes`` has a column ``name`` (``school_names``). Of real data, a school is shown by its number alone, the
    segments behind it are not listed, and themes of fewer segments than ``min_cell`` are withheld, with complementary
    suppression.
    """
    contract = DISPLAY_CONTRACTS["school_level"]
    records: list[dict[str, Any]] = []
    notes: list[Note] = []
    for entry in entries:
        mine = (modes["id"] == entry["finding"]) & (modes["group"] == entry["group"])
        levels = modes[mine & (modes["term"] == entry["term"])].sort_values(["mode", "level"])
        themes = _themes(entry["codes"], codes, segments)
        why = _not_joined(levels, themes)
        if why:
            notes.append({"study": study, "display": "school_level", "id": entry["id"], "reason": why})
            continue
        found = [_row(row, entry, themes, varcomp, study) for row in levels.to_dict("records")]
        if "real" in {*themes["source"], *levels["source"]}:
            found = [row | {"theme_row": None} for row in _withheld(found, min_cell)]
        records += found
    return contract.check(pd.DataFrame(records, columns=contract.names)), notes


def _themes(named: str | Sequence[str], codes: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """One row a segment under the codes, ambivalent where codes give it different directions."""
    wanted = split_codes(named) if isinstance(named, str) else list(named)
    under = {*wanted, *codes_under(wanted, codes)["code"]}
    mine = segments[segments["code"].isin(under)]
    each = mine.groupby(["source_id", "segment_id"], sort=True)
    directions = each["direction"].agg(lambda d: d.iloc[0] if d.nunique() == 1 else "ambivalent")
    return each[["case", "source"]].first().assign(direction=directions).reset_index()


def _not_joined(levels: pd.DataFrame, themes: pd.DataFrame) -> str:
    if levels.empty:
        return "no_levels"
    if themes.empty:
        return "no_segments"
    made = {
        "scores": set(levels["source"]) == {"simulated"},
        "themes": set(themes["source"]) == {"simulated"},
    }
    if made["scores"] != made["themes"]:
        return "scores_simulated" if made["scores"] else "themes_simulated"
    if not set(levels["name"]) & set(themes["case"]):
        return "no_common_school"
    return ""


def _row(
    level: Mapping[Any, Any],
    entry: Mapping[str, Any],
    themes: pd.DataFrame,
    varcomp: pd.DataFrame,
    study: str,
) -> dict[str, Any]:
    own = themes[themes["case"] == level["name"]]
    counts = {d: int((own["direction"] == d).sum()) for d in DIRECTIONS}
    balance = (counts["enabling"] - counts["hindering"]) / len(own) if len(own) else math.nan
    theme = (
        "none" if math.isnan(balance) else ("hindering", "balanced", "enabling")[int(np.sign(balance)) + 1]
    )
    clear = bool(level["mode"]) and theme in ("enabling", "hindering")
    where = f"id={level['id']};source={level['source']};group={level['group']};level={level['level']};term={level['term']}"
    return {
        "study": study, "id": entry["id"], "outcome": level["outcome"], "school": level["level"], "kind": level["source"],
        "theme_kind": ", ".join(sorted(set(themes["source"]))),
        **{c: level[c] for c in ("mode", "ci_low", "ci_high", "ci_level")},
        "shrinkage": _shrinkage(level, varcomp),
        "side": "above" if level["ci_low"] > 0 else "below" if level["ci_high"] < 0 else "undecided",
        "n_segments": len(own), **counts, "balance": balance, "theme": theme,
        "quadrant": f"{'above' if level['mode'] > 0 else 'below'}_{theme}" if clear else None, "suppressed": False,
        "file": f"results/{study}/model/modes.table.csv", "row": where,
        "theme_file": f"results/{study}/qualitative/segments.table.csv" if len(own) else None,
        "theme_row": "|".join(f"segment_id={s}" for s in own["segment_id"]) or None,
    }  # fmt: skip


def _shrinkage(level: Mapping[Any, Any], varcomp: pd.DataFrame) -> float:
    mine = (varcomp["id"] == level["id"]) & (varcomp["source"] == level["source"])
    mine &= (varcomp["group"] == level["group"]) & (varcomp["term"] == level["term"])
    variance = varcomp.loc[mine & (varcomp["kind"] == "variance") & varcomp["term_2"].isna(), "estimate"]
    if variance.empty or not variance.iloc[0] > 0:
        return math.nan
    return float(1 - level["se"] ** 2 / variance.iloc[0])


def _withheld(found: list[dict[str, Any]], min_cell: int) -> list[dict[str, Any]]:
    """The rows with the themes of small schools taken out."""
    hidden = hidden_cells(np.array([row["n_segments"] for row in found], dtype="int64"), min_cell)
    blank = dict.fromkeys(("n_segments", *DIRECTIONS, "quadrant", "theme_file", "theme_row"))
    taken = {**blank, "balance": math.nan, "theme": "withheld", "suppressed": True}
    return [row | taken if out else row for row, out in zip(found, hidden, strict=True)]
