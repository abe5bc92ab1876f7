"""Cells of items.csv that hold several things, and which version of a questionnaire asks an item."""

from __future__ import annotations

from collections.abc import Collection


def parts_of(cell: str, mark: str = ";") -> tuple[str, ...]:
    """The parts of a cell that holds several, joined by ``mark``; blank ones do not count."""
    return tuple(part.strip() for part in cell.split(mark) if part.strip())


def is_asked(versions: Collection[str], version: str) -> bool:
    """Whether an item of these ``versions`` (none: of all) is asked in ``version`` (blank: in any)."""
    return not version or not versions or version in versions
