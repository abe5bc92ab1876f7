"""What a multilevel model says of the programme, in plain sentences; simulated rows are held against what was put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import models, rows
from trenza.render.language import is_missing, listed, p_phrase, percent
from trenza.render.models import Model
from trenza.render.sentences import amount, conclusion, difference_unit

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

MOVED = ("after", "gain")  # outcomes of simulated pupils that the programme moves
WALD = "Wald z"
SATTERTHWAITE = "Satterthwaite degrees of freedom"


def effect(ctx: Context, model: Model) -> str:
    """The contrast of the groups: how much, how sure, adjusted for what, and what that allows to say."""
    row = models.effect(ctx, model)
    if row is None:
        return ctx.t("mod_no_contrast", outcome=models.name(ctx, model))
    if model.hollow:
        return _simulated(ctx, model, row)
    covariates = models.adjusted_for(ctx, model)
    direction = "higher" if float(row["estimate"]) > 0 else "lower"
    key = f"mod_effect_{direction}" if covariates else f"mod_effect_plain_{direction}"
    held = ctx.t("mod_adjusted", covariates=listed(covariates, ctx.lang)) if covariates else ""
    outer = str(model.fit["groups"]).partition(" ")[0]
    first = ctx.t(
        key, outcome=models.name(ctx, model), held=held, participants=ctx.group(ctx.participants), control=ctx.group(ctx.control),
        amount=amount(ctx, row["estimate"], model.outcome), groups=models.group_words(ctx, outer), facts=facts(ctx, model, row),
    )  # fmt: skip
    return " ".join(w for w in (first, *conclusion(ctx, row), _interacting(ctx, model)) if w)


def facts(ctx: Context, model: Model, row: pd.Series) -> str:
    """Interval with its method, degrees of freedom, p, the standardised difference, and what it rests on."""
    told = str(row["method"])
    method = WALD if WALD in told else "Satterthwaite" if SATTERTHWAITE in told else "Kenward-Roger"
    said = [
        ctx.t(
            "mod_fact_interval",
            level=percent(row["ci_level"], ctx.lang),
            method=method,
            interval=ctx.span(row["ci_low"], row["ci_high"]),
        )
    ]
    if not is_missing(row["df"]):
        said.append(ctx.t("mod_fact_df", df=ctx.num(row["df"], 1)))
    if not is_missing(row["p_value"]):
        said.append(p_phrase(row["p_value"], ctx.lang))
    if not is_missing(row["effect"]):
        interval = ctx.span(row["effect_ci_low"], row["effect_ci_high"])
        said.append(ctx.t("fact_effect", effect=ctx.num(row["effect"]), interval=interval))
    return "; ".join([*said, ctx.t("fact_n", n=ctx.count(row["n"])), models.counted(ctx, model)])


def put_in(ctx: Context, model: Model) -> Any:
    """The difference that was put into simulated pupils, in points; None where nobody knows."""
    source = (ctx.study.get("sources") or {}).get(models.declared(ctx, model).get("source"), {})
    pupils = (source.get("simulate") or {}).get("pupils")
    return pupils["effect"] if pupils and model.outcome in MOVED else None


def _simulated(ctx: Context, model: Model, row: pd.Series) -> str:
    truth = put_in(ctx, model)
    given = {
        "outcome": models.name(ctx, model),
        "unit": difference_unit(ctx, model.outcome),
        "estimate": ctx.num(row["estimate"]),
        "facts": facts(ctx, model, row),
    }
    if truth is None:
        return ctx.t("mod_simulated_plain", **given)
    holds = float(row["ci_low"]) <= truth <= float(row["ci_high"])
    return ctx.t("mod_simulated_held" if holds else "mod_simulated_missed", truth=ctx.num(truth), **given)


def _interacting(ctx: Context, model: Model) -> str:
    terms = models.interactions(ctx, model)
    return ctx.t("mod_interacts", terms=listed(terms, ctx.lang)) if terms else ""


def why(ctx: Context, model: Model) -> str:
    """Why this model: as declared in the study, else what a random intercept is for."""
    entry = models.declared(ctx, model)
    if entry.get("why"):
        return ctx.t("mod_why", why=ctx.own_words(entry["why"]))
    outer = str(model.fit["groups"]).partition(" ")[0]
    words = {n: models.group_words(ctx, outer, n) for n in ("one", "many")}
    key = "mod_why_intercept" if models.compares(ctx, model) else "mod_why_intercept_plain"
    return ctx.t(key, cluster=words["one"], clusters=words["many"])


def reading(ctx: Context, model: Model) -> str:
    """How the formula is to be read."""
    if not models.compares(ctx, model):
        return ctx.t("mod_formula_reads_plain")
    return ctx.t(
        "mod_formula_reads",
        group=str(ctx.design.get("group")),
        participants=ctx.group(ctx.participants),
        control=ctx.group(ctx.control),
    )


def weighted(ctx: Context, some: list[Model]) -> str:
    """What the weights of the rows mean, where they have any."""
    columns = [models.weights(ctx, m) for m in some]
    return (
        ctx.t("mod_weighted", weights=listed(list(dict.fromkeys(columns)), ctx.lang)) if all(columns) else ""
    )


def partition(ctx: Context, model: Model) -> str:
    """Where the variance lies, from the coarsest group to the residual; for models that compare nothing."""
    table = model.varcomp.loc[model.varcomp["share"].notna()]
    parts = []
    for _, row in table.iterrows():
        within = row["group"] == models.RESIDUAL
        said = {"share": percent(row["share"], ctx.lang, 1), "sd": ctx.num(row["sd_or_corr"], 1)}
        said |= {} if within else {"groups": models.group_words(ctx, row["group"])}
        parts.append(ctx.t("mod_partition_within" if within else "mod_partition_between", **said))
    return (
        ctx.t("mod_partition", outcome=ctx.item(model.outcome), parts=listed(parts, ctx.lang))
        if parts
        else ""
    )


def not_fitted(ctx: Context) -> list[str]:
    """Declared models without a fit, and what the files lack for them."""
    return [
        ctx.t(
            "mod_not_fitted_one",
            model=ctx.level(rows.analysis_of(row)),
            outcome=ctx.item(row["outcome"]),
            reason=models.reason(ctx, row["reason"]),
        )
        for _, row in ctx.table("not_fitted").iterrows()
    ]


def used(ctx: Context, some: list[Model]) -> list[str]:
    """How many rows in how many groups each fit rests on; outcomes with the same numbers together."""
    same: dict[tuple[str, str, str], list[str]] = {}
    for model in some:
        key = (ctx.count(model.fit["n"]), ctx.count(model.fit["rows"]), models.counted(ctx, model))
        same.setdefault(key, []).append(ctx.item(model.outcome))
    return [
        ctx.t("mod_used", outcomes=listed(names, ctx.lang), n=n, rows=total, groups=groups)
        for (n, total, groups), names in same.items()
    ]


def ended(ctx: Context, some: list[Model]) -> list[str]:
    """Which fits converged, and which ended on a boundary."""
    singular = [models.name(ctx, m) for m in some if bool(m.fit["singular"])]
    lost = [models.name(ctx, m) for m in some if not bool(m.fit["converged"])]
    if not singular and not lost:
        return [ctx.t("mod_all_well")]
    return [
        ctx.t("mod_not_converged", outcomes=listed(lost, ctx.lang)) if lost else "",
        ctx.t("mod_singular", outcomes=listed(singular, ctx.lang)) if singular else "",
    ]
