"""Models of a study that compares no groups: declared, checked, fitted to official files, and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from render_demo import context
from scipy.optimize import minimize

from trenza.contracts.faults import InputFaults
from trenza.contracts.schema import with_defaults
from trenza.contracts.school_tables import SCHOOL_YEAR_COLUMNS
from trenza.contracts.study import check_study
from trenza.contracts.tables import CONTRACTS
from trenza.effects.study import model_study
from trenza.multilevel.declared import fit_declared, formula_of
from trenza.multilevel.fit import fit
from trenza.multilevel.source import DataError
from trenza.official.school_years import school_years
from trenza.render.language import LANGUAGES, untranslated
from trenza.render.report import report_markdown

ROOT = Path(__file__).resolve().parents[2]
NESTED = "year + dependency + (1 | commune/school/year)"
MODEL: dict[str, Any] = {
    "id": "m",
    "source": "official",
    "only": {"grade": "4b"},
    "outcomes": ["lect"],
    "formula": NESTED,
    "weights": {"lect": "pupils_lect"},
}


@pytest.fixture(autouse=True)
def wald_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with thousands of levels: no profile limits, which take the most time."""
    monkeypatch.setattr("trenza.multilevel.model_tables.PROFILED", 0)


def panel(years: tuple[int, ...] = (2016, 2018, 2022)) -> pd.DataFrame:
    """8 communes of 5 schools, mean scores of 4 to 120 pupils; the last school of a commune was tested in one year."""
    draw = np.random.default_rng(5)
    rows = []
    for school in range(40):
        commune, own = school // 5, draw.normal(0, 12)
        for year in years[: 1 if school % 5 == 4 else None]:
            n = int(draw.integers(4, 120))
            score = 250 + commune + own + draw.normal(0, 9) + draw.normal(0, 50 / np.sqrt(n))
            rows.append((school + 1, year, n, score, 5000 + commune, "slep" if school % 4 else "municipal"))
    frame = pd.DataFrame(
        rows, columns=["rbd", "year", "n_pupils", "score_points", "commune_code", "dependency"]
    )
    frame = frame.assign(
        grade="4b", subject="lect", score_status="ok", region_code=13, ses_group=2, rural=False
    )
    frame = frame.assign(coverage="national", n_pupils=frame["n_pupils"].astype("Int32"))
    frame.loc[3, "score_status"] = "not_representative"
    return frame


def fitted(rows: pd.DataFrame, **changed: Any) -> dict[str, pd.DataFrame]:
    source = {"official": {"kind": "real", "holds": "official"}}
    tables = model_study(
        {"official": rows}, study="s", sources=source, design={"unit": "school"}, models=[{**MODEL, **changed}],
        discontinuities=[], regression_to_the_mean=[], panels=[], official={}, seed=1, ci_level=0.95, min_cell=5,
    )  # fmt: skip
    names = tables.pop("level_names")  # no result: who the numbers are
    shown = {(r["id"], r["group"], r["level"]) for r in tables["modes"].to_dict("records")}
    assert {tuple(key) for key in names[["id", "group", "level"]].itertuples(index=False, name=None)} >= shown
    for name, table in tables.items():
        CONTRACTS[name].check(table)
    return tables


def test_rows_of_schools_and_years_hold_good_scores_only() -> None:
    rows = school_years(panel())
    assert list(rows.columns) == list(SCHOOL_YEAR_COLUMNS)
    assert len(rows) == 32 * 3 + 8 and rows["lect"].isna().sum() == rows["pupils_lect"].isna().sum() == 1
    assert rows["mate"].isna().all() and rows["dependency"].cat.categories[0] == "municipal"
    partial = school_years(panel().assign(coverage="region"))
    assert not len(partial)


def test_without_group_the_formula_stands_as_it_is() -> None:
    short = {"covariates": ["x"], "cluster": "school"}
    assert formula_of(short, "y", None) == "y ~ x + (1 | school)"
    assert formula_of({**short, "covariates": []}, "y", None) == "y ~ 1 + (1 | school)"


def test_official_models_are_fitted_and_no_school_is_told_from_another() -> None:
    tables = fitted(school_years(panel()))
    plain = fit(f"lect ~ {NESTED}", school_years(panel()), weights="pupils_lect")
    assert tables["coef"].set_index("term")["estimate"].to_dict() == pytest.approx(
        plain.fixed["estimate"].to_dict(), rel=1e-9
    )
    assert set(tables["varcomp"]["group"]) == {"commune", "commune:school", "commune:school:year", "Residual"}
    assert tables["varcomp"]["profile_low"].isna().all() and tables["varcomp"]["wald_low"].notna().all()
    assert set(tables["modes"]["group"]) == {"commune"}
    assert sorted(tables["modes"]["level"]) == [f"{k}" for k in range(1, 9)]
    assert "1 of 104 rows left out" in tables["fit"]["messages"].iloc[0]
    few = school_years(panel().query("rbd % 5 != 0"))
    assert not len(fitted(few)["modes"])  # four schools a commune


def test_results_of_one_year_are_named_and_stop_nothing() -> None:
    tables = fitted(school_years(panel((2018,))))
    assert not len(tables["fit"]) and len(tables["not_fitted"]) == 1
    said = tables["not_fitted"]["reason"].iloc[0]
    assert said.startswith("commune:school and commune:school:year have the same levels")
    assert untranslated(said) == []
    nowhere = fitted(school_years(panel().assign(commune_code=np.nan)))["not_fitted"]["reason"].iloc[0]
    assert nowhere.startswith("no complete row of 104") and untranslated(nowhere) == []
    with pytest.raises(
        InputFaults, match=r"models\.m.*same levels"
    ):  # rows that a user chose are mended by the user
        one = school_years(panel((2018,)))
        fit_declared(one, MODEL, study="s", source="real", ci_level=0.95, min_cell=5)


def test_a_variance_of_single_rows_needs_unequal_weights_and_is_the_best_there_is() -> None:
    """The restricted likelihood with V = commune + school + rows + s2 / pupils, written out and maximised."""
    everywhere = school_years(panel()).dropna(subset=["lect"])
    formula = "lect ~ year + (1 | school) + (1 | school:year)"
    data = everywhere.query("commune < '5006'")
    one = fit(formula, data, weights="pupils_lect")
    y, n = data["lect"].to_numpy(), data["pupils_lect"].to_numpy()
    x = np.column_stack([np.ones(len(data)), *(data["year"] == k for k in ("2018", "2022"))]).astype(float)
    same = (data["school"].to_numpy()[:, None] == data["school"].to_numpy()).astype(float)

    def minus(log_sd: np.ndarray) -> float:
        school, row, pupil = np.exp(2.0 * log_sd)
        v = school * same + np.diag(row + pupil / n)
        w = np.linalg.solve(v, np.column_stack([x, y]))
        a = x.T @ w[:, :-1]
        left = y - x @ np.linalg.solve(a, x.T @ w[:, -1])
        logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(a)[1]
        return float(0.5 * (logs + left @ np.linalg.solve(v, left) + (len(y) - 3) * np.log(2.0 * np.pi)))

    found = minimize(minus, np.log([12.0, 9.0, 50.0]), method="BFGS", options={"gtol": 1e-7})
    best = dict(zip(("school", "school:year", "Residual"), np.exp(found.x), strict=True))
    assert one.variance.set_index("group")["sd_or_corr"].to_dict() == pytest.approx(best, rel=1e-4)
    assert one.loglik >= -found.fun - 1e-8
    few = fit(
        formula, everywhere.query("commune < '5004'"), weights="pupils_lect"
    )  # best with no residual variance
    assert any(m.startswith("the residual variance is next to 0") for m in few.messages) and not few.converged
    with pytest.raises(DataError, match="has one row"):
        fit(formula, data)
    with pytest.raises(DataError, match="has one row"):
        fit(formula, data.assign(w=3.0), weights="w")


def study(**model: Any) -> dict[str, Any]:
    official = {"kind": "real", "holds": "official", "folders": ["simce"]}
    said = {
        "title": {"en": "T", "es": "T"},
        "sources": {"official": official},
        "design": {"unit": "school", "limits": []},
        "models": [{**MODEL, **model}],
    }
    schema = yaml.safe_load((ROOT / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
    filled: dict[str, Any] = with_defaults(said, schema)
    return filled


def test_a_study_without_groups_may_declare_models() -> None:
    item = {"item": "lect", "min": "100", "max": "400"}
    assert check_study(study(), [item], "study.yaml") == []
    told = " ".join(map(str, check_study(study(weights={"mate": "pupils"}), [item], "study.yaml")))
    assert "one column for each of lect" in told and "column 'pupils'" in told
    assert "column 'level'" in str(check_study(study(only={"level": 4}), [item], "study.yaml")[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_tells_where_the_variance_lies_and_what_has_no_fit(lang: str) -> None:
    tables, lost = fitted(school_years(panel())), fitted(school_years(panel((2018,))))
    view = context("p900", lang)
    view = replace(
        view, tables={**tables, "not_fitted": lost["not_fitted"].assign(id="x_lect")}, study=study()
    )
    text = report_markdown("s", view.study, view.tables, view.items, view.codebook, view.links, lang, {})
    inside = {
        "en": "years within schools within communes",
        "es": "años dentro de escuelas dentro de comunas",
    }[lang]
    assert view.t("mod_open_plain") in text and inside in text
    assert {"en": "against: municipal", "es": "frente a: municipal"}[lang] in text
    assert {"en": "results of one year only", "es": "resultados de un solo año"}[lang] in text
    assert "pupils\\_lect" in text
    assert {"en": "no plain contrast", "es": "contraste simple"}[lang] not in text
    only_lost = replace(view, tables=lost)
    text = report_markdown("s", view.study, only_lost.tables, view.items, view.codebook, view.links, lang, {})
    assert view.t("mod_not_fitted") in text
