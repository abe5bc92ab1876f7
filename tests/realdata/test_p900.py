"""The P-900 files, where they are at hand: known answers through the whole workflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.io.finished import read_finished


@pytest.fixture(scope="module")
def tables(make_project: Callable[..., Any], real_data: Path) -> dict[str, pd.DataFrame]:
    project = make_project("p900")
    wanted = ["report/report.en.html", *(f"{s}/{t}.table.csv" for s, t in [("triangulate", "convergence")])]
    ran = project.snakemake(*(f"results/p900/{w}" for w in wanted), data=real_data)
    assert ran.returncode == 0, ran.stderr[-3000:]
    page = (project.folder / "results/p900/report/report.en.html").read_text(encoding="utf-8")
    assert str(real_data) not in page
    return read_finished(project.folder / "results" / "p900")


def test_missing_participation_is_counted_and_kept(tables: dict[str, pd.DataFrame]) -> None:
    flow = tables["flow"].set_index(["source_id", "rule"])["n"]["schools"]
    assert flow["rows read"] == flow["rows kept"] == 6330
    assert (
        flow["group: other"] + flow["group: participant"] + flow["group unknown: kept, in no comparison"]
        == 6330
    )
    assert flow["group unknown: kept, in no comparison"] == 1432
    ledger = tables["ledger"]
    told = ledger.loc[ledger["rule"] == "no group: kept, in no comparison", "source_id"].value_counts()
    assert told.to_dict() == {"schools": 1432, "urban_schools": 40}


def test_selection_shows_before_the_programme(tables: dict[str, pd.DataFrame]) -> None:
    groups = tables["groups"].set_index("id")
    for outcome in ("before_cas88", "before_mat88"):
        assert groups.loc[outcome, "effect"] < -1
    for outcome in ("gains_gain_cas", "gains_gain_mat"):
        assert groups.loc[outcome, "ci_low"] > 0


def test_known_answers_at_the_cut_off(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["discontinuity"].set_index(["id", "term"])
    gain = rows.loc["reading_gain"]
    sides = ["take_up_eligible", "take_up_not_eligible"]
    others = [term for term in gain.index if "bandwidth" in term]
    chosen = [
        "fuzzy_rd_local_linear",
        "fuzzy_rd_robust",
    ]  # in a window of their own, narrower and with a weak first stage
    assert (gain["n"].drop([*sides, *others, *chosen]) == 883).all()
    assert gain.loc[chosen, "note"].str.contains("weak instrument").all()
    assert gain.loc[others, "estimate"].tolist() == pytest.approx([11.55, 3.73, 3.80], abs=5e-3)
    assert gain.loc["take_up_jump_linear", "estimate"] == pytest.approx(0.287, abs=5e-4)
    assert gain.loc["placebo_fuzzy_rd_linear", "estimate"] == pytest.approx(0.16, abs=5e-3)
    known = {"take_up_not_eligible": 0.0533, "take_up_eligible": 0.6061}
    for term, value in known.items():
        assert gain.loc[term, "estimate"] == pytest.approx(value, abs=5e-5)
    assert gain.loc["wald_no_running_variable", "estimate"] == pytest.approx(5.087, abs=5e-4)
    assert gain.loc["wald_no_running_variable", "se"] == pytest.approx(0.881, abs=5e-4)
    assert gain.loc["fuzzy_rd_linear", "estimate"] == pytest.approx(7.36, abs=5e-3)
    assert gain.loc["fuzzy_rd_linear", "se"] == pytest.approx(3.38, abs=5e-3)
    level = rows.loc["reading_level"]
    assert level.loc["wald_no_running_variable", "estimate"] == pytest.approx(-4.37, abs=5e-3)
    assert level.loc["wald_no_running_variable", "se"] == pytest.approx(0.94, abs=5e-3)


def test_naive_gain_ancova_and_cut_off_side_by_side(tables: dict[str, pd.DataFrame], real_data: Path) -> None:
    """Gains by plain means and ANCOVA by least squares from the file itself; the published finding is none for
    1988-90 and 0.2 SD (about 2 points) for 1988-92 (Chay, McEwan & Urquiola 2005)."""
    file = pd.read_stata(real_data / "p900" / "chile_full.dta", convert_categoricals=False)
    urban = file[(file["big"] == 1) & (file["urban88"] == 1) & file["p90"].notna()].astype("float64")
    effects = tables["panel_effects"]
    overall = effects[effects["aggregation"] == "overall"]
    found = overall.set_index(["id", "estimator", "aggregation"])
    for subject, column in (("reading", "cas"), ("mathematics", "mat")):
        for year in (1990, 1992):
            first, last = f"{column}88", f"{column}{year - 1900}"
            rows = urban.dropna(subset=[first, last])
            gain = (rows[last] - rows[first]).groupby(rows["p90"]).mean()
            x = np.column_stack([rows["p90"], np.ones(len(rows)), rows[first]])
            ancova = np.linalg.lstsq(x, rows[last].to_numpy(), rcond=None)[0][0]
            panel = f"{subject}_{year}"
            naive = found.loc[(panel, "gain", "overall")]
            assert naive["estimate"] == pytest.approx(gain[1.0] - gain[0.0], rel=1e-5)
            assert (naive["role"], naive["n"]) == ("unsafe", len(rows))
            same = found.loc[(panel, "group_time", "overall")]
            assert same["estimate"] == pytest.approx(naive["estimate"], rel=1e-9)
            held = found.loc[(panel, "ancova", "overall")]
            assert held["estimate"] == pytest.approx(ancova, rel=1e-4)
            # weighted to both first scores: nothing after two years, some 0.2 SD after four, as published
            weighted = found.loc[(panel, "weighting", "overall")]
            assert (weighted["ci_low"] < 0 < weighted["ci_high"]) == (year == 1990)
            assert weighted["estimate"] == pytest.approx(0.0 if year == 1990 else 1.86, abs=0.1)
    early = found.loc[("reading_1990", "ancova", "overall")]
    assert early["ci_low"] < 0 < early["ci_high"]
    late = found.loc[("reading_1992", "ancova", "overall")]
    assert late["estimate"] == pytest.approx(2.03, abs=5e-3) and late["ci_low"] > 0


def test_known_answer_of_the_random_intercept(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["coef"].set_index(["id", "term"]).loc[("region_cas92", "participant - other")]
    assert row["estimate"] == pytest.approx(2.181, abs=5e-4)
    assert row["se_satterthwaite"] == pytest.approx(0.369, abs=5e-4)
    assert (row["n"], row["clusters"]) == (3929, 13)


def test_remainders_given_both_first_scores(tables: dict[str, pd.DataFrame]) -> None:
    left = tables["mean_reversion"].set_index(["id", "term"])["estimate"]
    assert left[("reading", "remainder")] == pytest.approx(2.02, abs=5e-3)
    assert left[("mathematics", "remainder")] == pytest.approx(2.22, abs=5e-3)


def test_no_school_can_be_told_from_a_shared_table(tables: dict[str, pd.DataFrame]) -> None:
    shown = tables["distribution"]
    assert shown[["min", "max"]].isna().all(axis=None)
    # none at all tells of nobody
    assert ((shown["n"].dropna() >= 5) | (shown["n"].dropna() == 0)).all()
    assert (tables["bins"]["n"] >= 5).all()
