"""The report on questionnaires of the tests, its parts, and the words that a figure shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.text import Text

from trenza.render.context import Context
from trenza.render.figures import FIGURES
from trenza.render.markdown import stem
from trenza.render.report import report_markdown

DRAWN = [i for i in FIGURES if i.startswith("questionnaire_") and i == stem(i)]


def words(figure: Any) -> list[str]:
    def visible() -> Iterator[str]:
        for found in figure.findobj(Text):
            if found.get_text().strip():
                yield " ".join(found.get_text().split())

    figure.draw_without_rendering()
    return list(visible())


def markdown(view: Context) -> str:
    parts = (view.study, view.tables, view.items, view.codebook, view.links, view.lang)
    return report_markdown("toy", *parts, {i: f"{i}.svg" for i in DRAWN})


def part(report: str, key: str) -> str:
    return report.split(f"{{#{key.replace('_', '-')}}}")[1].split("\n## ")[0]
