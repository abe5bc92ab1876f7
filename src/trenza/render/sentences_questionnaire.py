"""What the tables about questionnaires say, in plain sentences. A suspect key is a question, not a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import questionnaire, rows
from trenza.render.language import has_text, is_missing, listed, percent
from trenza.render.sentences import verdict

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

NAMED = 6  # names in a sentence; more are counted


def counted(ctx: Context, key: str, n: Any, **fields: Any) -> str:
    """The text ``key`` with the count ``n``; for one its own text, where there is one."""
    one = n == 1 and has_text(ctx.lang, f"{key}_one")
    return ctx.t(f"{key}_one" if one else key, n=ctx.count(n), **fields)


def flow(ctx: Context, table: pd.DataFrame) -> str:
    """How many came in and how many stayed, of one questionnaire."""
    whole = table.loc[table["group"] == "all"].sort_values("step", kind="stable")
    first, last = whole.loc[whole["kind"] == "entered"], whole.loc[whole["kind"] == "stayed"]
    if not len(first) or not len(last):
        return ""
    return ctx.t(
        "q_flow",
        source=ctx.level(first.iloc[0]["source_id"]),
        entered=questionnaire.box_name(ctx, str(first.iloc[0]["box"])),
        n=questionnaire.count(ctx, first.iloc[0]),
        stayed=questionnaire.box_name(ctx, str(last.iloc[-1]["box"])),
        k=questionnaire.count(ctx, last.iloc[-1]),
    )


def accounts(ctx: Context, table: pd.DataFrame) -> str:
    """Whether every cell of the files is in the clean data or in the ledger."""
    if not len(table):
        return ""
    off = table.loc[~table["agrees"].astype(bool)]
    key = "q_accounts_off" if len(off) else "q_accounts"
    return ctx.t(key, n=ctx.how_many(table), k=ctx.how_many(off), cells=ctx.count(table["cells_read"].sum()))


def attrition(ctx: Context, r: Any) -> str:
    """Overall and differential loss, and on which side of the boundaries it lies."""
    hidden = bool(r["suppressed"]) and is_missing(r["overall"])
    call = ctx.t("q_attrition_withheld" if hidden else f"q_attrition_{r['call']}")
    if is_missing(r["overall"]):
        return " ".join([f"{ctx.level(r['id'])}: {call}", *_own_losses(ctx, r)])
    facts = ctx.t(
        "q_attrition",
        what=ctx.level(r["id"]),
        overall=percent(r["overall"], ctx.lang, 1),
        differential=ctx.num(100 * r["differential"], 1),
    )
    return f"{facts} {call}"


def _own_losses(ctx: Context, r: Any) -> list[str]:
    """The loss of each group whose own people at the start and at the end are known."""
    groups = (("participants", ctx.participants), ("control", ctx.control))
    lost = [(name, questionnaire.lost(ctx, r, which)) for which, name in groups]
    return [ctx.t("q_attrition_own", group=ctx.group(name), share=share) for name, share in lost if share]


def linked(ctx: Context, r: Any) -> str:
    """How many people two questionnaires share."""
    said = ctx.t(
        "q_linked_withheld" if bool(r["suppressed"]) and is_missing(r["n_both"]) else "q_linked",
        first=ctx.level(r["first"]),
        second=ctx.level(r["second"]),
        n_first=questionnaire.count(ctx, r, "n_first"),
        n_second=questionnaire.count(ctx, r, "n_second"),
        both=questionnaire.count(ctx, r, "n_both"),
    )
    other = r["n_other_school"]
    return (
        f"{said} {ctx.t('q_linked_other', n=ctx.count(other))}"
        if not is_missing(other) and other > 0
        else said
    )


def missing(ctx: Context, table: pd.DataFrame) -> str:
    """The item and group in which most answers are missing, of those that are shown, and how much is withheld.

    That no answer is missing is said of items alone none of whose counts is withheld.
    """
    asked = table.loc[table["reason"].isin(questionnaire.NOT_ANSWERED)]
    if not len(asked):
        return ""
    unseen = asked["suppressed"].astype(bool) | asked["share"].isna()
    source, items, hidden = (
        ctx.level(asked.iloc[0]["source_id"]),
        *(ctx.size(rows.in_order(some, "item")) for some in (asked, asked.loc[unseen])),
    )
    if not asked["share"].gt(0).any():
        if not hidden:
            return ctx.t("q_missing_none", source=source)
        key = "q_missing_all_withheld" if hidden == items else "q_missing_withheld"
        return counted(ctx, key, hidden, source=source, items=ctx.count(items))
    r = asked.loc[asked["share"].idxmax()]
    said = ctx.t(
        "q_missing_shown" if hidden else "q_missing",
        source=source,
        item=ctx.item(r["item"]) + (f", {ctx.group(r['group'])}" if r["group"] != "all" else ""),
        share=questionnaire.share(ctx, r),
        reason=ctx.t(f"reason_missing_{r['reason']}"),
    )
    return said + (
        " " + counted(ctx, "q_missing_some_withheld", hidden, items=ctx.count(items)) if hidden else ""
    )


def keys(ctx: Context, table: pd.DataFrame) -> str:
    """How many declared keys the answers contradict, and how many they leave open."""
    suspect = table.loc[table["suspect"].astype(bool)]
    left_open = ctx.size(table.loc[table["key_found"].isna()])
    key = "q_keys_none" if not len(suspect) else "q_keys_one" if len(suspect) == 1 else "q_keys"
    scales = counted(ctx, "q_in_scales", ctx.size(rows.in_order(suspect, "scale")))
    said = ctx.t(key, k=ctx.how_many(suspect), n=ctx.how_many(table), scales=scales)
    return said + (" " + counted(ctx, "q_keys_open", left_open) if left_open else "")


def suspect(ctx: Context, r: Any) -> str:
    """One item whose declared key contradicts its answers."""
    return ctx.t(
        "q_suspect",
        item=ctx.item(r["item"]),
        scale=ctx.item(r["scale"]),
        declared=ctx.t(f"key_{r['key_declared']}"),
        found=ctx.t(f"key_{r['key_found']}") if not is_missing(r["key_found"]) else ctx.t("key_open"),
        declared_r=ctx.num(r["item_rest"]),
        found_r=ctx.num(r["item_rest_found"]),
    )


def reliability(ctx: Context, table: pd.DataFrame) -> str:
    """The range of alpha over scales and groups, and how wide it is left open."""
    alpha = table.loc[(table["coefficient"] == "alpha") & table["estimate"].notna()]
    if not len(alpha):
        return ctx.t("q_alpha_none")
    low, high = alpha.loc[alpha["estimate"].idxmin()], alpha.loc[alpha["estimate"].idxmax()]
    if len(alpha) == 1:
        return ctx.t("q_alpha_one", scale=ctx.item(low["scale"]), alpha=_alpha(ctx, low))
    return ctx.t(
        "q_alpha",
        low=_alpha(ctx, low),
        low_scale=_place(ctx, low),
        high=_alpha(ctx, high),
        high_scale=_place(ctx, high),
    )


def _alpha(ctx: Context, r: Any) -> str:
    return f"{ctx.num(r['estimate'])} {ctx.span(r['ci_low'], r['ci_high'])}"


def _place(ctx: Context, r: Any) -> str:
    return ctx.item(r["scale"]) + (f", {ctx.group(r['group'])}" if r["group"] != "all" else "")


def difference(ctx: Context, table: pd.DataFrame) -> str:
    """For which scales the groups differ in alpha, and that the others are not shown to be equal."""
    tested = table.loc[table["ci_low"].notna()]
    if not len(tested):
        return ""
    apart = tested.loc[(tested["ci_low"] > 0) | (tested["ci_high"] < 0)]
    said = []
    if len(apart):
        said.append(ctx.t("q_alpha_differs", scales=names(ctx, apart["scale"])))
    if len(apart) < len(tested):
        said.append(counted(ctx, "q_alpha_open", ctx.size(tested), k=ctx.how_many(tested.drop(apart.index))))
    return " ".join(said)


def one_factor(ctx: Context, table: pd.DataFrame) -> str:
    """For how many scales the model was fitted."""
    fitted = ctx.size(table.loc[table["fitted"].astype(bool)])
    key = "q_one_factor" if fitted else "q_one_factor_none"
    return counted(ctx, key, ctx.size(table), k=ctx.count(fitted))


def agreement(ctx: Context, table: pd.DataFrame) -> str:
    """The range of ICC(1), and for how many scales its interval holds zero."""
    known = table.loc[table["icc1"].notna()]
    if not len(known):
        return ctx.t("q_icc_none")
    with_zero = known.loc[(known["icc1_low"] <= 0) & (known["icc1_high"] >= 0)]
    if len(known) == 1:
        key = "q_icc_one_with_zero" if len(with_zero) else "q_icc_one"
        return ctx.t(key, icc=ctx.num(known.iloc[0]["icc1"]), scale=ctx.item(known.iloc[0]["scale"]))
    return ctx.t(
        "q_icc",
        low=ctx.num(known["icc1"].min()),
        high=ctx.num(known["icc1"].max()),
        n=ctx.how_many(known),
        k=ctx.how_many(with_zero),
    )


def careless(ctx: Context, table: pd.DataFrame) -> list[str]:
    """How many people at least one index flags, by group."""
    some = table.loc[(table["index"] == "any") & (table["n"].notna() | table["suppressed"].astype(bool))]
    return [
        ctx.t(
            "q_careless_withheld" if is_missing(r["n_flagged"]) else "q_careless",
            source=ctx.level(r["source_id"]) + (f", {ctx.group(r['group'])}" if r["group"] != "all" else ""),
            k=questionnaire.count(ctx, r, "n_flagged"),
            n=questionnaire.count(ctx, r),
            share=questionnaire.share(ctx, r),
        )
        for _, r in some.iterrows()
    ]


def sensitivity(ctx: Context, pairs: list[tuple[Any, Any]]) -> str:
    """For which outcomes leaving out flagged people changes what may be said; (all people, without those flagged)."""
    changed = [str(a["outcome"]) for a, b in pairs if verdict(a) != verdict(b)]
    if not changed:
        return counted(ctx, "q_sensitivity_same", ctx.size([everybody for everybody, _ in pairs]))
    return ctx.t("q_sensitivity_changes", outcomes=names(ctx, changed))


def names(ctx: Context, ids: Any) -> str:
    """Names of scales or outcomes; of many, the first ones and how many more."""
    named = list(dict.fromkeys(ids))
    found = [ctx.item(i) for i in named[:NAMED]]
    more = [ctx.t("and_more", n=ctx.how_many(named[NAMED:]))] if len(named) > NAMED else []
    return listed([*found, *more], ctx.lang)


def pairs_of(ctx: Context) -> list[tuple[Any, Any, Any]]:
    """Each sensitivity run's rows beside those of the comparison with all people: (id of the run, all, without)."""
    table = rows.primary(ctx.table("verdicts"))
    if not len(table):
        return []
    analyses = rows.by_analysis(table)
    found = []
    for entry in ctx.study.get("comparisons") or []:
        if not entry.get("without_flagged"):
            continue
        fellows = [
            e
            for e in ctx.study["comparisons"]
            if not e.get("without_flagged") and set(entry["sources"]) <= set(e["sources"])
        ]
        for _, own in analyses.get(entry["id"], table.iloc[:0]).iterrows():
            for fellow in fellows:
                other = analyses.get(fellow["id"], table.iloc[:0])
                other = other.loc[(other["outcome"] == own["outcome"]) & (other["source"] == own["source"])]
                if len(other):
                    found.append((entry["id"], other.iloc[0], own))
                    break
    return found
