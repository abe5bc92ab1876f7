"""A figure that a notebook can show by itself: no window, no backend, no state shared between figures."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Drawing(Figure):
    """matplotlib's Figure with the SVG that notebooks look for."""

    def _repr_svg_(self) -> str:
        from trenza.render.style import numbered_ids, styled

        target = io.StringIO()
        with styled():
            self.savefig(target, format="svg", metadata={"Date": None})
        return numbered_ids(target.getvalue())
