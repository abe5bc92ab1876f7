"""A table of finished words that a notebook shows whole: no row number, no cut text, figures at the right."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from trenza.render.cells import unbroken


class Readable(pd.DataFrame):  # type: ignore[misc]  # pandas ships no types
    """A DataFrame of text; ``attrs["right"]`` lists the columns that stand at the right."""

    @property
    def _constructor(self) -> type[Readable]:
        return Readable

    def _repr_html_(self) -> str:
        right = set(self.attrs.get("right", []))
        sides = ["right" if c in right else "left" for c in self.columns]

        def line(tag: str, cells: Any) -> str:
            shown = [unbroken(str(c)) if s == "right" else str(c) for c, s in zip(cells, sides, strict=True)]
            return "".join(
                f'<{tag} style="text-align: {side};">{escape(words)}</{tag}>'
                for words, side in zip(shown, sides, strict=True)
            )

        body = "\n".join(f"<tr>{line('td', row)}</tr>" for row in self.itertuples(index=False, name=None))
        head = line("th", self.columns)
        return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
