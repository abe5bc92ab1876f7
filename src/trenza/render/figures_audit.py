"""The map over group sizes of an audit: how many rows of the printed table each pair could give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import style
from trenza.render.audit_words import words
from trenza.render.language import integer
from trenza.render.traced_frames import how_many

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NAMED = 3  # pairs that give all rows and are named in the key


def size_map(sizes: pd.DataFrame, lang: str) -> Figure:
    """The pairs of one block of ``audit_sizes`` under one rule, darker the more rows a pair could give.

    The printed pair has a frame, a pair that gives all rows a star: neither is told by colour alone.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, Rectangle

    total = int(sizes["rows"].iloc[0])
    table = sizes.pivot(index="n2", columns="n1", values="rows_reached").astype(int)
    shades = _shades(total + 1)
    with style.styled():
        fig, ax = style.new(height=6.1)
        first, second = (table.columns.to_numpy(), table.index.to_numpy())
        extent = (first[0] - 0.5, first[-1] + 0.5, second[0] - 0.5, second[-1] + 0.5)
        ax.imshow(
            table.to_numpy(),
            origin="lower",
            extent=extent,
            cmap=ListedColormap(shades),
            vmin=-0.5,
            vmax=total + 0.5,
            interpolation="none",
            aspect="auto",
        )
        for edge in first[1:]:
            ax.axvline(edge - 0.5, color=style.PAPER, linewidth=0.6)
        for edge in second[1:]:
            ax.axhline(edge - 0.5, color=style.PAPER, linewidth=0.6)
        full = sizes[sizes["rows_reached"] == total]
        ax.plot(full["n1"], full["n2"], linestyle="none", marker="*", markersize=9, color=style.PAPER,
                markeredgecolor=style.INK, markeredgewidth=0.8, zorder=4)  # fmt: skip
        printed = (int(sizes["printed_n1"].iloc[0]), int(sizes["printed_n2"].iloc[0]))
        ax.add_patch(
            Rectangle((printed[0] - 0.5, printed[1] - 0.5), 1, 1, fill=False, edgecolor=style.HINDERING,
                      linewidth=2.2, zorder=5)
        )  # fmt: skip
        ax.set_xlabel(words(lang, "fig_n1"))
        ax.set_ylabel(words(lang, "fig_n2"))
        for side in ax.spines.values():
            side.set_visible(False)
        keys: list[Any] = [
            Patch(facecolor=shades[k], edgecolor=style.MUTED, linewidth=0.5,
                  label=words(lang, "fig_row") if k == 1 else words(lang, "fig_rows", n=k))
            for k in range(total + 1)
        ]  # fmt: skip
        keys.append(
            Line2D([], [], marker="s", markersize=9, markerfacecolor="none", markeredgecolor=style.HINDERING,
                   markeredgewidth=2.2, linestyle="none",
                   label=words(lang, "fig_printed", a=printed[0], b=printed[1]))
        )  # fmt: skip
        pairs = list(zip(full["n1"], full["n2"], strict=True))
        if pairs:
            label = words(lang, "fig_full_many", n=total)
            if len(pairs) == 1:
                label = words(lang, "fig_full", n=total, a=pairs[0][0], b=pairs[0][1])
            keys.append(
                Line2D([], [], marker="*", markersize=11, color=style.PAPER, markeredgecolor=style.INK,
                       linestyle="none", label=label)
            )  # fmt: skip
        fig.legend(handles=keys, loc="outside right upper", handlelength=1.2)
        rule = words(lang, f"rule_{sizes['rule'].iloc[0]}")
        style.head(fig, words(lang, "fig_title"), words(lang, "fig_foot", rule=rule))
    return fig


def alternative(sizes: pd.DataFrame, lang: str) -> str:
    """What the map shows, in words."""
    total = sizes["rows"].iloc[0]
    full = sizes[sizes["rows_reached"] == total]
    pairs = [f"({integer(a, lang)}, {integer(b, lang)})" for a, b in zip(full["n1"], full["n2"], strict=True)]
    shown = ", ".join(pairs) if len(pairs) <= NAMED else words(lang, "many", n=integer(how_many(full), lang))
    printed = sizes[sizes["is_printed"]].iloc[0]
    return words(
        lang,
        "fig_alt",
        a=integer(printed["n1"], lang),
        b=integer(printed["n2"], lang),
        rows=integer(printed["rows_reached"], lang),
        total=integer(total, lang),
        full=shown or words(lang, "none"),
    )


def _shades(count: int) -> list[str]:
    """``count`` colours: the palette's palest for none, then in even steps to its darkest blue."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    ramp = LinearSegmentedColormap.from_list("rows", [style.BAND, style.PARTICIPANTS])
    steps = max(count - 2, 1)
    return [style.BAND, *(to_hex(ramp(0.3 + 0.7 * k / steps)) for k in range(count - 1))]
