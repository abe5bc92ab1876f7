"""What the sections about questionnaires share: tables without what their caption says, remarks said once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from trenza.render import questionnaire, rows
from trenza.render.language import listed
from trenza.render.markdown import Paper, escape
from trenza.render.tables import show, without, without_blank_columns
from trenza.render.traced import bare

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

ROWS = 30  # of a table of the report; of a longer one, what says more than the others
NAMES = 8  # scales named beside a remark
_FIRST_COUNT = re.compile(r"(?<![\w.,(])\d+(?![.,]?\d|\w)")


def told(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that may be told in sentences: not those of simulated people."""
    return table.loc[table["source"] != "simulated"] if len(table) else table


def caution(paper: Paper, table: pd.DataFrame) -> None:
    """Said once in a report, at the first section that shows simulated answers."""
    words = escape(paper.ctx.t("q_simulated"))
    if "simulated" in rows.kinds(table) and words not in paper.lines:
        paper.note(paper.ctx.t("q_simulated"), "caution")


def caption_of(ctx: Context, name: str, table: pd.DataFrame) -> str:
    """The caption of a table, with the kind of its numbers."""
    kinds = rows.kinds(table)
    if "simulated" in kinds:
        return (
            f"{ctx.t(f'cap_q_{name}')} ({ctx.t('q_some_simulated' if len(kinds) > 1 else 'q_all_simulated')})"
        )
    return ctx.t(f"cap_q_{name}") + (f" ({ctx.source(kinds[0])})" if len(kinds) == 1 else "")


def put_table(
    paper: Paper,
    name: str,
    table: pd.DataFrame,
    chosen: pd.DataFrame | None = None,
    part: str = "q_table_part",
    columns: str = "",
    heads: Callable[[Any], str] | None = None,
    most: int = ROWS,
) -> None:
    """A table (as COLUMNS has it under ``columns``); of one over ``most`` rows ``chosen`` alone, and where all rows are.

    Left out are columns that the caption or another column says: the kind, a source that a scale names, a group
    of all people, remarks (they stand below). Rows that share ``heads`` stand under a row with that name.
    """
    ctx = paper.ctx
    if not len(table):
        return
    long = len(table) > most
    if long and (chosen is None or not len(chosen)):
        paper.say(ctx.t("q_table_beside", what=ctx.t(f"cap_q_{name}"), n=ctx.how_many(table), table=name))
        return
    some = chosen.head(ROWS) if long and chosen is not None else table
    caption = caption_of(ctx, name, table)
    if long:
        caption += ". " + ctx.t(part, k=ctx.how_many(some), n=ctx.how_many(table), table=name)
    left_out = ["col_note"]
    if heads:
        left_out.append("col_scale_name")
    if heads or len(rows.kinds(table)) == 1:
        left_out.append("col_kind")
    if "source_id" in table.columns and (
        heads
        or table["source_id"].nunique() == 1
        or ("scale" in table.columns and questionnaire.alone(table))
    ):
        left_out.append("col_source_id")
    if "group" in table.columns and set(table["group"]) == {"all"}:
        left_out.append("col_group")
    shown = without(without_blank_columns(show(columns or name, ctx, some)), [ctx.t(k) for k in left_out])
    paper.table(_under_heads(shown, [heads(r) for _, r in some.iterrows()]) if heads else shown, caption)


def _under_heads(shown: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The rows under a row with the name of those that follow."""
    import pandas as pd

    lines: list[list[str]] = []
    bold = []
    for place, row in enumerate(shown.itertuples(index=False)):
        if place == 0 or names[place] != names[place - 1]:
            bold.append(len(lines))
            lines.append([names[place], *[""] * (len(shown.columns) - 1)])
        lines.append([str(v) for v in row])
    found = pd.DataFrame(lines, columns=shown.columns, dtype="str")
    found.attrs = {"right": shown.attrs.get("right", []), "bold": bold}
    return found


def remarks(paper: Paper, table: pd.DataFrame, name_of: Callable[[Any], str], done: pd.Series) -> None:
    """Under a table: how the rows that are ``done`` came about, a sentence a procedure, then what was recorded, each once."""
    ctx = paper.ctx
    everybody = {name_of(r) for _, r in table.iterrows()}

    def named(names: Iterable[str]) -> str:
        found = list(dict.fromkeys(names))
        more = [ctx.t("and_more", n=ctx.count(len(found) - NAMES))] if len(found) > NAMES else []
        return "" if set(found) == everybody else f"{listed(found[:NAMES] + more, ctx.lang)}: "

    if "method" in table.columns:
        methods: dict[str, list[str]] = {}
        for _, r in table.loc[done & table["method"].notna()].iterrows():
            methods.setdefault(ctx.say(r["method"]), []).append(name_of(r))
        if len(methods) == 1:
            paper.say(ctx.t("note_method", methods=next(iter(methods))))
        elif methods:
            paper.say(ctx.t("note_methods"))
            whole = len({frozenset(names) for names in methods.values()}) == 1
            paper.bullets(("" if whole else named(names)) + f"{words}." for words, names in methods.items())
    pieces = [(piece, name_of(r)) for _, r in table.loc[table["note"].notna()].iterrows() for piece in ctx.say(r["note"]).split("; ")]  # fmt: skip
    found = gathered(ctx, pieces)
    common = [piece for piece, names in found if set(names) == everybody]
    own = [f"{named(names)}{piece}." for piece, names in found if set(names) != everybody]
    paper.say(ctx.t("note_remarks", remarks="; ".join(common)) if common else "")
    if own:
        paper.say(ctx.t("note_remarks_own"))
        paper.bullets(own)


def gathered(ctx: Context, pieces: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Remarks with the names of those they speak of; such as differ in their first count alone become one.

    "92 people with all items" and "98 people with all items" become "92 to 98 people with all items".
    """
    counts: dict[str, set[int]] = {}
    names: dict[str, list[str]] = {}
    traced: dict[str, str] = {}
    for piece, name in pieces:
        said = bare(piece)
        pattern = _FIRST_COUNT.sub("\0", said, count=1)
        first = _FIRST_COUNT.search(said)
        counts.setdefault(pattern, set()).update([int(first[0])] if first else [])
        names.setdefault(pattern, []).append(name)
        traced.setdefault(pattern, piece)
    found = []
    for pattern, some in counts.items():
        if len(some) < 2:
            found.append((traced[pattern], names[pattern]))
            continue
        ends = sorted({min(some), max(some)})
        found.append((pattern.replace("\0", f" {ctx.t('to_word')} ".join(map(str, ends))), names[pattern]))
    return found
