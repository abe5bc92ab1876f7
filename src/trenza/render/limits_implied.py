"""Limits that a study's design and tables imply, whether or not study.yaml declares them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.render.detectable import in_points, smallest
from trenza.render.language import is_missing, p_value

if TYPE_CHECKING:
    from trenza.render.context import Context

# Both stand in text/limits.yaml too, where the claim ledger finds them.
# Standard errors that grow with the number of clusters are too small below about 40 (Cameron & Miller 2015, section VI).
FEW_CLUSTERS = 40
# From here an effect on achievement counts as large, in SDs of pupils (Kraft 2020, Educational Researcher 49(4):241-253).
LARGE_EFFECT_SD = 0.20
# Declared limits that say what an implied one says.
SAME_AS = {
    "clusters_counted": ("few_clusters",),
    "baseline_not_shown": ("no_baseline",),
    "coders_not_compared": ("no_coder_agreement",),
    "attrition_high": ("attrition",),
    "regression_to_the_mean": ("regression_to_the_mean",),
    "self_selection": ("self_selection", "chosen_by_score"),
}


@dataclass(frozen=True)
class Implied:
    """A limit by its id in the texts, and what its words need."""

    limit: str
    fields: dict[str, Any] = field(default_factory=dict)


def implied(ctx: Context) -> list[Implied]:
    """What design and tables imply and study.yaml does not declare, in the order in which it is told."""
    declared = {str(limit) for limit in ctx.design.get("limits") or []}
    found = [*_design(ctx), *_tables(ctx), *_kinds(ctx)]
    return [i for i in found if not declared & {i.limit, *SAME_AS.get(i.limit, ())}]


def implied_words(ctx: Context, one: Implied, part: str = "") -> str:
    """An implied limit in words; ``part`` is ``_short`` for the summary or ``_name``."""
    units = ctx.word("many", str(ctx.design.get("unit") or "unit"))
    here = {"clusters": ctx.clusters(), "cluster": ctx.clusters("one"), "units": units}
    return ctx.t(f"limit_{one.limit}{part}", **here | one.fields)


def _design(ctx: Context) -> list[Implied]:
    """From study.yaml alone."""
    study, found = ctx.study, []
    chosen = _chosen_by_score(ctx)
    if ctx.compares and not chosen:
        found.append(Implied("self_selection"))
    if chosen:
        found.append(Implied("regression_to_the_mean"))
    holds = {s.get("holds") for s in (study.get("sources") or {}).values()}
    if {"questionnaire", "ratings"} & holds:
        found.append(Implied("self_report"))
    # Schools in one region are not side by side; people in one school are.
    if ctx.design.get("assignment") == "same_clusters" and ctx.design.get("unit") != "school":
        found.append(Implied("contamination"))
    if ctx.compares and not {"segments", "coded_project", "case_themes", "code_counts"} & holds:
        found.append(Implied("no_qualitative_strand"))
    return found


def _chosen_by_score(ctx: Context) -> bool:
    study = ctx.study
    by = {p.get("chosen_by") for p in study.get("panels") or []}
    return bool(by & {"score", "cutoff"} or study.get("regression_to_the_mean") or study.get("discontinuities"))  # fmt: skip


def _tables(ctx: Context) -> list[Implied]:
    """From finished tables, without simulated rows."""
    found = []
    # What simulated rows stand in for was measured, or would have been.
    before = ctx.table("baseline") if not len(_kept(ctx, "verdicts")) else _kept(ctx, "baseline")
    if ctx.compares and not len(before) and not ctx.study.get("panels"):
        found.append(Implied("baseline_not_shown"))
    few = _clusters(ctx)
    if few is not None and few < FEW_CLUSTERS:
        found.append(Implied("clusters_counted", {"n": ctx.count(few), "few": ctx.t("limit_clusters_few")}))
    found += _mdes(ctx)
    jumps = density_jumps(ctx)
    if jumps:
        found.append(Implied("density", {"p": p_value(min(jumps), ctx.lang)}))
    lost = _kept(ctx, "attrition")
    if len(lost) and (lost["call"] == "high").any():
        found.append(Implied("attrition_high"))
    flow = _kept(ctx, "participant_flow")
    if len(flow) and (flow.loc[flow["box"] == "did_not_answer", "n"].fillna(1) > 0).any():
        found.append(Implied("nonresponse"))
    coded = any(len(_kept(ctx, name)) for name in ("segments", "coded_projects", "case_themes"))
    if coded and not len(_kept(ctx, "agreement")) and not len(_kept(ctx, "kappa_pooled")):
        found.append(Implied("coders_not_compared"))
    return found


def density_jumps(ctx: Context) -> list[Any]:
    """The p values of checks at a cut-off whose interval for the jump of the density leaves out zero."""
    table = _kept(ctx, "discontinuity")
    if not len(table):
        return []
    jumps = table.loc[(table["term"] == "density_jump") & (table["ci_low"] * table["ci_high"] > 0)]
    return list(jumps["p_value"])


def _kinds(ctx: Context) -> list[Implied]:
    declared = {str(s.get("kind")) for s in (ctx.study.get("sources") or {}).values()}
    found = [Implied("published_only")] if "published" in declared and "real" not in declared else []
    return [*found, Implied("simulated")] if ctx.has_simulated else found


def _kept(ctx: Context, name: str) -> pd.DataFrame:
    table = ctx.table(name)
    return table.loc[table["source"] != "simulated"] if len(table) and "source" in table.columns else table


def _clusters(ctx: Context) -> Any:
    """The smallest number of clusters that a comparison rests on; printed ones count."""
    table = _kept(ctx, "verdicts")
    counted = [*table["clusters"].dropna()] if len(table) else []
    declared = ctx.design.get("clusters")
    return min([*counted, *([declared] if declared else [])], default=None)


def _mdes(ctx: Context) -> list[Implied]:
    """The smallest effects that the design can find, where some are above what matters or is usual.

    Of a study with simulated rows alone it is the design's all the same; then those are taken.
    """
    found, cutoff = smallest(ctx)
    sesoi = ctx.design.get("sesoi_sd")
    known = not is_missing(sesoi)
    usual = sesoi if sesoi is not None and known else LARGE_EFFECT_SD
    # The yardstick is in SDs of pupils; means of schools spread far less.
    if found and not known and ctx.design.get("unit") == "school":
        return [Implied("mdes_schools", _of_schools(ctx, found, cutoff))]
    above = [v for v in found if v > usual]
    if not above:
        return []
    mdes, high = _range(ctx, found), ctx.num(max(found))
    what = ctx.t("limit_mdes_sesoi" if known else "limit_mdes_usual")
    how = f" {ctx.t('limit_mdes_cutoff')}" if cutoff else ""
    said = {"mdes": mdes, "most": high, "k": ctx.how_many(above), "n": ctx.how_many(found), "what": what}
    return [
        Implied(
            "mdes", {**said, "usual": ctx.num(usual) if known else ctx.t("limit_large_effect"), "how": how}
        )
    ]


def _of_schools(ctx: Context, found: list[Any], cutoff: bool) -> dict[str, Any]:
    """Of means of schools: in the outcome's unit where there is one, and in SDs between schools."""
    sizes, unit = in_points(ctx)
    points = f"{_range(ctx, sizes, 1)} {unit}" if len(sizes) == len(found) else ""
    mdes = ctx.t("limit_mdes_between", mdes=_range(ctx, found))
    how = f" {ctx.t('limit_mdes_cutoff')}" if cutoff else ""
    most = f"{ctx.num(max(sizes), 1)} {unit}" if points else ctx.t("limit_mdes_between", mdes=ctx.num(max(found)))  # fmt: skip
    return {"mdes": f"{points} ({mdes})" if points else mdes, "most": most, "how": how}


def _range(ctx: Context, sizes: list[Any], decimals: int = 2) -> str:
    low, high = ctx.num(min(sizes), decimals), ctx.num(max(sizes), decimals)
    return low if low == high else ctx.t("limit_mdes_range", low=low, high=high)
