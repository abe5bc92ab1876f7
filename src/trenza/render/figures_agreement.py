"""Agreement of two coders code by code, with the intervals and with the codes too rare to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.render import style
from trenza.render.language import integer, is_missing, number
from trenza.render.qualitative_words import stamp, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHOWN = ("kappa", "positive")


def agreement_by_code(
    agreement: pd.DataFrame, code_names: Mapping[str, str], coder_names: Mapping[str, str], lang: str
) -> Figure | None:
    """Rows of ``agreement`` of one unit and two coders: a line a code, the largest kappa on top; None without rows.

    Kappa is a filled dot with its interval, positive agreement a hollow diamond; a code below the floor has its
    line and says so. The first line is marking at all, whatever the code. ``ValueError`` for rows of several
    units or pairs.
    """
    table = agreement.loc[
        agreement["part"].isin(["code", "segmentation"]) & agreement["statistic"].isin(SHOWN)
    ]
    table = table.loc[table["coder_a"].notna()]
    if not len(table):
        return None
    if len(table[["unit", "coder_a", "coder_b"]].drop_duplicates()) > 1:
        raise ValueError("one figure shows one unit and two coders")
    first = table.iloc[0]
    lines = _lines(table, code_names, lang)
    with style.styled():
        fig, ax = style.new(height=1.9 + 0.25 * len(lines))
        for y, line in enumerate(reversed(lines)):
            _draw(ax, y, line, lang)
        ax.axvline(0, color=style.MUTED, linewidth=0.9)
        ax.text(0, len(lines) - 0.35, words(lang, "agreement_chance"), fontsize=style.SMALL, color=style.MUTED, ha="center", va="bottom")  # fmt: skip
        ax.axhline(len(lines) - 1.5, color=style.MUTED, linewidth=0.8)
        ax.set_yticks(range(len(lines)), [line["name"] for line in reversed(lines)], fontsize=style.SMALL)
        ax.set_ylim(-0.6, len(lines) - 0.4)
        lows = [line["kappa"]["ci_low"] for line in lines if not is_missing(line["kappa"]["ci_low"])]
        ax.set_xlim(min([-0.05, *lows]) - 0.02, 1.03)
        ax.grid(axis="x")
        style.bare(ax)
        style.numbers_on(ax.xaxis, lang)
        ax.text(1.02, 1.0, words(lang, "agreement_uses"), transform=ax.transAxes, fontsize=style.SMALL, color=style.MUTED, va="bottom")  # fmt: skip
        for y, line in enumerate(reversed(lines)):
            ax.text(1.02, y, integer(line["uses"], lang), transform=ax.get_yaxis_transform(), fontsize=style.SMALL, va="center")  # fmt: skip
        # Below the axis and above the foot, whatever the number of lines.
        ax.legend(handles=_keys(lang), loc="upper left", bbox_to_anchor=(0, -0.32 / (0.25 * len(lines))), ncols=2, borderaxespad=0)  # fmt: skip
        names = {k: coder_names.get(first[k], first[k]) for k in ("coder_a", "coder_b")}
        title = words(lang, "agreement_title", a=names["coder_a"], b=names["coder_b"])
        foot = words(
            lang,
            "agreement_foot",
            level=number(100 * first["ci_level"], lang, 0),
            documents=integer(first["n_documents"], lang),
            unit=words(lang, f"unit_{first['unit']}"),
        )
        style.head(fig, title, foot, stamp(table, lang))
    return fig


def _lines(table: pd.DataFrame, code_names: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    """A dict a line: name, uses, and the row of each statistic; marking at all first, then by kappa."""
    found: dict[Any, dict[str, Any]] = {}
    for row in table.to_dict("records"):
        code = None if row["part"] == "segmentation" else row["code"]
        name = words(lang, "agreement_any") if code is None else code_names.get(code, code)
        line = found.setdefault(code, {"code": code, "name": style.wrap(name, 44), "uses": row["uses"]})
        line[row["statistic"]] = row
    order = [found[None]] if None in found else []
    rest = [line for code, line in found.items() if code is not None]
    blank = float("-inf")
    rest.sort(key=lambda x: (-(blank if is_missing(x["kappa"]["estimate"]) else x["kappa"]["estimate"]), -x["uses"], x["code"]))  # fmt: skip
    return [*order, *rest]


def _draw(ax: Any, y: float, line: Mapping[str, Any], lang: str) -> None:
    kappa, positive = line["kappa"], line["positive"]
    if is_missing(kappa["estimate"]):
        few = str(kappa["note"]).startswith("used ")
        key = "agreement_few" if few else "agreement_undefined"
        ax.text(0.02, y, words(lang, key), fontsize=style.SMALL, color=style.MUTED, va="center")  # fmt: skip
        if few:
            return
    else:
        if not is_missing(kappa["ci_low"]):
            ax.plot([kappa["ci_low"], kappa["ci_high"]], [y, y], color=style.PARTICIPANTS, linewidth=1.6)
        ax.plot([kappa["estimate"]], [y], marker="o", markersize=5.5, color=style.PARTICIPANTS)
    if not is_missing(positive["estimate"]):
        ax.plot([positive["estimate"]], [y], marker="D", markersize=4.5, markerfacecolor="none",
                markeredgecolor=style.HINDERING, markeredgewidth=1.3, linestyle="none", zorder=4)  # fmt: skip


def _keys(lang: str) -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=style.PARTICIPANTS, marker="o", markersize=5.5, label=words(lang, "agreement_kappa")),
        Line2D([], [], marker="D", markersize=4.5, markerfacecolor="none", markeredgecolor=style.HINDERING,
               linestyle="none", label=words(lang, "agreement_positive")),
    ]  # fmt: skip
