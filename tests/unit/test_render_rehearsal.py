"""What a report says of a study of simulated sources alone: a rehearsal wherever strands are joined, and never a finding."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from render_demo import context, study_files

from trenza.render import coding, comparison, figures_school_level, figures_themes, simulated
from trenza.render.context import Context
from trenza.render.first_page import first_page
from trenza.render.language import LANGUAGES, text
from trenza.render.markdown import Paper
from trenza.render.report_strands import together
from trenza.render.report_summary import summary


def rehearsal(lang: str) -> Context:
    """The joined tables of cic2019 under the study file of the rehearsal, of simulated rows alone."""
    base = context("cic2019", lang)
    made = {
        name: table.loc[table["source"] == "simulated"] if "source" in table.columns else table
        for name, table in base.tables.items()
    }
    return replace(base, study=study_files("cic_online")[0], tables=made)


def page(view: Context, section: object) -> str:
    paper = Paper(view, {})
    section(paper, "cic_online")  # type: ignore[operator]
    return " ".join("\n".join(paper.lines).split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_place_that_joins_the_strands_says_rehearsal_first(lang: str) -> None:
    view = rehearsal(lang)
    said = text(lang, "rehearsal_said").rstrip(".")
    assert simulated.rehearses(view)
    for section in (first_page, summary, together):
        assert said in page(view, section).replace("\\", "")
    assert text(lang, "together_open")[:40] not in page(view, together).partition(said)[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_other_study_says_rehearsal(lang: str) -> None:
    said = text(lang, "rehearsal_said").rstrip(".")
    view = context("cic2019", lang)
    assert not simulated.rehearses(view)
    for section in (first_page, summary, together):
        assert said not in page(view, section).replace("\\", "")
    # Nor one of simulated rows without links.
    lonely = rehearsal(lang)
    lonely = replace(lonely, tables={**lonely.tables, "convergence": pd.DataFrame()})
    assert not simulated.rehearses(lonely)


def test_rows_from_assumptions_are_not_called_like_published_means() -> None:
    view = rehearsal("en")
    assert simulated.legend(view) == text("en", "legend_simulated_assumed")
    block = next(b for b in comparison.blocks(view) if b.hollow)
    assert simulated.opening(view, block) == text("en", "cmp_simulated_assumed")
    cic = context("cic2019", "en")
    assert simulated.legend(cic) == text("en", "legend_simulated_means")


@pytest.mark.parametrize(("lang", "name"), [("en", "Connection and devices: hindering"), ("es", "Conexión y equipos: dificulta")])  # fmt: skip
def test_a_code_that_says_a_direction_is_named_in_both_languages(lang: str, name: str) -> None:
    view = replace(context("cic2019", lang), codebook=study_files("cic_online")[2])
    assert view.code("connection_hindering") == name
    assert view.code("another_hindering") == "another hindering"
    assert (
        view.knows_code("connection")
        and view.knows_code("connection_hindering")
        and not view.knows_code("another_hindering")
    )
    nodes = pd.DataFrame(
        {"code": ["connection_hindering", "c9"], "name": ["connection_hindering", "Own name"]}
    )
    project = replace(view, tables={**view.tables, "code_nodes": nodes})
    assert coding.code_names(project) == {"connection_hindering": name, "c9": "Own name"}


def test_segments_of_a_coded_project_are_drawn_in_the_direction_that_the_link_declares() -> None:
    view = context("cic2019", "en")
    links = pd.DataFrame({"link": ["a"], "codes": ["c1; Lack = hindering; gone"]})
    shown = pd.DataFrame({"link": ["a", "a"], "item": ["c1", "Lack"], "unit": "segments", "value": [3, 4]})
    view = replace(view, links=links, tables={**view.tables, "joint_display": shown})
    row = {"link": "a", "code_expects": "enabling"}
    drawn = [figures_themes._segments(view, row, code, None) for code in ("c1", "Lack", "gone")]
    assert drawn == [{"enabling": 3}, {"hindering": 4}, {}]


@pytest.mark.parametrize("n", [6, 30])
def test_of_many_schools_those_told_from_zero_are_named(n: int) -> None:
    school = {
        "id": "s",
        "outcome": "commitment",
        "kind": "simulated",
        "theme_kind": "simulated",
        "ci_level": 0.95,
        "quadrant": None,
    }
    rows = [{**school, "school": f"s{i}", "mode": i / 10, "ci_low": i / 10 - 1, "ci_high": i / 10 + 1,
             "balance": i / n, "side": "above" if i == 1 else "undecided"} for i in range(n)]  # fmt: skip
    view = context("cic2019", "en")
    view = replace(view, tables={**view.tables, "school_level": pd.DataFrame(rows)})
    fig = figures_school_level.quadrants(view)
    assert fig is not None
    named = {t.get_text() for t in fig.axes[0].texts} & {f"s{i}" for i in range(n)}
    assert named == ({f"s{i}" for i in range(n)} if n == 6 else {"s1"})
