"""The interviews, and the two strands together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import alternatives, report_calls, report_meta, rows, sentences_strands, simulated
from trenza.render.language import is_missing, listed
from trenza.render.markdown import Paper, badge, escape
from trenza.render.reasons import call_on
from trenza.render.tables import show, without_blank_columns

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

QUOTED_PER_DIRECTION = 3


def interviews(paper: Paper, study_id: str) -> None:
    """Node tree with counts, themes by role, and some paraphrased segments by role and pseudonym only."""
    ctx = paper.ctx
    paper.heading("h_interviews")
    segments, codes = ctx.table("segments"), ctx.table("codes")
    if not len(codes) or not int(codes["n_segments"].sum()):
        paper.say(ctx.t("none_interviews"))
        return
    if len(segments):
        paper.say(sentences_strands.themes_overview(ctx, segments))
    paper.say(ctx.t("interviews_tree"), ctx.t("interviews_published") if ctx.segments_published else "")
    paper.figure("themes_by_role", alternatives.alt("themes_by_role", ctx))
    tree = without_blank_columns(show("codes", ctx))
    if ctx.design.get("cluster", "school") != "school":
        right = [ctx.t("col_cases") if c == ctx.t("col_n_cases") else c for c in tree.attrs["right"]]
        tree = tree.rename(columns={ctx.t("col_n_cases"): ctx.t("col_cases")})
        tree.attrs["right"] = right
    paper.table(tree, ctx.t("cap_codes"))
    elsewhere = set(ctx.table("code_matrix")["code"])  # a theme that the source prints by case alone
    silent = codes.loc[
        codes["codable"].astype(bool) & (codes["n_segments"] == 0) & ~codes["code"].isin(elsewhere)
    ]
    if len(silent):
        paper.say(ctx.t("codes_silent", codes=listed([ctx.code(c) for c in silent["code"]], ctx.lang)))
    chosen = _chosen(segments.loc[segments["source"] == "published"])
    if len(chosen):
        paper.heading("h_voices", 3)
        paper.say(ctx.t("voices_open"))
        for direction in rows.in_order(chosen, "direction"):
            paper.say(f"{ctx.t(f'voices_{direction}')}:")
            paper.raw(*(_voice(ctx, r) for _, r in chosen.loc[chosen["direction"] == direction].iterrows()))
    if (segments["source"] == "real").any():
        paper.say(ctx.t("voices_withheld"))


def _voice(ctx: Context, r: pd.Series) -> str:
    said_by = f"({ctx.level(r['role'])}, {ctx.told(r['case'])}; {ctx.code(r['code'])})"
    spanish = ctx.lang == "es" and not is_missing(r["text_es"])
    words = escape(ctx.told(r["text_es" if spanish else "text"]).rstrip("."))
    marked = f"[{words}.]{{lang=en}}" if ctx.lang != "en" and not spanish else f"{words}."
    return f"- {marked} {escape(said_by)} {badge(ctx, str(r['source']))}"


def _chosen(segments: pd.DataFrame) -> pd.DataFrame:
    """Up to three segments of each direction, from as many codes and schools as can be had, in the table's order."""
    if not len(segments):
        return segments
    import pandas as pd

    found = []
    for direction in ("enabling", "hindering", "ambivalent"):
        # One statement of several voices is read once.
        some = segments.loc[segments["direction"] == direction].drop_duplicates("text")
        spread = some.drop_duplicates("code").drop_duplicates("case")
        rest = some.loc[~some["segment_id"].isin(spread["segment_id"])]
        found.append(pd.concat([spread, rest]).head(QUOTED_PER_DIRECTION))
    return pd.concat(found)


def together(paper: Paper, study_id: str) -> None:
    """Joint display, then every link with its call and the reason for it."""
    ctx = paper.ctx
    paper.heading("h_together")
    table = ctx.table("convergence")
    if not len(table):
        paper.say(ctx.t("none_together"))
        return
    if simulated.rehearses(ctx):
        paper.note(ctx.t("rehearsal_open"), "caution")
    paper.say(ctx.t("together_open"))
    paper.bullets(
        ctx.t(f"together_{call}") for call in ("agreement", "partial_agreement", "silence", "dissonance")
    )
    paper.say(
        ctx.t("together_published") if ctx.segments_published else "",
        sentences_strands.calls_overview(ctx, table),
    )
    paper.figure("joint_display", alternatives.alt("joint_display", ctx))
    changed = table.loc[table["call"] != table["call_if_holm"]]
    if table["finding"].str.contains("compare:").any():  # other findings have no family of outcomes
        same = ctx.t("together_holm_same")
        paper.say(same if not len(changed) else ctx.t("together_holm_changes", k=ctx.how_many(changed)))
    paper.table(show("convergence", ctx), ctx.t("cap_convergence"))
    report_calls.beside(paper)
    paper.heading("h_links", 3)
    for _, row in table.iterrows():
        lead = f"**{escape(ctx.proposition(row['link']))}.** {escape(call_on(ctx, row))}. "
        why = ctx.rationale(row["link"])
        reason = ctx.t("link_rationale", rationale=why) if why else ""
        said = [sentences_strands.link(ctx, row), reason, report_calls.override_sentences(ctx, row["link"])]
        paper.raw(lead + escape(" ".join(part for part in said if part)))
    report_meta.concluded(paper)
    display = ctx.table("joint_display")
    if len(display):
        paper.say(ctx.t("together_traced"))
        paper.table(show("joint_display", ctx), ctx.t("cap_joint_display"))
