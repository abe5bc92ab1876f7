"""Verdicts on inputs that fail, and every text that the tables can hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from compare_tables import rows
from verdict_cases import PIECES, all_pieces, apart, judge

from trenza.compare.verdict import Settings
from trenza.compare.wild_bootstrap import METHOD as WILD
from trenza.contracts.faults import InputFaults


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.assign(first=f["first"].astype(str)), "values of type"),
        (lambda f: f.drop(columns="school"), "no such column in the rows"),
        (lambda f: f[f["group"] == "control"], "no row of group 'participant'"),
        (lambda f: pd.concat([f[f["group"] == "control"], f.iloc[:1]]), "1 unit in group 'participant'"),
        (lambda f: f.assign(first=2.0), "no variance in group"),
        (lambda f: f.assign(first=np.inf), "infinite values"),
        (lambda f: f.assign(school=f["school"] + f["group"]), "different_clusters: 0 of 12"),
        (lambda f: f.assign(school=None), "with a cluster id"),
    ],
)
def test_what_cannot_be_compared_is_told_plainly(spoil: object, message: str) -> None:
    with pytest.raises(InputFaults, match=message):
        judge(spoil(rows()))  # type: ignore[operator]


def test_one_group_per_cluster_contradicts_shared_clusters_and_the_other_way_round() -> None:
    with pytest.raises(InputFaults, match="it says different_clusters"):
        judge(rows(), assignment="different_clusters")
    with pytest.raises(InputFaults, match="both, or neither"):
        judge(rows(), assignment=None)


def test_one_cluster_is_noted_and_the_rest_computed() -> None:
    tables = judge(rows().assign(school="only"))
    row = tables["verdicts"].iloc[0]
    assert row["reading"] == "not_computed" and "at least 2 clusters that hold both groups" in row["note"]
    assert math.isnan(row["p_holm"])
    beside = tables["inferences"].query("outcome == 'first'").set_index("position")
    assert beside.loc[beside["method"].str.startswith(WILD), "note"].iloc[0].startswith("not computed")


def test_a_group_in_one_cluster_cannot_be_told_from_it() -> None:
    frame = apart(sizes=(6, 3, 4, 5))
    frame["group"] = np.where(frame["school"] == "s0", "participant", "control")
    row = judge(frame, assignment="different_clusters")["verdicts"].iloc[0]
    assert row["reading"] == "not_computed" and "group and cluster cannot be told apart" in row["note"]


def test_clusters_with_one_group_are_counted() -> None:
    frame = rows()
    frame.loc[frame["school"] == "s1", "group"] = "control"
    row = judge(frame)["verdicts"].iloc[0]
    assert "clusters with one group only, which add nothing: 1" in row["note"]


def test_one_group_without_variance_is_no_fault() -> None:
    frame = rows()
    frame.loc[frame["group"] == "control", "first"] = 3.0
    row = judge(frame)["verdicts"].iloc[0]
    assert math.isfinite(row["p_value"])


def test_every_piece_of_text_is_on_the_list() -> None:
    frame, lonely = rows(), rows()
    frame.loc[[0, 30], "first"] = np.nan
    frame.loc[3, "school"] = None
    frame.loc[4, "group"] = "elsewhere"
    lonely.loc[lonely["school"] == "s1", "group"] = "control"
    odd = apart(sizes=(6, 3, 4, 5))
    odd["group"] = np.where(odd["school"] == "s0", "participant", "control")
    cases = [
        judge(frame),
        judge(lonely),
        judge(rows(clusters=16), settings=Settings(draws=99)),
        judge(rows().assign(school="only")),
        judge(rows().assign(second=lambda f: (f["group"] == "control") * 1.0 + 2.0 * (f.index == 0))),
        judge(rows(), cluster=None, assignment=None),
        judge(apart(), assignment="different_clusters"),
        judge(apart(sizes=(3, 3, 3, 3)), assignment="different_clusters"),
        judge(odd, assignment="different_clusters"),
        judge(apart(sizes=(2,) * 40), assignment="different_clusters", settings=Settings(draws=99)),
    ]
    unknown = {p for tables in cases for p in all_pieces(tables) if not any(r.fullmatch(p) for r in PIECES)}
    assert not unknown
