"""The fixed texts of figures about coded projects, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trenza.render.language import text

if TYPE_CHECKING:
    import pandas as pd


@cache
def _texts() -> dict[str, dict[str, str]]:
    import yaml

    raw = (files("trenza.render") / "text" / "qualitative.yaml").read_text(encoding="utf-8")
    return {str(key): by_language for key, by_language in yaml.safe_load(raw).items()}


def words(lang: str, key: str, /, **fields: Any) -> str:
    """The text ``key`` with its ``{named}`` fields filled in; ``KeyError`` for an unknown key or field."""
    template = _texts()[key][lang]
    return template.format(**fields) if fields else template


def stamp(table: pd.DataFrame, lang: str) -> str:
    """The word for simulated numbers, where the table has any."""
    return text(lang, "simulated_stamp") if "simulated" in set(table["source"]) else ""
