"""Coded projects in the report: who agrees on what, the tree, themes by case and speaker, and printed counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import coding, figures_coding
from trenza.render import sentences_coding as sentences
from trenza.render.alternatives import alt
from trenza.render.language import NO_VALUE, has_text
from trenza.render.markdown import Paper
from trenza.render.rows import in_order
from trenza.render.simulated import rehearses
from trenza.render.tables import show, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

NEEDS = ("coded_projects", "case_themes", "code_counts", "kappa_lint")
MOST = 40  # rows of a table; what is beyond is in the table beside the report
PAIRS_SHOWN = 15
COUNTS_SHOWN = 25


def section(paper: Paper, study_id: str) -> None:
    """All that the study has of coded texts; nothing where it has none."""
    ctx = paper.ctx
    if not coding.case_sources(ctx) and not any(len(ctx.table(name)) for name in NEEDS):
        return
    paper.heading("h_coding")
    _cases(paper)
    if len(ctx.table("coded_projects")):
        _project(paper)
        _agreement(paper)
        _prevalence(paper)
    _tool(paper)
    if coding.is_real(ctx):
        _tree(paper)
        _codebook(paper)
        _speakers(paper)
        _meeting(paper)
        _saturation(paper)
        _scores(paper)
    _counts(paper)


def _marked(ctx: Context, table: pd.DataFrame, caption: str) -> str:
    """The caption, with the word for simulated numbers where the table has any."""
    return f"{caption} ({ctx.t('simulated_stamp')})" if "simulated" in set(table["source"]) else caption


def _table(paper: Paper, name: str, table: pd.DataFrame, caption: str, most: int = MOST) -> None:
    ctx = paper.ctx
    if not len(table):
        return
    caption = _marked(ctx, table, caption)
    if len(table) > most:
        caption += ". " + ctx.t(
            "shown_of", k=ctx.how_many(table.head(most)), n=ctx.how_many(table), table=name
        )
    paper.table(without_blank_columns(show(name, ctx, table.head(most))), caption)


def _project(paper: Paper) -> None:
    ctx = paper.ctx
    row = ctx.table("coded_projects").iloc[0]
    paper.heading("h_coding_project", 3)
    if row["source"] == "simulated":
        paper.note(ctx.t("coding_simulated_rehearsal" if rehearses(ctx) else "coding_simulated"), "caution")
    paper.say(*sentences.project(ctx, row))
    if row["source"] == "real":
        paper.note(ctx.t("coding_private"))


def _agreement(paper: Paper) -> None:
    ctx = paper.ctx
    paper.heading("h_coding_agreement", 3)
    pairs = coding.pairs(ctx)
    if not pairs:
        paper.say(ctx.t("coding_one_coder"))
        return
    for k, pair in enumerate(pairs):
        rows = coding.of_pair(ctx, pair)
        unit = ctx.t(f"coding_unit_{rows['unit'].iloc[0]}")
        names = {"a": coding.coder_name(ctx, pair[0]), "b": coding.coder_name(ctx, pair[1])}
        if k == 0:
            paper.say(ctx.t("coding_agree_open", unit=unit, documents=ctx.count(rows["n_documents"].max())))
        paper.say(*sentences.agreement(ctx, pair))
        if k < len(figures_coding.AGREEMENT):
            figure = figures_coding.AGREEMENT[k]
            paper.figure(figure, alt(figure, ctx))
        table = coding.by_code(ctx, pair)
        if len(table):
            caption = _marked(ctx, table, ctx.t("cap_agreement_codes", unit=unit, **names))
            paper.table(without_blank_columns(show("agreement_codes", ctx, table)), caption)
        whole = rows.loc[rows["part"].isin(["segmentation", "all_codes", "family"])]
        _table(paper, "agreement", whole, ctx.t("cap_agreement_whole"))
    paper.say(sentences.disagreements(ctx))


def _tool(paper: Paper) -> None:
    ctx = paper.ctx
    if not len(ctx.table("kappa_lint")):
        return
    paper.heading("h_coding_tool", 3)
    paper.say(ctx.t("coding_lint_open"))
    for name in ("kappa_pooled", "kappa_lint"):
        _table(paper, name, ctx.table(name), ctx.t(f"cap_{name}"))


def _cases(paper: Paper) -> None:
    ctx = paper.ctx
    sources = coding.case_sources(ctx)
    themes = ctx.table("case_themes")
    if not sources and not len(themes):
        return
    paper.heading("h_coding_cases", 3)
    for figure, source in zip(figures_coding.CASES, sources, strict=False):
        paper.say(sentences.cases(ctx, coding.matrix_by_case(ctx, source)))
        paper.figure(figure, alt(figure, ctx))
    if themes["case"].nunique() == 1:
        paper.say(ctx.t("coding_one_case", case=ctx.told(themes["case"].iloc[0])))
        _table(paper, "case_themes", themes, ctx.t("cap_case_themes"))
    elif len(themes):
        paper.bullets(sentences.case_notes(ctx))


def _tree(paper: Paper) -> None:
    ctx = paper.ctx
    nodes = ctx.table("code_nodes")
    used = nodes.loc[nodes["n_segments_below"] > 0]
    if not len(used):
        return
    paper.heading("h_coding_tree", 3)
    paper.figure("coded_tree", alt("coded_tree", ctx))
    if "coded_tree" not in paper.figures:
        _table(paper, "code_nodes", used, ctx.t("cap_code_nodes"))


def _codebook(paper: Paper) -> None:
    ctx = paper.ctx
    names = [n for n in ("codebook_changes", "codebook_proposals") if len(ctx.table(n))]
    if not names:
        return
    paper.heading("h_coding_book", 3)
    for name in names:
        _table(paper, name, ctx.table(name), ctx.t(f"cap_{name}"))


def _speakers(paper: Paper) -> None:
    ctx = paper.ctx
    matrix = ctx.table("code_matrix")
    projects = set(ctx.table("coded_projects")["source_id"])
    matrix = matrix.loc[matrix["source_id"].isin(projects) & (matrix["by"] != "case")]
    if not len(matrix):
        return
    paper.heading("h_coding_by", 3)
    paper.say(ctx.t("coding_by_open"))
    paper.figure("codes_by_attribute", alt("codes_by_attribute", ctx))
    for by, own in matrix.groupby("by", sort=False):
        filled = own.loc[own["n_segments"].fillna(1) > 0]
        word = ctx.t(f"by_{by}") if has_text(ctx.lang, f"by_{by}") else ctx.told(by)
        _table(paper, "code_matrix", filled, ctx.t("cap_code_matrix", by=word))


def _meeting(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("co_occurrence")
    if not len(table):
        return
    paper.heading("h_coding_meet", 3)
    meets = table.loc[table["n_overlaps"] > 0]
    paper.say(ctx.t("coding_meet_open", n=ctx.how_many(meets), documents=ctx.how_many(table)))
    paper.figure("codes_meet", alt("codes_meet", ctx))
    meets = meets.sort_values(["n_overlaps", "code_a", "code_b"], ascending=[False, True, True])
    _table(paper, "co_occurrence", meets, ctx.t("cap_co_occurrence"), PAIRS_SHOWN)


def _saturation(paper: Paper) -> None:
    ctx = paper.ctx
    if len(ctx.table("saturation")) < 2:
        return
    paper.heading("h_coding_saturation", 3)
    paper.say(sentences.saturation(ctx))
    paper.figure("saturation", alt("saturation", ctx))


def _prevalence(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("prevalence")
    if not coding.pairs(ctx) or not len(table):
        return
    paper.heading("h_coding_prevalence", 3)
    paper.say(ctx.t("coding_prevalence_open"))
    paper.table(coding.by_view(ctx), _marked(ctx, table, ctx.t("cap_prevalence")))


def _scores(paper: Paper) -> None:
    ctx = paper.ctx
    table = ctx.table("code_scores")
    if not len(table):
        return
    paper.heading("h_coding_scores", 3)
    people, codes = ctx.count(table["n_people"].max()), ctx.how_many(in_order(table, "code"))
    paper.say(ctx.t("coding_scores_open", n=people, codes=codes))
    scales = [o for o in dict.fromkeys(table["outcome"]) if _is_scale(ctx, o)]
    own = table.loc[table["outcome"].isin(scales or table["outcome"].head(1))]
    paper.table(_correlations(ctx, own), _marked(ctx, own, ctx.t("cap_code_correlations")))
    _table(
        paper, "code_scores", own.loc[~own["suppressed"].astype("bool")], ctx.t("cap_code_scores"), len(own)
    )


def _correlations(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Rank correlations by code, one column an outcome, in the order of the table."""
    import pandas as pd

    cells: dict[str, dict[str, str]] = {}
    for _, r in table.iterrows():
        row = cells.setdefault(str(r["code"]), {ctx.t("col_code"): ctx.code(r["code"])})
        row[ctx.item(r["outcome"])] = ctx.num(r["rank_correlation"])
    frame = pd.DataFrame(list(cells.values()), dtype="str").fillna(NO_VALUE)
    frame.attrs["right"] = list(frame.columns[1:])
    return frame


def _is_scale(ctx: Context, outcome: str) -> bool:
    """Whether the outcome is a score, not an item."""
    row = ctx.item_rows.get(outcome, {})
    return bool(str(row.get("score") or "").strip() not in ("", "nan"))


def _counts(paper: Paper) -> None:
    ctx = paper.ctx
    if not len(ctx.table("code_counts")):
        return
    paper.heading("h_coding_counts", 3)
    paper.say(*sentences.counts(ctx))
    paper.figure("code_families", alt("code_families", ctx))
    _table(paper, "code_families", ctx.table("code_families"), ctx.t("cap_code_families"))
    shown = ctx.table("code_counts").head(COUNTS_SHOWN)
    caption = ctx.t("cap_code_counts", n=ctx.how_many(shown))
    paper.table(show("code_counts", ctx, shown), caption)
    paper.say(ctx.t("coding_cannot"))
    paper.bullets(ctx.t(f"coding_cannot_{k}") for k in ("cells", "meet", "tree", "agree", "direction"))
