"""What ``fit`` says to formulas and data that are wrong: the right answer or a plain refusal."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.comparison import compare
from trenza.multilevel.fit import fit
from trenza.multilevel.formula import FormulaError, parse_formula
from trenza.multilevel.imputed import fit_imputed
from trenza.multilevel.permutation import permutation_test


def table(n: int = 200) -> pd.DataFrame:
    r = np.random.default_rng(2)
    g = r.integers(0, 10, n)
    return pd.DataFrame(
        {
            "puntaje": r.normal(size=10)[g] + r.normal(size=n),
            "escuela": np.array(
                ["Ñuñoa", "Peñalolén", "Viña", "Aysén", "Chiloé", "Maipú", "Tomé", "Lota", "Ñiquén", "Ovalle"]
            )[g],
            "escuela_tipo": np.array(["a", "b"])[g % 2],
            "x": r.normal(size=n),
            "one": 1.0,
            "text": "word",
        }
    )


FORMULAS = {
    "y ~ x + (1 | g": (8, "never closed"),
    "y ~ x + 1 | g": (10, "needs brackets"),
    "y ~ x (1 | g)": (6, "+ is missing before"),
    "y ~ (1 | g) x": (12, "+ is missing after"),
    "y ~ x + (1 ||| g)": (13, "the group is missing"),
    "y ~ x + (1 | )": (13, "the group is missing"),
    "y ~ x + ( | g)": (10, "column or 1 is missing"),
    "y ~ x + (1 | g + h)": (15, "a:b or a/b"),
    "y ~ x + (2 | g)": (9, "only 0 and 1"),
    "y ~ x + (0 | g)": (11, "nothing varies"),
    "y ~ x": (5, "no random term"),
    "y x + (1 | g)": (13, "one ~"),
    "y ~ x ~ (1 | g)": (6, "one ~"),
    "log(y) ~ (1 | g)": (3, "one column"),
    "~ x + (1 | g)": (0, "name of a column"),
    "": (0, "empty"),
    "y ~ x + (1 + x | g) + (x | g)": (27, "varies twice"),
    "y ~ x)) + (1 | g)": (5, "closes nothing"),
    "y ~ x + (log(x) | g)": (12, "is needed"),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_with_a_mistake_points_at_the_character(text: str) -> None:
    position, problem = FORMULAS[text]
    with pytest.raises(FormulaError) as raised:
        parse_formula(text)
    assert problem in str(raised.value)
    assert raised.value.position == position
    if text:
        line, mark = str(raised.value).splitlines()[1:]
        assert line[2:] == text
        assert mark.index("^") == position + 2


@pytest.mark.parametrize(
    ("text", "fixed", "random"),
    [
        ("y ~ x + (1 | g)", "x", [(("1",), ("g",))]),
        ("y ~ (1 | g) + x", "x", [(("1",), ("g",))]),
        ("y ~ (x | g)", "1", [(("1", "x"), ("g",))]),
        ("y ~ 1 + (0 + x | g) + z", "1  + z", [(("x",), ("g",))]),
        ("y ~ x + (x - 1 | g)", "x", [(("x",), ("g",))]),
        ("y ~ x + (1 + x || g)", "x", [(("1",), ("g",)), (("x",), ("g",))]),
        ("y ~ x + (1 | a/b/c)", "x", [(("1",), ("a",)), (("1",), ("a", "b")), (("1",), ("a", "b", "c"))]),
        ("y ~ x + (1 | a:b) + (1 | c)", "x", [(("1",), ("a", "b")), (("1",), ("c",))]),
    ],
)
def test_the_formula_language_of_lme4(text: str, fixed: str, random: list) -> None:
    formula = parse_formula(text)
    assert formula.fixed.split() == fixed.split()
    assert [(term.columns, term.group) for term in formula.random] == random


def change(d: pd.DataFrame, **columns: object) -> pd.DataFrame:
    return d.assign(**columns)


BAD = {
    "misspelt": (lambda d: d, "puntaje ~ x + (1 | escuel)", "no column escuel; did you mean escuela?"),
    "misspelt outcome": (lambda d: d, "puntje ~ x + (1 | escuela)", "no column puntje; did you mean puntaje?"),
    "misspelt fixed": (lambda d: d, "puntaje ~ xx + (1 | escuela)", "no column xx"),
    "constant outcome": (lambda d: change(d, puntaje=3.0), "puntaje ~ x + (1 | escuela)", "the same value"),
    "one group": (lambda d: change(d, escuela="a"), "puntaje ~ x + (1 | escuela)", "has one level"),
    "groups of one": (lambda d: change(d, escuela=range(len(d))), "puntaje ~ x + (1 | escuela)", "every level of escuela has one row"),
    "too many effects": (lambda d: change(d, escuela=np.arange(len(d)) // 2), "puntaje ~ x + (1 + x | escuela)", "200 rows"),
    "constant slope": (lambda d: d, "puntaje ~ x + (1 + one | escuela)", "one has the same value"),
    "infinite": (lambda d: change(d, x=np.where(d.index == 3, np.inf, d["x"])), "puntaje ~ x + (1 | escuela)", "infinite values in x (1 rows)"),
    "text outcome": (lambda d: d, "text ~ x + (1 | escuela)", "outcome text holds text"),
    "text slope": (lambda d: d, "puntaje ~ x + (1 + text | escuela)", "text holds text"),
    "one level": (lambda d: d, "puntaje ~ text + (1 | escuela)", "text has one level"),
    "all missing": (lambda d: change(d, x=np.nan), "puntaje ~ x + (1 | escuela)", "no complete row of 200 (missing: x 200)"),
    "exact fit": (lambda d: change(d, puntaje=2 * d["x"] + 1), "puntaje ~ x + (1 | escuela)", "exactly"),
    "outcome explains": (lambda d: d, "puntaje ~ puntaje + (1 | escuela)", "stands among what explains it"),
    "a call": (lambda d: d, "puntaje ~ print(x) + (1 | escuela)", "print() may not be called"),
    "an attribute": (lambda d: d, "puntaje ~ x.real + (1 | escuela)", "no column"),
    "unreadable": (lambda d: d, "puntaje ~ x + * + (1 | escuela)", "cannot be read"),
    "rounding": (lambda d: change(d, puntaje=0.1 + 1e-16 * (d.index % 3)), "puntaje ~ x + (1 | escuela)", "but for the last digits"),
    "dates": (lambda d: change(d, x=pd.Timestamp("2020-03-01")), "puntaje ~ x + (1 | escuela)", "column x holds dates"),
    "complex numbers": (lambda d: change(d, x=1j), "puntaje ~ x + (1 | escuela)", "column x holds complex numbers"),
    "numbers as objects": (lambda d: change(d, x=d["x"].astype(object)), "puntaje ~ x + (1 | escuela)", "column x holds numbers as objects"),
    "lists": (lambda d: change(d, escuela=[[1]] * len(d)), "puntaje ~ x + (1 | escuela)", "values that are no names"),
    "far": (lambda d: change(d, x=d["x"] * 1e200), "puntaje ~ x + (1 | escuela)", "x: values beyond 1e100"),
    "near": (lambda d: change(d, puntaje=d["puntaje"] * 1e-200), "puntaje ~ x + (1 | escuela)", "puntaje: values beyond"),
    "zero weights": (lambda d: change(d, w=0.0), "puntaje ~ x + (1 | escuela)", "have to be above 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_data_get_a_plain_refusal(name: str) -> None:
    make, formula, said = BAD[name]
    with pytest.raises(TrenzaError, match=re.escape(said)):
        fit(formula, make(table()), weights="w" if "weights" in name else None)


def test_missing_values_are_left_out_and_counted() -> None:
    d = table()
    d.loc[3, "x"] = np.nan
    d.loc[[3, 4], "puntaje"] = np.nan
    d.loc[5, "escuela"] = None
    f = fit("puntaje ~ x + (1 | escuela)", d)
    assert f.nobs == f.design.used == 197
    assert f.design.rows == 200
    assert dict(f.design.missing) == {"puntaje": 2, "x": 1, "escuela": 1}
    assert any("3 of 200 rows left out" in m for m in f.messages)
    same = fit("puntaje ~ x + (1 | escuela)", d.drop([3, 4, 5]))
    assert f.fixed.to_csv() == same.fixed.to_csv()
    assert f.fitted.isna().sum() == 2  # no x or no group; a missing outcome can be fitted
    assert f.residuals.isna().sum() == 3


def test_collinear_columns_are_dropped_by_name() -> None:
    d = table()
    d["double"] = 2 * d["x"] + 1
    f = fit("puntaje ~ x + double + (1 | escuela)", d)
    assert list(f.fixed["term"]) == ["Intercept", "x"]
    assert f.design.dropped["double"] == ("Intercept", "x") or f.design.dropped["double"] == ("x",)
    assert any(m.startswith("rank: double left out") for m in f.messages)
    assert f.fixed["estimate"].to_list() == fit("puntaje ~ x + (1 | escuela)", d).fixed["estimate"].to_list()
    constant = fit("puntaje ~ x + one + (1 | escuela)", d)
    assert "one" in constant.design.dropped


def test_a_level_that_is_absent_is_named_and_left_out() -> None:
    d = table()
    d["escuela_tipo"] = pd.Categorical(d["escuela_tipo"], categories=["b", "c", "a"])
    f = fit("puntaje ~ escuela_tipo + (1 | escuela)", d)
    assert list(f.fixed["term"]) == ["Intercept", "escuela_tipo[T.a]"]
    assert f.design.absent["escuela_tipo"] == ("c",)
    assert f.fixed["coding"].iloc[1] == "escuela_tipo: treatment, reference b"


def test_the_coding_of_each_column_is_named() -> None:
    d = table()
    f = fit("puntaje ~ escuela_tipo:x + (1 | escuela)", d)
    assert f.fixed["coding"].to_list() == ["", *["escuela_tipo: each level by itself"] * 2]
    f = fit("puntaje ~ C(escuela_tipo, contr.sum) + x + (1 | escuela)", d)
    assert f.fixed["coding"].to_list() == ["", "C(escuela_tipo, contr.sum): sum over a, b", ""]
    f = fit("puntaje ~ escuela_tipo * x + (1 | escuela)", d)
    assert f.fixed["coding"].to_list() == [
        "",
        *["escuela_tipo: treatment, reference a"] * 1,
        "",
        "escuela_tipo: treatment, reference a",
    ]


def test_groups_with_accents_keep_their_names() -> None:
    f = fit("puntaje ~ x + (1 | escuela)", table())
    assert {"Ñuñoa", "Viña"} <= set(f.modes["level"])


def test_a_slope_of_a_column_that_varies_between_groups_only_is_told() -> None:
    d = table()
    d["z"] = d.groupby("escuela")["x"].transform("mean")
    f = fit("puntaje ~ x + (1 + z | escuela)", d)
    assert any("z does not vary within escuela" in m for m in f.messages)


def test_transformed_columns_are_those_of_the_table() -> None:
    d = table()
    d["xx"] = np.exp(d["x"])
    one = fit("puntaje ~ exp(x) + (1 | escuela)", d)
    two = fit("puntaje ~ xx + (1 | escuela)", d)
    np.testing.assert_allclose(one.fixed["estimate"], two.fixed["estimate"], rtol=1e-9)
    np.testing.assert_allclose(one.fitted, two.fitted, rtol=1e-9)


def test_a_file_that_is_none_and_a_table_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(TrenzaError, match="no file"):
        fit("y ~ (1 | g)", tmp_path / "none.parquet")
    (tmp_path / "word.parquet").write_text("no parquet")
    with pytest.raises(TrenzaError, match="cannot be read as parquet"):
        fit("y ~ (1 | g)", tmp_path / "word.parquet")
    with pytest.raises(TrenzaError, match="DataFrame or the path"):
        fit("y ~ (1 | g)", {"y": [1]})  # type: ignore[arg-type]
    with pytest.raises(TrenzaError, match="ci_level"):
        fit("puntaje ~ (1 | escuela)", table(), ci_level=1.0)


def test_a_contrast_of_unknown_terms_names_the_known_ones() -> None:
    f = fit("puntaje ~ x + (1 | escuela)", table())
    with pytest.raises(TrenzaError, match="no term z; allowed: Intercept, x"):
        f.contrast("z")
    with pytest.raises(TrenzaError, match="follows from the others"):
        f.contrast(["x", {"x": 2.0}])
    with pytest.raises(TrenzaError, match="no finite number"):
        f.contrast({"x": float("nan")})
    with pytest.raises(TrenzaError, match="3 weights"):
        f.contrast(np.ones((1, 3)))


def test_rows_to_predict_are_transformed_by_the_rows_of_the_fit() -> None:
    d = table()
    for term in ("scale(x)", "poly(x, 2)", "sqrt(abs(x))"):
        f = fit(f"puntaje ~ {term} + (1 | escuela)", d)
        np.testing.assert_allclose(f.predict(d.head(3)), f.fitted.head(3), rtol=1e-9)


FIXED = {
    "puntaje ~ x + * x + (1 | escuela)": r"used\.\n  x \+ \* x\n    \^",
    "puntaje ~ . + (1 | escuela)": "name them",
    "puntaje ~ 0 + (1 | escuela)": "has no column",
    "puntaje ~ X + (1 | ESCUELA)": "no column X; did you mean x.; no column ESCUELA; did you mean escuela",
    "puntaje ~ log(x) + (1 | escuela)": r"log\(x\) is not finite in some rows",
}


@pytest.mark.parametrize("formula", FIXED)
def test_mistakes_in_the_fixed_part_are_told_in_plain_words(formula: str) -> None:
    with pytest.raises(TrenzaError, match=FIXED[formula]):
        fit(formula, table())


def test_what_is_not_of_the_same_rows_is_neither_compared_nor_pooled_nor_dealt_anew() -> None:
    d = table()
    f = fit("puntaje ~ x + (1 | escuela)", d)
    with pytest.raises(TrenzaError, match="not of the same rows"):
        compare(f, fit("puntaje ~ x + (1 + x | escuela)", d.assign(puntaje=2.0 * d["puntaje"])))
    with pytest.raises(TrenzaError, match="from 150 to 200 complete rows"):
        fit_imputed("puntaje ~ x + (1 | escuela)", [d, d.head(150)])
    with pytest.raises(TrenzaError, match="Intercept has one value"):
        permutation_test(f, "Intercept", 10, 1)
