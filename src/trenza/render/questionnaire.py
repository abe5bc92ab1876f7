"""Which rows about questionnaires a figure, a table or a sentence speaks of, and their words. Selects, never computes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.contracts.questionnaire_tables import MISSING_REASONS
from trenza.render import rows
from trenza.render.language import NO_VALUE, has_text, is_missing, percent, plain
from trenza.render.traced import marked

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

POINTS = 11  # a range with more points is a slider: its answers are shown by fifths
FIFTHS = 5
NOT_ANSWERED = tuple(r for r in MISSING_REASONS if r != "not_asked")
# Boxes whose counts come from what publications print, where answers are simulated.
PRINTED = ("asked", "did_not_answer")


class Cell(NamedTuple):
    """Answers shown as one: from ``first`` to ``last`` of the points 1 to ``points`` of the item, with their share."""

    first: int
    last: int
    share: float

    @property
    def joined(self) -> bool:
        """Whether several answers stand together because few people gave one of them."""
        return self.last > self.first

    def below(self, points: int) -> float:
        """Part of the cell, 0 to 1, that lies on the lower side of the middle of the points 1 to ``points``."""
        width = self.last - self.first + 1
        return min(1.0, max(0.0, ((points + 1) / 2 - self.first + 0.5) / width))

    def undivided(self, points: int) -> bool:
        """Whether joined answers lie on both sides of that middle: how many on which is not to be known."""
        return self.joined and 0.0 < self.below(points) < 1.0


class Part(NamedTuple):
    """The rows of one source and scale."""

    source_id: str
    source: str
    scale: str
    table: pd.DataFrame


def parts(table: pd.DataFrame, by: str = "scale") -> list[Part]:
    """The rows of each scale and source: the same scale of several sources side by side, kinds told apart."""
    order = {s: i for i, s in enumerate(rows.in_order(table, by))}
    found = [
        Part(sid, kind, scale, some)
        for (sid, kind, scale), some in table.groupby(["source_id", "source", by], sort=False)
    ]
    return sorted(found, key=lambda p: order[p.scale])


def sources(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """The rows of each source, with its id and its kind of number."""
    return [(sid, kind, some) for (sid, kind), some in table.groupby(["source_id", "source"], sort=False)]


def groups(ctx: Context, table: pd.DataFrame) -> list[str]:
    """The groups of a table: participants, control, the others, unknown."""
    first = {ctx.participants: -2, ctx.control: -1, "unknown": 1}
    return sorted(rows.in_order(table, "group"), key=lambda g: first.get(g, 0))


def alone(table: pd.DataFrame, by: str = "scale") -> bool:
    """Whether no scale is in two sources, so that the name of its source would add nothing to that of a scale."""
    return bool((table.groupby(by)["source_id"].nunique() <= 1).all())


def name_of_source(ctx: Context, source_id: str, kind: str, alone: bool = False) -> str:
    """A source in words; simulated ones say so. ``alone``: a source whose name would add nothing."""
    words = [] if alone else [ctx.level(source_id)]
    return ", ".join(words + ([ctx.t("simulated_stamp")] if kind == "simulated" else []))


def kind_of(ctx: Context, source_id: str) -> str:
    """The kind of number of a source, as study.yaml declares it."""
    return str((ctx.study.get("sources") or {}).get(source_id, {}).get("kind") or "")


def title(ctx: Context, part: Part, alone: bool) -> str:
    """A scale's name, with its source where there are several."""
    return ": ".join(w for w in (ctx.item(part.scale), name_of_source(ctx, *part[:2], alone)) if w)


def under(ctx: Context, item: str, scale: str) -> str:
    """An item's name under the name of its scale, without the words that both share.

    "Stand-in item 1: trust" under "Trust" is "Stand-in item 1"; "Trust, item A (before)" under "Trust (before)" is
    "Item A". A name that does not repeat that of the scale stays whole.
    """
    name, (stem, _, tail) = ctx.item(item), ctx.item(scale).partition(" (")
    bare = name.removesuffix(f" ({tail}") if tail else name
    low, head = bare.casefold(), stem.casefold()
    if low.endswith(f": {head}"):
        return bare[: -len(head) - 2]
    if low.startswith((f"{head}, ", f"{head}: ")):
        rest = bare[len(head) + 2 :]
        return rest[:1].upper() + rest[1:]
    return name


WITHHELD = "*"


def withheld_words(ctx: Context) -> str:
    """What the mark of a withheld count means, with the threshold where the settings of the run are at hand.

    A count may be withheld though it is large, because it would give a small one away: the mark must not say "<5".
    """
    table = ctx.table("manifest")
    found = list(table.loc[table["name"] == "disclosure.min_cell", "value"]) if len(table) else []
    return ctx.t(
        "withheld_below" if found else "withheld_small",
        mark=WITHHELD,
        n="".join(ctx.told(n) for n in found[:1]),
    )


def count(ctx: Context, r: Any, column: str = "n") -> str:
    """A count, or the mark of one that is withheld."""
    return WITHHELD if bool(r["suppressed"]) and is_missing(r[column]) else ctx.count(r[column])


def or_withheld(ctx: Context, r: Any, column: str) -> str:
    """A count of a table without a column ``suppressed``, in which a blank count of real people is a withheld one."""
    return WITHHELD if is_missing(r[column]) and r["source"] == "real" else ctx.count(r[column])


def lost(ctx: Context, r: Any, which: str) -> str:
    """The share of the people at the start that a group lost, as a percentage; empty where either count is not shown."""
    start, end = (r[f"n_{which}_{k}"] for k in ("start", "end"))
    if is_missing(start) or is_missing(end) or not start:
        return ""
    return percent(1 - end / start, ctx.lang, 1)


def least_answered(ctx: Context) -> str:
    """The share of a scale's items that a person must have answered, as study.yaml and items.csv declare it."""
    sources = (s.get("questionnaire") or {} for s in (ctx.study.get("sources") or {}).values())
    declared: list[Any] = [s.get("min_answered") for s in sources]
    declared += [row.get("min_answered") for row in ctx.item_rows.values()]
    found = {float(v): v for v in declared if not is_missing(v) and v != ""}
    if not found:
        return ctx.t("declared_part")
    return " / ".join(percent(found[v], ctx.lang) for v in sorted(found))


def share(ctx: Context, r: Any, column: str = "share") -> str:
    """A share as a percentage that does not turn few into none; the mark where it is withheld."""
    if bool(r["suppressed"]) and is_missing(r[column]):
        return WITHHELD
    return small_percent(ctx, r[column])


def small_percent(ctx: Context, value: Any) -> str:
    """A percentage without decimals; above 0 it is never shown as 0."""
    if not is_missing(value) and 0 < float(value) < 0.005:
        return f"<{marked(percent(0.01, ctx.lang), 100 * value)}"
    return percent(value, ctx.lang)


def missing_of(ctx: Context, source_id: str, item: str, group: str) -> str:
    """People of the group who were asked and gave no answer that counts, in words."""
    table = ctx.table("missingness")
    some = table.loc[
        (table["source_id"] == source_id)
        & (table["item"] == item)
        & (table["group"] == group)
        & table["reason"].isin(NOT_ANSWERED)
    ]
    if not len(some):
        return NO_VALUE
    if bool(some["suppressed"].any()):
        return WITHHELD
    return ctx.count(some["n"].sum())


def item_range(ctx: Context, item: str) -> tuple[float, float]:
    """Lowest and highest answer of an item as items.csv has them."""
    found = ctx.item_rows[item]
    return float(found["min"]), float(found["max"])


def is_reversed(ctx: Context, item: str) -> bool:
    """Whether items.csv says that scoring turns the item round."""
    return bool(ctx.item_rows.get(item, {}).get("reverse") == "yes")


def is_slider(low: float, high: float) -> bool:
    """Whether a range has more points than a bar could show one by one."""
    return high - low + 1 > POINTS


def cells(answers: pd.DataFrame, low: float, high: float) -> tuple[list[Cell], int]:
    """The answers to one item in one group as cells, and the number of points: of a slider, by fifths of its range.

    A cell of answers that were joined and that lies across two fifths joins these.
    """
    if not is_slider(low, high):
        place = {k: round(k - low) + 1 for k in {*answers["low"], *answers["high"]}}
        found = [Cell(place[r.low], place[r.high], r.share) for r in answers.itertuples()]
        return found, round(high - low) + 1
    fifth = {
        v: min(FIFTHS, math.floor(FIFTHS * (v - low) / (high - low)) + 1)
        for v in {*answers["low"], *answers["high"]}
    }
    found = []
    for r in answers.sort_values("low").itertuples():
        one = Cell(fifth[r.low], fifth[r.high], r.share)
        if found and one.first <= found[-1].last:
            last = found.pop()
            one = Cell(last.first, max(last.last, one.last), last.share + one.share)
        found.append(one)
    return found, FIFTHS


def answer_words(ctx: Context, answers: pd.DataFrame, low: float, high: float) -> list[str]:
    """What the points of a range are called: the answer words where all items share them, else numbers or fifths."""
    if is_slider(low, high):
        edges = [low + k * (high - low) / FIFTHS for k in range(FIFTHS + 1)]
        spans = [f"{ctx.num(a, _decimals(edges))} {ctx.t('to_below')} {ctx.num(b, _decimals(edges))}" for a, b in pairwise(edges[:-1])]  # fmt: skip
        return [*spans, f"{ctx.num(edges[-2], _decimals(edges))} {ctx.t('to_word')} {ctx.num(edges[-1], _decimals(edges))}"]  # fmt: skip
    column = f"word_{ctx.lang}"
    single = answers.loc[(answers["low"] == answers["high"]) & answers[column].notna()]
    found = []
    for k in range(round(high - low) + 1):
        said: Sequence[Any] = rows.in_order(single.loc[single["low"] == low + k], column)
        number = ctx.num(low + k, _decimals([low]))
        found.append(f"{number} {said[0]}" if len(said) == 1 else number)
    return found


def _decimals(values: Sequence[float]) -> int:
    return 0 if all(float(v).is_integer() for v in values) else 1


def printed_counts(ctx: Context, flow: pd.DataFrame) -> list[str]:
    """Boxes of ``participant_flow`` that publications print, where the answers were simulated to keep to their figures.

    Who was asked is typed in, who did not answer is the rest to the printed number of those analysed.
    """
    sources = ctx.study.get("sources") or {}
    found = []
    for sid, box in dict.fromkeys(zip(flow["source_id"], flow["box"], strict=True)):
        one = sources.get(sid) or {}
        kept = sources.get((one.get("simulate") or {}).get("from")) or {}
        asked = (one.get("questionnaire") or {}).get("asked")
        if one.get("kind") == "simulated" and asked and kept.get("kind") == "published" and box in PRINTED:
            found.append(str(box))
    return found


def box_name(ctx: Context, box: str) -> str:
    """A box of the participant flow in words; ``scored_<scale>`` is the scale's name."""
    if box.startswith("scored_"):
        return ctx.item(box.removeprefix("scored_"))
    key = f"box_{box}"
    return ctx.t(key) if has_text(ctx.lang, key) else plain(box)


def stamp(ctx: Context, table: pd.DataFrame) -> str:
    """The stamp of a figure, any of whose numbers is simulated."""
    return ctx.t("simulated_stamp") if "simulated" in rows.kinds(table) else ""
