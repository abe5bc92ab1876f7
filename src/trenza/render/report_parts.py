"""Parts that several sections of the report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import rows
from trenza.render.language import is_missing
from trenza.render.markdown import Paper
from trenza.render.tables import show, term_words, without, without_blank_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from trenza.render.context import Context


def of_one_kind(ctx: Context, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose caption says what kind of number it holds, without the column that would repeat it."""
    return without(without_blank_columns(show(name, ctx, frame)), [ctx.t("col_kind")])


def notes(paper: Paper, table: pd.DataFrame, in_table: tuple[str, ...] = ()) -> None:
    """Procedures and recorded remarks of a table's rows under the table; what belongs to some rows only, apart.

    Remarks that begin with one of ``in_table`` already stand in the table.
    """
    ctx = paper.ctx
    methods = rows.in_order(table, "method")
    if len(methods) > 1:
        named = {m: term_words(ctx, table.loc[table["method"] == m].iloc[0]) for m in methods}
        paper.say(ctx.t("note_methods"))
        paper.bullets(f"{named[m]}: {ctx.say(m)}." for m in methods)
    elif methods:
        paper.say(ctx.t("note_method", methods=ctx.say(methods[0])))
    kinds = [ctx.say(k) for k in rows.in_order(table.loc[table["effect_kind"].notna()], "effect_kind")]
    said = [(r, [] if is_missing(r["note"]) else str(r["note"]).split("; ")) for _, r in table.iterrows()]
    common = [p for p in said[0][1] if all(p in pieces for _, pieces in said)] if said else []
    paper.say(
        ctx.t("note_effect", kinds="; ".join(kinds)) if kinds else "",
        ctx.t("note_remarks", remarks="; ".join(ctx.say(p) for p in common)) if common else "",
    )
    whose: dict[tuple[int, ...], list[str]] = {}
    for piece in dict.fromkeys(p for _, pieces in said for p in pieces if p not in common):
        if piece.startswith(in_table):
            continue
        holders = tuple(i for i, (_, pieces) in enumerate(said) if piece in pieces)
        whose.setdefault(holders, []).append(ctx.say(piece))
    if whose:
        paper.say(ctx.t("note_remarks_own"))
        paper.bullets(
            f"{found[0][:1].upper()}{'; '.join(found)[1:]}. {_concerned(ctx, table, holders)}"
            for holders, found in whose.items()
        )


def _concerned(ctx: Context, table: pd.DataFrame, holders: Sequence[int]) -> str:
    """The outcomes of these rows; where not all rows of an outcome are meant, with their terms."""
    terms: dict[tuple[str, ...], list[str]] = {}
    mine = table.iloc[list(holders)]
    for outcome in dict.fromkeys(mine["outcome"]):
        part = mine.loc[mine["outcome"] == outcome]
        every = len(part) == (table["outcome"] == outcome).sum()
        of = () if every else tuple(dict.fromkeys(term_words(ctx, r) for _, r in part.iterrows()))
        terms.setdefault(of, []).append(ctx.item(outcome))
    told = []
    for of, names in terms.items():
        said = ", ".join(dict.fromkeys(names))
        told.append(f"{said} ({'; '.join(of)})" if of else said)
    return ctx.t("note_concerns", whose="; ".join(told))
