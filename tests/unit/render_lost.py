"""The numbers of a study's report that lead to no cell, setting or text."""

from __future__ import annotations

from trenza.render.context import Context
from trenza.render.figures import FIGURES
from trenza.render.report import traced_report


def lost_numbers(view: Context, *drawn: str) -> list[tuple[str, str, str]]:
    """Section, number and sentence of each; figures whose id begins with one of ``drawn`` stand in the report."""
    parts = (view.study, view.tables, view.items, view.codebook, view.links, view.lang)
    shown = {i: f"{i}.svg" for i in FIGURES if i.startswith(drawn)} if drawn else {}
    _, numbers = traced_report("toy", *parts, shown)
    assert len(numbers) > 100
    return [(n.section, n.shown, n.sentence) for n in numbers if n.kind == "derived"]
