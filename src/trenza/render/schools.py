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
SIZES = ("1-5", "6-9", "10-19", "20-39", "40-59", "60+")  # pupils tested
NOT_AT_TEST = ("did_not_sit", "not_tested")  # statuses of schools that tested nobody in the subject
CHANGES = ("step_points", "change_points")
SES = ("1", "2", "3", "4", "5", UNKNOWN)
LEVELS = {
    "all": ("all",),
    "dependency": (*DEPENDENCIES, UNKNOWN),
    "ses_group": SES,
    "ses_group_baseline": SES,
    "pupils": (*SIZES, UNKNOWN),
}


def level(ctx: Context, breakdown: Any, name: Any, grade: Any = None, short: bool = False) -> str:
    """The label of a group of schools; ``short`` for a label beside a line, ``grade`` for the year of a baseline."""
    if str(name) == "all":
        return ctx.t("schools_all")
    if breakdown == "pupils" and str(name) != UNKNOWN:
        low, _, high = str(name).removesuffix("+").partition("-")
        return ctx.t("size_from_to" if high else "size_from", low=ctx.told(low), high=ctx.told(high))
    base = base_year(ctx, grade) if breakdown == "ses_group_baseline" else ""
    return ctx.t(
        f"short_{breakdown}_{name}" if short else f"group_{breakdown}_{name}", base=base and ctx.year(base)
    )


def base_year(ctx: Context, grade: Any) -> Any:
    """The year whose groups stay fixed: the study's own, else the first year of the grade."""
    sources = (ctx.study.get("sources") or {}).values()
    declared = next((s["baseline_year"] for s in sources if s.get("baseline_year")), None)
    years = ctx.table("trends").loc[ctx.table("trends")["grade"] == grade, "year"]
    return declared or (years.min() if len(years) else "")


def without_base_year(ctx: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of fixed groups in the year that fixed them, where they repeat the year's own groups."""
    fixed = frame["breakdown"] == "ses_group_baseline"
    base = {g: base_year(ctx, g) for g in set(frame["grade"])}
    return frame.loc[~(fixed & (frame["year"] == frame["grade"].map(base)))]


def test_name(ctx: Context, grade: Any, subject: Any) -> str:
    """A grade and subject, such as ``4th grade, reading``."""
    return f"{ctx.t(f'grade_{grade}')}, {ctx.t(f'subject_{subject}')}"


def pair(ctx: Context, row: Any, short: bool = False) -> str:
    """The two groups of a gap with a true minus sign."""
    names = (level(ctx, row["breakdown"], row[k], row["grade"], short) for k in ("upper", "lower"))
    return " \u2212 ".join(names)


def share(ctx: Context, r: Any) -> str:
    """A share as a percentage, with its interval (in per cent too) where it has one."""
    if is_missing(r["ci_low"]):
        return percent(r["estimate"], ctx.lang, 1)
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
    there = {pair: pair for pair in zip(frame["breakdown"], frame["level"].astype("str"), strict=True)}
    return [there[b, name] for b, names in LEVELS.items() for name in names if (b, name) in there]


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
    return (
        f"{ctx.year(year)} {ctx.t('mark_preliminary')}" if preliminary(ctx, grade, year) else ctx.year(year)
    )


def tested(score: pd.DataFrame) -> Any:
    """Schools that tested the subject: rows ``score`` of one test in table ``missing`` without those that did not."""
    return score.loc[~score["status"].isin(NOT_AT_TEST), "schools"].sum()


def without_value(part: pd.DataFrame, score: pd.DataFrame) -> Any:
    """The share without a valid value in rows of one test and ``what``, of the schools that tested the subject."""
    sat = tested(score)
    return (sat - part.loc[part["status"] == "ok", "schools"].sum()) / sat


def published(ctx: Context) -> dict[tuple[str, int, str], Any]:
    """The checks of national means against a published figure, by grade, year and subject."""
    files = ctx.table("files").set_index("file")
    means = ctx.table("checks")
    means = means.loc[(means["check"] == "national_mean") & means["file"].isin(files.index)]
    return {
        (str(files.at[r["file"], "grade"]), files.at[r["file"], "year"], str(r["subject"])): r
        for _, r in means.iterrows()
    }


def at(frame: pd.DataFrame, row: Any, **values: Any) -> pd.DataFrame:
    """The rows of the same grade and subject as ``row`` that have these ``values``."""
    wanted = {"grade": row["grade"], "subject": row["subject"], **values}
    for column, value in wanted.items():
        frame = frame.loc[frame[column] == value]
    return frame


def cause(ctx: Context, row: Any) -> str:
    """Why a value is withheld or missing: the status, and what the file says of it."""
    name = ctx.t(f"status_{row['status']}")
    if is_missing(row["reason"]):
        return name
    reason = word(ctx, f"cause_{row['reason']}")
    return name if reason == name else f"{name}: {reason}"


def word(ctx: Context, key: str) -> str:
    """The text of a key, or the last word of the key made readable where a room has a value that has no text yet."""
    return ctx.t(key) if has_text(ctx.lang, key) else plain(key.partition("_")[2])
