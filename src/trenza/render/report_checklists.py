"""The annex of checklists: each item with a link to where the report answers it, the analyst's words, or not done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.render.language import has_text, is_missing
from trenza.render.markdown import Paper, escape, pipe_table

if TYPE_CHECKING:
    from trenza.render.context import Context

RATING = "wwc"
# Stands in a cell for a link until the table is made: cells escape all markup. Private characters, in no other text.
_LINK = re.compile("\ue002([a-z0-9-]+)\ue003")


def annex(paper: Paper, study_id: str) -> None:
    """Every list that fits the study, then the rating of the design; nothing where none fits."""
    ctx = paper.ctx
    table = ctx.table("checklists")
    if not len(table):
        return
    paper.heading("h_checklists")
    anchors = {a for line in paper.lines for a in re.findall(r"\{#([a-z0-9-]+)", line)}
    if (table["checklist"] != RATING).any():
        paper.say(ctx.t("checklists_open"))
    for name in dict.fromkeys(table["checklist"]):
        own = table.loc[table["checklist"] == name]
        (_rating if name == RATING else _list)(paper, own, anchors)


def _list(paper: Paper, own: pd.DataFrame, anchors: set[str]) -> None:
    ctx, first = paper.ctx, own.iloc[0]
    counted = {s: ctx.how_many(own.loc[own["status"] == s]) for s in ("answered", "partly", "analyst", "not_done")}  # fmt: skip
    judged = bool(own["judged"].fillna(False).astype(bool).any())
    head = _head(ctx, first)
    paper.say(
        ctx.t("checklists_count", n=ctx.how_many(own), **head, **counted),
        ctx.t("checklists_judged") if judged else "",
    )
    rows = [
        (ctx.told(r["item"]), ctx.told(r[f"text_{ctx.lang}"]), _where(ctx, r, anchors)) for r in own.to_dict("records")
    ]  # fmt: skip
    heads = [ctx.t(f"col_check_{c}") for c in ("item", "text", "where")]
    _put(paper, pd.DataFrame(rows, columns=heads), ctx.t("cap_checklists", title=head["title"]))


def _head(ctx: Context, first: Any) -> dict[str, str]:
    """Title, version and source of a list."""
    return {
        "title": ctx.told(first[f"title_{ctx.lang}"]),
        "version": ctx.told(first["version"]),
        "reference": ctx.told(first["reference"]),
    }


def _rating(paper: Paper, own: pd.DataFrame, anchors: set[str]) -> None:
    ctx, first = paper.ctx, own.iloc[0]
    head = _head(ctx, first)
    paper.say(ctx.t("wwc_reference", **head), ctx.t("wwc_open"))
    rows = []
    for r in own.to_dict("records"):
        link = _place(ctx, r, anchors)
        found = ctx.t(f"wwc_{r['evidence']}")
        rows.append((ctx.told(r[f"text_{ctx.lang}"]), f"{found} ({link})" if link else found))
    _put(paper, pd.DataFrame(rows, columns=[ctx.t("col_wwc_step"), ctx.t("col_wwc_found")]), ctx.t("cap_wwc", title=head["title"]))  # fmt: skip


def _where(ctx: Context, r: dict[str, Any], anchors: set[str]) -> str:
    """What stands beside an item."""
    said = r[f"said_{ctx.lang}"]
    words = "" if is_missing(said) else ctx.t("check_said", words=ctx.told(said))
    if r["status"] in ("not_done", "analyst"):
        return words or ctx.t("check_not_done")
    where = _place(ctx, r, anchors) or ctx.t("check_table", name=r["evidence"])
    rest = r[f"rest_{ctx.lang}"]
    if r["status"] == "answered":
        found = where
    elif not is_missing(r["judged"]) and bool(r["judged"]):
        found = ctx.t("check_judged", where=where)
    elif words or is_missing(rest):
        found = ctx.t("check_partly_said", where=where)
    else:
        found = ctx.t("check_partly", where=where, rest=ctx.told(rest))
    return "; ".join(filter(None, [found, words]))


def _place(ctx: Context, r: dict[str, Any], anchors: set[str]) -> str:
    """A stand-in for the link to the first of the item's sections that is in the report; else empty."""
    wanted = [] if is_missing(r["section"]) else str(r["section"]).split("|")
    there = [a for a in wanted if a in anchors and has_text(ctx.lang, a.replace("-", "_"))]
    return f"\ue002{there[0]}\ue003" if there else ""


def _put(paper: Paper, frame: pd.DataFrame, caption: str) -> None:
    ctx = paper.ctx
    paper.tables += 1
    made = pipe_table(frame, f"{ctx.t('table_word')} {paper.tables}. {caption}")
    paper.raw(_LINK.sub(lambda m: f"[{escape(ctx.t(m[1].replace('-', '_')))}](#{m[1]})", made))
