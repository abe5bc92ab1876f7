"""Who is in the study, how its offers were rated, and the simulated rows one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import rows, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from trenza.render.context import Context

DEEP = "#7a4a00"  # the control's colour, darker: thin hollow squares need it
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


def simulated_records(ctx: Context) -> Figure | None:
    """Every simulated row as a hollow dot, by group, with the group's mean; never rows of real people."""
    table = ctx.tables.get("records")
    group = str(ctx.design.get("group") or "group")
    if table is None or not len(table) or group not in table.columns:
        return None
    if "source" not in table.columns or bool((table["source"] != "simulated").any()):
        return None
    means = ctx.table("distribution")
    means = means.loc[means["source"] == "simulated"]
    outcomes = [o for o in rows.outcomes(ctx) if o in table.columns]
    if not outcomes:
        return None
    levels = [ctx.participants, ctx.control]
    fig, axes = style.new(len(outcomes), 1, height=1.3 + 0.92 * len(outcomes), squeeze=False)
    for ax, outcome in zip(axes[:, 0], outcomes, strict=True):
        for y, level, colour, marker in (
            (1, levels[0], style.PARTICIPANTS, "o"),
            (0, levels[1], DEEP, "s"),
        ):
            values = table.loc[table[group] == level, outcome].dropna()
            ax.scatter(
                values,
                _spread(len(values), y),
                s=20,
                marker=marker,
                facecolors="none",
                edgecolors=colour,
                linewidths=1.1,
            )
            mean = means.loc[(means["outcome"] == outcome) & (means["group"] == level), "mean"].dropna()
            if len(mean):
                ax.plot([mean.iloc[0]] * 2, [y - 0.4, y + 0.4], color=style.INK, linewidth=2.2, zorder=4)
        ax.set_yticks(
            [1, 0], [f"{ctx.level(v)} (n = {ctx.count((table[group] == v).sum())})" for v in levels]
        )
        ax.set_ylim(-0.6, 1.6)
        ax.set_title(ctx.item(outcome))
        style.bare(ax)
        style.numbers_on(ax.xaxis, ctx.lang)
    style.head(
        fig,
        ctx.t("fig_simulated_records_title"),
        ctx.t("fig_simulated_records_foot"),
        ctx.t("simulated_stamp"),
    )
    return fig


def _spread(n: int, y: float) -> list[float]:
    """Heights around ``y`` that keep dots apart: the golden ratio's fractions, the same on every run."""
    return [y + 0.56 * ((i * 0.6180339887498949) % 1 - 0.5) for i in range(n)]


def _stamp(ctx: Context, table: pd.DataFrame | Any) -> str:
    return ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
