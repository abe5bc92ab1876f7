"""Who is in the study, how its offers were rated, and the simulated rows one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import rows, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from trenza.render.context import Context

DARK, LIGHT = "#37474f", "#a9bac4"


def participants(ctx: Context) -> Figure | None:
    """Counts by role, with a pair of bars for gender and a panel for each municipality."""
    table = ctx.table("counts")
    table = table.loc[
        (table["printed_as"] == "cell")
        & ~table["role"].isin(["all", *table["unit"].unique()])
        & ~table["gender"].isin(["all", "not_applicable"])
        & (table["municipality"] != "all")
    ]
    if not len(table):
        return None
    places, roles, genders = (rows.in_order(table, c) for c in ("municipality", "role", "gender"))
    fig, axes = style.new(
        1, len(places), height=1.35 + 0.52 * len(roles), sharey=True, sharex=True, squeeze=False
    )
    bar = 0.78 / len(genders)
    for ax, place in zip(axes[0], places, strict=True):
        for k, gender in enumerate(genders):
            part = table.loc[(table["municipality"] == place) & (table["gender"] == gender)].set_index(
                "role"
            )["n"]
            at = [len(roles) - 1 - i + (len(genders) - 1 - 2 * k) * bar / 2 for i in range(len(roles))]
            values = [int(part.get(r, 0)) for r in roles]
            ax.barh(
                at,
                values,
                height=bar * 0.92,
                color=(DARK, LIGHT)[k % 2],
                label=ctx.level(gender),
                edgecolor=DARK,
                linewidth=0.6,
            )
            for y, v in zip(at, values, strict=True):
                ax.text(v + 0.2, y, ctx.count(v), va="center", ha="left", fontsize=style.SMALL)
        ax.set_title(ctx.level(place))
        ax.set_yticks(range(len(roles))[::-1], [style.wrap(ctx.level(r), 22) for r in roles])
        ax.set_xlim(0, float(table["n"].max()) * 1.15)
        ax.xaxis.set_visible(False)
        ax.spines["bottom"].set_visible(False)
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower left", ncols=len(genders))
    style.head(fig, ctx.t("fig_participants_title"), "", _stamp(ctx, table))
    return fig


def ratings(ctx: Context) -> Figure | None:
    """Each rated item on its own scale, highest first, with its mean."""
    table = ctx.table("ratings").sort_values("rank")
    if not len(table):
        return None
    scales = table[["scale_min", "scale_max"]].drop_duplicates()
    fig, axes = style.new(len(scales), 1, height=1.25 + 0.42 * len(table), squeeze=False,
                          height_ratios=[int((table["scale_max"] == s.scale_max).sum()) for s in scales.itertuples()])  # fmt: skip
    for ax, scale in zip(axes[:, 0], scales.itertuples(), strict=True):
        part = table.loc[(table["scale_min"] == scale.scale_min) & (table["scale_max"] == scale.scale_max)]
        for i, (_, r) in enumerate(part.iterrows()):
            y = len(part) - 1 - i
            hollow = r["source"] == "simulated"
            lowest = i == len(part) - 1 and len(part) > 1
            colour = style.HINDERING if lowest else style.PARTICIPANTS
            ax.plot([scale.scale_min, r["mean"]], [y, y], color=colour, linewidth=2.4, solid_capstyle="butt")
            ax.plot([r["mean"]], [y], marker="s" if lowest else "o", markersize=9, color=colour,
                    markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
            ax.text(r["mean"] + 0.03 * (scale.scale_max - scale.scale_min), y, ctx.num(r["mean"]), va="center",
                    ha="left", fontsize=style.BODY, fontweight="bold")  # fmt: skip
        ax.set_yticks(range(len(part))[::-1], [_label(ctx, i) for i in part["item"]])
        ax.set_ylim(-0.6, len(part) - 0.4)
        ax.set_xlim(scale.scale_min, scale.scale_max)
        if scale.scale_max - scale.scale_min <= 10:
            ax.set_xticks([scale.scale_min + k for k in range(int(scale.scale_max - scale.scale_min) + 1)])
        ax.grid(axis="x")
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
        ax.set_xlabel(ctx.t("axis_rating", low=ctx.count(scale.scale_min), high=ctx.count(scale.scale_max)))
    marked = any(rows.inferred(table, i) for i in table["item"])
    style.head(
        fig, ctx.t("fig_ratings_title"), ctx.t("fig_ratings_foot") if marked else "", _stamp(ctx, table)
    )
    return fig


def _label(ctx: Context, item: str) -> str:
    """An item's name, with a dagger where the name was inferred."""
    return style.wrap(ctx.item(item) + (" \u2020" if rows.inferred(ctx.table("ratings"), item) else ""), 30)


def _stamp(ctx: Context, table: pd.DataFrame | Any) -> str:
    return ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
