"""The tables of the describe stage on real SIMCE files: answers known from outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.official.checks import checks, failing_rows, ive_formula
from trenza.official.distribution import score_distribution, year_changes
from trenza.official.gaps import gaps
from trenza.official.missing import missing
from trenza.official.panel import Readings, harmonised, read_files
from trenza.official.sittings import series
from trenza.official.trends import trends

MIN_CELL = 5


@pytest.fixture(scope="module")
def readings(real_data: Path) -> Readings:
    paths = [p for kind in ("simce", "mineduc", "junaeb") for p in sorted((real_data / kind).glob("*.*"))]
    if not any(p.name.startswith("simce4b") for p in paths):
        pytest.skip("no SIMCE files")
    return read_files({p.name: p for p in paths})


@pytest.fixture(scope="module")
def panel(readings: Readings) -> pd.DataFrame:
    texts = ["grade", "subject", "score_status", "change_status", "dependency", "status_reason"]
    return pd.concat([f.astype(dict.fromkeys(texts, "str")) for f in harmonised(readings)], ignore_index=True)


@pytest.fixture(scope="module")
def files(readings: Readings) -> dict[tuple[str, int], str]:
    kept = {name: r.meta for name, r in readings.read.items() if r.meta["kind"] == "simce"}
    return {(meta["grade"], meta["year"]): name for name, meta in kept.items()}


@pytest.fixture(scope="module")
def tables(panel: pd.DataFrame, files: dict[tuple[str, int], str]) -> dict[str, pd.DataFrame]:
    cut = series(panel, MIN_CELL)
    return {
        "trends": trends(cut, ci_level=0.95),
        "gaps": gaps(cut, ci_level=0.95),
        "score_distribution": score_distribution(cut),
        "year_changes": year_changes(cut),
        "missing": missing(panel),
        "checks": checks(panel, files=files),
    }


def test_all_tables_keep_their_contracts(tables: dict[str, pd.DataFrame]) -> None:
    for name, rows in tables.items():
        assert len(rows)
        CONTRACTS[name].check(rows.assign(study="national", source_id="simce", source="real"))


def test_every_check_passes_and_the_press_figures_are_among_them(
    tables: dict[str, pd.DataFrame], files: dict[tuple[str, int], str]
) -> None:
    found = tables["checks"]
    assert found["agrees"].all(), found[~found["agrees"]].to_string()
    assert (found["check"] == "national_mean").sum() == 6
    kinds = {"national_mean", "change_is_difference", "standards_sum", "standards_pupils", "slep_commune"}
    assert kinds == set(found["check"])
    # counted in the files: 5,243 valid changes and 71 that are marked; 5,193
    rows = found[(found["check"] == "change_is_difference") & (found["subject"] == "lect")].set_index("file")
    assert rows.loc[f"{files['4b', 2018]} - {files['4b', 2022]}", "rows_checked"] == 5243 + 71
    assert rows.loc[f"{files['4b', 2022]} - {files['4b', 2023]}", "rows_checked"] == 5193
    # 4b was also tested in 2015 and 2017: changes of 2016 and 2018 are not about the files at hand
    assert not any(f"- {files['4b', year]}" in file for file in rows.index for year in (2016, 2018))


def test_a_wrong_score_is_found_and_named_by_pseudonym_only(
    panel: pd.DataFrame, files: dict[tuple[str, int], str]
) -> None:
    wrong = panel.copy()
    at = wrong[
        (wrong["year"] == 2023) & (wrong["change_status"] == "ok") & (wrong["subject"] == "mate")
    ].index[7]
    wrong.loc[at, "score_points"] += 1
    named = failing_rows(wrong, files=files, pseudonym=lambda rbd: "school")
    assert named[["check", "school", "found"]].to_numpy().tolist() == [
        ["change_is_difference", "school", -1.0]
    ]


@pytest.mark.parametrize(
    ("grade", "year", "subject", "known"),
    [("4b", 2018, "lect", 271.14), ("8b", 2017, "lect", 244.07), ("8b", 2017, "mate", 259.82),
     ("8b", 2017, "nat", 258.28), ("2m", 2018, "lect", 248.74), ("2m", 2018, "mate", 263.81)],
)  # fmt: skip
def test_known_national_means(
    panel: pd.DataFrame, tables: dict[str, pd.DataFrame], grade: str, year: int, subject: str, known: float
) -> None:
    rows = tables["trends"].set_index(["grade", "year", "subject", "breakdown", "level", "term"])
    part = panel[(panel["grade"] == grade) & (panel["year"] == year) & (panel["subject"] == subject)]
    every = part[part["score_points"].notna() & (part["n_pupils"] > 0)]
    weights = every["n_pupils"].astype(float)
    assert np.average(every["score_points"], weights=weights) == pytest.approx(known, abs=0.005)
    ok = rows.loc[(grade, year, subject, "all", "all", "mean_points")]
    # status ok leaves out the few that are not representative: within 0.2 points in all of these
    assert ok["estimate"] == pytest.approx(known, abs=0.2) and ok["schools"] <= len(every)


def test_plain_means_without_the_zeros(tables: dict[str, pd.DataFrame], panel: pd.DataFrame) -> None:
    """260.71 and 242.99 in 4b2022 over all scores; with zeros kept 242.20 and 225.49."""
    for subject, known in (("lect", 260.71), ("mate", 242.99)):
        part = panel[(panel["grade"] == "4b") & (panel["year"] == 2022) & (panel["subject"] == subject)]
        assert part["score_points"].mean() == pytest.approx(known, abs=0.005)
        rows = tables["score_distribution"].set_index(["grade", "year", "subject", "level"])
        assert rows.loc[("4b", 2022, subject, "all"), "mean_points"] == pytest.approx(known, abs=1.0)


def _regression(part: pd.DataFrame, design: np.ndarray) -> tuple[float, float]:
    """Last coefficient and its error: weighted least squares clustered by commune, no correction."""
    import statsmodels.api as sm

    fit = sm.WLS(
        part["score_points"].to_numpy(float), design.astype(float), weights=part["n_pupils"].to_numpy(float)
    ).fit(
        cov_type="cluster",
        cov_kwds={"groups": part["commune_code"].to_numpy(int), "use_correction": False},
    )
    return float(fit.params[-1]), float(fit.bse[-1])


def _valid(panel: pd.DataFrame, subject: str, *years: int) -> pd.DataFrame:
    part = panel[(panel["grade"] == "4b") & (panel["subject"] == subject) & panel["year"].isin(years)]
    part = part[part["score_status"] == "ok"]
    if part["commune_code"].isna().any():
        pytest.skip("no directory")
    return part


def test_mean_and_change_are_least_squares_clustered_by_commune_on_the_real_schools(
    panel: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    rows = tables["trends"].set_index(["grade", "subject", "year", "breakdown", "level", "term"])
    part = _valid(panel, "lect", 2023)
    value, se = _regression(part, np.ones((len(part), 1)))
    row = rows.loc[("4b", "lect", 2023, "all", "all", "mean_points")]
    c = part["commune_code"].nunique()
    assert row["clusters"] == row["df"] + 1 == c > 300
    assert (row["estimate"], row["se"]) == pytest.approx((value, se * (c / (c - 1)) ** 0.5), rel=1e-8)
    assert row["se"] == pytest.approx(0.76, abs=0.005)
    part = _valid(panel, "lect", 2014, 2022)
    part = part[part["ses_group_baseline"] == 2]
    value, se = _regression(part, np.column_stack([np.ones(len(part)), part["year"] == 2022]))
    row = rows.loc[("4b", "lect", 2022, "ses_group_baseline", "2", "change_points")]
    c = part.groupby("year")["commune_code"].nunique().min()
    assert (row["since_year"], row["clusters"]) == (2014, c)
    assert (row["estimate"], row["se"]) == pytest.approx((value, se * (c / (c - 1)) ** 0.5), rel=1e-8)


@pytest.mark.parametrize(("subject", "known", "error"), [("mate", -6.4, 1.35), ("lect", -1.2, 1.25)])
def test_change_of_the_ses_gap_is_an_interaction_clustered_by_commune(
    panel: pd.DataFrame, tables: dict[str, pd.DataFrame], subject: str, known: float, error: float
) -> None:
    part = _valid(panel, subject, 2014, 2023)
    part = part[part["ses_group"].isin([1, 5])]
    late, high = (part["year"] == 2023).to_numpy(float), (part["ses_group"] == 5).to_numpy(float)
    value, se = _regression(part, np.column_stack([np.ones(len(part)), late, high, late * high]))
    rows = tables["gaps"].set_index(["grade", "subject", "year", "breakdown", "term"])
    row = rows.loc[("4b", subject, 2023, "ses_group", "change_points")]
    c = part.groupby(["year", "ses_group"])["commune_code"].nunique().min()
    assert (row["since_year"], row["clusters"]) == (2014, c)
    assert (row["estimate"], row["se"]) == pytest.approx((value, se * (c / (c - 1)) ** 0.5), rel=1e-8)
    assert row["estimate"] == pytest.approx(known, abs=0.05)
    # a reviewer's own, with schools as units: -6.4 [-9.1; -3.8] and -1.2 [-3.7; 1.2]
    assert row["se"] == pytest.approx(error, rel=0.25)


def test_gap_of_slep_rests_on_its_communes(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["gaps"].set_index(["grade", "subject", "year", "upper", "term"])
    first = rows.loc[("4b", "lect", 2018, "slep", "gap_points")]
    # a reviewer's own: 14 communes, error 3.92 (2.17 with schools as units); ours takes 14 / 13 of the variance
    assert first["clusters"] == 14 and first["se"] == pytest.approx(3.92 * (14 / 13) ** 0.5, rel=0.02)
    later = rows.loc[("4b", "lect", 2022, "slep", "gap_points")]
    assert (later["estimate"], later["clusters"]) == (pytest.approx(-2.9, abs=0.05), 41)
    assert later["se"] == pytest.approx((0.1 + 5.9) / 2 / 1.96, rel=0.03)


def test_scores_of_schools_with_more_pupils_correlate_more(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["year_changes"]
    rows = rows[(rows["grade"] == "4b") & (rows["year"] == 2023) & (rows["breakdown"] == "pupils")]
    found = rows.set_index(["subject", "level"])["correlation"]
    # a reviewer's own, where the class was by another number of pupils for the small ones
    assert found["lect", "60+"] == pytest.approx(0.78, abs=0.01)
    assert found["mate", "60+"] == pytest.approx(0.86, abs=0.01)
    for subject in ("lect", "mate"):
        assert found[subject].is_monotonic_increasing and found[subject, "1-5"] < 0.3


def test_schools_that_tested_nobody_are_in_no_share(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["missing"]
    rows = rows[(rows["year"] == 2014) & (rows["subject"] == "soc") & (rows["what"] == "score")]
    assert rows.loc[rows["status"] == "not_tested", "schools"].sum() == 2404
    assert not tables["missing"]["suppressed"].any()
    trend = tables["trends"].set_index(["grade", "year", "subject", "level", "term"])["estimate"]
    assert trend["4b", 2014, "soc", "all", "share_withheld"] < 0.005
    pupils = tables["trends"][
        (tables["trends"]["term"] == "share_pupils_withheld") & (tables["trends"]["level"] == "all")
    ]
    assert pupils["estimate"].max() == pytest.approx(0.026, abs=0.0005)


def test_slep_and_private_are_shown_although_4b_has_one_delegated_school(
    tables: dict[str, pd.DataFrame],
) -> None:
    rows = tables["trends"]
    means = rows[
        (rows["grade"] == "4b") & (rows["term"] == "mean_points") & (rows["breakdown"] == "dependency")
    ]
    assert "delegated" not in set(means["level"]) and not means["suppressed"].any()
    assert means.loc[means["level"] == "slep", "year"].min() == 2018
    assert "delegated" in set(rows.loc[rows["grade"] == "2m", "level"])


def test_counts_of_4b_2018(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["missing"]
    rows = rows[(rows["grade"] == "4b") & (rows["year"] == 2018) & (rows["subject"] == "lect")]
    assert set(rows["of_schools"]) == {7414}
    assert (
        rows.loc[(rows["what"] == "change") & (rows["status"] == "did_not_sit"), "schools"].sum()
        == 7414 - 7306
    )
    trend = tables["trends"].set_index(["grade", "year", "subject", "level", "term"])
    withheld = trend.loc[("4b", 2018, "lect", "all", "share_withheld")]
    # 10 of those that sat tested nobody in reading; marks 545 + 16 + 1
    assert withheld["schools"] == 7306 - 10
    assert withheld["estimate"] == pytest.approx((562 - 10) / (7306 - 10))


def test_ive_formula_holds_in_every_school(readings: Readings) -> None:
    for name, file in readings.read.items():
        if file.meta["kind"] == "ive":
            row = ive_formula(file.frame, file=name).iloc[0]
            assert row["agrees"] and row["rows_checked"] > 7900
