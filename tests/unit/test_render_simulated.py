"""Simulated sources of two kinds in words: resembling published means, or pupils with a declared truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from render_demo import context, study_files
from render_frames import frame

from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_records
from trenza.render import comparison, simulated
from trenza.render.context import Context
from trenza.render.language import LANGUAGES
from trenza.render.report import report_markdown
from trenza.render.tables import show
from trenza.simulate.pupils import simulate_pupils


def pupils(effect: float = 10.0) -> Context:
    """The study of six schools in English with small schools; ``effect`` points are put in and declared."""
    study, items, codebook, links = study_files("ilt2012")
    spec: dict[str, Any] = study["sources"]["pupils_simulated"]["simulate"]["pupils"]
    spec |= {"effect": effect, "pupils": 10}
    rows = simulate_pupils(
        place=("study.yaml", "pupils"), cluster_column="school", unit_column="pupil", group_column="group",
        participants="ilt", control="other", seed=1, **spec,
    )  # fmt: skip
    made = verdicts_from_records(
        rows, study="ilt2012", comparison="mathematics", outcomes=["before", "after", "gain"], source="simulated",
        source_id="pupils_simulated", group="group", participants="ilt", control="other", cluster="school",
        assignment="different_clusters", settings=Settings(draws=99, sesoi_sd=0.2),
    )  # fmt: skip
    return Context(made, study, items, codebook, links, "en")


def markdown(view: Context) -> str:
    return report_markdown(
        "ilt2012", view.study, view.tables, view.items, view.codebook, view.links, view.lang, {}
    )


def test_the_truth_is_the_declared_effect_afterwards_and_nothing_before() -> None:
    view = pupils(effect=12.5)
    block = comparison.blocks(view)[0]
    assert simulated.truth(view, block, "after") == (12.5, 0.25) == simulated.truth(view, block, "gain")
    assert simulated.truth(view, block, "before") == (0.0, 0.0)
    assert simulated.truth(view, block, "attendance") is None
    cic = context("cic2019", "en")
    assert [simulated.truth(cic, b, "commitment") for b in comparison.blocks(cic)] == [None, None]


def test_whether_the_interval_holds_the_truth_is_read_off_the_table() -> None:
    view = pupils()
    verdicts = view.table("verdicts").copy()
    verdicts["ci_low"], verdicts["ci_high"] = [-1.0, 10.0, 10.1], [1.0, 30.0, 30.0]
    view = replace(view, tables={**view.tables, "verdicts": verdicts})
    before, after, gain = simulated.against_truth(view, comparison.blocks(view)[0])
    assert "put in was a difference of 0.00 points (0.00 SD of a test)" in before and "holds it" in before
    assert "put in was a difference of 10.00 points (0.20 SD of a test)" in after and "holds it" in after
    assert "[10.10, 30.00]" in gain and "does not hold it" in gain


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_kind_of_simulation_has_its_own_words(lang: str) -> None:
    made_up, resembling = replace(pupils(), lang=lang), context("cic2019", lang)
    about_truth = "was put in" if lang == "en" else "se puso"
    about_print = "published means" if lang == "en" else "DE publicadas"
    for view, is_truth in ((made_up, True), (resembling, False)):
        said = simulated.legend(view)
        assert (about_truth in said) == is_truth and (about_print in said) != is_truth
        hollow = next(b for b in comparison.blocks(view) if b.hollow)
        assert (about_truth in simulated.opening(view, hollow)) == is_truth
    both = {"sources": {**made_up.study["sources"], **resembling.study["sources"]}}
    said = simulated.caution(replace(made_up, study={**made_up.study, **both}))
    assert said == " ".join(made_up.t(f"caution_simulated_{how}") for how in ("means", "pupils"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_study_of_simulated_numbers_alone_says_what_they_show_and_that_it_is_no_finding(lang: str) -> None:
    view = replace(pupils(), lang=lang)
    report = markdown(view)
    summary = report[report.index("{#h-summary}") : report.index("{#h-design}")]
    assert view.t("sim_only") in summary and view.t("none_findings") not in summary
    assert ("What would limit a study of this design" if lang == "en" else "Lo que limitaría a") in summary
    points = [line for line in summary.splitlines() if line.startswith("- ")]
    assert len(points) == 1
    assert (
        "SIMULATED, no finding: 180 pupils in 6 schools"
        if lang == "en"
        else "no es hallazgo: 180 estudiantes"
    ) in points[0]
    assert points[0].count("10.00 was put in" if lang == "en" else "donde se puso 10,00") == 2
    assert ("public" not in report[: report.index("{#h-summary}")]) or lang == "es"


@pytest.mark.parametrize(("lang", "words"), [("en", "pupils follows"), ("es", "estudiantes sigue")])
def test_where_a_source_stands_is_told_in_the_language_of_the_report(lang: str, words: str) -> None:
    view = replace(pupils(), lang=lang)
    row = {
        "source_id": "pupils_simulated",
        "source": "simulated",
        "holds": "records",
        "where": "some text",
        "rows": 180,
    }
    inputs = frame("inputs", [{**row, "columns": 8}], "ilt2012")
    assert words in show("inputs", view, inputs).to_string()
    plain = {"pupils_simulated": {**view.study["sources"]["pupils_simulated"], "where": "Table 2"}}
    view = replace(view, study={**view.study, "sources": plain})
    shown = show("inputs", view, inputs.assign(where="Table 2"))
    assert ("Table 2" if lang == "en" else "Tabla 2") in set(pd.unique(shown.to_numpy().ravel()))
