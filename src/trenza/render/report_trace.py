"""How a reader follows a number of the report to the cell it shows, with one of the report's own numbers as the example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.contracts.tables import CONTRACTS
from trenza.render.language import has_text, is_missing, text_of
from trenza.render.markdown import Paper, escape
from trenza.render.number_places import NumberPlace, numbers_of
from trenza.render.traced import Origin, current, marked

if TYPE_CHECKING:
    from trenza.render.context import Context

TEXTS = "trace.yaml"
LEDGER, PROVENANCE = "claims.ledger.csv", "provenance.prov.json"


def tracing_a_number(paper: Paper) -> None:
    """Where the ledger is and what it holds; the example is left out where no number can be traced."""
    lang, trace = paper.ctx.lang, current()
    paper.raw(text_of(TEXTS, lang, "trace_how", ledger=f"`{LEDGER}`", provenance=f"`{PROVENANCE}`"))
    if trace is None:
        return
    _, numbers = numbers_of("\n".join(paper.lines), trace)
    one = next((n for n in numbers if _fit(paper.ctx, n)), None)
    if one is not None:
        paper.raw(_told(paper.ctx, one))


def _fit(ctx: Context, number: NumberPlace) -> bool:
    """A number of a sentence that rounds one cell, in a section with a heading of its own."""
    plain = number.kind == "cell" and not number.operation and len(number.sources) == 1
    named = has_text(ctx.lang, number.section.replace("-", "_"))
    in_words = number.element.startswith(("paragraph", "point")) and number.section != "h-summary"
    rounded = isinstance(number.value, float) and len(repr(float(number.value))) > len(number.shown) + 2
    return plain and named and in_words and rounded


def _told(ctx: Context, number: NumberPlace) -> str:
    origin = number.sources[0]
    assert isinstance(origin, Origin)
    row = ctx.tables[origin.file].iloc[int(origin.row)]
    keys = [k for k in CONTRACTS[origin.file].key if k != "study"]
    key = ";".join(f"{k}={'' if is_missing(row[k]) else row[k]}" for k in keys)
    return text_of(
        TEXTS,
        ctx.lang,
        "trace_example",
        shown=escape(marked(number.shown, number.value)),
        section=f"[{escape(ctx.t(number.section.replace('-', '_')))}](#{number.section})",
        value=f"`{float(number.value)!r}`",
        table=f"`{origin.file}`",
        row=f"`{key}`",
        column=f"`{origin.column}`",
    )
