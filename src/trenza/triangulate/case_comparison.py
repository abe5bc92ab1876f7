"""Programmes set beside each other: what sources say of their design, their cases' themes, and claims about effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trenza.contracts.display_tables import DISPLAY_CONTRACTS, NO_CLAIM
from trenza.contracts.tables import DIRECTIONS, empty

Cell = dict[str, Any]


def case_comparison(
    settings: Mapping[str, Any], *, study: str, case_themes: pd.DataFrame, claims: pd.DataFrame
) -> pd.DataFrame:
    """Programme by dimension, theme and outcome, keeping contract ``case_comparison``; empty without ``settings``.

    ``settings`` is the key ``case_comparison`` of study.yaml. A theme has the direction that all cases of the
    programme with that theme share, else ``mixed``; ``not_reported`` where no case has it, which is no finding that it
    is absent. An effect has one row a claim, with a value only
    where a size is printed; a programme without claims has one row ``not_measured``. Nothing is pooled.
    """
    if not settings:
        return empty("case_comparison")
    records: list[Cell] = []
    for programme in settings["programmes"]:
        here = {"study": study, "programme": programme["id"]}
        records += [here | _dimension(d["id"], programme) for d in settings["dimensions"]]
        records += [
            here | _theme(code, programme["cases"], case_themes, study) for code in settings["themes"]
        ]
        records += [here | cell for cell in _effects(programme, claims, study)]
    contract = DISPLAY_CONTRACTS["case_comparison"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _dimension(dimension: str, programme: Mapping[str, Any]) -> Cell:
    said = programme["said"].get(dimension)
    cell: Cell = {"part": "dimension", "item": dimension}
    if said is None:
        return cell
    row = f"case_comparison.programmes.{programme['id']}.said.{dimension}"
    return cell | {
        "words_en": said["en"], "words_es": said["es"], "kind": "published", "where": said["where"],
        "file": "study.yaml", "row": row,
    }  # fmt: skip


def _theme(code: str, cases: Sequence[str], case_themes: pd.DataFrame, study: str) -> Cell:
    own = case_themes[(case_themes["code"] == code) & case_themes["case"].isin(cases)]
    own = own.sort_values(["source_id", "case"])
    counts = {d: int((own["direction"] == d).sum()) for d in DIRECTIONS}
    found = [d for d in DIRECTIONS if counts[d]]
    cell: Cell = {"part": "theme", "item": code, "n_cases_total": len(cases), **counts}
    if not found:
        return cell | {"direction": "not_reported"}
    rows = [f"source_id={s};code={code};case={c}" for s, c in zip(own["source_id"], own["case"], strict=True)]
    return cell | {
        "direction": found[0] if len(found) == 1 else "mixed",
        "kind": ", ".join(sorted(set(own["source"]))),
        "where": "; ".join(dict.fromkeys(own["where"])),
        "file": f"results/{study}/qualitative/case_themes.table.csv",
        "row": "|".join(rows),
    }


def _effects(programme: Mapping[str, Any], claims: pd.DataFrame, study: str) -> list[Cell]:
    if not programme["claims"]:
        said = programme["no_claims"]
        row = f"case_comparison.programmes.{programme['id']}.no_claims"
        return [
            {
                "part": "effect", "item": NO_CLAIM, "direction": NO_CLAIM, "words_en": said["en"], "words_es": said["es"],
                "kind": "published", "where": said["where"], "file": "study.yaml", "row": row,
            }
        ]  # fmt: skip
    known = claims.set_index("claim")
    cells: list[Cell] = []
    for name in programme["claims"]:
        claim = known.loc[name]
        cells.append(
            {
                "part": "effect", "item": name, "direction": claim["direction"], "value": claim["estimate"], "unit": claim["unit"],
                "quality": claim["quality"], "kind": claim["source"], "where": claim["where"],
                "file": f"results/{study}/model/claims.table.csv", "row": f"source_id={claim['source_id']};claim={name}",
            }
        )  # fmt: skip
    return cells
