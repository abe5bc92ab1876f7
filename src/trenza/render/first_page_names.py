"""Names in a sentence of the first page: at most three, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trenza.render.language import listed

if TYPE_CHECKING:
    from trenza.render.context import Context

NAMED = 3  # names in a list; of more the number is told


def names(ctx: Context, words: list[str], told: Sequence[Any]) -> str:
    """A list of at most three names, and how many more there are of what they are ``told`` of: a row, or a cell, each."""
    between = "; " if any("," in w for w in words) else ", "
    if len(words) > NAMED:
        return ctx.t("page_others", named=between.join(words[:NAMED]), k=ctx.how_many(told[NAMED:]))
    return between.join(words) if between == "; " else listed(words, ctx.lang)
