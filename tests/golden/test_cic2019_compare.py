"""Verdicts, table 1 and the audit of the bundled study, against the worked example and against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.io.files import read_frame
from trenza.io.finished import read_finished

DIMENSIONS = ["collaboration", "comfort", "commitment", "leadership", "community"]
CALLED_FOR = "cluster intercepts (fixed) with CR2 standard errors and Satterthwaite df"


@pytest.fixture(scope="module")
def tables(finished: Any) -> dict[str, pd.DataFrame]:
    return read_finished(finished.folder / "results" / "cic2019")


def test_the_audit_finds_the_sizes_and_the_cut_digits(tables: dict[str, pd.DataFrame]) -> None:
    sizes = tables["audit_sizes"].query("rows_reached == rows")
    assert {(r.table, r.rule, r.n1, r.n2) for r in sizes.itertuples()} == {
        ("table2", "rounded", 49, 49),
        ("table2", "truncated", 49, 49),
    }
    rows = tables["audit_size_rows"].query("rule == 'rounded'").set_index("outcome").loc[DIMENSIONS]
    # of the 961 pairs around 48 and 49; those from 35 to 65 are counted in tests/unit/test_compare_audit_sizes.py
    assert (rows["pairs"] == 961).all() and (rows["pairs_reached"] > 1).all()
    assert rows.index[rows["printed_reached"]].tolist() == ["comfort", "community"]
    assert (rows["joint_without_row"] == 1).all()
    rounding = tables["audit_rounding"].set_index(["t_rule", "p_rule"])["rows_reached"]
    assert rounding["truncated", "truncated"] == 5 and rounding.drop(("truncated", "truncated")).max() < 5
    decisions = tables["audit_decisions"]
    assert set(decisions["decision"]) == {"same"}
    commitment = decisions.query("outcome == 'commitment'")
    assert commitment["p_holm"].tolist() == pytest.approx([0.15] * len(commitment))


def test_the_verdict_of_printed_figures_says_what_stands_in(tables: dict[str, pd.DataFrame]) -> None:
    printed = tables["verdicts"].query("source == 'published'").set_index("outcome").loc[DIMENSIONS]
    assert printed["stands_in"].all() and (printed["called_for"] == CALLED_FOR).all()
    assert printed["method"].str.startswith("Welch t test on individuals").all()
    groups = tables["groups"].query("source == 'published'").set_index("outcome").loc[DIMENSIONS]
    for column in ("estimate", "se", "df", "p_value", "p_holm", "effect", "p_equivalence"):
        assert printed[column].tolist() == pytest.approx(groups[column].tolist(), rel=1e-12)
    # none is equivalent within a quarter of an SD, so no sentence may say that there is no difference
    assert (printed["p_equivalence"] > 0.05).all()
    assert printed.loc["commitment", "reading"] == "above_zero" and printed.loc["commitment", "p_holm"] > 0.15


def test_every_inference_stands_beside_the_one_called_for(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["inferences"].query("source == 'simulated' and id == 'teachers_commitment'")
    assert (
        rows["role"].tolist() == ["called_for"] + ["beside"] * 5 + ["ignores_clusters"] * 2 + ["what_if"] * 3
    )
    assert rows["method"].iloc[0].startswith(CALLED_FOR)
    for word in (
        "Satterthwaite df",
        "Kenward-Roger",
        "wild cluster bootstrap",
        "randomisation",
        "Welch",
        "Student",
    ):
        assert rows["method"].str.contains(word, regex=False).any(), word
    assert rows.query("role == 'what_if'")["method"].str.contains("Hedges 2007").all()


def test_the_called_for_inference_is_that_of_school_dummies(
    finished: Any, tables: dict[str, pd.DataFrame]
) -> None:
    import statsmodels.formula.api as smf

    people = read_frame(finished.folder / "results/cic2019/clean/teachers_simulated.data.csv")
    people["treated"] = (people["group"] == "participant").astype(float)
    verdicts = tables["verdicts"].query("source == 'simulated'").set_index("id")
    for outcome in DIMENSIONS:
        fit = smf.ols(f"{outcome} ~ treated + C(school)", people).fit()
        row = verdicts.loc[f"teachers_{outcome}"]
        assert row["estimate"] == pytest.approx(fit.params["treated"], rel=1e-9)
        assert not row["stands_in"] and row["clusters"] == people["school"].nunique()
        # the minimum detectable effect of the design, which no estimate here reaches but for luck
        assert 0.5 < row["mdes_sd"] < 0.65 and row["mdes"] == pytest.approx(row["mdes_sd"] * row["sd"])


def test_simulated_rows_are_marked_in_every_table_of_the_stage(finished: Any) -> None:
    folder: Path = finished.folder / "results/cic2019/compare"
    for name in ("inferences", "verdicts", "effect_sizes", "detectable"):
        table = pd.read_csv(folder / f"{name}.table.csv")
        assert set(table["source"]) == {"published", "simulated"}, name


def test_table_1_stands_with_its_bands(finished: Any, tables: dict[str, pd.DataFrame]) -> None:
    people = read_frame(finished.folder / "results/cic2019/clean/teachers_simulated.data.csv")
    share = people.groupby("group")["municipality"].apply(lambda v: (v == "central").mean())
    row = tables["baseline"].set_index("level").loc["central"]
    assert row["mean_participants"] == pytest.approx(share["participant"])
    assert row["mean_control"] == pytest.approx(share["control"])
    assert row["source"] == "simulated" and row["band"] in ("satisfied", "adjust", "not_satisfied")
