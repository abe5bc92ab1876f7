"""Participants against control in the report: verdicts, pictures, table 1, and all inferences as an appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import (
    alternatives,
    comparison,
    figures_compare,
    report_audit,
    sentences_compare,
    simulated,
)
from trenza.render.comparison import Block
from trenza.render.language import has_text
from trenza.render.markdown import Paper
from trenza.render.report_parts import notes, of_one_kind
from trenza.render.tables import show, without, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

MOST = 90  # rows of a table of the appendix; a longer one is beside the report
FIGURES = list(figures_compare.PAGE_FIGURES)


def comparisons(paper: Paper, study_id: str) -> None:
    """For each kind of number: what the design calls for, one point an outcome, the verdicts, every inference drawn."""
    ctx = paper.ctx
    blocks = comparison.blocks(ctx)
    paper.heading("h_comparisons")
    if not blocks:
        paper.say(ctx.t("none_comparisons"))
    else:
        paper.say(ctx.t("cmp_open"))
        shown = ""
        for k, block in enumerate(blocks):
            if block.source != shown:
                paper.heading(f"h_cmp_{block.source}", 3)
                shown = block.source
            _block(paper, block, FIGURES[k] if k < len(FIGURES) else "", several=len(blocks) > 1)
        paper.figure("equivalence", alternatives.alt("equivalence", ctx))
        paper.say(_equivalence_note(ctx, blocks))
        paper.say(ctx.t("cmp_rest_below"))
    report_audit.audit(paper)


def _equivalence_note(ctx: Context, blocks: list[Block]) -> str:
    """What the p values of equivalence leave out; empty where there are none."""
    bounds = [b.verdicts.loc[b.verdicts["p_equivalence"].notna(), "sesoi"] for b in blocks]
    bound = next((s.iloc[0] for s in bounds if len(s)), None)
    return "" if bound is None else ctx.t("cmp_equivalence_note", sesoi=ctx.num(bound))


def _block(paper: Paper, block: Block, figure: str, several: bool) -> None:
    ctx = paper.ctx
    if len({b.analysis for b in comparison.blocks(ctx)}) > 1:
        paper.say(f"{ctx.t('col_analysis')}: {ctx.level(block.analysis)}.")
    if block.hollow:
        paper.note(simulated.opening(ctx, block), "caution")
    paper.say(*sentences_compare.opening(ctx, block))
    if block.hollow:
        paper.bullets(simulated.against_truth(ctx, block))
    if not block.hollow:
        paper.bullets(sentences_compare.outcomes(ctx, block))
        paper.say(*sentences_compare.overview(ctx, block))
        paper.say(sentences_compare.what_if(ctx, block))
    caption = ctx.t(
        "cmp_cap_counted",
        caption=ctx.t(f"cap_verdicts_{block.source}"),
        counted=comparison.counted(ctx, block),
    )
    paper.table(_thin(ctx, "verdicts", block.verdicts), caption)
    if block.verdicts["p_value"].isna().any():
        beside = block.inferences.loc[block.inferences["role"].isin(["beside", "ignores_clusters"])]
        table = without(_thin(ctx, "inferences", beside), [ctx.t("col_standing")])
        paper.table(table, ctx.t("cap_verdicts_beside"))
    notes(paper, block.verdicts)
    if figure:
        paper.figure(figure, alternatives.alt(figure, ctx))


def _thin(ctx: Context, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table of one block without what is the same in all its rows: the method, how many units in how many clusters."""
    same = [ctx.t("col_inference")] if frame["method"].nunique() == 1 else []
    if frame["n"].nunique() == 1 and frame["clusters"].nunique() <= 1:
        same.append(ctx.t("col_units_clusters"))
    return without(of_one_kind(ctx, name, frame), same)


def all_inferences(paper: Paper, study_id: str) -> None:
    """An appendix: every inference, effects in units of their own, and what each design could have found."""
    ctx = paper.ctx
    blocks = comparison.blocks(ctx)
    if not blocks:
        return
    paper.heading("h_all_inferences")
    paper.say(ctx.t("cmp_appendix_open"))
    for name in ("inferences", "corrections", "effect_sizes", "detectable"):
        for block in blocks:
            some = block.verdicts if name == "corrections" else _of_block(ctx.table(name), block)
            if not len(some) or (name == "corrections" and not some["p_holm"].notna().any()):
                continue
            caption = ctx.t(f"cap_all_{name}", kind=comparison.title(ctx, block))
            if block.hollow:
                caption = f"{caption} ({ctx.t('simulated_stamp')})"
            if len(some) > MOST:
                caption += ". " + ctx.t(
                    "shown_of", k=ctx.how_many(some.head(MOST)), n=ctx.how_many(some), table=name
                )
            shown = without(without_blank_columns(show(name, ctx, some.head(MOST))), [ctx.t("col_kind")])
            if "n" in some and some["n"].nunique() == 1 and some["clusters"].nunique() <= 1:
                shown = without(shown, [ctx.t("col_units_clusters")])
                counted = comparison.counted(ctx, block)
                caption = ctx.t("cmp_cap_counted", caption=caption, counted=counted)
            paper.table(shown, caption)
        if name == "inferences":
            paper.say(ctx.t("cmp_appendix_methods"))
            paper.bullets(dict.fromkeys(s for b in blocks for s in comparison.without_interval(ctx, b)))
            methods = dict.fromkeys(str(m) for b in blocks for m in b.inferences["method"])
            paper.bullets(f"{comparison.name(ctx, m)}: {ctx.say(m)}." for m in methods)
        if name == "effect_sizes":
            designs = dict.fromkeys(str(b.verdicts["assignment"].iloc[0]) for b in blocks)
            notes_of = [k for k in (f"cmp_effects_{d}" for d in designs) if has_text(ctx.lang, k)]
            paper.say(*(ctx.t(k, clusters=ctx.clusters()) for k in notes_of), ctx.t("cmp_appendix_effects"))


def _of_block(table: pd.DataFrame, block: Block) -> pd.DataFrame:
    """The rows of a table about the outcomes of one comparison."""
    if not len(table):
        return table
    return table.loc[table["id"].isin(block.verdicts["id"]) & (table["source"] == block.source)]
