"""Codes that meet on the same text: a ring of codes, family by family, so that forty can still be read."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, degrees, pi, sin
from typing import TYPE_CHECKING, Any

from trenza.render import style
from trenza.render.language import integer
from trenza.render.qualitative_words import stamp, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_CODES, MOST_PAIRS = 40, 60
GAP = 0.8  # places left between two families


def co_occurrence_ring(
    pairs: pd.DataFrame,
    code_names: Mapping[str, str],
    family: Mapping[str, str],
    lang: str,
) -> Figure | None:
    """The table ``co_occurrence`` as a ring: the strongest ``MOST_PAIRS`` pairs among ``MOST_CODES`` codes.

    Codes of one family (code -> root) stand together, so that lines across the ring join families. Nothing is
    laid out by chance or by force: the same table gives the same picture, and names never overlap. None where no
    codes meet on text.
    """
    meets = pairs.loc[pairs["n_overlaps"] > 0]
    if not len(meets):
        return None
    strength: dict[str, int] = {}
    for row in meets.to_dict("records"):
        for side in ("code_a", "code_b"):
            strength[row[side]] = strength.get(row[side], 0) + int(row["n_overlaps"])
    kept = set(sorted(strength, key=lambda c: (-strength[c], c))[:MOST_CODES])
    shown = meets.loc[meets["code_a"].isin(kept) & meets["code_b"].isin(kept)]
    shown = shown.sort_values(["n_overlaps", "code_a", "code_b"], ascending=[False, True, True]).head(
        MOST_PAIRS
    )
    codes = sorted({*shown["code_a"], *shown["code_b"]}, key=lambda c: (family.get(c, c), c))
    angle = _angles(codes, family)
    documents = {
        **dict(zip(pairs["code_a"], pairs["n_documents_a"], strict=True)),
        **dict(zip(pairs["code_b"], pairs["n_documents_b"], strict=True)),
    }
    with style.styled():
        fig, ax = style.new(height=7.2)
        top = int(shown["n_overlaps"].max())
        for row in reversed(shown.to_dict("records")):
            _line(ax, angle[row["code_a"]], angle[row["code_b"]], int(row["n_overlaps"]) / top,
                  family.get(row["code_a"]) == family.get(row["code_b"]))  # fmt: skip
        most = max(int(documents[c]) for c in codes)
        for code in codes:
            _dot(ax, angle[code], int(documents[code]) / most, _short(code_names.get(code, code)))
        ax.set_xlim(-2.05, 2.05)
        ax.set_ylim(-1.75, 1.75)
        ax.set_aspect("equal")
        ax.axis("off")
        foot = words(lang, "co_foot", shown=integer(len(shown), lang), all=integer(len(meets), lang))
        style.head(fig, words(lang, "co_title"), foot, stamp(pairs, lang))
    return fig


def _angles(codes: list[str], family: Mapping[str, str]) -> dict[str, float]:
    """Places on the ring, from the top clockwise, with a gap between families."""
    at, places = 0.0, {}
    for before, code in zip([None, *codes], codes, strict=False):
        if before is not None:
            at += 1 if family.get(before, before) == family.get(code, code) else 1 + GAP
        places[code] = at
    whole = at + 1 + GAP
    return {code: pi / 2 - 2 * pi * place / whole for code, place in places.items()}


def _line(ax: Any, first: float, second: float, strength: float, within: bool) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    ends = [(cos(a), sin(a)) for a in (first, second)]
    # Bent towards the middle; neighbours less than codes across.
    bend = 0.35
    middle = tuple(bend * (p + q) / 2 for p, q in zip(*ends, strict=True))
    path = Path([ends[0], middle, ends[1]], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    colour = style.MUTED if within else style.PARTICIPANTS
    ax.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=0.5 + 4.5 * strength, alpha=0.25 + 0.6 * strength, capstyle="round"))  # fmt: skip


def _dot(ax: Any, angle: float, share: float, label: str) -> None:
    ax.plot([cos(angle)], [sin(angle)], marker="o", markersize=3 + 8 * share**0.5, color=style.HINDERING,
            markeredgecolor=style.PAPER, zorder=3)  # fmt: skip
    right = cos(angle) >= 0
    turn = degrees(angle) if right else degrees(angle) + 180
    ax.text(1.08 * cos(angle), 1.08 * sin(angle), label, rotation=turn, rotation_mode="anchor",
            ha="left" if right else "right", va="center", fontsize=style.SMALL - 0.5)  # fmt: skip


def _short(label: str) -> str:
    return label if len(label) <= 26 else label[:25].rstrip() + "…"
