"""Codes of a coded project by an attribute of its cases (role, school, ...) as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import coding, style
from trenza.render.qualitative_words import stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trenza.render.context import Context

CODES, LEVELS, LETTERS = 40, 14, 52


def codes_by_attribute(ctx: Context) -> Figure | None:
    """A cell gives the passages of a code by cases of a level; the codes used most, in the order of the tree.

    ``None`` without a project of people whose cases have an attribute, and for an attribute of more than 14 levels.
    """
    if not coding.is_real(ctx):
        return None
    table = coding.matrix_by_attribute(ctx)
    levels = sorted(set(table["level"]))
    there = table.loc[table["suppressed"].astype(bool) | (table["n_segments"].fillna(0) > 0)]
    if not len(there) or len(levels) > LEVELS:
        return None
    import numpy as np
    import pandas as pd
    import seaborn as sns

    used = there.groupby("code")["n_segments"].sum().reset_index()
    used = used.sort_values(["n_segments", "code"], ascending=[False, True]).head(CODES)
    codes = [c for c in ctx.table("code_nodes")["code"] if c in set(used["code"])]
    grid = pd.DataFrame(np.nan, index=codes, columns=levels)
    marks = pd.DataFrame("", index=codes, columns=levels)
    for row in there.loc[there["code"].isin(codes)].to_dict("records"):
        hidden = bool(row["suppressed"])
        grid.loc[row["code"], row["level"]] = 0.0 if hidden else float(row["n_segments"])
        marks.loc[row["code"], row["level"]] = "\u00d7" if hidden else ctx.count(row["n_segments"])
    labels, turned, above = style.column_names([ctx.level(x) for x in levels], LETTERS)
    fig, ax = style.new(height=1.2 + above + 0.27 * len(codes))
    with style.styled():
        # Twice the largest count as the darkest shade: dark letters stay readable on every cell.
        top = max(4.0, 2 * float(np.nanmax(grid.to_numpy())))
        sns.heatmap(grid, ax=ax, cmap=sns.light_palette(style.PARTICIPANTS, as_cmap=True), vmin=0, vmax=top, annot=marks, fmt="",
                    linewidths=1.2, linecolor=style.PAPER, cbar=False, annot_kws={"fontsize": style.SMALL, "color": style.INK})  # fmt: skip
    names = [style.wrap(coding.code_name(ctx, c), 44).split("\n")[0] for c in codes]
    ax.set_yticks([y + 0.5 for y in range(len(codes))], names, fontsize=style.SMALL, rotation=0)
    ax.set_xticks([x + 0.5 for x in range(len(levels))], labels, **(turned or {"rotation": 0}))
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.set_xlabel("")
    ax.set_ylabel("")
    foot = ctx.t("fig_codes_by_attribute_foot", n=ctx.count(CODES))
    style.head(fig, ctx.t("fig_codes_by_attribute_title"), foot, stamp(table, ctx.lang))
    return fig
