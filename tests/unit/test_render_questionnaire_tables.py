"""Tables about questionnaires: what shares a row, what stands once, what is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from render_questionnaire import questionnaire_context
from render_questionnaire_report import markdown, part

from trenza.render.report_questionnaire_parts import gathered
from trenza.render.tables_questionnaire import reliability_by_scale


def test_a_long_table_of_items_is_told_by_its_suspects_or_shows_them() -> None:
    view = questionnaire_context("en", "leaders")
    items = view.table("item_statistics")

    def said(copies: int) -> str:
        many = pd.concat([items.assign(source_id=f"wave_{k}") for k in range(copies)], ignore_index=True)
        return part(markdown(replace(view, tables={**view.tables, "item_statistics": many})), "h_q_scales")

    assert said(7).count("is declared straight") == 7
    assert "all 35 rows are in item\\_statistics.table.csv" in said(7)
    assert "Shown are 10 of 50 rows; all are in item\\_statistics.table.csv" in said(10)
    assert "is declared straight" not in said(10)


def test_items_stand_under_their_scale_without_its_name_in_each_row() -> None:
    said = part(markdown(questionnaire_context("en", "leaders")), "h_q_items").split("\n### ")[0]
    assert "| **Trust among teachers** |" in said
    assert said.count("Trust among teachers |") == 0
    assert "| Kind |" not in said


def test_alpha_and_omega_of_a_scale_and_group_share_a_row() -> None:
    view = questionnaire_context("en", "leaders")
    wide = reliability_by_scale(view.table("reliability"))
    assert len(wide) == len(view.table("reliability")) / 2
    assert (wide["omega_estimate"] - wide["estimate"]).dropna().to_numpy() == pytest.approx(0.02)
    assert "| 0.71 \\[0.59,\u00a00.78\\] | 0.73 \\[0.61,\u00a00.80\\] |" in part(
        markdown(view), "h_q_reliability"
    )


def test_remarks_that_differ_in_a_count_alone_are_one() -> None:
    view = questionnaire_context("en")
    pieces = [
        ("not fitted: 92 people, at least 100 needed", "a"),
        ("not fitted: 98 people, at least 100 needed", "b"),
        ("p of 0.05", "c"),
    ]
    assert gathered(view, pieces) == [
        ("not fitted: 92 to 98 people, at least 100 needed", ["a", "b"]),
        ("p of 0.05", ["c"]),
    ]


def test_a_model_that_was_fitted_nowhere_has_no_table_and_says_why_once() -> None:
    view = questionnaire_context("en", "leaders")
    said = part(markdown(view), "h_q_one_factor").split("\n### ")[0]
    assert "It was fitted for none of 2 scales" in said
    assert said.count("toy reason") == 1
    assert "|" not in said


# --- the ledger --------------------------------------------------------------------------------------


def test_cells_of_whole_rows_and_columns_are_counted_in_the_report() -> None:
    from render_frames import frame

    def line(row: int | None, column: str | None, rule: str, cells: int) -> dict[str, Any]:
        return {
            "source_id": "leaders",
            "file": "toy.csv",
            "row": row,
            "column": column,
            "rule": rule,
            "cells": cells,
        }

    ledger = [
        line(4, None, "row left out: same person again, last_submitted stays; that is row 9", 12),
        line(6, None, "row left out: same person again, last_submitted stays; that is row 8", 11),
        line(None, "Comments", "column not read", 1500),
        line(None, "Name", "column not read", 77),
        line(7, "Q1", "missing code", 1),
    ]
    view = questionnaire_context("en", "leaders")
    said = part(markdown(replace(view, tables={**view.tables, "ledger": frame("ledger", ledger)})), "h_data")
    assert "1,601 cells did not come through as they stand in their file" in said
    assert (
        "| Answers to a questionnaire (leaders) | \u2013 | row left out: same person again, last\\_submitted stays | 23 |"
        in said
    )
    assert "| Answers to a questionnaire (leaders) | Comments | column not read | 1,500 |" in said
    assert "| Answers to a questionnaire (leaders) | Name | column not read | 77 |" in said
    assert "| Answers to a questionnaire (leaders) | Q1 | missing code | 1 |" in said
