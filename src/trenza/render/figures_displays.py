"""Figures of joint displays: programmes by theme with their outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.render import case_comparison as cases
from trenza.render import rows, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trenza.render.context import Context

# Told apart by form and by lightness: a full disc, an open square, a grey diamond.
MARKS: dict[str, dict[str, Any]] = {
    "enabling": {"marker": "o", "markerfacecolor": style.ENABLING, "markeredgecolor": style.ENABLING},
    "hindering": {"marker": "s", "markerfacecolor": style.PAPER, "markeredgecolor": style.HINDERING},
    "ambivalent": {"marker": "D", "markerfacecolor": style.AMBIVALENT, "markeredgecolor": style.MUTED},
}
MATRIX = 3.05  # inches of the matrix; the words at its right take the rest
LETTERS = 45  # of a line of these words
LETTER = {"enabling": style.PAPER, "hindering": style.INK, "ambivalent": style.INK}


def case_matrix(ctx: Context) -> Figure | None:
    """Rows are programmes, columns themes; a mark holds the number of cases of a direction; effects at the right."""
    table = ctx.table("case_comparison")
    if not len(table):
        return None
    themes, effects = cases.part(ctx, "theme"), cases.part(ctx, "effect")
    codes, programmes = rows.in_order(themes, "item"), rows.in_order(themes, "programme")
    words = {p: _outcomes(ctx, effects.loc[effects["programme"] == p]) for p in programmes}
    tall = {p: max(0.62, 0.135 * (words[p].count("\n") + 1) + 0.16) for p in programmes}  # inches
    above = 0.05 * max(len(ctx.code(c)) for c in codes)
    below, total = 0.72, sum(tall.values())
    height = 0.42 + above + total + below
    fig = style.sheet(height)
    ax, text_ax = (
        fig.add_axes((left / style.WIDTH, below / height, wide / style.WIDTH, total / height))
        for left, wide in ((1.15, MATRIX), (1.25 + MATRIX, style.WIDTH - MATRIX - 1.3))
    )
    top, ticks = total, []
    for k, programme in enumerate(programmes):
        middle = top - tall[programme] / 2
        ticks.append(middle)
        if k % 2 == 0:
            for part in (ax, text_ax):
                part.axhspan(top - tall[programme], top, color=style.BAND, linewidth=0, zorder=0)
        for x, code in enumerate(codes):
            found = themes.loc[(themes["programme"] == programme) & (themes["item"] == code)]
            _marks(ctx, ax, x, middle, found.iloc[0].to_dict())
        text_ax.text(0.02, middle, words[programme], va="center", ha="left", fontsize=style.SMALL - 1.5)
        top -= tall[programme]
    _axes(
        ctx,
        ax,
        text_ax,
        [ctx.code(c) for c in codes],
        [style.wrap(ctx.level(p), 14) for p in programmes],
        ticks,
    )
    for part in (ax, text_ax):
        part.set_ylim(0, total)
    fig.legend(
        handles=_keys(ctx),
        loc="lower left",
        bbox_to_anchor=(0.0, 0.44 / height),
        ncols=4,
        borderaxespad=0,
        handletextpad=0.3,
    )
    style.head(fig, ctx.t("fig_case_matrix_title"), ctx.t("fig_case_matrix_foot"))
    return fig  # fmt: skip


def _outcomes(ctx: Context, effects: Any) -> str:
    """What is claimed, claims of one kind of design together; or what the source says in place of a claim."""
    said = []
    for r in effects.loc[effects["words_en"].notna()].to_dict("records"):
        said.append(style.wrap(cases.said(ctx, r), LETTERS))
    claimed = effects.loc[effects["words_en"].isna()]
    for quality in rows.in_order(claimed, "quality"):
        own = claimed.loc[claimed["quality"] == quality].to_dict("records")
        names = "; ".join(f"{cases.effect_name(ctx, r)}, {cases.outcome(ctx, r)}" for r in own)
        said.append(style.wrap(f"{names} ({ctx.t(f'quality_{quality}')})", LETTERS))
    return "\n".join(said)


def _marks(ctx: Context, ax: Axes, x: float, y: float, row: dict[str, Any]) -> None:
    """One mark for each direction that a case of the programme reports, below each other."""
    found = [d for d in MARKS if row[d]]
    if not found:
        ax.plot([x], [y], marker=".", markersize=3, color="#8894a0", linestyle="none")
    for k, direction in enumerate(found):
        at = y - 0.24 * (k - (len(found) - 1) / 2)
        ax.plot([x], [at], markersize=11, markeredgewidth=1.8, linestyle="none", **MARKS[direction])
        ax.text(x, at - 0.01, ctx.count(row[direction]), ha="center", va="center", fontsize=style.SMALL - 1.5,
                fontweight="bold", color=LETTER[direction])  # fmt: skip


def _axes(
    ctx: Context, ax: Axes, text_ax: Axes, labels: list[str], names: list[str], ticks: list[float]
) -> None:
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.set_xticks(range(len(labels)), labels, rotation=55, ha="left", rotation_mode="anchor")
    ax.set_yticks(ticks, names, fontsize=style.SMALL, fontweight="bold")
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.grid(axis="x")
    text_ax.set_xlim(0, 1)
    text_ax.set_xticks([])
    text_ax.set_yticks([])
    text_ax.set_title(ctx.t("fig_case_matrix_outcome"), fontsize=style.SMALL, fontweight="bold", loc="right")
    for part in (ax, text_ax):
        for side in part.spines.values():
            side.set_visible(False)


def _keys(ctx: Context) -> list[Any]:
    from matplotlib.lines import Line2D

    keys = [
        Line2D(
            [], [], linestyle="none", markersize=8, markeredgewidth=1.8, label=ctx.t(f"direction_{d}"), **m
        )
        for d, m in MARKS.items()
    ]
    nothing = Line2D(
        [], [], linestyle="none", marker=".", markersize=4, color="#8894a0", label=ctx.t("theme_not_reported")
    )
    return [*keys, nothing]  # fmt: skip


PAGE_FIGURES: dict[str, Callable[[Context], Figure | None]] = {"case_matrix": case_matrix}
