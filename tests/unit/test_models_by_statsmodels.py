"""A declared model by statsmodels: the numbers of the main engine where both have them, blanks and words where not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from render_demo import context
from render_models import fitted, schools

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.multilevel.declared_checks import formula_faults
from trenza.render import language, models, sentences_models
from trenza.render.language import untranslated

MODEL: dict[str, Any] = {"id": "m", "outcomes": ["cas92"], "covariates": ["cas88"], "cluster": "region"}


def by(engine: str, **changed: Any) -> dict[str, Any]:
    frame = schools()
    frame.loc[3, "cas88"] = None
    return fitted(frame, [{**MODEL, "engine": engine, **changed}], source="real", control="other", min_cell=5)


def test_both_engines_say_the_same_and_the_second_leaves_blank_what_it_lacks() -> None:
    one, two = by("trenza"), by("statsmodels")
    for name, table in two.items():
        CONTRACTS[name].check(table)
    ours, theirs = one["coef"].set_index("term"), two["coef"].set_index("term")
    assert list(ours.index) == list(theirs.index)
    assert theirs["estimate"].to_numpy() == pytest.approx(ours["estimate"].to_numpy(), rel=1e-4)
    assert theirs["effect"].to_numpy() == pytest.approx(ours["effect"].to_numpy(), rel=1e-3, nan_ok=True)
    assert (theirs["n"] == 389).all() and (theirs["clusters"] == 13).all()
    assert theirs[["df", "df_kr", "p_kr", "se_kr", "df_satterthwaite"]].isna().all().all()
    assert theirs["p_value"].notna().all() and theirs["method"].str.contains("MixedLM").all()
    assert theirs["note"].str.contains("no degrees of freedom").all()
    for column in ("rows", "n", "groups", "parameters", "singular"):
        assert one["fit"][column].tolist() == two["fit"][column].tolist()
    for column in ("loglik", "aic", "bic"):
        assert two["fit"][column].to_numpy() == pytest.approx(one["fit"][column].to_numpy(), abs=1e-3)
    assert two["varcomp"]["share"].to_numpy() == pytest.approx(one["varcomp"]["share"].to_numpy(), rel=1e-3)
    assert not len(two["modes"]) and not len(two["influence"])
    said = [*theirs["method"], *theirs["note"], *two["fit"]["messages"], *theirs["effect_kind"].dropna()]
    assert [piece for value in said for piece in untranslated(value)] == []


def test_slopes_have_no_share_and_no_standardised_effect() -> None:
    tables = by("statsmodels", formula="group + cas88 + (1 + cas88 | region)")
    assert tables["varcomp"]["share"].isna().all() and tables["coef"]["effect"].isna().all()
    assert np.isfinite(tables["coef"]["estimate"]).all()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"formula": "group + (1 | region/school)"}, "more than one random term"),
        ({"formula": "group + (0 + cas88 | region)"}, "a random slope without an intercept"),
        ({"formula": "group + (1 | region)", "weights": "pupils"}, "precision weights"),
    ],
)
def test_what_it_cannot_fit_is_refused_before_any_row_is_read(changed: dict[str, Any], words: str) -> None:
    columns = {"group", "cas88", "cas92", "region", "school", "pupils"}
    model = {**MODEL, **changed, "engine": "statsmodels"}
    told = [str(f) for f in formula_faults(model, "group", columns, "models.0", "study.yaml")]
    assert any(words in one and "engine: trenza" in one for one in told)
    with pytest.raises(InputFaults, match=words):
        by("statsmodels", **{k: v if v != "pupils" else "cas88" for k, v in changed.items()})


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_sentence_names_the_z_interval(lang: str) -> None:
    view = replace(context("p900", lang), tables=by("statsmodels"))
    said = sentences_models.effect(view, models.models(view)[0])
    assert "Wald z" in said and "Kenward-Roger" not in said
    assert view.t("mod_fact_df", df="").strip() not in said
