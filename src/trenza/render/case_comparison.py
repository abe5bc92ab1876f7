"""Programmes side by side for readers: tables of words, themes and effects, made of the table ``case_comparison``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trenza.render import rows, selection
from trenza.render.cells import Row
from trenza.render.language import NO_VALUE, has_text, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

SIGNS = {"enabling": "+", "hindering": "\u2212", "ambivalent": "\u00b1"}


def part(ctx: Context, name: str) -> pd.DataFrame:
    """Rows of the table that are dimensions, themes or effects."""
    table = ctx.table("case_comparison")
    return table.loc[table["part"] == name]


def dimension_name(ctx: Context, identifier: str) -> str:
    """What study.yaml calls a dimension."""
    declared = (ctx.study.get("case_comparison") or {}).get("dimensions") or []
    return next((ctx.told(d[ctx.lang]) for d in declared if d["id"] == identifier), identifier)


def counts(ctx: Context, row: Row) -> str:
    """``2+ 1-``: cases of a programme by direction; a dash where the theme is not reported."""
    found = [f"{ctx.count(row[d])}{sign}" for d, sign in SIGNS.items() if not is_missing(row[d]) and row[d]]
    return " ".join(found) or NO_VALUE


def outcome(ctx: Context, row: Row) -> str:
    """An effect in few words: the size as printed, else the direction claimed."""
    if is_missing(row["value"]):
        return ctx.t(f"claim_{row['direction']}")
    size = selection.size(ctx, {"estimate": row["value"], "unit": row["unit"]})
    return f"{size}, {ctx.t('claim_target')}" if row["direction"] == "target" else size


def by_programme(
    ctx: Context, name: str, first: str, label: Callable[[str], str], cell: Callable[[Row], str]
) -> pd.DataFrame:
    """A row an item and a column a programme, every cell in words."""
    from trenza.render.readable import Readable

    table = part(ctx, name)
    items = rows.in_order(table, "item")
    found = {ctx.t(first): [label(i) for i in items]}
    for programme in rows.in_order(table, "programme"):
        own = {r["item"]: cell(r) for r in table.loc[table["programme"] == programme].to_dict("records")}
        found[ctx.level(programme)] = [own[i] for i in items]
    return Readable(found, dtype="str")


def said(ctx: Context, row: Row) -> str:
    """What the source says of a dimension or in place of a claim."""
    words = row[f"words_{ctx.lang}"]
    return ctx.t("display_not_told") if is_missing(words) else ctx.told(words)


def effect_name(ctx: Context, row: Row) -> str:
    """The claim's label, or what the source says where there is none."""
    return selection.claim_name(ctx, row["item"]) if is_missing(row["words_en"]) else said(ctx, row)


def quality(ctx: Context, row: Row) -> str:
    """What the claim's design can carry."""
    return NO_VALUE if is_missing(row["quality"]) else ctx.t(f"quality_{row['quality']}")


def item(ctx: Context, row: Row) -> str:
    """A cell's row of the comparison by its name."""
    if row["part"] == "dimension":
        return dimension_name(ctx, str(row["item"]))
    return ctx.code(row["item"]) if row["part"] == "theme" else effect_name(ctx, row)


def value(ctx: Context, row: Row) -> str:
    """What a cell of the comparison holds, in words."""
    if row["part"] == "dimension":
        return said(ctx, row)
    if row["part"] == "effect":
        return outcome(ctx, row)
    key = f"direction_{row['direction']}"
    return ctx.t(key) if has_text(ctx.lang, key) else ctx.t(f"theme_{row['direction']}")
