"""What the figures of multilevel models show, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from trenza.render import figures_models_levels, figures_models_residuals, models
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    from trenza.render.context import Context


def _effects(ctx: Context) -> list[str]:
    said = []
    for model in models.models(ctx):
        row = models.effect(ctx, model)
        if row is not None and not is_missing(row["effect"]):
            values = f"{ctx.num(row['effect'])} {ctx.span(row['effect_ci_low'], row['effect_ci_high'])}"
            said.append(f"{models.name(ctx, model)} ({ctx.source(model.source)}): {values}")
    return said


def _variance(ctx: Context) -> list[str]:
    said = []
    for model in models.models(ctx):
        parts = [f"{words} {percent(share, ctx.lang)}" for words, share in models.shares(ctx, model)]
        r2 = ctx.t(
            "alt_model_r2",
            marginal=ctx.num(model.fit["r2_marginal"]),
            conditional=ctx.num(model.fit["r2_conditional"]),
        )
        said.append(f"{models.name(ctx, model)} ({ctx.source(model.source)}): {', '.join([*parts, r2])}")
    return said


def _on_page(panels: list[figures_models_levels.Panel], page: int) -> list[figures_models_levels.Panel]:
    return panels[(page - 1) * figures_models_levels.ON_A_PAGE : page * figures_models_levels.ON_A_PAGE]


def _levels(ctx: Context, page: int) -> list[str]:
    said = []
    for p in _on_page(figures_models_levels.panels(ctx), page):
        title = models.panel(ctx, p.model, p.group, p.term)
        off = p.table.loc[(p.table["ci_low"] > 0) | (p.table["ci_high"] < 0)]
        said.append(
            ctx.t("alt_model_levels_values", panel=title, low=ctx.num(p.table["mode"].min()), high=ctx.num(p.table["mode"].max()),
                  k=ctx.how_many(off), n=ctx.how_many(p.table))
        )  # fmt: skip
    none = figures_models_levels.zero(ctx).rstrip(".")
    return [*said, none] if none else said


def _normality(ctx: Context, page: int) -> list[str]:
    said = []
    for p in _on_page(figures_models_levels.panels(ctx), page):
        title = models.panel(ctx, p.model, p.group, p.term)
        there = p.table["standardised"].dropna()
        said.append(
            ctx.t("alt_model_normal_values", panel=title, n=ctx.how_many(there), low=ctx.num(there.min()), high=ctx.num(there.max()))
        )  # fmt: skip
    return said


def _influence(ctx: Context, page: int) -> list[str]:
    said = []
    for p in _on_page(figures_models_levels.influence_panels(ctx), page):
        furthest = p.table.loc[p.table["change"].abs().idxmax()]
        said.append(
            ctx.t("alt_model_influence_values", model=models.name(ctx, p.model), estimate=ctx.num(furthest["estimate"]),
                  low=ctx.num(p.table["without"].min()), high=ctx.num(p.table["without"].max()), level=_level(ctx, furthest["level"]))
        )  # fmt: skip
    return said


def _level(ctx: Context, identifier: Any) -> str:
    """A label of the study; a cluster without one by its id."""
    labelled = str(identifier) in (ctx.study.get("labels") or {})
    return ctx.level(identifier) if labelled else ctx.told(identifier)


def _residuals(ctx: Context, page: int) -> list[str]:
    said = []
    for p in _on_page(figures_models_residuals.panels(ctx), page):
        mean, sd = p.table["residual"], p.table["residual_sd"]
        said.append(
            ctx.t("alt_model_residuals_values", model=models.name(ctx, p.model), n=ctx.how_many(p.table), low=ctx.num(mean.min()),
                  high=ctx.num(mean.max()), sd_low=ctx.num(sd.min()), sd_high=ctx.num(sd.max()))
        )  # fmt: skip
    return said


def _bands(ctx: Context, page: int) -> list[str]:
    said = []
    for p in _on_page(figures_models_residuals.banded(ctx), page):
        first, last = p.table.iloc[0], p.table.iloc[-1]
        said.append(
            ctx.t("alt_model_bands_values", model=models.name(ctx, p.model), low=ctx.num(first["low"]), high=ctx.num(first["high"]),
                  low_2=ctx.num(last["low"]), high_2=ctx.num(last["high"]))
        )  # fmt: skip
    return said


VALUES: dict[str, Callable[[Context], list[str]]] = {
    "model_effects": _effects,
    "model_variance": _variance,
    **{i: partial(_levels, page=k) for k, i in enumerate(figures_models_levels.LEVELS, 1)},
    **{i: partial(_normality, page=k) for k, i in enumerate(figures_models_levels.NORMALITY, 1)},
    **{i: partial(_influence, page=k) for k, i in enumerate(figures_models_levels.INFLUENCE, 1)},
    **{i: partial(_residuals, page=k) for k, i in enumerate(figures_models_residuals.RESIDUALS, 1)},
    **{i: partial(_bands, page=k) for k, i in enumerate(figures_models_residuals.BANDS, 1)},
}
