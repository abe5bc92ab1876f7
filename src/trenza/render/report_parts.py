"""Parts that several sections of the report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import rows
from trenza.render.language import is_missing
from trenza.render.markdown import Paper
from trenza.render.tables import show, term_words, without, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def of_one_kind(ctx: Context, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose caption says what kind of number it holds, without the column that would repeat it."""
    return without(without_blank_columns(show(name, ctx, frame)), [ctx.t("col_kind")])


def notes(paper: Paper, table: pd.DataFrame) -> None:
    """Procedures and recorded remarks of a table's rows under the table; what belongs to some rows only, apart."""
    ctx = paper.ctx
    methods = rows.in_order(table, "method")
    if len(methods) > 1:
        named = {m: term_words(ctx, table.loc[table["method"] == m].iloc[0]) for m in methods}
        paper.say(ctx.t("note_methods"))
        paper.bullets(f"{named[m]}: {ctx.say(m)}." for m in methods)
    elif methods:
        paper.say(ctx.t("note_method", methods=ctx.say(methods[0])))
    kinds = [ctx.say(k) for k in rows.in_order(table.loc[table["effect_kind"].notna()], "effect_kind")]
    several = {o for o in table["outcome"] if table.loc[table["outcome"] == o, "term"].nunique() > 1}
    said = [(r, [] if is_missing(r["note"]) else str(r["note"]).split("; ")) for _, r in table.iterrows()]
    common = [p for p in said[0][1] if all(p in pieces for _, pieces in said)] if said else []
    paper.say(
        ctx.t("note_effect", kinds="; ".join(kinds)) if kinds else "",
        ctx.t("note_remarks", remarks="; ".join(ctx.say(p) for p in common)) if common else "",
    )
    own: dict[tuple[str, str], list[str]] = {}
    for r, pieces in said:
        name, outcome = ctx.item(r["outcome"]), r["outcome"]
        shared = [p for p in pieces if all(p in other for q, other in said if q["outcome"] == outcome)]
        # Where an outcome has several rows, what not all of them record stands with their terms.
        alone = term_words(ctx, r) if outcome in several else ""
        for p in pieces:
            if p not in common:
                own.setdefault((name, "" if p in shared else alone), []).append(ctx.say(p))
    terms: dict[tuple[str, str], list[str]] = {}
    for (name, term), found in own.items():
        terms.setdefault((name, "; ".join(dict.fromkeys(found))), []).append(term)
    if terms:
        paper.say(ctx.t("note_remarks_own"))
        paper.bullets(
            f"{name} ({'; '.join(of)}): {found}." if any(of) else f"{name}: {found}."
            for (name, found), of in terms.items()
        )
