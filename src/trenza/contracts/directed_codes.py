"""Codes of a made project that say a direction as well: how they are called, for who makes them and who checks links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from trenza.contracts.strand_tables import DIRECTIONS


def directed(code: str, direction: str) -> str:
    """``time_shortage`` and ``hindering`` become ``time_shortage_hindering``."""
    return f"{code}_{direction}"


def directed_codes(sources: Mapping[str, Mapping[str, Any]], codable: Collection[str]) -> set[str]:
    """Codes that links may name of simulated coders whose codes say directions; none where there are no such coders."""
    made = [source.get("simulate", {}).get("coders", {}) for source in sources.values()]
    if not any(how.get("directions") for how in made):
        return set()
    return {directed(code, direction) for code in codable for direction in DIRECTIONS}
