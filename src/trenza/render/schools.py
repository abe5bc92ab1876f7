"""Words and rows of official school files that figures, tables and sentences share. Selects, never computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import DEPENDENCIES, GRADES, SUBJECTS
from trenza.render.language import has_text, is_missing, percent, plain

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

DECIMALS = 1  # of points: official reports print whole points
UNKNOWN = "unknown"  # schools whose group the file does not give
SES = ("1", "2", "3", "4", "5", UNKNOWN)
LEVELS = {
    "all": ("all",),
    "dependency": (*DEPENDENCIES, UNKNOWN),
    "ses_group": SES,
    "ses_group_baseline": SES,
}


def level(ctx: Context, breakdown: Any, name: Any, short: bool = False) -> str:
    """The label of a group of schools; ``short`` for a label beside a line."""
    if str(name) == "all":
        return ctx.t("schools_all")
    return ctx.t(f"short_{breakdown}_{name}" if short else f"group_{breakdown}_{name}")


def test_name(ctx: Context, grade: Any, subject: Any) -> str:
    """A grade and subject, such as ``4th grade, reading``."""
    return f"{ctx.t(f'grade_{grade}')}, {ctx.t(f'subject_{subject}')}"


def pair(ctx: Context, row: Any, short: bool = False) -> str:
    """The two groups of a gap with a true minus sign."""
    names = (level(ctx, row["breakdown"], row[k], short) for k in ("upper", "lower"))
    return " \u2212 ".join(names)


def share(ctx: Context, r: Any) -> str:
    """A share as a percentage with its interval, whose limits are per cent too."""
    return f"{percent(r['estimate'], ctx.lang, 1)} {ctx.span(100 * r['ci_low'], 100 * r['ci_high'], 1)}"


def tests(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Grades and subjects with a row, in the order of the closed lists."""
    there = set(zip(frame["grade"], frame["subject"], strict=True))
    return [(g, s) for g in GRADES for s in SUBJECTS if (g, s) in there]


def of_test(frame: pd.DataFrame, grade: str, subject: str) -> pd.DataFrame:
    """The rows of one grade and subject, by year."""
    return frame.loc[(frame["grade"] == grade) & (frame["subject"] == subject)].sort_values("year")


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last year of each grade and subject."""
    if not len(frame):
        return frame
    return frame.loc[frame["year"] == frame.groupby(["grade", "subject"])["year"].transform("max")]


def repeated(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of tests with more than one year; all rows where no test has."""
    several = frame.groupby(["grade", "subject"])["year"].transform("nunique") > 1 if len(frame) else []
    return frame.loc[several] if any(several) else frame


def term(frame: pd.DataFrame, name: str, breakdown: str = "all") -> pd.DataFrame:
    """The rows of a term and breakdown of table ``trends``."""
    return frame.loc[(frame["term"] == name) & (frame["breakdown"] == breakdown)]


def estimated(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that have an estimate and may show it."""
    return frame.loc[frame["estimate"].notna() & ~frame["suppressed"].astype(bool)]


def levels(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Breakdowns and levels with a row, in their fixed order."""
    there = set(zip(frame["breakdown"], frame["level"].astype("str"), strict=True))
    return [(b, name) for b, names in LEVELS.items() for name in names if (b, name) in there]


def pairs(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """The gaps of a table in the order of their first row."""
    return list(dict.fromkeys(zip(frame["breakdown"], frame["upper"], frame["lower"], strict=True)))


def preliminary(ctx: Context, grade: Any, year: Any) -> bool:
    """Whether a test's file says that it is preliminary."""
    files = ctx.table("files")
    found = files.loc[(files["grade"] == grade) & (files["year"] == year), "preliminary"].dropna()
    return bool(found.astype(bool).any())


def year_name(ctx: Context, grade: Any, year: Any) -> str:
    """A year, marked where its file is preliminary."""
    return f"{int(year)} {ctx.t('mark_preliminary')}" if preliminary(ctx, grade, year) else str(int(year))


def without_value(part: pd.DataFrame) -> tuple[float, bool]:
    """The share of schools without a valid value in rows of one test and ``what``, and whether it is a lower bound.

    Where the valid schools are shown, the rest of the file is without; else only shown causes can be added.
    """
    valid = part.loc[(part["status"] == "ok") & ~part["suppressed"].astype(bool), "share"]
    if len(valid):
        return 1 - float(valid.sum()), False
    others = part.loc[part["status"] != "ok"]
    return float(others["share"].sum()), bool(others["suppressed"].any())


def cause(ctx: Context, row: Any, with_reason: bool = True) -> str:
    """Why a value is withheld or missing: the status, and what the file says of it."""
    name = ctx.t(f"status_{row['status']}")
    if not with_reason or is_missing(row["reason"]):
        return name
    reason = word(ctx, f"cause_{row['reason']}")
    return name if reason == name else f"{name}: {reason}"


def word(ctx: Context, key: str) -> str:
    """The text of a key, or the last word of the key made readable where a room has a value that has no text yet."""
    return ctx.t(key) if has_text(ctx.lang, key) else plain(key.partition("_")[2])
