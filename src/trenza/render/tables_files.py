"""Tables of what was read of official school files: the files, the ledger by rule, the checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import GRADES
from trenza.render import schools
from trenza.render.language import NO_VALUE, is_missing, percent
from trenza.render.rows import in_order
from trenza.render.tables_schools import aligned
from trenza.render.traced import marked_words

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

HASH_SHOWN = 12
MOST = 25  # rows of a table on the page; the whole table lies beside the report


def files(ctx: Context, simce: bool) -> pd.DataFrame:
    """The files that were read: of SIMCE, or of everything else."""
    table = ctx.table("files")
    table = table.loc[(table["outcome"] == "read") & ((table["kind"] == "simce") == simce)]
    order = {g: i for i, g in enumerate(GRADES)}
    rows = sorted(
        table.to_dict("records"),
        key=lambda r: (order.get(r["grade"], -1), _blank_last(r["year"]), str(r["file"])),
    )
    shown: list[tuple[str, Callable[[Any], str]]] = [
        ("col_test" if simce else "col_holds", lambda r: _what(ctx, r)),
        ("col_file", lambda r: ctx.told(r["file"])),
        ("col_version", lambda r: NO_VALUE if is_missing(r["version"]) else ctx.told(r["version"])),
        ("col_build_date", lambda r: NO_VALUE if is_missing(r["build_date"]) else ctx.told(r["build_date"])),
        (
            "col_sha256",
            lambda r: (
                NO_VALUE
                if is_missing(r["sha256"])
                else marked_words(str(r["sha256"])[:HASH_SHOWN], r["sha256"])
            ),
        ),
        ("col_rows", lambda r: ctx.count(r["rows"])),
        ("col_schools_sat", lambda r: ctx.count(r["schools_sat"])),
    ]
    return aligned([ctx.t(k) for k, _ in shown], [[cell(r) for _, cell in shown] for r in rows[:MOST]], 5)


def _what(ctx: Context, r: Any) -> str:
    if r["kind"] == "simce":
        return f"{ctx.t('grade_' + r['grade'])} {schools.year_name(ctx, r['grade'], r['year'])}"
    return f"{schools.word(ctx, 'kind_' + r['kind'])} {'' if is_missing(r['year']) else ctx.year(r['year'])}".strip()


def _blank_last(year: Any) -> int:
    return 9999 if is_missing(year) else int(year)


def ledger(ctx: Context) -> pd.DataFrame:
    """Cells by rule over all files, those that change most first within each action."""
    table = ctx.table("ledger_counts")
    counted = [(*key, some) for key, some in table.groupby(["action", "rule"], sort=False)]
    counted.sort(key=lambda one: (one[0], -one[2]["cells"].sum()))
    heads = [ctx.t(k) for k in ("col_action", "col_rule_said", "col_files", "col_cells")]
    cells = [
        [
            ctx.t(f"action_{action}"),
            schools.word(ctx, f"rule_{rule}"),
            ctx.how_many(in_order(some, "file")),
            ctx.count(some["cells"].sum()),
        ]
        for action, rule, some in counted[:MOST]
    ]
    return aligned(heads, cells, 2)


def checks_by_kind(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """How often each check was made and how it ended."""
    heads = [
        ctx.t(k) for k in ("col_check", "col_times", "col_rows_checked", "col_rows_failed", "col_passed")
    ]
    cells = []
    for check, some in table.groupby("check", sort=False):
        passed = some.loc[some["agrees"].astype(bool)]
        mark = "\u2713" if len(passed) == len(some) else "\u2717"
        counts = [
            ctx.count(some[c].sum()) if some[c].notna().any() else NO_VALUE
            for c in ("rows_checked", "rows_failed")
        ]
        name = schools.word(ctx, f"school_check_{check}")
        passes = f"{mark} {ctx.how_many(passed)}/{ctx.how_many(some)}"
        cells.append([name, ctx.how_many(some), *counts, passes])
    return aligned(heads, cells, 1)


def published_means(ctx: Context) -> pd.DataFrame:
    """Published national means beside the mean of every published score and this report's, of valid scores only."""
    means = schools.term(ctx.table("trends"), "mean_points")
    cells = []
    for (grade, year, subject), r in schools.published(ctx).items():
        own = schools.estimated(schools.at(means, {"grade": grade, "subject": subject}, year=year))
        cells.append(
            [f"{schools.test_name(ctx, grade, subject)} {schools.year_name(ctx, grade, year)}", ctx.num(r["expected"], 0), ctx.num(r["found"]),
             ctx.num(own.iloc[0]["estimate"]) if len(own) else NO_VALUE, ctx.t("mark_yes" if bool(r["agrees"]) else "mark_no"), ctx.say(r["origin"])]
        )  # fmt: skip
    keys = ("col_test", "col_published", "col_every_score", "col_valid_only", "col_agrees", "col_origin")
    frame = aligned([ctx.t(k) for k in keys], cells, len(keys))
    frame.attrs["right"] = [ctx.t(k) for k in keys[1:4]]
    return frame


def checks_against(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Checks row by row that fail in some: the share of rows that hold, and the rows that do not."""
    keys = (
        "col_check",
        "col_file",
        "col_subject",
        "col_found",
        "col_rows_failed",
        "col_agrees",
        "col_origin",
    )
    cells = [
        [schools.word(ctx, f"school_check_{r['check']}"), ctx.told(r["file"]), NO_VALUE if is_missing(r["subject"]) else ctx.t(f"subject_{r['subject']}"),
         percent(r["found"], ctx.lang, 2), ctx.count(r["rows_failed"]), ctx.t("mark_yes" if bool(r["agrees"]) else "mark_no"), ctx.say(r["origin"])]
        for _, r in table.head(MOST).iterrows()
    ]  # fmt: skip
    frame = aligned([ctx.t(k) for k in keys], cells, len(keys))
    frame.attrs["right"] = [ctx.t(k) for k in keys[3:5]]
    return frame
