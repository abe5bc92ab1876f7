"""How figures look and how they reach the disk: one type scale, one palette, the same bytes every time.

The palette stays apart for the common kinds of colour blindness and also in lightness, so that a
photocopy in grey can still be read. Kind of number is shown by form, never by colour alone:
published and real numbers are filled, simulated ones hollow or hatched.
"""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.8  # inches: about the text width of the report on a laptop
TITLE, BODY, SMALL = 11.5, 9.5, 8.5

INK, MUTED, GRID, PAPER = "#1c2733", "#4d5a68", "#d7dde3", "#ffffff"
PARTICIPANTS, CONTROL = "#0b4f6c", "#c9800a"  # lightness 31 and 59
ENABLING, HINDERING, AMBIVALENT = "#0b4f6c", "#d9770f", "#c5ccd4"  # 31, 59, 82
BAND = "#e6ebf0"
SIMULATED = "#9b1c31"
DIRECTION_COLOURS = {"enabling": ENABLING, "hindering": HINDERING, "ambivalent": AMBIVALENT}
DIRECTION_HATCH = {"enabling": "", "hindering": "////", "ambivalent": "...."}

_RC: Any = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same on every machine
    "font.size": BODY,
    "axes.titlesize": BODY,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": BODY,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": BODY,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "text.color": INK,
    "text.hinting": "none",  # words are as wide in the file as in the layout, which is made at another resolution
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "trenza",
    "svg.fonttype": "path",  # letters travel as outlines: no font needed where the report is read
}


def new(rows: int = 1, cols: int = 1, height: float = 3.5, **grid: Any) -> tuple[Figure, Any]:
    """A figure of the report's width and its axes, in the house style, bound to no window."""
    from trenza.render.drawing import Drawing

    with styled():
        fig = Drawing(figsize=(WIDTH, height), layout="constrained")
        axes = fig.subplots(rows, cols, **grid)
    layout: Any = fig.get_layout_engine()
    layout.set(w_pad=0.06, h_pad=0.05)
    return fig, axes


def sheet(height: float) -> Figure:
    """A figure of the report's width that is laid out by hand, in inches."""
    from trenza.render.drawing import Drawing

    with styled():
        return Drawing(figsize=(WIDTH, height))


def foot_lines(foot: str) -> int:
    """Lines that ``head`` needs for a foot."""
    return len(textwrap.wrap(foot, 104))


def styled() -> Any:
    """A context in which matplotlib draws in the house style."""
    import matplotlib as mpl

    return mpl.rc_context(_RC)


def head(fig: Figure, title: str, foot: str = "", stamp: str = "") -> None:
    """Title at the left, a foot line that says what the numbers are, and the stamp where any is simulated."""
    width = 52 if stamp else 62
    # A sheet has no layout that would put these in their place.
    top, bottom = (
        ({"y": 1 - 0.1 / fig.get_size_inches()[1]}, {"y": 0.08 / fig.get_size_inches()[1]})
        if fig.get_layout_engine() is None
        else ({}, {})
    )
    fig.suptitle(
        textwrap.fill(title, width), x=0.012, ha="left", fontsize=TITLE, fontweight="bold", color=INK, **top
    )
    if foot:
        fig.supxlabel(textwrap.fill(foot, 104), x=0.012, ha="left", fontsize=SMALL, color=MUTED, **bottom)
    if stamp:
        fig.text(
            0.988,
            1 - 0.09 / fig.get_size_inches()[1],
            stamp,
            ha="right",
            va="top",
            fontsize=BODY,
            fontweight="bold",
            color=SIMULATED,
            bbox={
                "boxstyle": "square,pad=0.35",
                "facecolor": PAPER,
                "edgecolor": SIMULATED,
                "linewidth": 1.4,
            },
        )


def numbers_on(axis: Any, lang: str) -> None:
    """Tick labels of ``axis`` in the language's numbers, with as many decimals as the ticks need."""
    from matplotlib.ticker import Formatter

    from trenza.render.language import number

    class InLanguage(Formatter):
        """All ticks of an axis at once, because they share their decimals."""

        def __call__(self, value: float, pos: int | None = None) -> str:
            return self.format_ticks([value])[0]

        def format_ticks(self, values: Any) -> list[str]:
            ticks = [round(float(v), 6) for v in values]
            decimals = next((d for d in range(4) if all(abs(t - round(t, d)) < 1e-6 for t in ticks)), 4)
            return [number(v, lang, decimals) for v in ticks]

    axis.set_major_formatter(InLanguage())


def bare(ax: Axes) -> None:
    """No frame at the left and no tick marks: for axes whose rows are named."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def is_dark(colour: str) -> bool:
    """Whether words on the colour (#rrggbb) should be white."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 135


def wrap(label: str, width: int = 26) -> str:
    """A label over several lines."""
    return textwrap.fill(label, width, break_long_words=False)


def column_names(names: list[str], letters: int) -> tuple[list[str], dict[str, Any], float]:
    """(names over columns that have room for ``letters`` in all, how their ticks are turned, inches they need above).

    Where a word is wider than its column, all names stand on a slant.
    """
    fits = max(letters // len(names), 1)
    if max(len(word) for name in names for word in name.split()) <= fits:
        return [wrap(name, fits) for name in names], {}, 0.4
    labels = [wrap(name, 34) for name in names]
    longest = max(len(line) for name in labels for line in name.split("\n"))
    return labels, {"rotation": 55, "ha": "left", "rotation_mode": "anchor"}, 0.045 * longest


def save(fig: Figure, folder: Path | str, identifier: str, lang: str) -> dict[str, str]:
    """Write ``<identifier>.figure.<lang>.svg`` and ``.png``; returns {"svg": name, "png": name}.

    Each file is written under another name and then moved, so that nobody ever reads half a figure.
    The same figure gives the same bytes: no date, a fixed salt for ids.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = {}
    options: dict[str, dict[str, Any]] = {
        "svg": {"metadata": {"Date": None}},
        "png": {"dpi": 200, "metadata": {"Software": None}},
    }
    # Laid out once for both files: the layout costs as much as the drawing.
    engine = fig.get_layout_engine()
    if engine is not None:
        with styled():
            engine.execute(fig)
        fig.set_layout_engine("none")
    for kind, extra in options.items():
        name = f"{identifier}.figure.{lang}.{kind}"
        temporary = target / f".{name}.{os.getpid()}.part"
        with styled():
            fig.savefig(temporary, format=kind, **extra)
        if kind == "svg":
            drawn = temporary.read_text(encoding="utf-8")
            temporary.write_bytes(numbered_ids(drawn).encode("utf-8"))
        temporary.replace(target / name)
        written[kind] = name
    return written


def numbered_ids(svg: str) -> str:
    """The same picture with matplotlib's hashed ids (clip paths, markers, hatches) numbered as they appear.

    The hash takes in the last bits of the layout, which may differ from one process to the next; what is
    drawn does not.
    """
    hashed = dict.fromkeys(re.findall(r'id="([a-z][0-9a-f]{10})"', svg))
    numbers = {old: f"{old[0]}{i}" for i, old in enumerate(hashed, 1)}
    return re.sub(r"\b[a-z][0-9a-f]{10}\b", lambda found: numbers.get(found.group(), found.group()), svg)
