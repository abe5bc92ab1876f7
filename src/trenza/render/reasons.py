"""Words for the closed lists of the triangulate room: sides, reasons, calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render.language import has_text, is_missing, plain

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

SYMBOLS = {"agreement": "\u25cf", "partial_agreement": "\u25d0", "silence": "\u25cb", "dissonance": "\u2716"}


def reason(ctx: Context, code: Any) -> str:
    """Why a side was judged as it was."""
    if is_missing(code):
        return ""
    key = f"reason_{code}"
    return ctx.t(key, clusters=ctx.clusters()) if has_text(ctx.lang, key) else plain(code)


def side(ctx: Context, code: Any) -> str:
    """How one strand bears on the proposition."""
    return ctx.t(f"bears_{code}")


def call_word(ctx: Context, call: Any) -> str:
    """Symbol and word of a call."""
    return f"{SYMBOLS[str(call)]}\u00a0{ctx.t(f'call_{call}')}"


def both_against(convergence: pd.DataFrame) -> pd.Series:
    """Where both strands speak against the proposition: agreement there bears nothing out."""
    numbers = convergence["quantitative_side"].isin(["opposes", "equivalent"])
    return numbers & (convergence["qualitative_side"] == "opposes")


def call_on(ctx: Context, row: Any, column: str = "call") -> str:
    """Symbol and word of a computed call on ``row["link"]``; agreement against a proposition says so."""
    word = call_word(ctx, row[column])
    table = ctx.table("convergence")
    against = (
        row[column] == "agreement" and len(table) and row["link"] in set(table["link"][both_against(table)])
    )
    return f"{word}{ctx.t('call_against_it')}" if against else word


def call_reason(ctx: Context, quantitative: Any, qualitative: Any, declared: str = "") -> str:
    """Why two sides make their call; ``declared``: the call, where a declared table makes another than the default."""
    if quantitative == "absent" or qualitative == "absent":
        both = quantitative == qualitative
        if both or quantitative == "absent":
            return ctx.t("why_silent_both" if both else "why_silent_numbers")
        return ctx.t("why_silent_interviews" if ctx.segments_published else "why_silent_interviews_real")
    why = ctx.t(f"why_{quantitative}_{qualitative}", clusters=ctx.clusters())
    return f"{why} {ctx.t('why_declared', call=ctx.t(f'call_{declared}'))}" if declared else why
