"""Small pieces of messages that several checks share."""

from __future__ import annotations

from collections.abc import Collection


def names_or(names: Collection[str], none: str = "none is declared") -> str:
    """Allowed names as a list in words."""
    return ", ".join(sorted(names)) if names else none
