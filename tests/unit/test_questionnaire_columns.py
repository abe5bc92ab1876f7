"""Declared columns: every kind of them; what the file itself calls missing is missing, told in the ledger, and no fault."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from clean_cases import GROUP, ITEMS, clean, faults_of, row

from trenza.contracts.survey_file import SurveyFile
from trenza.questionnaire.export import Export, read_export
from trenza.questionnaire.instrument import Instrument
from trenza.questionnaire.reading import Reading

NOTHING = Instrument((), (), {})


def export(cells: list[Any], **declared: Any) -> Export:
    """A file of SPSS or Stata with the one column ``q``."""
    return read_export(SurveyFile("f.sav", "", [[c] for c in cells], 2, ["q"], **declared), tool="plain")


def read(cells: list[Any], how: dict[str, Any], **declared: Any) -> Reading:
    """The column ``q`` read as it is declared, with nothing left out and every cell shown."""
    file = export(cells, **declared)
    reading = Reading(file, pd.Index(file.frame.index), ".", "stop", str)
    reading.declared("q", {"from": "q", **how}, None, NOTHING)
    return reading


def test_missing_values_of_stata_are_missing_levels() -> None:
    """.a to .z by their letters; a lone point, or a word after it, is no missing value."""
    found = read(["1", ".a", 2.0, ".z", None], {"levels": {"1": "yes", "2": "no"}})
    assert found.values["q"].tolist() == ["yes", None, "no", None, None]
    assert found.ledger == [(3, "q", "missing code", ".a", 1), (5, "q", "missing code", ".z", 1)]
    assert found.faults == []
    wrong = read([".", ".ab", ".A"], {"levels": {"1": "yes"}})
    assert [f.found for f in wrong.faults] == ["'.'", "'.ab'", "'.A'"] and wrong.ledger == []


def test_user_missing_values_of_spss_are_missing_levels() -> None:
    missing = {0: [99.0, (-9.0, -1.0), "NS"]}
    found = read([1.0, 99.0, -3.5, "ns", 98.0], {"levels": {"1": "yes"}}, missing=missing)
    assert found.values["q"].tolist() == ["yes", None, None, None, None]
    rule = "missing code"
    assert found.ledger == [(3, "q", rule, "99.0", 1), (4, "q", rule, "-3.5", 1), (5, "q", rule, "ns", 1)]
    assert [(f.row, f.allowed) for f in found.faults] == [("6", "1 or blank")]


@pytest.mark.parametrize("levels", [{"99": "unsure"}, {"No sabe": "unsure"}])
def test_a_missing_value_that_the_study_declares_as_a_level_is_one(levels: dict[str, str]) -> None:
    found = read([99.0], {"levels": levels}, missing={0: [99.0]}, labels={0: {99.0: "No sabe"}})
    assert found.values["q"].tolist() == ["unsure"]
    assert found.ledger == found.faults == []


def test_a_cell_that_stands_for_two_levels_is_a_fault_though_it_is_user_missing() -> None:
    found = read([9.0], {"levels": {"9": "yes", "Sí": "no"}}, missing={0: [9.0]}, labels={0: {9.0: "Sí"}})
    assert len(found.faults) == 1 and found.ledger == []


def test_missing_choices_are_missing_too() -> None:
    how = {"options": {"radio": "radio", "tv": "tv"}}
    found = read(["radio", ".b", "NS", "tv;radio"], how, missing={0: ["NS"]})
    assert found.values["q_tv"].fillna(-1).tolist() == [0, -1, -1, 1]
    assert [line[2:] for line in found.ledger] == [("missing code", ".b", 1), ("missing code", "NS", 1)]
    assert found.faults == []


def test_accounts_add_up_with_missing_levels() -> None:
    rows = [[None, None, None, group, "1", "2", "3", None] for group in ("P", ".c", "C")]
    done = clean(rows, columns=GROUP)
    assert done.data["group"].isna().sum() == 1 and done.accounts["agrees"].all()
    line = done.accounts.set_index("column").loc["Grupo"]
    assert (line["cells_read"], line["cells_carried"]) == (3, 2)


def test_declared_columns_of_every_kind() -> None:
    header = ["Q", "Edad", "Medios", "Antes", "Después", "calm", "tense", "Horas por semana"]
    columns = {
        "group": {"from": "Q", "levels": {"1": "participant", "Control": "control"}},
        "age": {"from": "Edad", "type": "integer"},
        "media": {"from": "Medios", "options": {"Radio": "radio", "Diario, impreso": "paper"}},
        "before": {"from": "Antes"},
        "after": {"from": "Después"},
        "change": {"difference": ["after", "before"]},
    }
    items = [*ITEMS, row("before", "o", 0, 10), row("after", "o", 0, 10), row("change", "o", -5, 5)]
    rows = [
        [1.0, 40.0, "diario, impreso; Radio", "1", "9", "1", "1", "1"],
        ["CONTROL", None, "radio", "1", "3", "2", "1", "1"],
    ]
    assert [f[1:] for f in faults_of(rows, header=header, columns=columns, items=items)] == [("change", "8")]
    done = clean(rows, header=header, columns=columns, items=items, out_of_range="set_missing")
    wanted = ["group", "age", "media_radio", "media_paper", "before", "after", "change"]
    assert list(done.data.columns[1:8]) == wanted
    by_group = done.data.set_index("group")
    assert by_group.loc["participant", wanted[1:5]].tolist() == [40, 1, 1, 1]
    assert by_group.loc["control", wanted[2:]].tolist() == [1, 0, 1, 3, 2]
    assert math.isnan(by_group.loc["participant", "change"]) and by_group.loc["control", ["age"]].isna().all()
    line = done.ledger.iloc[-1]
    assert (line["column"], line["rule"], line["value"], line["cells"]) == (
        "change",
        "outside -5 to 5: set to missing",
        "8",
        0,
    )
    assert done.accounts["agrees"].all()


def test_levels_that_differ_in_accents_alone_are_told_by_the_exact_word() -> None:
    levels = {"group": {"from": "Grupo", "levels": {"Si": "participant", "Sí": "control"}}}
    rows = [[None, None, "sí", word, "1", "1", "1", None] for word in ("Sí", "Si")]
    assert clean(rows, columns=levels).data["group"].tolist() == ["control", "participant"]
    rows.append([None, None, "sí", "SI", "1", "1", "1", None])
    assert faults_of(rows, columns=levels) == [("4", "Grupo", "'SI'")]
