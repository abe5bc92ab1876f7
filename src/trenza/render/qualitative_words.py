"""The fixed texts of figures about coded projects, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render.language import text, text_of

if TYPE_CHECKING:
    import pandas as pd


def words(lang: str, key: str, /, **fields: Any) -> str:
    """The text ``key`` with its ``{named}`` fields filled in; ``KeyError`` for an unknown key or field."""
    return text_of("qualitative.yaml", lang, key, **fields)


def stamp(table: pd.DataFrame, lang: str) -> str:
    """The word for simulated numbers, where the table has any."""
    return text(lang, "simulated_stamp") if "simulated" in set(table["source"]) else ""
