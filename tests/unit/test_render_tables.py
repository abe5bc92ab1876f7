"""Tables for readers: rounded text, translated headers, the source left as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from render_demo import context

from trenza.render.language import LANGUAGES
from trenza.render.tables import COLUMNS, show, without_blank_columns


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("study", ["cic2019", "p900"])
def test_every_table_can_be_shown_and_is_not_changed(study: str, lang: str) -> None:
    view = context(study, lang)
    for name in COLUMNS:
        before = view.table(name).copy(deep=True)
        shown = show(name, view)
        assert shown.columns.is_unique
        assert all(isinstance(v, str) for v in shown.to_numpy().ravel())
        assert view.table(name).equals(before)
        if name != "codes":
            assert len(shown) == len(before)


def test_empty_tables_keep_their_headers() -> None:
    view = replace(context("cic2019", "es"), tables={})
    for name in COLUMNS:
        shown = show(name, view)
        assert len(shown) == 0
        assert len(shown.columns) > 1


def test_groups_in_both_languages() -> None:
    english, spanish = (show("groups", context("cic2019", x)) for x in LANGUAGES)
    row = english.loc[english["Outcome"].str.startswith("Commitment")].iloc[0]
    assert (row["Kind"], row["Std. difference [CI]"], row["p (Holm)"]) == (
        "published",
        "0.44 [0.04, 0.83]",
        ".155",
    )
    row = spanish.loc[spanish["Resultado"].str.startswith("Compromiso")].iloc[0]
    assert (row["Tipo"], row["Diferencia est. [IC]"], row["p (Holm)"]) == (
        "publicado",
        "0,44 [0,04; 0,83]",
        "0,155",
    )
    assert "n" in english.attrs["right"]


def test_the_code_tree_is_indented_and_leaves_out_codes_without_segments() -> None:
    shown = show("codes", context("cic2019", "en"))
    assert list(shown["Code"])[:2] == ["CIC project", "\u2003Joint planning"]
    assert not shown["Code"].str.contains("Materials").any()


def test_shares_at_the_cut_off_are_percentages() -> None:
    view = context("p900", "en")
    table = view.table("discontinuity").copy()
    table.loc[0, "term"] = "take_up_jump"
    assert (
        show("discontinuity", view, table)["Estimate [CI]"].iloc[0] == "40.0 [30.0, 50.0] percentage points"
    )


def test_columns_with_nothing_to_say_can_be_left_out() -> None:
    shown = show("groups", context("p900", "en"))
    thin = without_blank_columns(shown)
    assert "p (Holm)" in shown.columns
    assert "p (Holm)" not in thin.columns
    assert set(thin.attrs["right"]) <= set(thin.columns)


def test_a_table_shows_itself_whole_in_a_notebook() -> None:
    view = context("p900", "en")
    table = view.table("discontinuity").assign(term="wald_no_running_variable")
    shown = show("discontinuity", view, table)
    html = shown.iloc[:1]._repr_html_()
    assert "Wald ratio without the running variable (no regression discontinuity)" in html
    assert '<td style="text-align: right;">883</td>' in html
    assert html.count("<tr>") == 2
    shown.iloc[0, 0] = "<b>"
    assert "&lt;b&gt;" in shown._repr_html_()


def test_an_unknown_table_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="groups"):
        show("nothing", context("cic2019", "en"))


def test_words_of_real_interviews_are_not_shown() -> None:
    view = context("cic2019", "en")
    table = view.table("segments")
    assert show("segments", view, table.assign(source="real"))["Paraphrase"].unique().tolist() == [
        "not shown"
    ]
    assert show("segments", view, table)["Paraphrase"].tolist() == table["text"].tolist()


def test_findings_carry_the_unit_of_the_language() -> None:
    assert show("convergence", context("cic2019", "es"))["Hallazgo"].iloc[0].endswith(" DE")
