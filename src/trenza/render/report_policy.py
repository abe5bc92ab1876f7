"""The annex on policy rules: what a reading of them would say of the schools in the files, over several settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import schools
from trenza.render.language import has_text, listed
from trenza.render.markdown import Paper
from trenza.render.rows import in_order
from trenza.render.tables_schools import aligned
from trenza.render.traced import worked

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

DECLARED = "as declared"  # the setting that study.yaml and the rules' defaults give
NO_VERDICT = ("not_enough_years", "not_covered", "no_index", "no_category")
EXPLAINED = ("pac_eligibility", "sac_index", "sac_insufficient")


def policy(paper: Paper, study_id: str) -> None:
    """How many schools a reading of each rule gives each result in the last year in which it can say anything."""
    ctx = paper.ctx
    counts = ctx.table("policy_counts")
    if not len(counts):
        return
    paper.heading("h_policy")
    paper.say(ctx.t("policy_open"))
    silent = [rule for rule in EXPLAINED if rule not in set(counts["rule"])]
    for rule in in_order(counts, "rule"):
        own = counts.loc[counts["rule"] == rule]
        said = own.loc[~own["result"].isin(NO_VERDICT)]
        if not len(said):
            silent.append(rule)
            continue
        last = own.loc[own["year"] == said["year"].max()]
        words = {"rule": schools.word(ctx, f"policy_{rule}"), "year": ctx.year(last["year"].iloc[0])}
        if rule == "sep_class":
            paper.say(_tests(ctx, last["year"].iloc[0]), _range(ctx, last), _settings(ctx, last))
        n = ctx.count(last["of_schools"].iloc[0])
        paper.table(_counts(ctx, last), ctx.t("cap_policy", n=n, **words))
    if silent:
        paper.say(ctx.t("policy_silent"))
        paper.bullets(
            ctx.t(f"policy_silent_{rule}") if rule in EXPLAINED else schools.word(ctx, f"policy_{rule}")
            for rule in silent
        )
    paper.say(ctx.t("policy_manual"))


def _tests(ctx: Context, year: Any) -> str:
    """Which tests the SEP rule looked at, where they are the last ones at hand."""
    used = ctx.table("policy_parameters")
    values = dict(zip(used["rule"] + "." + used["parameter"], used["value"], strict=True))
    n, grade = values.get("sep_class.years"), values.get("sep_class.grade")
    if values.get("simce.window") != "tests" or n is None or grade is None:
        return ""
    trends = ctx.table("trends")
    years = sorted(set(trends.loc[(trends["grade"] == grade) & (trends["year"] <= year), "year"]))
    tests = listed([ctx.year(y) for y in years[-int(n) :]], ctx.lang)
    return ctx.t("policy_tests", tests=tests, grade=ctx.t(f"grade_{grade}"))


def _range(ctx: Context, rows: pd.DataFrame) -> str:
    """The fewest and most schools in recovery over the settings."""
    found = rows.loc[(rows["result"] == "in_recovery") & rows["schools"].notna(), "schools"]
    if len(found) < 2:
        return ""
    ends = {"low": ctx.count(found.min()), "high": ctx.count(found.max())}
    return ctx.t("policy_range", n=ctx.count(rows["of_schools"].iloc[0]), **ends)


def _settings(ctx: Context, rows: pd.DataFrame) -> str:
    """The settings that were tried besides the declared one."""
    names = [_setting(ctx, s) for s in in_order(rows, "setting") if s != DECLARED]
    return ctx.t("policy_settings", settings="; ".join(names)) if names else ""


def _setting(ctx: Context, setting: str) -> str:
    """A setting such as ``margin_points 5`` in words."""
    parameter, _, value = setting.partition(" ")
    key = f"setting_{parameter}"
    return ctx.t(key, value=ctx.told(value)) if has_text(ctx.lang, key) else setting


def _counts(ctx: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """A row a result: as declared, and the fewest and most over all settings where several were tried."""
    several = rows["setting"].nunique() > 1
    keys = ("col_result", "col_as_declared", "col_fewest", "col_most")
    cells = []
    for result in in_order(rows, "result"):
        some = rows.loc[rows["result"] == result]
        declared = some.loc[some["setting"] == DECLARED]
        # A setting without a row has no school with this result.
        short = len(some) < rows["setting"].nunique()
        least = worked("smallest, none where a setting has no row", some["schools"], 0)
        low, high = (least if short else some["schools"].min()), some["schools"].max()
        hidden = bool(some["suppressed"].any())
        shown = [_count(ctx, declared)] + [
            ctx.t("suppressed") if hidden else ctx.count(v) for v in (low, high) if several
        ]
        cells.append([schools.word(ctx, f"verdict_{result}"), *shown])
    return aligned([ctx.t(k) for k in keys[: 4 if several else 2]], cells, 1)


def _count(ctx: Context, rows: pd.DataFrame) -> str:
    if not len(rows):
        return ctx.how_many(rows)
    return ctx.t("suppressed") if bool(rows.iloc[0]["suppressed"]) else ctx.count(rows.iloc[0]["schools"])
