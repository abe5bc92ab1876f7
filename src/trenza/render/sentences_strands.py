"""What the interviews and the ratings say, and how each link joins them with the numbers, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import rows
from trenza.render.language import is_missing, listed, percent
from trenza.render.link_words import each_finding
from trenza.render.reasons import both_against, call_reason, reason

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def link(ctx: Context, row: pd.Series) -> str:
    """One link: what the numbers say, what the interviews say, the call and why."""
    themes = listed([ctx.code(c) for c in str(row["codes"]).split(";")], ctx.lang)
    numbers = ctx.t(
        f"link_numbers_{row['quantitative_side']}",
        reason=reason(ctx, row["quantitative_reason"]) + _mark(ctx, row),
    )
    if int(row["n_segments"]):
        share = percent(row["share_expected"], ctx.lang)
        key = "link_heard_published" if ctx.segments_published else "link_heard"
        heard = ctx.t(key, clusters=ctx.clusters(), n=ctx.count(row["n_segments"]), cases=ctx.count(row["n_cases"]), total=ctx.count(row["n_cases_total"]),
                      themes=themes, share=share, direction=ctx.t(f"direction_{row['code_expects']}"))  # fmt: skip
    else:
        heard = ctx.t("link_not_heard", themes=themes)
    declared = row["call"] if row["call_by"] == "declared" else ""
    why = call_reason(ctx, row["quantitative_side"], row["qualitative_side"], declared)
    said = [numbers, each_finding(ctx, row["link"]), _level(ctx, row), heard, _agreement(ctx, row), why]
    if row["call_if_holm"] != row["call"]:
        said.append(ctx.t("link_holm", call=ctx.t(f"call_{row['call_if_holm']}")))
    return " ".join(part for part in said if part)


def _level(ctx: Context, row: pd.Series) -> str:
    """Who is heard, where the strands join at another level than that of the study."""
    if row["level"] == "role":
        roles = [ctx.group(role) for role in str(row["roles"]).split(";")]
        return ctx.t("link_role", roles=listed(roles, ctx.lang))
    return ctx.t("link_school", clusters=ctx.clusters()) if row["level"] == "school" else ""


def _agreement(ctx: Context, row: pd.Series) -> str:
    known = not is_missing(row["agreement"])
    return ctx.t("link_agreement", value=ctx.num(row["agreement"])) if known else ""


def calls_overview(ctx: Context, convergence: pd.DataFrame) -> str:
    """How many links agree, agree in part, are silent or dissonant."""
    parts = []
    for call in ("agreement", "partial_agreement", "silence", "dissonance"):
        some = convergence.loc[convergence["call"] == call]
        if len(some):
            parts.append(ctx.t("calls_part", k=ctx.how_many(some), call=ctx.t(f"call_{call}")))
    return ctx.t("calls_overview", n=ctx.how_many(convergence), parts=listed(parts, ctx.lang))


def _mark(ctx: Context, row: pd.Series) -> str:
    """A rated item whose label was inferred is never told without saying so."""
    items = [f.removeprefix("describe:") for f in str(row["finding"]).split(";")]
    told = any(rows.inferred(ctx.table("ratings"), item) for item in items)
    return f" {ctx.t('inferred_label')}" if told else ""


def calls_named(ctx: Context, convergence: pd.DataFrame) -> str:
    """The propositions under each call but partial agreement, which is no news, and what Holm would change.

    Two strands that agree against a proposition have a name of their own: it must not be read as borne out.
    """
    against = both_against(convergence)
    said = []
    for word, call, chosen in (
        ("call_agreement", "agreement", ~against),
        ("call_against", "agreement", against),
        ("call_dissonance", "dissonance", ~against),
        ("call_silence", "silence", ~against),
    ):
        named = _propositions(ctx, convergence.loc[chosen & (convergence["call"] == call)])
        if named:
            head = ctx.t(word)
            said.append(f"{head[0].upper()}{head[1:]}: {'; '.join(named)}.")
    changed = convergence.loc[convergence["call"] != convergence["call_if_holm"]]
    for call in rows.in_order(changed, "call_if_holm"):
        named = [f"“{p}”" if ctx.lang == "en" else f"«{p}»"
                 for p in _propositions(ctx, changed.loc[changed["call_if_holm"] == call])]  # fmt: skip
        said.append(ctx.t("summary_holm", links=listed(named, ctx.lang), call=ctx.t(f"call_{call}")))
    return " ".join(said)


def _propositions(ctx: Context, convergence: pd.DataFrame) -> list[str]:
    return [ctx.proposition(x) for x in convergence["link"]]


def themes_overview(ctx: Context, segments: pd.DataFrame) -> str:
    """How many segments of how many schools, by direction."""
    found = {
        d: ctx.size(segments.loc[segments["direction"] == d]) for d in ("enabling", "hindering", "ambivalent")
    }
    parts = [ctx.t(f"told_{d}" + ("_one" if n == 1 else ""), n=ctx.count(n)) for d, n in found.items() if n]
    return ctx.t("themes_overview", clusters=ctx.clusters(), n=ctx.how_many(segments), cases=ctx.how_many(segments.dropna(subset=["case"]).drop_duplicates("case")),
                 roles=ctx.how_many(segments.dropna(subset=["role"]).drop_duplicates("role")), parts=listed(parts, ctx.lang))  # fmt: skip


def ratings_overview(ctx: Context, ratings: pd.DataFrame) -> str:
    """The highest and the lowest rated item."""
    table = ratings.sort_values("rank")
    top, low = table.iloc[0], table.iloc[-1]
    means = {
        name: ctx.num(r["mean"])
        + (f" {ctx.t('inferred_label')}" if rows.inferred(ratings, str(r["item"])) else "")
        for name, r in (("top_mean", top), ("low_mean", low))
    }
    return ctx.t("ratings_overview", n=ctx.how_many(table), low=ctx.item(low["item"]), top=ctx.item(top["item"]), **means,
                 scale_min=ctx.count(low["scale_min"]), scale_max=ctx.count(low["scale_max"]))  # fmt: skip
