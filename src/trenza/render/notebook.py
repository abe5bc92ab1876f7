"""What the cells of a notebook show: tables, figures and methods in the report's own words, in one language, with running numbers."""

from __future__ import annotations

from html import escape as to_html
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render.alternatives import alt
from trenza.render.figures import draw
from trenza.render.language import has_text, text_of
from trenza.render.markdown import Paper, badge, escape, stem
from trenza.render.masthead import kinds_used
from trenza.render.readable import Readable
from trenza.render.references import used_references
from trenza.render.report_frame import method_words
from trenza.render.tables import show, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

TEXTS = "notebooks.yaml"
MOST = 150  # rows of a table; the file has all of them


class Showing(NamedTuple):
    """What a cell leaves: Markdown for the page that the workflow writes, HTML for whoever opens the notebook."""

    markdown: str
    html: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/markdown": self.markdown, "text/html": self.html}


class Notebook:
    """The cells of one notebook over one study's finished tables."""

    def __init__(self, ctx: Context, figures: Path | None = None) -> None:
        """``figures`` is where the report's figures lie; without them a figure is drawn anew."""
        self.ctx, self._figures = ctx, figures
        self._paper = Paper(ctx, {})

    def t(self, key: str, /, **fields: Any) -> str:
        """A fixed text of notebooks in the context's language."""
        return text_of(TEXTS, self.ctx.lang, key, **fields)

    def opening(self) -> Showing:
        """The study and what kinds of numbers it holds; a warning where some are simulated."""
        ctx = self.ctx
        title = ctx.own("title")
        badges = " ".join(badge(ctx, kind) for kind in kinds_used(ctx))
        words = [ctx.source(kind) for kind in kinds_used(ctx)]
        warning = ctx.t("banner_simulated") if ctx.has_simulated else ""
        marked = (
            f"::: {{.caution}}\n{escape(ctx.t('source_simulated').upper())}. {escape(warning)}\n:::\n"
            if warning
            else ""
        )
        return Showing(
            f"**{escape(title)}** {badges}\n\n{escape(ctx.own('summary'))}\n\n{marked}",
            f"<p><strong>{to_html(title)}</strong> ({to_html(', '.join(words))})</p><p>{to_html(warning)}</p>",
        )

    def table(self, name: str, frame: pd.DataFrame | None = None, caption: str = "") -> Showing:
        """The finished table ``name``, or some of its rows; one sentence where there are none."""
        rows = self.ctx.table(name) if frame is None else frame
        shown = show(name, self.ctx, rows.head(MOST) if len(rows) > MOST else frame)
        return self.frame(without_blank_columns(shown), caption or name, len(rows))

    def tables(self, *names: str) -> Showing:
        """Those of the finished tables that have rows; one sentence where none has."""
        shown = [self.table(name) for name in names if len(self.ctx.table(name))]
        if not shown:
            return self.say(self.t("nothing", what=" · ".join(self.t(f"table_{name}") for name in names)))
        return Showing("\n".join(s.markdown for s in shown), "".join(s.html for s in shown))

    def frame(self, frame: pd.DataFrame, caption: str, of: int = 0) -> Showing:
        """A table made for readers under the text ``caption``; ``of`` says of how many rows it is the beginning."""
        words = self.t(f"table_{caption}")
        if not len(frame):
            return self.say(self.t("nothing", what=words))
        if of > len(frame):
            words += " " + self.t("first_rows", shown=self.ctx.count(len(frame)), n=self.ctx.count(of))
        self._paper.lines.clear()
        self._paper.table(frame, words)
        readable = Readable(frame)
        readable.attrs.update(frame.attrs)
        return Showing(
            self._paper.text(), f"<p><strong>{to_html(words)}</strong></p>{readable._repr_html_()}"
        )

    def figure(self, identifier: str) -> Showing:
        """A figure with its caption and its values in words; one sentence where the study has no data for it."""
        ctx = self.ctx
        own = f"caption_{stem(identifier)}"
        caption = ctx.t(own) if has_text(ctx.lang, own) else identifier
        name = f"{identifier}.figure.{ctx.lang}.svg"
        svg = self._svg(identifier, name)
        if not svg:
            return self.say(self.t("nothing", what=caption.rstrip(".")))
        self._paper.lines.clear()
        self._paper.figures = {identifier: name}
        self._paper.figure(identifier, alt(identifier, ctx))
        return Showing(
            self._paper.text(), f"<figure>{svg}<figcaption>{to_html(caption)}</figcaption></figure>"
        )

    def _svg(self, identifier: str, name: str) -> str:
        """The picture as the report has it, or drawn; empty where the study has no data for it."""
        if self._figures is None:
            drawn = draw(identifier, self.ctx)
            return drawn._repr_svg_() if drawn is not None else ""  # type: ignore[attr-defined]
        there = self._figures / name
        return f'<img src="{there.as_posix()}" alt="">' if there.is_file() else ""

    def methods(self, *tables: str) -> Showing:
        """How the tables came about, as far as they have rows, and the sources of the procedures."""
        have = {name: len(self.ctx.table(name)) > 0 for name in tables}
        told = [words for name, there in have.items() if there and (words := method_words(self.ctx, name))]
        sources = used_references(have)
        if not told:
            return self.say(self.t("no_method"))
        listed = [*(f"{escape(words)}\n" for words in told), *(f"- {escape(entry)}" for entry in sources)]
        plain = "".join(f"<p>{to_html(words)}</p>" for words in (*told, *sources))
        return Showing("\n".join(listed) + "\n", plain)

    def say(self, *sentences: str) -> Showing:
        """A paragraph."""
        words = " ".join(s for s in sentences if s)
        return Showing(escape(words) + "\n", f"<p>{to_html(words)}</p>")

    def points(self, sentences: list[str]) -> Showing:
        """A list of sentences, or one that says that there are none."""
        if not sentences:
            return self.say(self.t("no_points"))
        items = "".join(f"<li>{to_html(s)}</li>" for s in sentences)
        return Showing("\n".join(f"- {escape(s)}" for s in sentences) + "\n", f"<ul>{items}</ul>")

    def tables_behind(self) -> pd.DataFrame:
        """Name, rows and columns of every finished table that has rows."""
        import pandas as pd

        heads = [self.t(key) for key in ("col_table", "col_rows", "col_columns")]
        there = {name: table for name, table in self.ctx.tables.items() if len(table) and name != "records"}
        cells = [
            [name, self.ctx.count(len(t)), self.ctx.count(len(t.columns))]
            for name, t in sorted(there.items())
        ]
        frame = pd.DataFrame(cells, columns=heads, dtype="str")
        frame.attrs["right"] = heads[1:]
        return frame
