"""Columns of tables for readers: the key of a header and how a cell is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render.language import NO_VALUE, has_text, is_missing, p_value
from trenza.render.traced import bare

if TYPE_CHECKING:
    from trenza.render.context import Context

Row = Any


class Shown(NamedTuple):
    """One column for readers: the key of its header, how a cell is written, and whether it stands at the right."""

    header: str
    cell: Callable[[Context, Row], str]
    right: bool = False


LONGEST = 40  # characters of a number with its interval; what is longer is words


def unbroken(cell: str) -> str:
    """A number that a narrow column breaks only before the bracket of its interval; words break as they will."""
    if len(bare(cell)) > LONGEST or not any(c.isdigit() for c in cell):
        return cell
    return cell.replace(" ", "\u00a0").replace("\u00a0[", " [")


def plain_cell(column: str) -> Callable[[Context, Row], str]:
    """Text as it stands."""
    return lambda c, r: NO_VALUE if is_missing(r[column]) else c.told(r[column])


def source_cell(c: Context, r: Row) -> str:
    """A source by the label that study.yaml gives it, else by what it holds, with its id where several hold the same."""
    return _source_words(c, r["source_id"], with_id=False)


def source_and_id_cell(c: Context, r: Row) -> str:
    """The same for the list of sources: the id that study.yaml and the files use stands beside a general word."""
    return _source_words(c, r["source_id"], with_id=True)


def _source_words(c: Context, identifier: Any, with_id: bool) -> str:
    if identifier in (c.study.get("labels") or {}):
        return c.level(identifier)
    declared = c.study.get("sources") or {}
    holds = (declared.get(str(identifier)) or {}).get("holds")
    if not holds or not has_text(c.lang, f"holds_{holds}"):
        return str(identifier)
    word = c.t(f"holds_{holds}")
    alike = [s for s in declared.values() if s.get("holds") == holds]
    word = word[:1].upper() + word[1:]
    return f"{word} ({identifier})" if with_id or len(alike) > 1 else word


def count_cell(column: str) -> Callable[[Context, Row], str]:
    """A count."""
    return lambda c, r: c.count(r[column])


def number_cell(column: str, decimals: int = 2) -> Callable[[Context, Row], str]:
    """A number with ``decimals`` decimals."""
    return lambda c, r: c.num(r[column], decimals)


def said_cell(column: str) -> Callable[[Context, Row], str]:
    """A computing room's phrase."""
    return lambda c, r: c.say(r[column]) or NO_VALUE


def p_cell(column: str) -> Callable[[Context, Row], str]:
    """A p value without its letter."""
    return lambda c, r: p_value(r[column], c.lang)


def span_cell(value: str, low: str, high: str) -> Callable[[Context, Row], str]:
    """A number with its interval in brackets."""

    def cell(c: Context, r: Row) -> str:
        if is_missing(r[value]):
            return NO_VALUE
        body = c.num(r[value])
        return body if is_missing(r[low]) or is_missing(r[high]) else f"{body} {c.span(r[low], r[high])}"

    return cell


def yes_cell(column: str) -> Callable[[Context, Row], str]:
    """yes or no."""
    return lambda c, r: (
        NO_VALUE if is_missing(r[column]) else c.t("word_yes" if bool(r[column]) else "word_no")
    )
