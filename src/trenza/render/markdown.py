"""The report's Markdown as it grows: headings, paragraphs, tables and figures with running numbers.

Text that comes in is plain: everything that Markdown would read as markup is escaped here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trenza.render.cells import unbroken
from trenza.render.language import has_text
from trenza.render.traced import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from trenza.render.context import Context

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^@&])")
_MARK = f"(?:{MARKS.pattern})?"
_LIST_START = re.compile(rf"^(\s*{_MARK})(\d+{_MARK})([.)])(\s)|^(\s*)([-+:])(\s)")


def escape(text: str) -> str:
    """Plain text as Markdown that shows just that text."""
    safe = _SPECIAL.sub(r"\\\1", " ".join(str(text).split(" ")).replace("\n", " "))
    return _LIST_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}{m[4]}" if m[2] else f"{m[5]}\\{m[6]}{m[7]}", safe)


def breakable(cell: str) -> str:
    """A path or an address of a row that may break after / and ;, so that it does not widen a whole table."""
    if " " in cell or cell.count("/") + cell.count(";") + cell.count("=") < 2:
        return cell
    return cell.replace("/", "/\u200b").replace(";", ";\u200b").replace("=", "=\u200b")


def stem(identifier: str) -> str:
    """The figure that a further page belongs to: ``questionnaire_answers`` of ``questionnaire_answers_2``."""
    return re.sub(r"_\d+$", "", identifier)


def badge(ctx: Context, kind: str) -> str:
    """The mark that tells published, simulated and real numbers apart."""
    return f"[{escape(ctx.source(kind))}]{{.kind .{kind}}}"


def pipe_table(frame: pd.DataFrame, caption: str) -> str:
    """A pipe table in a container of its own that can scroll.

    The columns of ``attrs["right"]`` stand at the right; the rows of ``attrs["bold"]``, counted from 0, head those that follow.
    """
    right, bold = set(frame.attrs.get("right", [])), set(frame.attrs.get("bold", []))
    heads = [escape(str(c)) for c in frame.columns]
    numbers = [c in right for c in frame.columns]
    lines = [
        f"| {' | '.join(heads)} |",
        f"|{'|'.join('---:' if c in right else ':---' for c in frame.columns)}|",
    ]
    for place, row in enumerate(frame.itertuples(index=False)):
        cells = [
            escape(unbroken(str(v)) if number else breakable(str(v)))
            for v, number in zip(row, numbers, strict=True)
        ]
        if place in bold:
            cells[0] = f"**{cells[0]}**"
        lines.append(f"| {' | '.join(cells)} |")
    label = re.sub(r'["{}]', "", caption)
    head = f':::: {{.scroll tabindex="0" role="region" aria-label="{label}"}}'
    return "\n".join([head, "", *lines, "", f": {escape(caption)}", "", "::::"])


def _caption(ctx: Context, identifier: str) -> str:
    """The key of a figure's caption; a further page has its own or the general one."""
    if stem(identifier) == identifier:
        return f"caption_{identifier}"
    own = f"caption_further_{stem(identifier)}"
    return own if has_text(ctx.lang, own) else "caption_further_page"


class Paper:
    """A report in the making; tables and figures are numbered in the order in which they are put in."""

    def __init__(self, ctx: Context, figures: Mapping[str, str]) -> None:
        self.ctx = ctx
        self.figures = figures
        self.lines: list[str] = []
        self.tables = 0
        self.shown: list[str] = []

    def heading(self, key: str, level: int = 2) -> None:
        """A heading with a fixed text; its anchor is the key, the same in both languages."""
        anchor = key.replace("_", "-")
        self.lines += [f"{'#' * level} {escape(self.ctx.t(key))} {{#{anchor}}}", ""]

    def say(self, *sentences: str) -> None:
        """A paragraph of plain sentences; empty ones are left out."""
        text = " ".join(s for s in sentences if s)
        if text:
            self.lines += [escape(text), ""]

    def raw(self, *lines: str) -> None:
        """Markdown as it stands."""
        self.lines += [*lines, ""]

    def bullets(self, points: Iterable[str]) -> None:
        """A list of plain sentences."""
        self.lines += [f"- {escape(p)}" for p in points if p] + [""]

    def marked(self, points: Iterable[tuple[str, str]]) -> None:
        """A list of (kind of number, sentence), each with its badge; an empty kind has none."""
        self.lines += [f"- {badge(self.ctx, k) + ' ' if k else ''}{escape(p)}" for k, p in points if p] + [""]

    def note(self, text: str, kind: str = "note") -> None:
        """A paragraph in a box."""
        self.lines += [f"::: {{.{kind}}}", escape(text), ":::", ""]

    def table(self, frame: pd.DataFrame, caption: str) -> None:
        """A numbered table, or nothing where there is no row."""
        if len(frame):
            self.tables += 1
            self.lines += [pipe_table(frame, f"{self.ctx.t('table_word')} {self.tables}. {caption}"), ""]

    def figure(self, identifier: str, alt: str) -> None:
        """A numbered figure with caption and alternative text, or nothing where it was not drawn."""
        if identifier not in self.figures:
            return
        self.shown.append(identifier)
        words = self.ctx.t(_caption(self.ctx, identifier))
        caption = f"{self.ctx.t('figure_word')} {len(self.shown)}. {words}"
        plain_alt = re.sub(r'["\\{}]', "", alt).replace("\n", " ")
        target = f"<{self.figures[identifier]}>"
        anchor = identifier.replace("_", "-")
        self.lines += [f'![{escape(caption)}]({target}){{#fig-{anchor} alt="{plain_alt}"}}', ""]

    def text(self) -> str:
        """All of it, ending in one line break."""
        return "\n".join(self.lines).rstrip("\n") + "\n"
