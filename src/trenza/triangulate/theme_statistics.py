"""Statistics by themes: beside each theme the findings that links join it to, and scores of people with and without it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.contracts.tables import DIRECTIONS

_NUMBERS = ("value", "low", "high", "unit", "kind", "file", "row")


def theme_statistics(
    *, study: str, joint_display: pd.DataFrame, codes: pd.DataFrame, code_scores: pd.DataFrame
) -> pd.DataFrame:
    """Table ``theme_statistics`` (the display of Guetterman, Fetters & Creswell 2015 that is found most often).

    By theme, in the order of its code; a theme that several links name has the findings of each. The joint display has the
    same cells by link; here they are read from the theme. Scores come from coded projects whose people answered a
    questionnaire, where small groups are withheld already.
    """
    counted = codes.set_index("code")
    records: list[dict[str, Any]] = []
    for link, own in joint_display.groupby("link", sort=False):
        numbers = own[own["strand"] == "quantitative"].to_dict("records")
        for theme in own[own["strand"] == "qualitative"].to_dict("records"):
            # Of themes that are printed by case the value is a number of cases.
            counts: dict[str, Any] = {"n_cases" if theme["unit"] == "cases" else "n_segments": theme["value"]}
            of_segments = str(theme["file"]).endswith("/codes.table.csv")
            if of_segments and theme["item"] in counted.index and not pd.isna(theme["kind"]):
                counts = {c: counted.loc[theme["item"], c] for c in ("n_segments", *DIRECTIONS, "n_cases")}
            place = {"study": study, "link": link, "code": theme["item"], "statistic": "finding", **counts}
            place |= {"theme_file": theme["file"], "theme_row": theme["row"]}
            records += [place | {"item": n["item"], **{c: n[c] for c in _NUMBERS}} for n in numbers]
    for row in code_scores.to_dict("records"):
        where = ";".join(f"{c}={row[c]}" for c in ("source_id", "code", "outcome", "answers"))
        for which in ("with", "without"):
            records.append(
                {
                    "study": study, "code": row["code"], "statistic": f"mean_{which}_code", "item": row["outcome"],
                    "value": row[f"mean_{which}"], "kind": row["source"], "unit": "points",
                    "file": f"results/{study}/qualitative/code_scores.table.csv", "row": where,
                }
            )  # fmt: skip
    contract = DISPLAY_CONTRACTS["theme_statistics"]
    found = pd.DataFrame(records, columns=contract.names)
    return contract.check(found.sort_values(["code", "statistic"], kind="stable"))
