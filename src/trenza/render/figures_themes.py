"""Themes by role as a heat map over the code tree, and the joint display of both strands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import rows, style
from trenza.render.language import MINUS, is_missing
from trenza.render.link_words import finding_cell
from trenza.render.reasons import SYMBOLS, call_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

LETTERS = 52  # that fit side by side above all columns of the heat map
SIGNS = {"enabling": "+", "hindering": MINUS, "ambivalent": "\u00b1"}


def signed_counts(row: Any) -> str:
    """``2+ 1-``: segments by direction, those that are zero left out."""
    return " ".join(f"{int(row[d])}{sign}" for d, sign in SIGNS.items() if int(row[d]))


def themes_by_role(ctx: Context) -> Figure | None:
    """Rows are codes, indented as in the tree; columns are roles; a cell gives segments by direction."""
    codes, cells = rows.used_codes(ctx.table("codes")), ctx.table("cells")
    cells = cells.loc[cells["by"] == "role"] if len(cells) else cells
    if not len(codes) or not len(cells):
        return None
    import numpy as np
    import pandas as pd
    import seaborn as sns

    labelled = [r for r in (ctx.study.get("labels") or {}) if r in set(cells["level"])]
    roles = labelled + sorted(set(cells["level"]) - set(labelled))
    grid = pd.DataFrame(np.nan, index=list(codes["code"]), columns=roles)
    marks = pd.DataFrame("", index=list(codes["code"]), columns=roles)
    for _, r in cells.iterrows():
        if r["code"] in grid.index:
            grid.loc[r["code"], r["level"]] = r["n_segments"]
            marks.loc[r["code"], r["level"]] = signed_counts(r)
    top = float(np.nanmax(grid.to_numpy()))
    labels, turned, above = style.column_names([ctx.level(r) for r in roles], LETTERS)
    fig, (names, ax) = style.new(
        1, 2, height=1.2 + above + 0.27 * len(grid), width_ratios=[0.42, 0.58], sharey=True
    )
    with style.styled():
        # Twice the largest count as the darkest shade: dark letters stay readable on every cell.
        sns.heatmap(grid, ax=ax, cmap=sns.light_palette(style.PARTICIPANTS, as_cmap=True), vmin=0, vmax=max(4.0, 2 * top),
                    annot=marks, fmt="", linewidths=1.2, linecolor=style.PAPER, cbar=False,
                    annot_kws={"fontsize": style.SMALL, "fontweight": "bold", "color": style.INK})  # fmt: skip
    for y, (_, r) in enumerate(codes.iterrows()):
        folder = not bool(r["codable"])
        if folder:
            for part in (names, ax):
                part.axhspan(y + 0.04, y + 0.96, color=style.BAND, linewidth=0, zorder=0)
        else:
            blank = [x + 0.5 for x in range(len(roles)) if not marks.iloc[y, x]]
            ax.plot(
                blank, [y + 0.5] * len(blank), marker=".", color="#aab4be", markersize=3, linestyle="none"
            )
        weight = "bold" if folder else "normal"
        names.text(0.015 + 0.07 * int(r["depth"]), y + 0.5, ctx.code(r["code"]), va="center", ha="left", fontsize=style.SMALL,
                   fontweight=weight)  # fmt: skip
        ax.text(len(roles) + 0.12, y + 0.5, ctx.count(r["n_segments_below"]), va="center", ha="left", fontsize=style.SMALL,
                fontweight=weight)  # fmt: skip
    names.set_xlim(0, 1)
    names.axis("off")
    ax.set_xticks([i + 0.5 for i in range(len(roles))], labels, **turned)
    ax.text(len(roles) + 0.12, -0.2, ctx.t("all"), fontsize=style.SMALL, va="bottom", ha="left")
    ax.tick_params(
        axis="both", length=0, labelleft=False, top=True, labeltop=True, bottom=False, labelbottom=False
    )
    ax.set_xlabel("")
    ax.set_ylabel("")
    style.head(fig, ctx.t("fig_themes_by_role_title"), ctx.t("fig_themes_by_role_foot"), _stamp(ctx, codes))
    return fig


def joint_display(ctx: Context) -> Figure | None:
    """A row a link: proposition, effect or mean, themes by direction, and the call."""
    links = ctx.table("convergence")
    if not len(links):
        return None
    from matplotlib.patches import Patch

    in_sd = links["effect"].notna()
    rated = links["finding"].str.fullmatch("describe:[a-z0-9_]+")
    blocks = [b for b in (links.loc[in_sd], links.loc[rated], links.loc[~in_sd & ~rated]) if len(b)]
    codes = ctx.table("codes").set_index("code") if len(ctx.table("codes")) else None
    lanes = [[max(1.6, len(str(r["codes"]).split(";"))) + 1.0 for _, r in b.iterrows()] for b in blocks]
    fig, axes = style.new(len(blocks), 4, height=1.7 + 0.235 * sum(map(sum, lanes)) + 0.6 * len(blocks), squeeze=False, sharey="row",
                          width_ratios=[1.5, 1.35, 1.85, 0.95], height_ratios=[sum(x) for x in lanes])  # fmt: skip
    named = [(r, c) for _, r in links.iterrows() for c in str(r["codes"]).split(";")]
    most = max([1, *(sum(_segments(ctx, r, c, codes).values()) for r, c in named)])
    for k, (block, heights) in enumerate(zip(blocks, lanes, strict=True)):
        text_ax, effect_ax, theme_ax, call_ax = axes[k]
        total = sum(heights)
        top = total
        for (_, r), height in zip(block.iterrows(), heights, strict=True):
            middle = top - height / 2
            text_ax.text(
                0,
                middle,
                style.wrap(ctx.proposition(r["link"]), 24),
                va="center",
                ha="left",
                fontsize=style.SMALL,
            )
            _quantity(ctx, effect_ax, r, middle)
            _themes(ctx, theme_ax, r, codes, middle, most)
            word = style.wrap(call_on(ctx, r).split("\u00a0", 1)[1], 14)
            call_ax.text(
                0.0, middle, SYMBOLS[r["call"]], va="center", ha="left", fontsize=13, color=style.PARTICIPANTS
            )
            call_ax.text(0.27, middle, word, va="center", ha="left", fontsize=style.SMALL, fontweight="bold")
            if r["call_if_holm"] != r["call"]:
                call_ax.text(0.27, middle - 0.7 - 0.35 * word.count("\n"), f"{ctx.t('holm_short')}: {SYMBOLS[r['call_if_holm']]}",
                             va="center", ha="left", fontsize=style.SMALL, color=style.MUTED)  # fmt: skip
            top -= height
            for ax in axes[k]:
                if top > 0.01:
                    ax.axhline(top, color=style.GRID, linewidth=0.8)
        _frame(ctx, axes[k], block, total, first=k == 0)
    keys = [Patch(facecolor=style.DIRECTION_COLOURS[d], hatch=style.DIRECTION_HATCH[d], edgecolor=style.PAPER if d == "hindering" else style.MUTED,
                  label=ctx.t(f"direction_{d}")) for d in style.DIRECTION_COLOURS]  # fmt: skip
    if in_sd.any() and len(ctx.table("verdicts")) and ctx.table("verdicts")["sesoi"].notna().any():
        keys.append(
            Patch(facecolor=style.BAND, label=ctx.t("sesoi_band", value=f"\u00b1{ctx.num(_sesoi(ctx))}"))
        )
    fig.legend(handles=keys, loc="outside lower left", ncols=4, handlelength=1.6, columnspacing=1.2)
    stamp = ctx.t("simulated_stamp") if (links["finding_source"] == "simulated").any() else ""
    style.head(fig, ctx.t("fig_joint_display_title"), "", stamp)
    return fig


def _sesoi(ctx: Context) -> float | None:
    values = ctx.table("verdicts")["sesoi"].dropna()
    return float(values.iloc[0]) if len(values) else None


def _quantity(ctx: Context, ax: Axes, r: Any, y: float) -> None:
    """The left panel's mark: effect with interval, or a mean with its value; in words what has no place on a scale."""
    if is_missing(r["effect"]) and not str(r["finding"]).startswith("describe:"):
        absent = r["quantitative_side"] == "absent"
        words = ctx.t("no_value") if absent else style.wrap(finding_cell(ctx, r), 24)
        place = ax.get_yaxis_transform()
        ax.text(0.5, y, words, transform=place, ha="center", va="center", fontsize=style.SMALL)
        return
    hollow = r["finding_source"] == "simulated"
    colour = style.SIMULATED if hollow else style.PARTICIPANTS
    standardised = not is_missing(r["effect"])
    value, low, high = (r[f"{k}{s}"] for k, s in (
        (("effect", ""), ("effect", "_ci_low"), ("effect", "_ci_high")) if standardised else (("estimate", ""), ("ci", "_low"), ("ci", "_high"))))  # fmt: skip
    if is_missing(value):
        ax.text(
            0.5,
            y,
            ctx.t("no_value"),
            transform=ax.get_yaxis_transform(),
            ha="center",
            va="center",
            fontsize=style.SMALL,
        )
        return
    if not is_missing(low) and not is_missing(high):
        ax.plot([low, high], [y, y], color=colour, linewidth=1.6, linestyle=(0, (4, 2)) if hollow else "-")
    ax.plot(
        [value],
        [y],
        marker="o",
        markersize=7,
        color=colour,
        markerfacecolor=style.PAPER if hollow else colour,
        zorder=3,
    )
    ax.text(value, y + 0.36, ctx.num(value), ha="center", va="bottom", fontsize=style.SMALL,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85})  # fmt: skip


def _themes(ctx: Context, ax: Axes, r: Any, codes: pd.DataFrame | None, middle: float, most: int) -> None:
    """One thin bar a code, its segments by direction; their number and its name beside it; of a theme told by case words."""
    named = str(r["codes"]).split(";")
    for i, code in enumerate(named):
        y = middle + (len(named) - 1) / 2 - i
        start = 0
        by = _segments(ctx, r, code, codes)
        for d in style.DIRECTION_COLOURS:
            n = by.get(d, 0)
            if n:
                ax.barh(y, n, left=start, height=0.62, color=style.DIRECTION_COLOURS[d], hatch=style.DIRECTION_HATCH[d],
                        edgecolor=style.PAPER if d == "hindering" else style.MUTED, linewidth=0.6)  # fmt: skip
                start += n
        cases = _shown(ctx, r, code, "cases")
        if start:
            name = f"{ctx.count(start)}  {ctx.code(code)}"
        else:
            beside = f"{ctx.t('unit_cases')}: {ctx.count(cases)}" if cases else ctx.t("no_segment")
            name = f"{ctx.code(code)} ({beside})"
        ax.text(
            start + 0.04 * most,
            y,
            name,
            va="center",
            ha="left",
            fontsize=style.SMALL - 0.5,
            color=style.INK if start or cases else style.MUTED,
        )


def _segments(ctx: Context, r: Any, code: str, codes: pd.DataFrame | None) -> dict[str, int]:
    """The segments of a code by direction; those of a coded project have the one that the link declares or expects."""
    if codes is not None and code in codes.index:
        return {d: int(codes.loc[code, d]) for d in style.DIRECTION_COLOURS}
    n = _shown(ctx, r, code, "segments")
    cells = ctx.links.loc[ctx.links["link"] == r["link"], "codes"]
    parts = [c.rpartition("=") for cell in cells for c in cell.split(";")]
    declared = {name.strip(): direction.strip() for name, equals, direction in parts if equals}
    return {declared.get(code, str(r["code_expects"])): n} if n else {}


def _shown(ctx: Context, r: Any, code: str, unit: str) -> int:
    """What the display's table shows of a code of a link in ``unit``; 0 where it shows nothing."""
    shown = ctx.table("joint_display")
    mine = (shown["link"] == r["link"]) & (shown["item"] == code) & (shown["unit"] == unit)
    value = shown.loc[mine & shown["value"].notna(), "value"]
    return int(value.iloc[0]) if len(value) else 0


def _frame(ctx: Context, row_axes: Any, block: pd.DataFrame, total: float, first: bool) -> None:
    """Limits, axis labels and column heads of one block of links."""
    text_ax, effect_ax, theme_ax, call_ax = row_axes
    for ax in row_axes:
        ax.set_ylim(0, total)
        ax.set_yticks([])
        for spine in ("left", "top", "right"):
            ax.spines[spine].set_visible(False)
    for ax in (text_ax, theme_ax, call_ax):
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.set_xlim(0, 1)
    most = max([p.get_x() + p.get_width() for p in theme_ax.patches] or [1])
    theme_ax.set_xlim(0, max(most, 1) * 2.3)
    if block["effect"].notna().any():
        sesoi = _sesoi(ctx)
        if sesoi is not None:
            effect_ax.axvspan(-sesoi, sesoi, color=style.BAND, zorder=0, linewidth=0)
        effect_ax.axvline(0, color=style.MUTED, linewidth=1, zorder=1)
        reach = max(0.5, float(block[["effect_ci_low", "effect_ci_high"]].abs().max().max()) * 1.1)
        effect_ax.set_xlim(-reach, reach)
        effect_ax.set_xlabel(ctx.t("axis_effect_short"), fontsize=style.SMALL)
        style.numbers_on(effect_ax.xaxis, ctx.lang)
    elif not block["finding"].str.fullmatch("describe:[a-z0-9_]+").all():
        effect_ax.set_xticks([])
        effect_ax.spines["bottom"].set_visible(False)
    else:
        ratings = ctx.table("ratings")
        low, high = (
            (ratings["scale_min"].min(), ratings["scale_max"].max())
            if len(ratings)
            else (block["estimate"].min(), block["estimate"].max())
        )
        effect_ax.set_xlim(low, high)
        effect_ax.grid(axis="x")
        effect_ax.set_xlabel(
            ctx.t("axis_mean_short", low=ctx.count(low), high=ctx.count(high)), fontsize=style.SMALL
        )
        style.numbers_on(effect_ax.xaxis, ctx.lang)
    if first:
        heads = ("jd_proposition", "jd_quantitative", "jd_qualitative", "jd_call")
        for ax, key in zip(row_axes, heads, strict=True):
            ax.set_title(ctx.t(key), fontsize=style.SMALL, fontweight="bold", loc="left")


def _stamp(ctx: Context, table: pd.DataFrame) -> str:
    return ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
