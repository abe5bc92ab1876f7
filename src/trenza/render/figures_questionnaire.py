"""Who came through a questionnaire's cleaning: boxes and arrows as in a CONSORT diagram."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import questionnaire, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

TRUNK, SIDE = (0.05, 3.5), (3.95, 6.7)  # inches, left and right edge of the boxes
LINE, PAD, GAP = 0.165, 0.16, 0.17  # inches: a line of text, room in a box, room between boxes
LETTERS = 15.5  # letters an inch
MORE, DOT = "\u2026", " \u00b7 "
PARTS = 6  # parts named; more are counted


class _Box(NamedTuple):
    kind: str
    head: list[str]
    body: list[str]
    printed: bool = False

    @property
    def height(self) -> float:
        return LINE * (len(self.head) + len(self.body)) + PAD


def flow(ctx: Context) -> Figure | None:
    """One diagram a questionnaire: who entered, who was left out and why, who stayed, and parts of those."""
    table = ctx.table("participant_flow")
    if not len(table):
        return None
    several = questionnaire.sources(table)
    drawn = [(sid, kind, _boxes(ctx, some)) for sid, kind, some in several]
    heights = [sum(b.height + GAP for b in boxes) + 0.35 for *_, boxes in drawn]
    fig, axes = style.new(len(drawn), 1, height=0.95 + sum(heights), squeeze=False, height_ratios=heights)
    for ax, (sid, kind, boxes), height in zip(axes[:, 0], drawn, heights, strict=True):
        _draw(ax, boxes, height - 0.35, kind == "simulated")
        name = questionnaire.name_of_source(ctx, sid, kind, len(drawn) == 1)
        if name:
            ax.set_title(name)
    foot = [ctx.t("fig_questionnaire_flow_foot")]
    if questionnaire.printed_counts(ctx, table):
        foot.append(ctx.t("q_asked_printed"))
    if bool(table["suppressed"].any()):
        foot.append(questionnaire.withheld_words(ctx))
    style.head(fig, ctx.t("fig_questionnaire_flow_title"), " ".join(foot), questionnaire.stamp(ctx, table))
    return fig


def _boxes(ctx: Context, table: pd.DataFrame) -> list[_Box]:
    """The boxes of one questionnaire in their order; parts of those who stayed share one."""
    found = []
    parts = []
    for step in sorted(set(table["step"])):
        some = table.loc[table["step"] == step]
        if some.iloc[0]["kind"] == "part":
            parts.append(some)
            continue
        kind = str(some.iloc[0]["kind"])
        width = _width(TRUNK if kind in ("entered", "stayed") else SIDE)
        head = questionnaire.box_name(ctx, str(some.iloc[0]["box"]))
        whole = some.loc[some["group"] == "all"]
        head += f": {questionnaire.count(ctx, whole.iloc[0])}" if len(whole) else ""
        printed = bool(questionnaire.printed_counts(ctx, some))
        head += f" ({ctx.source('published')})" if printed else ""
        found.append(_Box(kind, _lines(head, width - 4), _lines(_by_group(ctx, some), width), printed))
    if parts:
        width = _width(SIDE)
        told = [_part(ctx, some, width) for some in parts[:PARTS]]
        more = [some.loc[some["group"] == "all", "n"] for some in parts[PARTS:]]
        counts = [int(n.iloc[0]) for n in more if n.notna().any()]
        if counts:
            ends = {"low": ctx.count(min(counts)), "high": ctx.count(max(counts))}
            # Withheld counts lie anywhere: they have no part in the range.
            hidden = f"{DOT}{ctx.count(len(more) - len(counts))}: {questionnaire.WITHHELD}"
            words = ctx.t("parts_more", n=ctx.count(len(counts)), **ends)
            told += _lines(words + (hidden if len(counts) < len(more) else ""), width)
        found.append(_Box("part", _lines(ctx.t("box_scored"), width - 4), told))
    return found


def _width(edges: tuple[float, float]) -> int:
    """Letters that fit between the edges of a box."""
    return int((edges[1] - edges[0] - 0.2) * LETTERS)


def _lines(words: str, width: int) -> list[str]:
    return style.wrap(words, width).split("\n") if words else []


def _by_group(ctx: Context, some: pd.DataFrame) -> str:
    """The counts of the groups of a box; a name and its count stay together."""
    counts = {
        g: questionnaire.count(ctx, some.loc[some["group"] == g].iloc[0])
        for g in questionnaire.groups(ctx, some)
    }
    said = [f"{ctx.level(g)} {n}".replace(" ", "\u00a0") for g, n in counts.items() if g != "all"]
    return DOT.join(said)


def _part(ctx: Context, some: pd.DataFrame, width: int) -> str:
    """A part of those who stayed on one line: all, then the groups in their order."""
    counts = [questionnaire.count(ctx, r) for _, r in some.loc[some["group"] == "all"].iterrows()]
    groups = [
        questionnaire.count(ctx, some.loc[some["group"] == g].iloc[0])
        for g in questionnaire.groups(ctx, some)
        if g != "all"
    ]
    joined = DOT.join(groups)
    said = counts + ([f"({joined})"] if groups else [])
    words = " ".join(said)
    name = questionnaire.box_name(ctx, str(some.iloc[0]["box"]))
    return f"{textwrap.shorten(name, max(10, width - len(words) - 2), placeholder=MORE)}: {words}"


def _draw(ax: Axes, boxes: list[_Box], height: float, simulated: bool) -> None:
    """Boxes from top to bottom: those who are still in at the left, those who left and parts at the right."""
    ax.set_xlim(0, 6.75)
    ax.set_ylim(0, height)
    ax.axis("off")
    middle = (TRUNK[0] + TRUNK[1]) / 2
    y, last = height, None
    for box in boxes:
        on_trunk = box.kind in ("entered", "stayed")
        y -= box.height
        left, right = TRUNK if on_trunk else SIDE
        _box(ax, box, left, right - left, y, simulated and not box.printed)
        if on_trunk:
            if last is not None:
                _arrow(ax, (middle, last), (middle, y + box.height))
            last = y
        elif last is not None:
            centre = y + box.height / 2
            part = box.kind == "part"
            if part:
                ax.plot(
                    [middle, middle], [last, centre], color=style.MUTED, linewidth=1, linestyle=":", zorder=1
                )
            _arrow(ax, (middle, centre), (left, centre), ":" if part else "-")
        y -= GAP


def _box(ax: Axes, box: _Box, left: float, width: float, y: float, simulated: bool) -> None:
    from matplotlib.patches import Rectangle

    colour = style.SIMULATED if simulated else style.INK
    fill = {"left_out": style.PAPER, "part": "#f3f6f8"}.get(box.kind, style.BAND)
    ax.add_patch(Rectangle((left, y), width, box.height, facecolor=fill, edgecolor=colour, linewidth=1.1,
                           linestyle="--" if simulated or box.kind == "part" else "-", zorder=2, clip_on=False))  # fmt: skip
    at = y + box.height - PAD / 2 - LINE / 2
    for i, line in enumerate([*box.head, *box.body]):
        weight: Any = "bold" if i < len(box.head) else "normal"
        ax.text(
            left + 0.1, at - i * LINE, line, va="center", fontsize=style.SMALL, fontweight=weight, zorder=3
        )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], line: str = "-") -> None:
    ax.annotate("", xy=end, xytext=start, zorder=1,
                arrowprops={"arrowstyle": "-|>", "color": style.MUTED, "linewidth": 1, "linestyle": line, "shrinkA": 0, "shrinkB": 0})  # fmt: skip
