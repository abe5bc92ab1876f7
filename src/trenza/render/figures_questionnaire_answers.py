"""Answers to questionnaires: diverging bars by scale, item and group."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from trenza.render import questionnaire, rows, style
from trenza.render.language import percent
from trenza.render.questionnaire import Cell, Part

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

# From the lowest answer to the highest: darker and darker, so that a copy in grey keeps their order.
SHADES = ("#f8e8c8", "#dcc08a", "#9aa1a6", "#4f87a3", "#0b4f6c")
PAGE = 8.8  # inches of panels that fit on a page
PAGES = 6  # figures; what does not fit on them is in the table
FIRST = "questionnaire_answers"
ABOVE = 0.75  # inches of a panel without its bars, at most
BAR = 0.215  # inches, height of a bar with its gap
HEAD = 0.48  # inches, the title of the figure
BARS_AT = (2.45, 5.0)  # inches, left and right edge of the bars
APART = 0.04  # of the axis, between a bar and joined answers that no line divides
LETTERS = 34  # of an item's name on a line
TINY = style.SMALL - 1


def answers(ctx: Context, number: int = 1) -> Figure | None:
    """A page: a panel a scale, bars of answers, the negative ones to the left, by item and group, with n and missing."""
    table = ctx.table("answers")
    found = pages(ctx, table)
    if len(found) < number:
        return None
    alone = questionnaire.alone(table)
    panels = [_Panel(ctx, p, alone) for p in found[number - 1]]
    for panel, before in zip(panels[1:], panels[:-1], strict=True):
        panel.with_key = panel.words != before.words
    told = _foot(ctx, panels)
    if number == len(found):
        told += _left_to_the_table(ctx, table, found)
    foot = " ".join(told)
    below = 0.17 * style.foot_lines(foot) + 0.2
    height = HEAD + sum(p.height for p in panels) + below
    fig = style.sheet(height)
    reach = max(p.reach for p in panels)
    top = height - HEAD
    for panel in panels:
        panel.put(fig, top, reach)
        top -= panel.height
    drawn = table.loc[table["source_id"].isin({p.part.source_id for p in panels})]
    title = ctx.t("fig_questionnaire_answers_title")
    if len(found) > 1:
        title += f" ({ctx.t('page_of', k=ctx.count(number), n=ctx.count(len(found)))})"
    style.head(fig, title, foot, questionnaire.stamp(ctx, drawn))
    return fig


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    FIRST if k == 1 else f"{FIRST}_{k}": partial(answers, number=k) for k in range(1, PAGES + 1)
}


def _left_to_the_table(ctx: Context, table: pd.DataFrame, found: list[list[Part]]) -> list[str]:
    """How many scales are on the pages, where not all are."""
    every = len(questionnaire.parts(table))
    shown = len({p[:3] for on_page in found for p in on_page})
    more = shown < every
    return [ctx.t("shown_of", k=ctx.count(shown), n=ctx.count(every), table="answers")] if more else []


def _foot(ctx: Context, panels: list[_Panel]) -> list[str]:
    """What the bars are, and only those remarks that this picture needs."""
    said = [ctx.t("fig_questionnaire_answers_foot")]
    if any(c.joined for p in panels for _, c in p.cells):
        said.append(ctx.t("answers_joined"))
    if any(c.undivided(p.points[at]) for p in panels for at, c in p.cells):
        said.append(ctx.t("answers_apart"))
    if any(p.slider for p in panels):
        said.append(ctx.t("answers_fifths"))
    if any(questionnaire.is_reversed(ctx, i) for p in panels for i in p.items):
        said.append(ctx.t("answers_reversed"))
    if any(questionnaire.WITHHELD in p.missing.values() for p in panels):
        said.append(questionnaire.withheld_words(ctx))
    return said


def pages(ctx: Context, table: pd.DataFrame) -> list[list[Part]]:
    """The scales page by page, at most ``PAGES``; a scale that is too long for a page goes on where the next begins."""
    found: list[list[Part]] = [[]]
    left = PAGE
    for part in questionnaire.parts(table) if len(table) else []:
        items, groups = rows.in_order(part.table, "item"), part.table["group"].nunique()
        of_item = BAR * (groups + _between(ctx, part))
        while items:
            fit = int((left - ABOVE) // of_item)
            if fit < len(items) and found[-1]:
                found.append([])
                left = PAGE
                continue
            kept, items = items[: max(1, fit)], items[max(1, fit) :]
            found[-1].append(part._replace(table=part.table.loc[part.table["item"].isin(kept)]))
            left -= ABOVE + of_item * len(kept)
    return [p for p in found if p][:PAGES]


def _between(ctx: Context, part: Part) -> float:
    """Room between two items, in bars: more where a name of two lines stands beside one bar."""
    several = part.table["group"].nunique() > 1
    short = all(len(_name(ctx, i, part.scale)) <= LETTERS for i in rows.in_order(part.table, "item"))
    return 0.4 if several or short else 0.75


def _name(ctx: Context, item: str, scale: str) -> str:
    """An item under the name of its scale, with the mark of one that scoring turns round."""
    mark = "\u21ba " if questionnaire.is_reversed(ctx, item) else ""
    return mark + questionnaire.under(ctx, item, scale)


class _Panel:
    """One scale of one source: its bars from top to bottom, and the room that it needs in inches."""

    def __init__(self, ctx: Context, part: Part, alone: bool) -> None:
        self.ctx, self.part, self.with_key = ctx, part, True
        self.title = style.wrap(questionnaire.title(ctx, part, alone), 84)
        self.items = rows.in_order(part.table, "item")
        self.groups = questionnaire.groups(ctx, part.table)
        ranges = dict.fromkeys(questionnaire.item_range(ctx, i) for i in self.items)
        self.slider = any(questionnaire.is_slider(*r) for r in ranges)
        # Items of several ranges share no words: the key names the ends of the shades alone.
        ends = [ctx.t("answer_lowest"), ctx.t("answer_highest")]
        self.words = (
            questionnaire.answer_words(ctx, part.table, *next(iter(ranges))) if len(ranges) == 1 else ends
        )
        self.points: dict[tuple[str, str], int] = {}
        self.places: dict[tuple[str, str], float] = {}
        self.answered: dict[tuple[str, str], int] = {}
        self.missing: dict[tuple[str, str], str] = {}
        self.cells: list[tuple[tuple[str, str], Cell]] = []
        between = _between(ctx, part)
        self.reach = y = 0.0
        for item in self.items:
            for group in self.groups:
                some = part.table.loc[(part.table["item"] == item) & (part.table["group"] == group)]
                if len(some):
                    self._add((item, group), some, y)
                    y += 1
            y += between
        self.bottom = y - between

    def _add(self, place: tuple[str, str], some: pd.DataFrame, y: float) -> None:
        self.places[place] = y
        self.answered[place] = int(some["n_answered"].iloc[0])
        self.missing[place] = questionnaire.missing_of(self.ctx, self.part.source_id, *place)
        found, points = questionnaire.cells(some, *questionnaire.item_range(self.ctx, place[0]))
        self.points[place] = points
        self.cells += [(place, c) for c in found]
        whole = [c for c in found if not c.undivided(points)]
        left = sum(c.share * c.below(points) for c in whole)
        self.reach = max(self.reach, left, 1 - left + (APART if len(whole) < len(found) else 0.0))

    @property
    def columns(self) -> int:
        """Columns of the key that fit on the page, row by row."""
        for k in range(len(self.words), 1, -1):
            widths = [max(len(w) for w in self.words[c::k]) for c in range(k)]
            if sum(0.4 + 0.06 * w for w in widths) < 6.7:
                return k
        return 1

    @property
    def above(self) -> float:
        """Inches of title, key and column heads."""
        key = 0.155 * -(-len(self.words) // self.columns) + 0.04 if self.with_key else 0.0
        return 0.19 * (self.title.count("\n") + 1) + 0.05 + key + 0.17

    @property
    def height(self) -> float:
        return self.above + BAR * self.bottom + 0.26

    def put(self, fig: Figure, top: float, reach: float) -> None:
        """Title, key and bars from ``top`` inches downwards."""
        width, height = fig.get_size_inches()
        fig.text(0.012, top / height, self.title, va="top", ha="left", fontsize=style.BODY, fontweight="bold")
        if self.with_key:
            self._key(fig, (top - 0.19 * (self.title.count("\n") + 1) - 0.03) / height)
        tall = BAR * self.bottom
        left, right = BARS_AT
        box = (left / width, (top - self.above - tall) / height, (right - left) / width, tall / height)
        with style.styled():
            ax = fig.add_axes(box)
        self._draw(ax, reach)

    def _key(self, fig: Figure, y: float) -> None:
        """What the shades stand for, row by row."""
        from matplotlib.patches import Patch

        marks = [Patch(facecolor=shade(k / max(1, len(self.words) - 1)), edgecolor=style.MUTED, linewidth=0.5, label=w)
                 for k, w in enumerate(self.words)]  # fmt: skip
        rows_of = -(-len(self.words) // self.columns)
        # A legend is filled column by column.
        order = [r * self.columns + c for c in range(self.columns) for r in range(rows_of)]
        fig.legend(handles=[marks[i] for i in order if i < len(marks)], loc="upper left", bbox_to_anchor=(0.012, y), ncols=self.columns,
                   fontsize=TINY, handlelength=1.3, columnspacing=1.1, handletextpad=0.4, borderaxespad=0, borderpad=0, labelspacing=0.3)  # fmt: skip

    def _draw(self, ax: Axes, reach: float) -> None:
        """Bars, item names at the left, group, n and missing at the right."""
        for place, y in self.places.items():
            mine = [c for p, c in self.cells if p == place]
            points = self.points[place]
            whole = [c for c in mine if not c.undivided(points)]
            left = -sum(c.share * c.below(points) for c in whole)
            for cell in [*whole, *(c for c in mine if c not in whole)]:
                left += APART if cell.undivided(points) else 0.0
                self._segment(ax, cell, left, y, points)
                left += cell.share
        ax.axvline(0, color=style.INK, linewidth=1, zorder=4)
        of_item = {i: [y for (item, _), y in self.places.items() if item == i] for i in self.items}
        ax.set_yticks(
            [sum(at) / len(at) for at in of_item.values()],
            [self._label(i) for i in of_item],
            fontsize=style.SMALL,
        )
        ax.set_ylim(self.bottom - 0.5, -0.5)
        ax.set_xlim(-1.02 * reach, 1.02 * reach)
        ax.xaxis.set_major_formatter(_unsigned(self.ctx))
        ax.locator_params(axis="x", nbins=4)
        ax.tick_params(axis="x", length=0, labelsize=TINY, labelcolor=style.MUTED, pad=1)
        ax.spines["bottom"].set_visible(False)
        style.bare(ax)
        for place, y in self.places.items():
            name = textwrap.shorten(self.ctx.level(place[1]), 16, placeholder="\u2026")
            said = {"group": name, "n": self.ctx.count(self.answered[place]), "missing": self.missing[place]}
            self._edge(ax, y, said, style.INK)
        heads = {k: self.ctx.t(f"edge_{k}") for k in ("n", "missing")}
        self._edge(ax, -0.95, heads, style.MUTED)

    def _segment(self, ax: Axes, cell: Cell, left: float, y: float, points: int) -> None:
        middle = ((cell.first + cell.last) / 2 - 1) / max(1, points - 1)
        colour = style.GRID if cell.undivided(points) else shade(middle)
        bar: Any = {"y": y, "width": cell.share, "left": left, "height": 0.84}
        hatch = "////" if cell.joined else ""
        ax.barh(**bar, color=colour, edgecolor=style.PAPER, hatch=hatch, linewidth=0, zorder=2)
        ax.barh(**bar, fill=False, edgecolor=style.MUTED, linewidth=0.5, zorder=3)
        if cell.share >= 0.055:
            on_line = left < 0 < left + cell.share
            box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8} if cell.joined or on_line else None
            ax.text(left + cell.share / 2, y + 0.03, self.ctx.num(100 * cell.share, 0), ha="center", va="center", zorder=5,
                    fontsize=TINY, color=style.PAPER if style.is_dark(colour) else style.INK, bbox=box)  # fmt: skip

    def _label(self, item: str) -> str:
        """The item's name on two lines."""
        words = _name(self.ctx, item, self.part.scale)
        return "\n".join(textwrap.wrap(words, LETTERS, max_lines=2, placeholder="\u2026"))

    def _edge(self, ax: Axes, y: float, said: dict[str, str], colour: str) -> None:
        several = len(self.groups) > 1
        places = {
            "group": (1.03, "left"),
            "n": (1.42 if several else 1.16, "right"),
            "missing": (1.67 if several else 1.45, "right"),
        }
        for key, words in said.items():
            if key != "group" or several:
                x, side = places[key]
                ax.text(
                    x,
                    y,
                    words,
                    transform=ax.get_yaxis_transform(),
                    ha=side,
                    va="center",
                    fontsize=TINY,
                    color=colour,
                )


@cache
def shade(place: float) -> str:
    """The colour of an answer at ``place`` of its range, 0 lowest, 1 highest."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    return str(to_hex(LinearSegmentedColormap.from_list("answers", SHADES)(place)))


def _unsigned(ctx: Context) -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda v, _: percent(abs(v), ctx.lang))
