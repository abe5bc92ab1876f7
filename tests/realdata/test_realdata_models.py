"""Known answers on real files: the P-900 programme and lme4's fit of the London school examinations.

The files are looked for in the folder that TRENZA_DATA names, else in ../shared/data beside the repository.
"""

from __future__ import annotations

import lzma
import os
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from trenza.contracts.model_tables import MODEL_TABLES
from trenza.contracts.schema import with_defaults
from trenza.contracts.tables import CONTRACTS
from trenza.effects.discontinuity import discontinuity
from trenza.effects.mean_reversion import gain_without_programme
from trenza.effects.study import model_study
from trenza.multilevel.declared import fit_declared
from trenza.multilevel.fit import fit
from trenza.multilevel.second_opinion import fit_with
from trenza.render.language import untranslated

TERM = "participant - other"


def real_file(name: str) -> Path:
    """The real file ``name``, or a skip that says where it was looked for."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    root = Path(os.environ["TRENZA_DATA"]) if os.environ.get("TRENZA_DATA") else beside
    path = root / name
    if not path.is_file():
        pytest.skip(f"real file not here: {path} (set TRENZA_DATA to the folder that holds {name})")
    return path


def with_group(schools: pd.DataFrame) -> pd.DataFrame:
    return schools.assign(group=schools["p90"].map({0: "other", 1: "participant"}))


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    records = with_group(pd.read_stata(real_file("p900/chile_full.dta")))
    return records.assign(
        gain_cas=records["cas92"] - records["cas88"], gain_mat=records["mat92"] - records["mat88"]
    )


@pytest.fixture(scope="module")
def near_cutoff() -> pd.DataFrame:
    records = with_group(pd.read_csv(real_file("p900/chile.csv")))
    return records.assign(gain_read=records["read92"] - records["read88"])


def test_p900_random_intercept_by_region(schools: pd.DataFrame) -> None:
    model = {
        "id": "region",
        "outcomes": ["cas92", "mat92"],
        "covariates": ["cas88", "mat88"],
        "cluster": "region",
    }
    tables = fit_declared(
        schools,
        model,
        study="p900",
        source="real",
        group="group",
        participants="participant",
        control="other",
        ci_level=0.95,
        min_cell=5,
    )
    for name in MODEL_TABLES:
        CONTRACTS[name].check(tables[name])
    row = tables["coef"].set_index(["id", "term"]).loc[("region_cas92", TERM)]
    assert row["estimate"] == pytest.approx(2.181, abs=5e-4)
    # 0.369 is the model-based error; Kenward-Roger's is the tidy one
    assert row["se_satterthwaite"] == pytest.approx(0.369, abs=5e-4)
    assert row["se"] == row["se_kr"] == pytest.approx(0.369, abs=2e-3)
    assert (row["n"], row["clusters"]) == (3929, 13)
    assert "rows in neither group left out: 1432" in row["note"]
    assert tables["fit"]["converged"].all() and not tables["fit"]["singular"].any()
    assert tables["modes"]["level"].str.fullmatch(r"\d+").all()
    used = schools[schools["group"].notna()].assign(treated=lambda d: (d["group"] == "participant") * 1.0)
    second = fit_with("statsmodels", "cas92 ~ treated + cas88 + mat88 + (1 | region)", used)
    assert second.converged
    assert second.fixed.loc["treated", "estimate"] == pytest.approx(row["estimate"], abs=1e-3 * row["se"])


def cut(records: pd.DataFrame, outcome: str, placebo: str | None = None) -> pd.DataFrame:
    results, bins = discontinuity(
        records,
        study="p900",
        id=outcome,
        source="real",
        outcome=outcome,
        group="group",
        participants="participant",
        running="rule2",
        cutoff=0,
        eligible="below",
        bandwidth=5,
        placebo_outcome=placebo,
        ci_level=0.95,
        min_cell=5,
    )
    CONTRACTS["discontinuity"].check(results)
    assert CONTRACTS["bins"].check(bins)["n"].min() >= 5
    return results.set_index("term")


def test_p900_take_up_and_what_each_estimate_is(near_cutoff: pd.DataFrame) -> None:
    gain, level = cut(near_cutoff, "gain_read"), cut(near_cutoff, "read92")
    assert gain.loc["take_up_jump", "n"] == 883
    assert gain.loc["take_up_not_eligible", "estimate"] == pytest.approx(0.0533, abs=5e-5)
    assert gain.loc["take_up_eligible", "estimate"] == pytest.approx(0.6061, abs=5e-5)
    for frame, term, estimate, se in (
        (gain, "wald_no_running_variable", 5.087, 0.881),
        (gain, "fuzzy_rd_linear", 7.36, 3.38),
        (level, "wald_no_running_variable", -4.37, 0.94),
    ):
        digits = 5e-4 if estimate == 5.087 else 5e-3
        assert frame.loc[term, "estimate"] == pytest.approx(estimate, abs=digits)
        assert frame.loc[term, "se"] == pytest.approx(se, abs=digits)


def first_and_second_stage(records: pd.DataFrame, outcome: str, width: float, slopes: int) -> tuple[Any, Any]:
    """statsmodels' OLS of participation and IV of the outcome, eligibility in the first column."""
    import statsmodels.api as sm
    from statsmodels.sandbox.regression.gmm import IV2SLS

    near = records[(records["rule2"].abs() < width) & records["group"].notna()].dropna(
        subset=["rule2", outcome]
    )
    x = near["rule2"].to_numpy()
    below, took = (x < 0).astype(float), (near["group"] == "participant").to_numpy(dtype=float)
    others = np.column_stack([np.ones(len(x)), *[x, x * below][:slopes]])
    z = np.column_stack([below, others])
    second = IV2SLS(near[outcome].to_numpy(dtype=float), np.column_stack([took, others]), z).fit()
    return sm.OLS(took, z).fit(), second


@pytest.mark.parametrize(
    ("suffix", "slopes", "jump", "se", "f", "low", "high"),
    [("linear", 1, 0.287, 0.046, 38.6, 1.05, 15.0), ("two_slopes", 2, 0.263, 0.047, 31.4, 1.20, 17.2)],
)
def test_p900_first_stage_and_anderson_rubin(
    near_cutoff: pd.DataFrame,
    suffix: str,
    slopes: int,
    jump: float,
    se: float,
    f: float,
    low: float,
    high: float,
) -> None:
    import statsmodels.api as sm

    rows = cut(near_cutoff, "gain_read")
    first, second = first_and_second_stage(near_cutoff, "gain_read", 5, slopes)
    row = rows.loc[f"take_up_jump_{suffix}"]
    assert (row["estimate"], row["se"]) == pytest.approx((jump, se), abs=5e-4)
    assert (row["estimate"], row["se"]) == pytest.approx((first.params[0], first.bse[0]), rel=1e-8)
    fuzzy = rows.loc["fuzzy_rd_linear" if slopes == 1 else "fuzzy_rd_linear_two_slopes"]
    assert (fuzzy["estimate"], fuzzy["se"]) == pytest.approx((second.params[0], second.bse[0]), rel=1e-8)
    found = re.match(r"first-stage F = (\S+); Anderson-Rubin interval (\S+) to (\S+);", fuzzy["note"])
    assert found and float(found[1]) == f == pytest.approx(first.tvalues[0] ** 2, abs=0.05)
    # the reviewer's limits are the outermost accepted points of a grid of 0.05
    said = float(found[2]), float(found[3])
    assert said == pytest.approx((low, high), abs=0.05)
    y, took, z = second.model.endog, first.model.endog, first.model.exog
    limits = [abs(sm.OLS(y - b * took, z).fit().tvalues[0]) for b in said]
    assert limits == pytest.approx([stats.t.ppf(0.975, first.df_resid)] * 2, abs=0.005)


@pytest.mark.parametrize(
    ("factor", "width", "estimate", "se"), [("0_6", 3, 11.6, 5.1), ("1_6", 8, 3.7, 1.8), ("2", 10, 3.8, 1.5)]
)
def test_p900_other_bandwidths(
    near_cutoff: pd.DataFrame, factor: str, width: float, estimate: float, se: float
) -> None:
    row = cut(near_cutoff, "gain_read").loc[f"fuzzy_rd_linear_bandwidth_{factor}"]
    second = first_and_second_stage(near_cutoff, "gain_read", width, 1)[1]
    assert (row["estimate"], row["se"]) == pytest.approx((second.params[0], second.bse[0]), rel=1e-8)
    assert (row["estimate"], row["se"]) == pytest.approx((estimate, se), abs=0.051)


def test_p900_placebo(near_cutoff: pd.DataFrame) -> None:
    row = cut(near_cutoff, "gain_read", placebo="read88").loc["placebo_fuzzy_rd_linear"]
    second = first_and_second_stage(near_cutoff, "read88", 5, 1)[1]
    assert (row["estimate"], row["se"]) == pytest.approx((second.params[0], second.bse[0]), rel=1e-8)
    assert (row["estimate"], row["se"]) == pytest.approx((0.16, 1.55), abs=5e-3)
    assert (row["outcome"], row["n"]) == ("read88", 883)


@pytest.mark.parametrize(("score", "other", "left"), [("cas", "mat", 2.02), ("mat", "cas", 2.22)])
def test_p900_most_of_the_naive_gain_is_foretold_by_the_first_scores(
    schools: pd.DataFrame, score: str, other: str, left: float
) -> None:
    import statsmodels.api as sm

    before, gain = [f"{score}88", f"{other}88"], f"gain_{score}"
    models, bins = gain_without_programme(
        schools,
        study="p900",
        id=score,
        source="real",
        baseline=before,
        gain=gain,
        group="group",
        participants="participant",
        control="other",
        min_cell=5,
        ci_level=0.95,
    )
    CONTRACTS["mean_reversion"].check(models)
    CONTRACTS["bins"].check(bins)
    used = schools.dropna(subset=["group", *before, gain]).astype(dict.fromkeys([*before, gain], "float64"))
    one, zero = (used[used["group"] == name] for name in ("participant", "other"))
    line = sm.OLS(zero[gain], sm.add_constant(zero[before])).fit()
    naive = one[gain].mean() - zero[gain].mean()
    remainder = one[gain].mean() - line.params.to_numpy() @ [1.0, *one[before].mean()]
    rows = models.set_index("term")
    assert rows.loc["naive_gain_difference", "estimate"] == pytest.approx(naive, rel=1e-6)
    assert rows.loc["remainder", "estimate"] == pytest.approx(remainder, rel=1e-6)
    assert rows.loc["remainder", "estimate"] == pytest.approx(left, abs=5e-3)
    assert rows.loc["expected_gain_difference", "estimate"] == pytest.approx(naive - remainder, rel=1e-6)
    # gain on participation, centred scores and their products: the coefficient of participation is the
    # remainder and its robust error nearly the same (without the spread of participants' own scores)
    took = (used["group"] == "participant").to_numpy(dtype=float)
    centred = (used[before] - one[before].mean()).to_numpy()
    design = np.column_stack([took, np.ones(len(used)), centred, took[:, None] * centred])
    robust = sm.OLS(used[gain].to_numpy(), design).fit(cov_type="HC0")
    assert robust.params[0] == pytest.approx(remainder, rel=1e-6)
    assert rows.loc["remainder", "se"] == pytest.approx(robust.bse[0], rel=0.02)
    assert bins["y_mean"].iloc[0] - bins["y_mean"].iloc[-1] > 10
    assert f"baseline score {before[0]}; baseline score {before[1]};" in rows.loc["remainder", "note"]


def test_p900_as_declared_says_nothing_that_has_no_spanish(
    schools: pd.DataFrame, near_cutoff: pd.DataFrame, root: Path
) -> None:
    study, schema = (
        yaml.safe_load((root / name).read_text(encoding="utf-8"))
        for name in ("config/studies/p900/study.yaml", "workflow/schemas/study.schema.yaml")
    )
    study = with_defaults(study, schema)
    urban = schools[(schools["big"] == 1) & (schools["urban88"] == 1)]
    tables = model_study(
        {
            "schools": schools,
            "cutoff_sample": near_cutoff.assign(
                distance=near_cutoff["rule2"], gain_math=near_cutoff["math92"] - near_cutoff["math88"]
            ),
            "urban_schools": urban.assign(
                school=urban["rbd"],
                distance=urban["rule2"],
                gain_cas90=urban["cas90"] - urban["cas88"],
                gain_mat90=urban["mat90"] - urban["mat88"],
            ),
        },
        study="p900",
        sources=study["sources"],
        design=study["design"],
        models=study["models"],
        discontinuities=study["discontinuities"],
        regression_to_the_mean=study["regression_to_the_mean"],
        panels=study["panels"],
        official={},
        ci_level=0.95,
        min_cell=5,
        seed=1,
    )
    for name in ("coef", "discontinuity", "mean_reversion", "panel_effects"):
        table = CONTRACTS[name].check(tables[name])
        for column in ("method", "note"):
            assert [piece for value in table[column] for piece in untranslated(value)] == []
    for column in ("method", "messages"):
        assert [piece for value in tables["fit"][column] for piece in untranslated(value)] == []
    placebo = tables["discontinuity"].query("term == 'placebo_fuzzy_rd_linear'")
    assert placebo[["id", "outcome"]].to_numpy().tolist() == [
        ["reading_gain", "read88"],
        ["mathematics_gain", "math88"],
        ["reading_gain_1990", "cas88"],
        ["mathematics_gain_1990", "mat88"],
    ]


def read_rda(path: Path) -> dict[str, Any]:
    """The one data frame of an R file saved as RDX2 and xz: columns as arrays, factors as their labels."""
    data = lzma.decompress(path.read_bytes())
    assert data[:7] == b"RDX2\nX\n"
    at, symbols = 7 + 12, []

    def integer() -> int:
        nonlocal at
        at += 4
        return int(struct.unpack_from(">i", data, at - 4)[0])

    def item() -> Any:
        nonlocal at
        flags = integer()
        kind, tagged, attributed = flags & 0xFF, bool(flags & 0x400), bool(flags & 0x200)
        if kind == 254:  # end of a pairlist
            return None
        if kind == 255:  # a symbol met before
            return symbols[(flags >> 8) - 1]
        if kind == 1:
            symbols.append(item())
            return symbols[-1]
        if kind == 2:
            attributes = item() if attributed else None
            tag = item() if tagged else None
            value = item()
            rest = item()
            assert attributes is None
            return {tag: value, **(rest or {})}
        if kind == 9:
            length = integer()
            at += max(length, 0)
            return data[at - length : at].decode("latin-1") if length >= 0 else None
        count = integer()
        if kind in (10, 13, 14):
            code, width = (">i4", 4) if kind != 14 else (">f8", 8)
            value = np.frombuffer(data, code, count, at)
            at += width * count
        else:
            assert kind in (16, 19), kind
            value = [item() for _ in range(count)]
        attributes = item() if attributed else None
        if attributes and "levels" in attributes:
            return np.array(attributes["levels"])[value - 1]
        if attributes and kind == 19 and "names" in attributes:
            return dict(zip(attributes["names"], value, strict=True))
        return value

    (frame,) = item().values()
    return dict(frame)


def test_lme4_on_4059_pupils_of_65_london_schools() -> None:
    """lme4 1.1-31, REML, tightened: normexam ~ standLRT + sex + schgend + (1 | school)."""
    pupils = pd.DataFrame(read_rda(real_file("multilevel/Exam.rda")))
    assert len(pupils) == 4059
    typed = pupils.assign(
        boy=(pupils["sex"] == "M").astype(float),
        boys=(pupils["schgend"] == "boys").astype(float),
        girls=(pupils["schgend"] == "girls").astype(float),
    )
    found = fit("normexam ~ boy + standLRT + boys + girls + (1 | school)", typed)
    for term, estimate, se in (
        ("Intercept", -0.00104929328408159, 0.0555690098721202),
        ("boy", -0.167391537412926, 0.0340995841042609),
        ("standLRT", 0.559754463215489, 0.01245001724161),
        ("boys", 0.177690739680991, 0.113474918333513),
        ("girls", 0.158996860817509, 0.0894030700980015),
    ):
        assert found.fixed.loc[term, "estimate"] == pytest.approx(estimate, rel=1e-5, abs=1e-7)
        assert found.fixed.loc[term, "se"] == pytest.approx(se, rel=1e-5)
    assert found.variance["estimate"].to_numpy() == pytest.approx(
        [0.0858288298391009, 0.562533922894495], rel=1e-5
    )
    assert found.loglik == pytest.approx(-4673.83673117464, abs=1e-6)
    assert (found.nobs, found.design.levels["school"]) == (4059, 65)
