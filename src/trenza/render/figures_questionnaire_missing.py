"""The map of answers that are missing from questionnaires: items by group and reason."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING

from trenza.contracts.questionnaire_tables import MISSING_REASONS
from trenza.render import questionnaire, rows, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

ITEMS = 32  # rows that stay readable on a page
TINY = style.SMALL - 1


def missing(ctx: Context) -> Figure | None:
    """Items by group and reason: the share of the group's people without an answer, darker for more."""
    table = ctx.table("missingness")
    chosen = map_of_missing(table)
    if not chosen:
        return None
    heights = [0.75 + 0.235 * some["item"].nunique() for *_, some in chosen]
    fig, axes = style.new(len(chosen), 1, height=0.9 + sum(heights), squeeze=False, height_ratios=heights)
    alone = table["source_id"].nunique() == 1
    for ax, (sid, kind, some) in zip(axes[:, 0], chosen, strict=True):
        _map(ctx, ax, some, questionnaire.name_of_source(ctx, sid, kind, alone))
    foot = [ctx.t("fig_questionnaire_missing_foot")]
    if any(bool(some["suppressed"].any()) for *_, some in chosen):
        foot.append(questionnaire.withheld_words(ctx))
    told = table.loc[table["source_id"].isin([sid for sid, *_ in chosen])]
    drawn = sum(some["item"].nunique() for *_, some in chosen)
    gaps = sum(len(_most_missing(some)) for *_, some in questionnaire.sources(told))
    whole = len(told[["source_id", "item"]].drop_duplicates()) - gaps
    if gaps > drawn:
        foot.append(ctx.t("missing_left_out", n=ctx.count(gaps - drawn)))
    if whole:
        foot.append(ctx.t("missing_whole", n=ctx.count(whole)))
    style.head(fig, ctx.t("fig_questionnaire_missing_title"), " ".join(foot), questionnaire.stamp(ctx, told))
    return fig


def map_of_missing(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """The rows of each source that fit on a page: items with missing answers, those with the largest shares first.

    A source of which nothing is shown but withheld counts and zeros has no map.
    """
    several = [s for s in questionnaire.sources(table) if s[2]["share"].gt(0).any()] if len(table) else []
    each = max(4, ITEMS // max(1, len(several)))
    found = []
    for sid, kind, some in several:
        order = {item: i for i, item in enumerate(_most_missing(some)[:each])}
        some = some.loc[some["item"].isin(order)]
        found.append((sid, kind, some.iloc[some["item"].map(order).argsort(kind="stable")]))
    return found


def _most_missing(table: pd.DataFrame) -> list[str]:
    """Items with missing answers by their largest share, those with withheld counts alone last; ties as they come."""
    largest = table["share"].fillna(0).groupby(table["item"], sort=False).max()
    withheld = table["suppressed"].astype(bool).groupby(table["item"], sort=False).any()
    listed = largest.loc[largest.gt(0) | withheld].sort_values(ascending=False, kind="stable")
    return [str(i) for i in listed.index]


def _map(ctx: Context, ax: Axes, table: pd.DataFrame, name: str) -> None:
    """One source: a column a group and reason, a row an item."""
    from matplotlib.patches import Rectangle

    items = rows.in_order(table, "item")
    hit = table.loc[table["n"].fillna(0).gt(0) | table["suppressed"].astype(bool), "reason"]
    reasons = [r for r in MISSING_REASONS if r in set(hit)] or ["not_answered"]
    groups = questionnaire.groups(ctx, table)
    columns = [(g, r) for g in groups for r in reasons]
    at = {c: i + 0.25 * groups.index(c[0]) for i, c in enumerate(columns)}
    top = max(0.02, float(table["share"].max()) if table["share"].notna().any() else 0.02)
    for r in table.loc[table["reason"].isin(reasons)].itertuples():
        x, y = at[r.group, r.reason], -items.index(r.item)
        hidden = bool(r.suppressed) and r.share != r.share
        value = 0.0 if hidden else float(r.share)
        colour = style.PAPER if value == 0 else shade_of_share(value / top)
        ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=style.GRID, linewidth=0.6,
                               hatch="////" if hidden else ""))  # fmt: skip
        said = questionnaire.share(ctx, {"suppressed": r.suppressed, "share": r.share})
        ax.text(x, y, said, ha="center", va="center", fontsize=TINY, color=style.PAPER if style.is_dark(colour) else style.INK if value or hidden else style.MUTED,
                bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.5} if hidden else None)  # fmt: skip
    ax.set_xlim(-0.6, max(at.values()) + 0.6)
    ax.set_ylim(-len(items) + 0.4, 0.6)
    width = max(7, 62 // len(columns))
    ax.set_xticks(
        list(at.values()),
        [style.wrap(ctx.t(f"reason_missing_{r}"), width) for _, r in columns],
        fontsize=TINY,
    )
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0, pad=1)
    ax.set_yticks([-i for i in range(len(items))], [textwrap.shorten(ctx.item(i), 40 if len(columns) > 4 else 52, placeholder="\u2026") for i in items], fontsize=style.SMALL)  # fmt: skip
    lines = 1 + max(t.get_text().count("\n") for t in ax.get_xticklabels())
    if len(groups) > 1:
        for g in groups:
            middle = sum(at[c] for c in columns if c[0] == g) / len(reasons)
            ax.annotate(ctx.level(g), (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, 4 + 10 * lines), textcoords="offset points",
                        ha="center", va="bottom", fontsize=style.SMALL, fontweight="bold")  # fmt: skip
    if name:
        ax.set_title(name, pad=(20 if len(groups) > 1 else 8) + 10 * lines)
    ax.spines["bottom"].set_visible(False)
    style.bare(ax)


@cache
def shade_of_share(place: float) -> str:
    """White for none to dark for the largest share of the map."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    return str(to_hex(LinearSegmentedColormap.from_list("share", ("#eef3f6", "#8fb3c4", "#0b4f6c"))(place)))
