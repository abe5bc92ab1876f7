"""Footnotes: each term of method is explained where the report first uses it after its first page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from trenza.render.markdown import escape

TERMS = "terms.yaml"
# Lines of prose: no heading, table, caption, picture, container, definition or code.
_PROSE = re.compile(r"^(?:- )?(?![#|:!>`]|\s|$)")
# What a mark may not stand in: links, code, badges and their attributes.
_CLOSED = re.compile(r"\[[^\]]*\]\([^)]*\)|\[[^\]]*\]\{[^}]*\}|`[^`]*`|\{[^}]*\}")


@cache
def terms(lang: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Id, pattern and explanation of each term."""
    import yaml

    raw = (files("trenza.render") / "text" / TERMS).read_text(encoding="utf-8")
    return tuple((t["id"], re.compile(t[f"find_{lang}"]), t[lang]) for t in yaml.safe_load(raw))


def with_footnotes(markdown: str, lang: str) -> str:
    """The text with a footnote at the first use of every term in its prose, from the second section on."""
    waiting = list(terms(lang))
    lines, sections = markdown.split("\n"), 0
    notes: list[str] = []
    for i, line in enumerate(lines):
        sections += line.startswith("## ")
        if sections < 2 or not _PROSE.match(line):
            continue
        for term in list(waiting):
            place = _first(term[1], lines[i])
            if place is not None:
                lines[i] = f"{lines[i][:place]}[^{term[0]}]{lines[i][place:]}"
                notes += ["", f"[^{term[0]}]: {escape(term[2])}"]
                waiting.remove(term)
    return "\n".join([*lines, *notes, ""]) if notes else markdown


def _first(pattern: re.Pattern[str], line: str) -> int | None:
    """Where the first match in open text ends."""
    closed = [m.span() for m in _CLOSED.finditer(line)]
    for found in pattern.finditer(line):
        if not any(a < found.end() and found.start() < b for a, b in closed):
            return found.end()
    return None
