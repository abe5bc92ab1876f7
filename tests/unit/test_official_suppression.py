"""Withheld cells: the rule by hand, and attackers who know totals, shown cells and the rule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest
from official_panels import panel, schools

from trenza.official.distribution import score_distribution, year_changes
from trenza.official.gaps import gaps
from trenza.official.suppression import hidden_cells
from trenza.official.trends import trends


def withheld(*counts: int, min_cell: int = 5) -> list[int]:
    return np.flatnonzero(hidden_cells(np.array(counts), min_cell)).tolist()


def test_by_hand() -> None:
    assert withheld(5, 8, 20) == []
    assert withheld(4, 8, 20) == [0, 1]  # one alone: the total would tell it
    assert withheld(2, 2, 9, 20) == [0, 1, 2]  # together 4: too few
    assert withheld(2, 3, 9, 20) == [0, 1]  # together 5
    assert withheld(0, 4, 0, 9) == [1, 3]  # empty cells are shown as empty
    assert withheld(0, 4) == [0, 1]  # nothing left to hide behind: all go
    assert withheld(1, 1, 7, 9, min_cell=2) == [0, 1, 2]  # 2 in two cells can only be 1 and 1
    assert withheld(0, 0) == [] and withheld(3) == [0]


def test_parts_share_one_mask_and_a_start_is_kept() -> None:
    counts = np.array([[30, 2], [40, 9], [50, 6]])
    assert hidden_cells(counts, 5).tolist() == [
        True,
        True,
        False,
    ]  # 2 alone in its part, and so 30 in its own
    start = np.array([False, True, False])
    assert hidden_cells(counts[:, 0], 5, start).tolist() == [True, True, False]
    assert start.tolist() == [False, True, False]


def alike(counts: tuple[int, ...], hidden: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All tables with the same total and shown cells; unless all are withheld, no withheld cell is empty."""
    held = int(np.array(counts)[hidden].sum())
    for values in product(range(0 if hidden.all() else 1, held + 1), repeat=int(hidden.sum())):
        if sum(values) == held:
            table = np.array(counts)
            table[hidden] = values
            yield tuple(table.tolist())


@pytest.mark.parametrize("min_cell", [2, 3, 4])
@pytest.mark.parametrize("cells", [2, 3, 4])
def test_an_attacker_who_tries_all_tables_cannot_tell_a_withheld_cell(cells: int, min_cell: int) -> None:
    """Every table of up to 7 a cell: among those that print the same, each withheld school count varies."""
    attacked = 0
    for counts in product(range(8), repeat=cells):
        hidden = hidden_cells(np.array(counts), min_cell)
        if not hidden.any():
            continue
        possible = list(alike(counts, hidden))
        for cell in np.flatnonzero(hidden):
            assert len({t[cell] for t in possible}) > 1, (counts, cell)
        attacked += 1
    assert attacked > 10


def test_without_the_complement_the_attack_succeeds() -> None:
    counts, only_small = (3, 8, 20), np.array([True, False, False])
    assert [t[0] for t in alike(counts, only_small)] == [3]


def small_groups(seed: int) -> pd.DataFrame:
    """Two sittings with groups of every size, some schools withheld, some without standards."""
    draw = np.random.default_rng(seed)
    rows = []
    for year in (2018, 2022):
        for i, row in enumerate(schools(60, seed + year), 1):
            shares = {"share_insufficient": 0.5, "share_elementary": 0.3, "share_adequate": 0.2}
            rows.append(
                row
                | {"rbd": i, "year": year, "ses_group": draw.choice(5, p=[0.03, 0.07, 0.1, 0.3, 0.5]) + 1}
                | {
                    "dependency": draw.choice(
                        ["municipal", "private", "slep", "delegated"], p=[0.7, 0.2, 0.06, 0.04]
                    )
                }
                | (shares if draw.random() < 0.7 else {})
                | ({"score_status": "too_few", "score_points": np.nan} if draw.random() < 0.15 else {})
            )
    return panel(rows)


def determined(rows: list[np.ndarray], unknown: int) -> bool:
    """Whether the linear equations fix an unknown: its unit vector lies in the span of the rows."""
    matrix = np.array(rows)
    unit = np.zeros(matrix.shape[1])
    unit[unknown] = 1.0
    return bool(np.linalg.matrix_rank(np.vstack([matrix, unit])) == np.linalg.matrix_rank(matrix))


@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_number_can_be_solved_for_from_all_tables_together(seed: int) -> None:
    """Unknowns of a group: schools with a score, schools without, and the sum of pupils and of scores.

    Every shown number of trends and score_distribution is an equation; so are the totals of ``all``.
    """
    frame = small_groups(seed)
    tables = [trends(frame, ci_level=0.95, min_cell=5), score_distribution(frame, min_cell=5)]
    shown = pd.concat(tables).assign(term=lambda t: t["term"].fillna("plain"))
    attacked = 0
    for (_, breakdown), part in shown[shown["breakdown"] != "all"].groupby(["year", "breakdown"]):
        levels = sorted(set(part["level"]))
        known = {(r.term, r.level) for r in part[~part["suppressed"]].itertuples()}
        places = {(kind, level): i for i, (kind, level) in enumerate(product(["scored", "without"], levels))}
        equations = [[float(kind == k) for k, _ in places] for kind in ("scored", "without")]
        for (kind, level), i in places.items():
            tells_scored = {("plain", level), ("mean_points", level), ("share_withheld", level)} & known
            if tells_scored if kind == "scored" else ("share_withheld", level) in known:
                equations.append(np.eye(len(places))[i].tolist())
        for level in set(part.loc[part["suppressed"] & (part["term"] == "plain"), "level"]):
            assert not determined([np.array(e) for e in equations], places["scored", level]), (
                breakdown,
                level,
            )
            attacked += 1
        held = part["suppressed"] & (part["term"] == "share_withheld")
        for level in set(part.loc[held, "level"]):
            assert not determined([np.array(e) for e in equations], places["without", level]), (
                breakdown,
                level,
            )
    assert attacked


@pytest.mark.parametrize("seed", range(4))
def test_what_one_table_withholds_no_other_shows(seed: int) -> None:
    frame = small_groups(seed)
    spread = score_distribution(frame, min_cell=5)
    hidden = {(r.year, r.breakdown, r.level) for r in spread[spread["suppressed"]].itertuples()}
    assert hidden
    for row in trends(frame, ci_level=0.95, min_cell=5).itertuples():
        first = (row.since_year, row.breakdown, row.level) in hidden
        if (row.year, row.breakdown, row.level) in hidden or first:
            assert row.suppressed, row
    for row in gaps(frame, ci_level=0.95, min_cell=5).itertuples():
        involved = {(row.year, row.breakdown, row.upper), (row.year, row.breakdown, row.lower)}
        assert row.suppressed == bool(involved & hidden)
    for row in year_changes(frame, min_cell=5).itertuples():
        if {(row.year, row.breakdown, row.level), (row.since_year, row.breakdown, row.level)} & hidden:
            assert row.suppressed


def test_withheld_rows_hold_no_number() -> None:
    frame = small_groups(3)
    names = {"year", "since_year", "ci_level"}
    for rows in (
        trends(frame, ci_level=0.95, min_cell=5),
        gaps(frame, ci_level=0.95, min_cell=5),
        score_distribution(frame, min_cell=5),
        year_changes(frame, min_cell=5),
    ):
        numbers = (
            rows.loc[rows["suppressed"].astype(bool)]
            .select_dtypes("number")
            .drop(columns=names, errors="ignore")
        )
        assert len(numbers) and numbers.isna().all(axis=None)
        shown = rows.loc[~rows["suppressed"].astype(bool)]
        counted = "schools" if "schools" in shown else "schools_upper"
        assert (shown[counted] >= 5).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_group_shows_no_small_number_of_schools_without_a_score(seed: int) -> None:
    rows = trends(small_groups(seed), ci_level=0.95, min_cell=5)
    shown = rows[
        (rows["term"] == "share_withheld") & (rows["breakdown"] != "all") & ~rows["suppressed"].astype(bool)
    ]
    without = (shown["estimate"] * shown["schools"]).astype(float).round()
    assert ((without == 0) | (without >= 5)).all()


def test_a_group_withheld_in_the_year_before_has_no_change() -> None:
    rows = [
        r | {"rbd": i, "year": year, "ses_group": 1 if i < few else 2 if i < 20 else 3}
        for year, few in ((2018, 3), (2022, 10))
        for i, r in enumerate(schools(60, year))
    ]
    found = year_changes(panel(rows), min_cell=5).set_index(["breakdown", "level"])["suppressed"]
    assert found["ses_group"].to_dict() == {"1": True, "2": True, "3": False}
