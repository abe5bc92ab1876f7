"""How far apart the groups were before anything was done: standardised differences against the bands for baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import rows, style
from trenza.render.language import has_text, is_missing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

BANDS = (0.05, 0.25)  # What Works Clearinghouse, Standards Handbook 5.0
LINES = 30
LOOKS = {
    "satisfied": ("o", style.PARTICIPANTS),
    "adjust": ("s", style.CONTROL),
    "not_satisfied": ("D", style.SIMULATED),
}


def balance(ctx: Context) -> Figure | None:
    """One line a variable or level; the mark's form says its band, hollow marks are simulated."""
    table = ctx.table("baseline")
    if not len(table) or not table["difference_sd"].notna().any():
        return None
    from matplotlib.lines import Line2D

    shown = table.head(LINES)
    sources = rows.in_order(shown, "source_id")
    parts = [shown.loc[shown["source_id"] == s] for s in sources]
    fig, axes = style.new(len(parts), 1, height=1.7 + 0.36 * len(shown) + 0.35 * len(parts), squeeze=False, sharex=True,
                          height_ratios=[len(p) + 0.4 for p in parts])  # fmt: skip
    reach = max(0.4, float(shown["difference_sd"].abs().max()) * 1.15)
    for ax, part in zip(axes[:, 0], parts, strict=True):
        _panel(ctx, ax, part, reach, several=len(parts) > 1)
    axes[-1, 0].set_xlabel(
        ctx.t("cmp_balance_axis", participants=ctx.group(ctx.participants), control=ctx.group(ctx.control))
    )
    hollow = "simulated" in rows.kinds(shown)
    keys = [
        Line2D([], [], marker=LOOKS[b][0], markersize=8, color=LOOKS[b][1], linestyle="none", markeredgewidth=1.6,
               markerfacecolor=style.PAPER if hollow else LOOKS[b][1], label=ctx.t(f"cmp_band_{b}"))
        for b in LOOKS
        if (shown["band"] == b).any()
    ]  # fmt: skip
    foot = [ctx.t("cmp_balance_foot", low=ctx.num(BANDS[0]), high=ctx.num(BANDS[1]))]
    if len(shown) < len(table):
        foot.append(ctx.t("shown_of", k=ctx.count(len(shown)), n=ctx.count(len(table)), table="baseline"))
    fig.legend(handles=keys, loc="outside lower left", ncols=1, handlelength=1.4, title=style.wrap(" ".join(foot), 100),
               alignment="left", title_fontsize=style.SMALL).get_title().set_color(style.MUTED)  # fmt: skip
    style.head(fig, ctx.t("fig_balance_title"), "", ctx.t("simulated_stamp") if hollow else "")
    return fig


def variable(ctx: Context, row: Any) -> str:
    """What a row of table 1 is called: the variable, and its level where it has any."""
    general = f"col_{row['variable']}"
    if row["variable"] in ctx.item_rows:
        name = ctx.item(row["variable"])
    elif str(row["variable"]) not in (ctx.study.get("labels") or {}) and has_text(ctx.lang, general):
        name = ctx.t(general)
    else:
        name = ctx.level(row["variable"])
    name = name[0].upper() + name[1:]
    return name if is_missing(row["level"]) else f"{name}: {ctx.level(row['level'])}"


def _panel(ctx: Context, ax: Axes, part: pd.DataFrame, reach: float, several: bool) -> None:
    ax.axvspan(-BANDS[1], BANDS[1], color=style.BAND, zorder=0, linewidth=0)
    ax.axvspan(-BANDS[0], BANDS[0], color=style.AMBIVALENT, zorder=0, linewidth=0)
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    for k, (_, row) in enumerate(part.iterrows()):
        y = len(part) - 1 - k
        if is_missing(row["difference_sd"]):
            why = ctx.t("suppressed") if bool(row["suppressed"]) else ctx.say(row["note"])
            ax.text(0, y, why, ha="center", va="center", fontsize=style.SMALL - 0.5, style="italic", zorder=4,
                    bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1.2})  # fmt: skip
            continue
        marker, colour = LOOKS[str(row["band"])]
        hollow = row["source"] == "simulated"
        ax.plot([0, row["difference_sd"]], [y, y], color=colour, linewidth=1.2, linestyle=(0, (4, 2)) if hollow else "-",
                zorder=2)  # fmt: skip
        ax.plot([row["difference_sd"]], [y], marker=marker, markersize=8, color=colour, markeredgewidth=1.6, zorder=3,
                markerfacecolor=style.PAPER if hollow else colour)  # fmt: skip
        ax.text(1.012, y, ctx.num(row["difference_sd"], sign=True), transform=ax.get_yaxis_transform(), va="center",
                ha="left", fontsize=style.SMALL)  # fmt: skip
    ax.set_yticks(
        range(len(part))[::-1],
        [style.wrap(variable(ctx, r), 30) for _, r in part.iterrows()],
        fontsize=style.SMALL,
    )
    ax.set_ylim(-0.6, len(part) - 0.4)
    ax.set_xlim(-reach, reach)
    if several:
        ax.set_title(ctx.level(part["source_id"].iloc[0]), fontsize=style.SMALL)
    style.bare(ax)
    style.numbers_on(ax.xaxis, ctx.lang)
