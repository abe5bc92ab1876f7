"""The sections about questionnaires: who answered, the answers, what is missing, the scales, published figures, carelessness."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trenza.render import (
    alternatives,
    questionnaire,
    rows,
    sentences_questionnaire,
    sentences_questionnaire_published,
)
from trenza.render.figures_questionnaire_answers import PAGE_FIGURES
from trenza.render.language import is_missing, listed
from trenza.render.markdown import Paper
from trenza.render.readable import Readable
from trenza.render.report_questionnaire_parts import NAMES, ROWS, caution, put_table, remarks, told
from trenza.render.tables_questionnaire import reliability_by_scale, score_checks_by_scale

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

WHOLE = 100  # rows of a table that has one for each scale, so that a long instrument stands in it whole


def people(paper: Paper, study_id: str) -> None:
    """Who answered: flow, cells accounted for, loss of people, people linked across questionnaires."""
    ctx = paper.ctx
    flow, accounts = ctx.table("participant_flow"), ctx.table("accounts")
    attrition, linked = ctx.table("attrition"), ctx.table("linked")
    if not any(map(len, (flow, accounts, attrition, linked))):
        return
    paper.heading("h_q_people")
    paper.say(ctx.t("q_people_open") if len(flow) else "")
    caution(paper, flow)
    paper.bullets(sentences_questionnaire.flow(ctx, some) for _, _, some in questionnaire.sources(told(flow)))
    paper.figure("questionnaire_flow", alternatives.alt("questionnaire_flow", ctx))
    paper.say(sentences_questionnaire.accounts(ctx, accounts))
    if len(accounts):
        off = accounts.loc[~accounts["agrees"].astype(bool)]
        put_table(paper, "accounts", off, off)
    if len(attrition):
        paper.heading("h_q_attrition", 3)
        paper.say(ctx.t("q_attrition_open"))
        paper.bullets(sentences_questionnaire.attrition(ctx, r) for _, r in told(attrition).iterrows())
        put_table(paper, "attrition", attrition)
        paper.say(ctx.t("q_asked_printed") if len(flow) and questionnaire.printed_counts(ctx, flow) else "")
        remarks(paper, attrition, lambda r: ctx.level(r["id"]), attrition["overall"].notna())
    if len(linked):
        paper.heading("h_q_linked", 3)
        paper.bullets(
            sentences_questionnaire.linked(ctx, r)
            for _, r in linked.iterrows()
            if questionnaire.kind_of(ctx, r["first"]) != "simulated"
        )
        put_table(paper, "linked", linked)
    some = [t for t in (attrition, linked) if len(t) and bool(t["suppressed"].any())]
    paper.say(questionnaire.withheld_words(ctx) if some else "")


def answers(paper: Paper, study_id: str) -> None:
    """How the answers are spread over the points of each scale."""
    ctx = paper.ctx
    table = ctx.table("answers")
    if not len(table):
        return
    paper.heading("h_q_answers")
    paper.say(ctx.t("q_answers_open"))
    caution(paper, table)
    for identifier in PAGE_FIGURES:
        paper.figure(identifier, alternatives.alt(identifier, ctx) if identifier in paper.figures else "")


def missing(paper: Paper, study_id: str) -> None:
    """Which answers are missing, and for what reason."""
    ctx = paper.ctx
    table = ctx.table("missingness")
    if not len(table):
        return
    paper.heading("h_q_missing")
    paper.say(ctx.t("q_missing_open", share=questionnaire.least_answered(ctx)))
    caution(paper, table)
    paper.bullets(
        sentences_questionnaire.missing(ctx, some) for _, _, some in questionnaire.sources(told(table))
    )
    paper.figure("questionnaire_missing", alternatives.alt("questionnaire_missing", ctx))


def scales(paper: Paper, study_id: str) -> None:
    """How sound the scales are: keys, consistency, one factor, agreement within schools."""
    ctx = paper.ctx
    items, reliability = ctx.table("item_statistics"), ctx.table("reliability")
    if not len(items) and not len(reliability):
        return
    paper.heading("h_q_scales")
    paper.say(ctx.t("q_scales_open"))
    caution(paper, items if len(items) else reliability)
    _keys(paper, items)
    _reliability(paper, reliability)
    one_factor, agreement = ctx.table("one_factor"), ctx.table("school_agreement")
    if len(one_factor):
        paper.heading("h_q_one_factor", 3)
        real, fitted = told(one_factor), one_factor["fitted"].astype(bool)
        paper.say(
            ctx.t("q_one_factor_open"), sentences_questionnaire.one_factor(ctx, real) if len(real) else ""
        )
        put_table(paper, "one_factor", one_factor.loc[fitted], one_factor.loc[fitted])
        remarks(paper, one_factor, _scale(ctx), fitted)
    if len(agreement):
        paper.heading("h_q_schools", 3)
        real, known = told(agreement), agreement["icc1"].notna() | agreement["rwg_median"].notna()
        paper.say(
            ctx.t("q_schools_open"),
            ctx.t("q_schools_together") if ctx.compares else "",
            sentences_questionnaire.agreement(ctx, real) if len(real) else "",
        )
        paper.figure("questionnaire_schools", alternatives.alt("questionnaire_schools", ctx))
        put_table(paper, "school_agreement", agreement.loc[known], agreement.loc[agreement["icc1_low"].gt(0)])
        remarks(paper, agreement, _scale(ctx), known)


def _scale(ctx: Context) -> Callable[[Any], str]:
    return lambda r: ctx.item(r["scale"])


def _keys(paper: Paper, items: pd.DataFrame) -> None:
    """Suspect keys first, then the items by scale; of many, the suspect ones."""
    ctx = paper.ctx
    if not len(items):
        return
    paper.heading("h_q_items", 3)
    real, wrong = told(items), items["suspect"].astype(bool)
    paper.say(ctx.t("q_items_open"), sentences_questionnaire.keys(ctx, real) if len(real) else "")
    suspect = told(items.loc[wrong])
    few = len(suspect) <= NAMES
    paper.bullets(sentences_questionnaire.suspect(ctx, r) for _, r in suspect.iterrows() if few)
    alone = questionnaire.alone(items)

    def head(r: Any) -> str:
        source = questionnaire.name_of_source(ctx, r["source_id"], r["source"], alone)
        return ": ".join(w for w in (ctx.item(r["scale"]), source) if w)

    # In so long an instrument the sentences above are the table of the suspect ones.
    put_table(paper, "item_statistics", items, None if few else items.loc[wrong], heads=head)
    shown = items if len(items) <= ROWS else items.iloc[:0] if few else items.loc[wrong]
    paper.say(questionnaire.withheld_words(ctx) if bool(told(shown)["n_missing"].isna().any()) else "")
    remarks(paper, items.loc[~wrong], lambda r: ctx.item(r["item"]), ~wrong)


def _reliability(paper: Paper, reliability: pd.DataFrame) -> None:
    """Alpha and omega side by side, and the difference of alpha between the groups."""
    ctx = paper.ctx
    if not len(reliability):
        return
    paper.heading("h_q_reliability", 3)
    real = told(reliability)
    paper.say(
        ctx.t("q_reliability_open"), sentences_questionnaire.reliability(ctx, real) if len(real) else ""
    )
    paper.figure("questionnaire_reliability", alternatives.alt("questionnaire_reliability", ctx))
    wide = reliability_by_scale(reliability)
    lowest = wide.loc[wide["estimate"].notna()].sort_values("estimate", kind="stable")
    put_table(paper, "reliability", wide, lowest, "q_table_lowest", "reliability_by_scale", most=WHOLE)
    remarks(paper, reliability, _scale(ctx), reliability["estimate"].notna())
    difference = ctx.table("reliability_difference")
    if len(difference):
        real = told(difference)
        paper.say(
            ctx.t("q_difference_open"), sentences_questionnaire.difference(ctx, real) if len(real) else ""
        )
        put_table(paper, "reliability_difference", difference, difference.loc[difference["p_value"].lt(0.05)])
        remarks(paper, difference, _scale(ctx), difference["ci_low"].notna())


def scores(paper: Paper, study_id: str) -> None:
    """Published scores computed again from the items."""
    ctx = paper.ctx
    table = ctx.table("score_checks")
    if not len(table):
        return
    paper.heading("h_q_scores")
    paper.say(ctx.t("q_scores_open"), sentences_questionnaire_published.score_checks(ctx, table))
    shown = score_checks_by_scale(table)
    off = shown.loc[~shown["agrees"].astype(bool)]
    put_table(paper, "score_checks", shown, off, columns="score_checks_by_scale", most=WHOLE)
    remarks(paper, shown, _scale(ctx), shown["agrees"].astype(bool))


def shares(paper: Paper, study_id: str) -> None:
    """Printed shares and the counts that could give them."""
    ctx = paper.ctx
    table = ctx.table("shares")
    if not len(table):
        return
    paper.heading("h_q_shares")
    paper.say(ctx.t("q_shares_open"), sentences_questionnaire_published.shares(ctx, table))
    put_table(paper, "shares", table, table.loc[table["counts"].isna()])


def careless(paper: Paper, study_id: str) -> None:
    """How many people each index flags, and what changes without them."""
    ctx = paper.ctx
    table, pairs = ctx.table("careless"), sentences_questionnaire.pairs_of(ctx)
    if not len(table) and not pairs:
        return
    paper.heading("h_q_careless")
    paper.say(ctx.t("q_careless_open"))
    if len(table):
        caution(paper, table)
        paper.bullets(sentences_questionnaire.careless(ctx, told(table)))
        hidden = table["suppressed"].astype(bool)
        defined = table.loc[hidden | table["n"].gt(0)]  # of the others the remarks say why not
        put_table(paper, "careless", defined, defined.loc[hidden | defined["n_flagged"].gt(0)])
        paper.say(questionnaire.withheld_words(ctx) if bool(hidden.any()) else "")
        remarks(paper, table, lambda r: ctx.t(f"careless_{r['index']}"), hidden)
    if pairs:
        _sensitivity(paper, pairs)


def _sensitivity(paper: Paper, pairs: list[tuple[Any, Any, Any]]) -> None:
    """What changes without those flagged: (id of the run, all people, without those flagged)."""
    ctx = paper.ctx
    paper.heading("h_q_sensitivity", 3)
    for run in dict.fromkeys(run for run, _, _ in pairs):
        mine = [(a, b) for identifier, a, b in pairs if identifier == run]
        entry = next(e for e in ctx.study["comparisons"] if e["id"] == run)
        indices = listed([ctx.t(f"careless_{i}") for i in entry["without_flagged"]], ctx.lang)
        real = [(a, b) for a, b in mine if a["source"] != "simulated"]
        paper.say(
            ctx.t("q_sensitivity_open", indices=indices),
            sentences_questionnaire.sensitivity(ctx, real) if real else "",
        )
        simulated = "" if len(real) == len(mine) else ctx.t("q_some_simulated" if real else "q_all_simulated")
        several = len({identifier for identifier, _, _ in pairs}) > 1
        caption = ctx.t("cap_q_sensitivity", run=f" ({ctx.level(run)})" if several else "")
        paper.table(_side_by_side(ctx, mine), f"{caption} ({simulated})" if simulated else caption)


def _side_by_side(ctx: Context, pairs: list[tuple[Any, Any]]) -> pd.DataFrame:
    heads = [
        ctx.t(k)
        for k in (
            "col_outcome",
            "col_kind",
            "col_n_all",
            "col_effect_all",
            "col_n_without",
            "col_effect_without",
        )
    ]

    def effect(r: Any) -> str:
        low, high = (
            ("effect_ci_low", "effect_ci_high") if not is_missing(r["effect"]) else ("ci_low", "ci_high")
        )
        return f"{ctx.num(r['effect' if not is_missing(r['effect']) else 'estimate'])} {ctx.span(r[low], r[high])}"

    cells = [
        [
            ctx.item(a["outcome"]),
            ctx.source(a["source"]),
            ctx.count(a["n"]),
            effect(a),
            ctx.count(b["n"]),
            effect(b),
        ]
        for a, b in pairs
    ]
    found = Readable(cells, columns=heads, dtype="str")
    found.attrs["right"] = heads[2:]
    return found


def summary(ctx: Context) -> list[tuple[str, str]]:
    """What a colleague should take along: (kind of number, sentence). Simulated answers carry none."""
    found: list[tuple[str, str]] = []
    for name, tell in (
        ("score_checks", sentences_questionnaire_published.score_checks),
        ("item_statistics", sentences_questionnaire.keys),
        ("reliability", sentences_questionnaire.reliability),
        ("shares", sentences_questionnaire_published.shares),
    ):
        table = ctx.table(name)
        found += [
            (k, tell(ctx, table.loc[table["source"] == k])) for k in rows.kinds(table) if k != "simulated"
        ]
    return found
