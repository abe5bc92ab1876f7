"""Policy rules on real files: the Agency's own comparisons, the SEP class counted another way, and the SAC categories."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trenza.official import policy, read
from trenza.official.policy_study import policy_counts, policy_verdicts, sep_alternatives
from trenza.official.policy_years import year_states

YEARS = (2018, 2022, 2023)  # the last three tests before 2024


@pytest.fixture(scope="module")
def fourth_grade(real_data: Path) -> pd.DataFrame:
    files = {y: real_data / "simce" / f"simce4b{y}_rbd_final.xlsx" for y in (2016, *YEARS)}
    if absent := [p.name for p in files.values() if not p.is_file()]:
        pytest.skip(f"no {', '.join(absent)}")
    frames = [read(p).frame for p in files.values()]
    text = dict.fromkeys(("grade", "subject", "score_status", "dependency"), "str")
    return pd.concat([f.astype(text) for f in frames], ignore_index=True)


@pytest.mark.parametrize("subject", ["lect", "mate"])
def test_the_agency_compares_with_the_pupil_weighted_mean_of_the_group(
    fourth_grade: pd.DataFrame, subject: str
) -> None:
    """The evidence for mean_of: pupils. Published differences are whole points, so those of 0 tell no side."""
    rows = fourth_grade[(fourth_grade["year"] == 2016) & (fourth_grade["subject"] == subject)]
    official = rows.set_index("rbd")["peer_diff_points"].dropna()
    official = official[official != 0]

    def contrary(mean_of: str) -> int:
        rules = policy.load_rules({"sep_class": {"subjects": [subject], "mean_of": mean_of}})
        state = year_states(rows, rules, "sep_class").set_index("rbd")["state"].reindex(official.index)
        ours = state.map({"above": 1, "below": -1, "neither": 0})
        return int(((ours * official) < 0).sum())

    assert len(official) > 4000
    assert contrary("pupils") == 0
    assert contrary("schools") > 0


def test_sep_classes_are_those_of_a_count_by_pivot(fourth_grade: pd.DataFrame) -> None:
    found = policy.sep_class(fourth_grade, policy.load_rules())
    found = found[found["year"] == YEARS[-1]].set_index("rbd")["result"]
    ok = fourth_grade[(fourth_grade["score_status"] == "ok") & fourth_grade["year"].isin(YEARS)].copy()
    ok = ok[ok["subject"].isin(["lect", "mate"]) & ok["ses_group"].notna()]
    ok["n"] = ok["n_pupils"].astype(float)
    ok["sum"] = ok["n"] * ok["score_points"]
    means = ok.groupby(["year", "subject", "ses_group"])[["sum", "n"]].sum()
    means["mean"] = means["sum"] / means["n"]
    ok = ok.merge(means["mean"].reset_index(), on=["year", "subject", "ses_group"])
    ok["away"] = ok["score_points"] - ok["mean"]
    wide = ok.pivot(index="rbd", columns=["year", "subject"], values="away").dropna()
    away = pd.concat({y: wide[y].mean(axis=1) for y in YEARS}, axis=1)
    away = away[away.index.isin(found.index[found != "not_covered"])]
    classified = ["autonomous", "emergent", "in_recovery"]
    assert found.isin(classified).sum() == len(away) > 4000
    assert set(found.index[found == "autonomous"]) == set(away.index[(away > 0).all(axis=1)])
    assert set(found.index[found == "in_recovery"]) == set(away.index[(away < 0).all(axis=1)])


def test_what_hangs_on_what_the_rule_leaves_open(fourth_grade: pd.DataFrame) -> None:
    """A reviewer's own runs: schools in recovery in 2023, of 7,204, with one parameter changed at a time."""
    found, _ = policy_verdicts(fourth_grade, {}, {})
    counts = policy_counts(found, sep_alternatives(fourth_grade, found, {}), min_cell=5)
    counts = counts[(counts["rule"] == "sep_class") & (counts["year"] == YEARS[-1])]
    assert set(counts["of_schools"]) == {7204}
    assert counts[counts["result"] == "in_recovery"].set_index("setting")["schools"].to_dict() == {
        "as declared": 1341, "margin_points 5": 838, "margin_points 10": 438, "combine each": 799,
        "mean_of schools": 1190, "years_required 2": 2897, "min_tested 10": 1095, "min_tested 20": 828,
    }  # fmt: skip


def test_a_test_without_its_file_leaves_every_school_unclassified(fourth_grade: pd.DataFrame) -> None:
    """The 2017 file is not among these, so 2018 has no three tests, and PAC never five."""
    found = policy.sep_class(fourth_grade, policy.load_rules())
    assert set(found.loc[found["year"] == 2018, "result"]) <= {"not_enough_years", "not_covered"}
    pac = policy.pac_eligibility(fourth_grade, policy.load_rules())
    assert set(pac["result"]) == {"not_enough_years"}


def test_the_sac_index_orders_the_categories_that_were_given(real_data: Path) -> None:
    """Not the Agency's index, which is adjusted for pupils' background; but its order must be the same."""
    folder = real_data
    names = (
        "simce/simce8b2017_rbd_publica_final.dta",
        "idps/idps8b2017_rbd_historico.xlsx",
        "sac/Desempeno2017.xlsx",
    )
    if absent := [n for n in names if not (folder / n).is_file()]:
        pytest.skip(f"no {', '.join(absent)}")
    simce = read(folder / names[0]).frame
    raw = pd.read_excel(folder / names[1], engine="calamine")
    raw.columns = raw.columns.str.lower().str.strip()
    parts = raw[["ind_am", "ind_cc", "ind_pf", "ind_hv"]].apply(pd.to_numeric, errors="coerce")
    other = pd.DataFrame({"rbd": raw["rbd"], "year": 2017, "other": parts.mean(axis=1, skipna=False)})
    other = other.dropna(subset=["rbd"]).astype({"rbd": "int64"})
    index = policy.sac_index(simce, other, policy.load_rules({"sac_index": {"grade": "8b"}}))
    given = pd.read_excel(folder / names[2], engine="calamine").rename(columns={"RBD": "rbd"})
    given["category"] = given["Categoría Desempeño 2017"].str.strip()
    means = index.merge(given[["rbd", "category"]], on="rbd").groupby("category")["index"].mean()
    order = means[["INSUFICIENTE", "MEDIO-BAJO", "MEDIO", "ALTO"]]
    assert order.is_monotonic_increasing
    assert set(index["result"]) <= {"no_cutoffs", "no_index"}
