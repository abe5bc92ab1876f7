"""Official results as rows for the models of a study: one row a school, grade and year.

A score that the file marks is blank here: the model leaves such a row out and counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import DEPENDENCIES, SCHOOL_YEAR_COLUMNS, SUBJECTS
from trenza.official.panel import query

if TYPE_CHECKING:
    import pandas as pd


def school_years(panel: pd.DataFrame) -> pd.DataFrame:
    """Columns ``SCHOOL_YEAR_COLUMNS`` of the national files of ``panel`` (one row a school, grade, year and subject).

    ``lect``, ``mate``, ``nat`` and ``soc`` are mean scores in points, blank where their status is not ok or nobody was
    counted; ``pupils_<subject>`` the pupils tested. ``year`` and ``ses_group`` are categories in their order,
    ``dependency`` with municipal schools first: they are what the others are held against.
    """
    import pandas as pd

    rows = panel[(panel["coverage"] == "national").to_numpy(dtype=bool)]
    good = (
        (rows["score_status"] == "ok") & rows["score_points"].notna() & (rows["n_pupils"] > 0).fillna(False)
    )
    kept = rows.assign(
        score_points=rows["score_points"].where(good),
        n_pupils=rows["n_pupils"].astype("float64").where(good),
        grade=rows["grade"].astype("str"),
        subject=rows["subject"].astype("str"),
    )
    keys = ["rbd", "grade", "year"]
    values = kept.pivot(index=keys, columns="subject", values=["score_points", "n_pupils"])
    places = ["commune_code", "region_code", "ses_group", "dependency", "rural"]
    frame = kept.drop_duplicates(keys).set_index(keys)[places].sort_index().reset_index()
    out = pd.DataFrame(
        {
            "school": _name(frame["rbd"]),
            "commune": _name(frame["commune_code"]),
            "region": _name(frame["region_code"]),
            "grade": frame["grade"],
            "year": _category(frame["year"]),
            "ses_group": _category(frame["ses_group"]),
            "dependency": pd.Categorical(frame["dependency"].astype(object), DEPENDENCIES),
            "rural": frame["rural"].astype("float64"),
        }
    )
    values = values.sort_index()
    for subject in SUBJECTS:
        for name, column in ((subject, "score_points"), (f"pupils_{subject}", "n_pupils")):
            there = (column, subject) in values.columns
            out[name] = values[(column, subject)].to_numpy(dtype=float) if there else float("nan")
    return out[list(SCHOOL_YEAR_COLUMNS)]


def read_school_years(
    clean: Path, sources: Mapping[str, Mapping[str, Any]], models: list[Mapping[str, Any]]
) -> dict[str, pd.DataFrame]:
    """The rows of every source of official files that a model names, by source id; from the panel below ``clean``."""
    import pandas as pd

    wanted = {m["source"] for m in models if sources[m["source"]]["holds"] == "official"}
    found = {}
    for sid in sorted(wanted):
        folder = clean / sid / "panel"
        any_file = any(folder.glob("*/*/*.parquet"))
        found[sid] = school_years(query(folder)) if any_file else pd.DataFrame(columns=SCHOOL_YEAR_COLUMNS)
    return found


def _name(codes: pd.Series[Any]) -> pd.Series[Any]:
    """Whole numbers as names, blank where there is none."""
    return codes.astype("Int64").astype("string").astype(object).where(codes.notna(), None)


def _category(codes: pd.Series[Any]) -> Any:
    """Whole numbers as categories in their order."""
    import pandas as pd

    levels = [str(int(code)) for code in sorted(codes.dropna().unique())]
    return pd.Categorical(_name(codes), levels)
