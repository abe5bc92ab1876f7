"""Where the raw values of a QCA can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def qca_places(
    entry: Mapping[str, Any],
    *,
    study: str,
    modes: pd.DataFrame,
    codes: pd.DataFrame,
    segments: pd.DataFrame,
    case_themes: pd.DataFrame,
) -> dict[str, str | None]:
    """``file`` and ``row`` of the outcome, ``theme_file`` and ``theme_row`` of the conditions of one entry of ``qca``.

    Every case counts in every row of a truth table, so the places are those of all cases, and no case is named. A theme is that
    of its code and of all codes below.
    """

    def themes(named: Iterable[str]) -> tuple[str | None, str | None]:
        wanted = set(named)
        under = [not {*str(path).split("/")}.isdisjoint(wanted) for path in codes["path"]]
        wanted |= {*codes["code"][under]}
        held = {
            name: sorted({*table["code"]} & wanted)
            for name, table in (("segments", segments), ("case_themes", case_themes))
        }
        files = ";".join(f"results/{study}/qualitative/{n}.table.csv" for n, there in held.items() if there)
        rows = "|".join(f"code={code}" for code in sorted({c for there in held.values() for c in there}))
        return files or None, rows or None

    outcome = entry["outcome"]
    first: tuple[str | None, str | None]
    if "finding" in outcome:
        there = (modes["id"] == outcome["finding"]).any()
        row = f"id={outcome['finding']};group={outcome['group']};term={outcome['term']}"
        first = (f"results/{study}/model/modes.table.csv", row) if there else (None, None)
    else:
        first = themes([outcome["code"]])
    second = themes(c["code"] for c in entry["conditions"])
    return {"file": first[0], "row": first[1], "theme_file": second[0], "theme_row": second[1]}
