"""What coded projects, their coders and printed counts of codes say, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import coding
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def project(ctx: Context, row: pd.Series) -> list[str]:
    """What was read, how its positions were found, and what was lost."""
    counts = {
        name: ctx.count(row[f"n_{column}"])
        for name, column in (
            ("documents", "documents"),
            ("coded", "documents_coded"),
            ("characters", "characters"),
            ("codes", "codes"),
            ("coders", "coders"),
            ("codings", "codings"),
        )
    }
    said = [ctx.t("coding_project", **counts)]
    if row["source"] == "simulated":
        return said
    if not is_missing(row["exporter"]):
        said.append(ctx.t("coding_exporter", exporter=ctx.told(row["exporter"])))
    if not is_missing(row["score"]) and not is_missing(row["margin"]):
        margin = ctx.num(100 * row["margin"], 1)
        counting = ctx.say(row["counting"])
        said.append(
            ctx.t(
                "coding_counting", counting=counting, score=percent(row["score"], ctx.lang, 1), margin=margin
            )
        )
    lost = row["n_lost"]
    said.append(ctx.t("coding_lost", n=ctx.count(lost)) if lost else ctx.t("coding_lost_none"))
    if int(row["n_no_coder"]):
        said.append(ctx.t("coding_no_coder", n=ctx.count(row["n_no_coder"])))
    if not is_missing(row["n_withheld"]) and int(row["n_withheld"]):
        said.append(ctx.t("coding_withheld", n=ctx.count(row["n_withheld"])))
    if not is_missing(row["n_too_long"]) and int(row["n_too_long"]):
        said.append(ctx.t("coding_too_long", n=ctx.count(row["n_too_long"])))
    return said


def agreement(ctx: Context, pair: tuple[str, str]) -> list[str]:
    """The pooled figure, that of marking at all, and how many codes are too rare."""
    rows = coding.of_pair(ctx, pair)
    names = {"a": coding.coder_name(ctx, pair[0]), "b": coding.coder_name(ctx, pair[1])}
    floor = ctx.count((ctx.study.get("qualitative") or {}).get("min_uses", 0))
    said = []
    kappa = _one(rows, "all_codes", "kappa_pooled")
    if kappa is not None:
        said.append(ctx.t("coding_pooled", floor=floor, kappa=_with_interval(ctx, kappa), **names))
    else:
        positive = _one(rows, "all_codes", "positive")
        if positive is not None:
            said.append(
                ctx.t("coding_pooled_positive", floor=floor, value=_with_interval(ctx, positive), **names)
            )
    marking = _one(rows, "segmentation", "kappa")
    if marking is not None:
        said.append(ctx.t("coding_marking", kappa=_with_interval(ctx, marking)))
    own = rows.loc[(rows["part"] == "code") & (rows["statistic"] == "positive")]
    rare = own.loc[own["note"].fillna("").str.startswith("used ")]
    if len(rare):
        said.append(ctx.t("coding_rare", n=ctx.how_many(rare), all=ctx.how_many(own), floor=floor))
    return said


def disagreements(ctx: Context) -> str:
    """How many passages wait for the consensus meeting."""
    table = ctx.table("agreement_disagreements")
    if not len(table):
        return ""
    other = table["kind"] == "extents_differ"
    return ctx.t(
        "coding_disagree",
        n=ctx.how_many(table),
        alone=ctx.how_many(table.loc[~other]),
        extent=ctx.how_many(table.loc[other]),
    )


def cases(ctx: Context, table: pd.DataFrame) -> str:
    """How full a matrix of themes by case is."""
    return ctx.t(
        "coding_cases_open",
        filled=ctx.how_many(table.loc[table["n_segments"] > 0]),
        cells=ctx.how_many(table),
        themes=ctx.how_many(table.drop_duplicates("code")),
        cases=ctx.how_many(table.drop_duplicates("level")),
    )


def case_notes(ctx: Context) -> list[str]:
    """Remarks on cells of a matrix of themes by case, those of one theme and remark together."""
    table = ctx.table("case_themes").dropna(subset=["note"])
    said = []
    for (code, note), own in table.groupby(["code", "note"], sort=False):
        cases_told = ", ".join(ctx.told(c) for c in own["case"])
        said.append(f"{coding.code_name(ctx, code)} ({cases_told}): {ctx.say(note)}.")
    return said


def saturation(ctx: Context) -> str:
    """How many codes half of the documents hold, and what the last one brings."""
    table = ctx.table("saturation")
    total, middle = table["codes_so_far"].iloc[-1], table.iloc[(len(table) + 1) // 2 - 1]
    return ctx.t(
        "coding_saturation",
        codes=ctx.count(total),
        n=ctx.how_many(table),
        half=ctx.count(middle["step"]),
        share=percent(middle["codes_expected"] / total, ctx.lang),
        last=ctx.num(table["new_expected"].iloc[-1], 1),
    )


def counts(ctx: Context) -> list[str]:
    """How many codes and references are printed, and how far they sit in few codes."""
    table = ctx.table("code_concentration")
    value = dict(zip(table["statistic"], table["value"], strict=True))
    families = ctx.table("code_families")
    loose = families.loc[families["family"].isna(), "n_codes"].sum()
    return [
        ctx.t("coding_counts_open", codes=ctx.count(value["codes"]), references=ctx.count(value["references"]),
              sources=ctx.count(value["sources_by_code"])),
        ctx.t("coding_counts_concentration", half=ctx.count(value["codes_to_half"]), top=percent(value["share_top_tenth"], ctx.lang),
              single=ctx.count(value["codes_in_one_source"]), effective=ctx.count(value["effective_codes"]), gini=ctx.num(value["gini"])),
        ctx.t("coding_counts_families", loose=ctx.count(loose)),
    ]  # fmt: skip


def _one(rows: pd.DataFrame, part: str, statistic: str) -> pd.Series | None:
    found = rows.loc[(rows["part"] == part) & (rows["statistic"] == statistic) & rows["estimate"].notna()]
    return found.iloc[0] if len(found) else None


def _with_interval(ctx: Context, row: pd.Series) -> str:
    value = ctx.num(row["estimate"])
    return value if is_missing(row["ci_low"]) else f"{value} {ctx.span(row['ci_low'], row['ci_high'])}"
