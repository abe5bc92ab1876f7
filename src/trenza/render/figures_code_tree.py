"""The codebook as a tree with its counts, themes by case as a matrix of marks, and the saturation curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.render import style
from trenza.render.language import integer
from trenza.render.qualitative_words import stamp, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Direction is told by form and by colour.
BESIDE = 5.2  # points from the middle of a mark to its number
MARKS: dict[str, dict[str, Any]] = {
    "enabling": {"marker": "o", "color": style.ENABLING},
    "hindering": {"marker": "s", "color": style.HINDERING, "markerfacecolor": style.PAPER, "markeredgewidth": 1.8},
    "ambivalent": {"marker": "D", "color": "#6b7785", "markersize": 5.5},
    "none": {"marker": ".", "color": style.INK},
}  # fmt: skip


def code_tree(codes: pd.DataFrame, names: Mapping[str, str], lang: str) -> Figure | None:
    """A bar a code in the order of the table ``codes`` (depth first), its name indented as in the tree.

    ``codes`` has code, depth, codable, n_segments, n_segments_below and source, as the contract of that name.
    """
    table = codes.loc[codes["n_segments_below"] > 0].reset_index(drop=True)
    if not len(table):
        return None
    with style.styled():
        fig, (left, ax) = style.new(
            1, 2, height=1.5 + 0.235 * len(table), sharey=True, width_ratios=[0.5, 0.5]
        )
        top = int(table["n_segments_below"].max())
        for y, row in enumerate(table.to_dict("records")):
            weight = "normal" if row["codable"] else "bold"
            label = names.get(row["code"], row["code"])
            left.text(0.01 + 0.06 * int(row["depth"]), y, _short(label, 46 - 3 * int(row["depth"])), va="center", fontsize=style.SMALL, fontweight=weight)  # fmt: skip
            below, own = int(row["n_segments_below"]), int(row["n_segments"])
            ax.barh(y, below, height=0.7, color=style.BAND, edgecolor=style.MUTED, linewidth=0.5)
            ax.barh(y, own, height=0.7, color=style.PARTICIPANTS)
            said = integer(own, lang) if own == below else f"{integer(own, lang)} / {integer(below, lang)}"
            ax.text(below + 0.015 * top, y, said, va="center", fontsize=style.SMALL)
        left.axis("off")
        left.set_xlim(0, 1)
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlim(0, 1.2 * top)
        ax.set_xlabel(words(lang, "tree_axis"))
        ax.tick_params(axis="y", left=False, labelleft=False)
        style.numbers_on(ax.xaxis, lang)
        style.head(fig, words(lang, "tree_title"), words(lang, "tree_foot"), stamp(table, lang))
    return fig


def themes_by_case(
    matrix: pd.DataFrame,
    code_names: Mapping[str, str],
    case_names: Mapping[str, str],
    order: Sequence[str],
    lang: str,
) -> Figure | None:
    """Rows of ``code_matrix`` by case: a mark where the case has the theme, by its direction.

    ``order`` gives the codes from top to bottom. The direction is that of more than half of the segments, else
    ambivalent; a number stands beside the mark of more than one segment.
    """
    table = matrix.loc[(matrix["by"] == "case") & (matrix["n_segments"].fillna(0) > 0)]
    if not len(table):
        return None
    cases = sorted(set(matrix.loc[matrix["by"] == "case", "level"]))
    rows = [c for c in order if c in set(table["code"])]
    with style.styled():
        fig, ax = style.new(height=2.0 + 0.27 * len(rows))
        seen = []
        for row in table.loc[table["code"].isin(rows)].to_dict("records"):
            x, y = cases.index(row["level"]), rows.index(row["code"])
            kind = _direction(row)
            seen.append(kind)
            ax.plot([x], [y], linestyle="none", **{"markersize": 7.5, **MARKS[kind]})
            if row["n_segments"] > 1:
                said = integer(row["n_segments"], lang)
                ax.annotate(
                    said, (x, y), xytext=(BESIDE, 0), textcoords="offset points", fontsize=style.SMALL - 1.5,
                    va="center_baseline", color=style.MUTED,
                )  # fmt: skip
        ax.set_xlim(-0.6, len(cases) - 0.4)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_yticks(
            range(len(rows)), [_short(code_names.get(c, c), 44) for c in rows], fontsize=style.SMALL
        )
        turned = max(len(case_names.get(c, c)) for c in cases) * len(cases) > 60
        ax.set_xticks(range(len(cases)), [case_names.get(c, c) for c in cases], rotation=90 if turned else 0)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.grid(visible=True)
        for side in ax.spines.values():
            side.set_visible(False)
        keys = _keys([k for k in MARKS if k in seen], lang)
        ax.legend(handles=keys, loc="upper left", bbox_to_anchor=(0, -0.08 / (0.27 * len(rows))), ncols=4, borderaxespad=0)  # fmt: skip
        style.head(fig, words(lang, "cases_title"), words(lang, "cases_foot"), stamp(table, lang))
    return fig


def saturation_curve(saturation: pd.DataFrame, lang: str) -> Figure | None:
    """The table ``saturation``: the expected curve as a line, the given order as steps."""
    if not len(saturation):
        return None
    step = saturation["step"].astype(float)
    with style.styled():
        fig, ax = style.new(height=3.6)
        ax.step(step, saturation["codes_so_far"].astype(float), where="mid", color=style.CONTROL, linewidth=1.4, linestyle=(0, (4, 2)), label=words(lang, "saturation_given"))  # fmt: skip
        ax.plot(step, saturation["codes_expected"], color=style.PARTICIPANTS, linewidth=2.2, label=words(lang, "saturation_expected"))  # fmt: skip
        ax.set_xlim(0.5, len(saturation) + 0.5)
        ax.set_ylim(0, 1.08 * float(saturation["codes_so_far"].max()))
        ax.set_xlabel(words(lang, "saturation_x"))
        ax.set_ylabel(words(lang, "saturation_y"))
        ax.grid(axis="y")
        ax.xaxis.get_major_locator().set_params(integer=True)
        style.numbers_on(ax.yaxis, lang)
        style.numbers_on(ax.xaxis, lang)
        ax.legend(loc="lower right")
        style.head(
            fig, words(lang, "saturation_title"), words(lang, "saturation_foot"), stamp(saturation, lang)
        )
    return fig


def _direction(row: Mapping[str, Any]) -> str:
    counts = {d: int(row[d]) for d in ("enabling", "hindering", "ambivalent")}
    total = sum(counts.values())
    if not total:
        return "none"
    most = max(counts, key=lambda d: counts[d])
    return most if 2 * counts[most] > total else "ambivalent"


def _short(label: str, width: int) -> str:
    return label if len(label) <= width else label[: width - 1].rstrip() + "…"


def _keys(kinds: Sequence[str], lang: str) -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [],
            [],
            linestyle="none",
            label=words(lang, f"direction_{kind}"),
            **{"markersize": 7.5, **MARKS[kind]},
        )
        for kind in kinds
    ]
