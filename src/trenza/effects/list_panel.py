"""A user's list of participating schools on the official panel: who was treated when, and how many of the list are not in the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trenza.effects.panel_rows import Row

START = "first_year"
BOTH = "both_subjects"
_COLUMNS = ["rbd", "year", "grade", "subject", "score_points", "n_pupils", "dependency", "commune_code"]


def list_panel(
    schools: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    grade: str,
    subject: str,
    years: Sequence[int],
    dependencies: Sequence[str],
    started: int | None,
    rule_grade: str | None = None,
) -> tuple[pd.DataFrame, list[Row]]:
    """Rows of one grade and subject, one a school and year, and what became of the list (rows of ``panel_flow``).

    ``schools``: harmonised SIMCE rows of all years. ``participants``: ``rbd`` and ``first_year``; ``started``: the year of all of them, else
    each school's own. Columns ``first_year`` (blank = not on the list) and ``both_subjects`` (mean of reading and mathematics of that
    year in ``rule_grade``, by default ``grade``, where both are there). Schools of other ``dependencies`` in the first of ``years``
    that they have are left out and counted.
    Only scores of status ok. Assignment and commune are those of the directory, the same in every year.
    """
    ok = schools["score_status"].astype("str") == "ok"
    known = schools[_COLUMNS].assign(
        score_points=schools["score_points"].where(ok),
        grade=schools["grade"].astype("str"),
        subject=schools["subject"].astype("str"),
        dependency=schools["dependency"].astype("str"),
    )
    of_rule = known[(known["grade"] == (rule_grade or grade)) & known["subject"].isin(["lect", "mate"])]
    pair = of_rule.groupby(["rbd", "year"])["score_points"]
    both = pair.mean().where(pair.count() == 2).rename(BOTH)
    rows = known[(known["grade"] == grade) & (known["subject"] == subject)]
    rows = rows.sort_values(["rbd", "year"], kind="stable").join(both, on=["rbd", "year"])
    used = rows[rows["year"].isin(list(years))]
    first = rows["rbd"].map(used.groupby("rbd")["dependency"].first())
    entry = participants.set_index("rbd")["first_year"].astype("Int64")
    entry = entry if started is None else entry.mask(pd.Series(True, entry.index), started)
    there = set(used["rbd"])
    kept = rows[first.isin(list(dependencies))]
    listed = set(entry.index)
    counts = {
        "listed": (len(listed), "schools of the list of participants"),
        "listed_not_in_files": (
            len(listed - there),
            "schools of the list without a row of this grade and subject in the years used",
        ),
        "listed_other_kind": (
            len((listed & there) - set(kept["rbd"])),
            "schools of the list of another dependency than those that are compared",
        ),
    }
    table = kept.assign(**{START: entry.reindex(kept["rbd"]).to_numpy()}).astype({START: "Int64"})
    table = table.assign(commune_code=table.groupby("rbd")["commune_code"].transform("last"))
    flow: list[Row] = [
        {"step": step, "treated": many, "comparison": 0, "rows": 0, "note": note}
        for step, (many, note) in counts.items()
    ]
    return table.reset_index(drop=True), flow


def with_list(flow: pd.DataFrame, listed: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """``panel_flow`` of one panel with the steps of its list before its own."""
    if not listed:
        return flow
    shared = {k: flow[k].iloc[0] for k in ("study", "id", "source")}
    both = pd.concat([pd.DataFrame([shared | dict(r) for r in listed]), flow], ignore_index=True)
    return both.assign(position=range(1, len(both) + 1))[list(flow.columns)]
