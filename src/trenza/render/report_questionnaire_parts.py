"""What the sections about questionnaires share: tables without what their caption says, remarks said once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from trenza.render import questionnaire, rows
from trenza.render.language import listed
from trenza.render.markdown import Paper, escape
from trenza.render.tables import show, without, without_blank_columns
from trenza.render.traced import CLOSE, MARKS, bare

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
    row_of = {name_of(r): r for _, r in table.iterrows()}
    everybody = set(row_of)

    def named(names: Iterable[str]) -> str:
        found = list(dict.fromkeys(names))
        more = (
            [ctx.t("and_more", n=ctx.how_many([row_of[n] for n in found[NAMES:]]))]
            if len(found) > NAMES
            else []
        )
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
    counts: dict[str, dict[int, str]] = {}
    names: dict[str, list[str]] = {}
    around: dict[str, tuple[str, str]] = {}
    for piece, name in pieces:
        before, count, after = _first_count(piece)
        pattern = f"{bare(before)}\0{bare(after)}" if count else bare(piece)
        counts.setdefault(pattern, {}).setdefault(*(int(bare(count)), count) if count else (0, ""))
        names.setdefault(pattern, []).append(name)
        around.setdefault(pattern, (before, after))
    found = []
    for pattern, some in counts.items():
        ends = [some[n] for n in sorted({min(some), max(some)})]
        found.append((f" {ctx.t('to_word')} ".join(ends).join(around[pattern]), names[pattern]))
    return found


def _first_count(piece: str) -> tuple[str, str, str]:
    """What stands before the first count, the count with the marks around it, and the rest; all in front without a count."""
    first = _FIRST_COUNT.search(bare(piece))
    if not first:
        return piece, "", ""
    at = [place for place, sign in enumerate(piece) if not MARKS.match(sign)]
    start, end = at[first.start()], at[first.end() - 1] + 1
    if MARKS.match(piece[start - 1 : start]) and piece[end : end + 1] == CLOSE:
        start, end = start - 1, end + 1
    return piece[:start], piece[start:end], piece[end:]
