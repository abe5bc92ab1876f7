"""The declared assignment against who sits where."""

from __future__ import annotations

import pandas as pd
import pytest

from trenza.compare.design import check_assignment
from trenza.compare.study import compare_study
from trenza.compare.verdict import Settings
from trenza.contracts.faults import InputFaults


def check(cells: list[tuple[str | None, str]], assignment: str, **changes: object) -> pd.DataFrame:
    given = {"study": "s", "source_id": "rows", "source": "real", "group": "arm", "participants": "in",
             "control": "out", "cluster": "school"}  # fmt: skip
    frame = pd.DataFrame(cells, columns=["school", "arm"])
    return check_assignment(frame, **{**given, "assignment": assignment, **changes}).set_index("check")


SHARED = [(f"s{i}", arm) for i in range(4) for arm in ("in", "out", "out")]
APART = [(f"s{i}", "in" if i < 2 else "out") for i in range(4) for _ in range(3)]


@pytest.mark.parametrize(
    ("cells", "assignment", "found", "agrees"),
    [
        (SHARED, "same_clusters", "same_clusters: 4 of 4 clusters hold both groups", True),
        (SHARED, "different_clusters", "same_clusters: 4 of 4 clusters hold both groups", False),
        (APART, "different_clusters", "different_clusters: 0 of 4 clusters hold both groups", True),
        (APART, "same_clusters", "different_clusters: 0 of 4 clusters hold both groups", False),
        # one shared school out of four breaks either declaration, two of four still share
        ([*APART, ("s0", "out")], "same_clusters", "mixed: 1 of 4 clusters hold both groups", False),
        ([*APART, ("s0", "out")], "different_clusters", "mixed: 1 of 4 clusters hold both groups", False),
        ([*APART, ("s0", "out"), ("s3", "in")], "same_clusters", "same_clusters: 2 of 4 clusters hold both groups",
         True),
    ],
)  # fmt: skip
def test_assignment(cells: list[tuple[str, str]], assignment: str, found: str, agrees: bool) -> None:
    row = check(cells, assignment).loc["assignment"]
    assert (row["declared"], row["found"], bool(row["agrees"])) == (assignment, found, agrees)


def test_clusters_are_counted_and_held_against_the_declared_number() -> None:
    row = check(SHARED, "same_clusters").loc["clusters"]
    assert (row["declared"], row["found"]) == ("not stated", "4 clusters with rows of either group")
    assert row["agrees"]
    assert check(SHARED, "same_clusters", clusters=4).loc["clusters", "agrees"]
    assert not check(SHARED, "same_clusters", clusters=5).loc["clusters", "agrees"]


def test_rows_of_no_group_or_no_cluster_do_not_count() -> None:
    table = check([*SHARED, ("s9", "visitor"), (None, "in")], "same_clusters")
    assert table.loc["assignment", "found"] == "same_clusters: 4 of 4 clusters hold both groups"
    assert table.loc["clusters", "found"].endswith("; 1 rows without a cluster id")


def test_bad_inputs() -> None:
    with pytest.raises(InputFaults, match="found no row of group 'out' with a cluster id"):
        check([("s1", "in"), (None, "out")], "same_clusters")
    with pytest.raises(InputFaults) as caught:
        check(SHARED, "by_lot", cluster="commune")
    assert "found 'by_lot'; allowed: same_clusters or different_clusters" in str(caught.value)
    assert "column commune: found no such column" in str(caught.value)


def _study(assignment: str, min_cell: int = 2, groups: str = "pcpcpc") -> dict[str, pd.DataFrame]:
    """compare_study on six teachers of three schools, one participant and one control in each."""
    from trenza.compare.study import compare_study

    level = {"p": "participant", "c": "control"}
    rows = pd.DataFrame(
        {
            "school": ["a", "a", "b", "b", "c", "c"],
            "group": [level[g] for g in groups],
            "y": [1.0, 2.0, 2.0, 4.0, 3.0, 3.5],
            "source": "real",
        }
    )
    return compare_study(
        {"rows": rows},
        study="s",
        sources={"rows": {"kind": "real", "holds": "records"}},
        design={
            "cluster": "school",
            "assignment": assignment,
            "group": "group",
            "participants": "participant",
            "control": "control",
        },
        comparisons=[{"id": "c", "sources": ["rows"], "outcomes": ["y"]}],
        settings=Settings(draws=199),
        min_cell=min_cell,
    )


def test_a_design_that_the_rows_contradict_stops_the_study() -> None:
    assert _study("same_clusters")["design"]["agrees"].all()
    with pytest.raises(InputFaults, match="source rows, column school: found same_clusters: 3 of 3"):
        _study("different_clusters")
    with pytest.raises(InputFaults, match="it says same_clusters"):
        _study("same_clusters", groups="ppccpp")


def test_what_leaving_clusters_out_does_depends_on_the_design() -> None:
    assert "too wide rather than too narrow" in _study("same_clusters")["groups"]["note"].item()
    whole = _study("different_clusters", groups="ppccpp")
    assert "is too narrow" in whole["groups"]["note"].item()


def test_a_small_group_of_real_data_is_refused() -> None:
    with pytest.raises(InputFaults) as caught:
        _study("same_clusters", min_cell=5)
    assert [f.found for f in caught.value.faults] == ["3 units", "3 units"]
    assert "disclosure.min_cell" in str(caught.value)


def _flagged(n: int, kind: str, min_cell: int = 5) -> pd.DataFrame:
    rows = pd.DataFrame({"g": ["yes"] * 20 + ["no"] * 20, "y": [float(i % 7) for i in range(40)]})
    return compare_study(
        {"s": rows.assign(flag_speed=[1.0] * n + [0.0] * (40 - n))},
        study="x",
        sources={"s": {"kind": kind, "holds": "questionnaire"}},
        design={"group": "g", "participants": "yes", "control": "no"},
        comparisons=[{"id": "c", "sources": ["s"], "outcomes": ["y"], "without_flagged": ["speed"]}],
        settings=Settings(draws=199),
        min_cell=min_cell,
    )["groups"]


@pytest.mark.parametrize(("n", "kind"), [(5, "real"), (0, "real"), (3, "simulated")])
def test_flagged_people_are_left_out_of_a_sensitivity_run(n: int, kind: str) -> None:
    assert _flagged(n, kind)["n"].tolist() == [40 - n]


def test_a_run_that_gives_away_a_few_flagged_people_is_refused() -> None:
    with pytest.raises(InputFaults, match=r"3 people flagged.*at least 5") as caught:
        _flagged(3, "real")
    assert len(caught.value.faults) == 1
