"""Multilevel models in the report: the formula and why, the programme's effect, coefficients, variances, how fits ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import (
    alternatives,
    figures_models,
    figures_models_levels,
    figures_models_residuals,
    models,
    sentences_models,
)
from trenza.render.markdown import Paper, escape
from trenza.render.models import Model
from trenza.render.report_parts import of_one_kind
from trenza.render.tables import without

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

NOTED = ("coef", "varcomp", "fit")


def section(paper: Paper, study_id: str) -> None:
    """All models: first how their effects lie side by side, then one by one, then what they rest on."""
    ctx = paper.ctx
    paper.heading("h_models")
    every = models.models(ctx)
    missing = sentences_models.not_fitted(ctx)
    if not every and not missing:
        paper.say(ctx.t("none_models"))
        return
    opening = {"clusters": ctx.clusters(), "units": _units(ctx)}
    paper.say(ctx.t("mod_open", **opening) if ctx.compares else ctx.t("mod_open_plain"))
    paper.say(ctx.t("mod_not_fitted") if missing else "")
    paper.bullets(missing)
    if not every:
        return
    if all(model.hollow for model in every):
        paper.note(" ".join([ctx.t("mod_open_simulated"), _icc_put_in(ctx, every)]).strip(), "caution")
    _figures(paper, figures_models.EFFECTS)
    blocks: dict[tuple[str, str], list[Model]] = {}
    for model in every:
        blocks.setdefault((model.analysis, model.source), []).append(model)
    for k, some in enumerate(blocks.values()):
        _block(paper, some, mixed=len({m.source for m in every}) > 1, notes=k == 0)
    paper.heading("h_model_rest", 3)
    paper.say(ctx.t("mod_rest_open"))
    for pages in (figures_models.VARIANCE, figures_models_levels.LEVELS, figures_models_levels.INFLUENCE, figures_models_levels.NORMALITY,
                  figures_models_residuals.RESIDUALS, figures_models_residuals.BANDS):  # fmt: skip
        _figures(paper, pages)


def _block(paper: Paper, some: list[Model], mixed: bool, notes: bool) -> None:
    """One declared model with all its outcomes, of one kind of rows; the notes to tables stand under the first."""
    ctx, first = paper.ctx, some[0]
    label = ctx.level(first.analysis)
    title = ctx.t("mod_heading", model=label)
    if mixed:
        title = ctx.t("mod_heading_kind", model=label, kind=ctx.source(first.source))
    paper.raw(f"### {escape(title)} {{#model-{first.analysis.replace('_', '-')}-{first.source}}}")
    if first.hollow and mixed:
        paper.note(ctx.t("mod_open_simulated"), "caution")
    left = ", ".join(m.outcome for m in some)
    paper.raw(f"{escape(ctx.t('mod_formula'))} `{left} ~ {models.right_side(first)}`")
    paper.say(sentences_models.reading(ctx, first), sentences_models.why(ctx, first))
    told = sentences_models.effect if models.compares(ctx, first) else sentences_models.partition
    paper.bullets(told(ctx, m) for m in some)
    paper.say(*sentences_models.used(ctx, some), sentences_models.weighted(ctx, some))
    for name in NOTED:
        paper.table(_shown(ctx, name, some), ctx.t(f"cap_{name}_{first.source}", model=label))
        paper.say(ctx.t(f"mod_notes_{name}") if notes else "")
    paper.say(*sentences_models.ended(ctx, some))
    said = [(models.name(ctx, m), models.messages(ctx, m)) for m in some]
    paper.say(ctx.t("mod_messages" if any(words for _, words in said) else "mod_no_messages"))
    paper.bullets(f"{who}: {'; '.join(words).rstrip('.')}." for who, words in said if words)


def _shown(ctx: Context, name: str, some: list[Model]) -> pd.DataFrame:
    """A table of one declared model; its outcome is in the heading where it has only one."""
    import pandas as pd

    found = pd.concat([m.fit.to_frame().T if name == "fit" else getattr(m, name) for m in some])
    same = [ctx.t("col_outcome")] if len(some) == 1 and name != "fit" else []
    return without(of_one_kind(ctx, name, found), same)


def _figures(paper: Paper, pages: dict[str, figures_models.Draw]) -> None:
    for identifier in pages:
        if identifier in paper.figures:
            paper.figure(identifier, alternatives.alt(identifier, paper.ctx))


def _icc_put_in(ctx: Context, every: list[Model]) -> str:
    """The intraclass correlation that the simulated source of the models declares."""
    sources = ctx.study.get("sources") or {}
    used = [sources.get(models.declared(ctx, m).get("source"), {}).get("simulate") or {} for m in every]
    said = {s["icc"] for s in used if "icc" in s}
    rows = {m.fit["n"] for m in every}
    if len(said) != 1 or len(rows) != 1:
        return ""
    return ctx.t("mod_icc_put_in", icc=ctx.num(said.pop()), n=ctx.count(rows.pop()))


def _units(ctx: Context) -> str:
    return ctx.word("many", str(ctx.design.get("unit") or "unit"))
