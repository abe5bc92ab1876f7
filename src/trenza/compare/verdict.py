"""Every inference about one outcome side by side, and the one that the design calls for.

Two cases are never mixed up. Groups in *different* clusters: whole clusters belong to one group, so what clusters
share inflates the difference and few clusters are few units. Groups in the *same* clusters: each cluster is its own
comparison, what it shares cancels, and what threatens the difference is contamination and who chose to take part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trenza.compare import adapters
from trenza.compare import cluster_tests as tests
from trenza.compare.clustered_effects import without_clusters
from trenza.compare.clusters import Cells, Units, between, cells, intraclass_correlation, within
from trenza.compare.contrast import Group, pooled_sd
from trenza.compare.detectable import (
    Detectable,
    detectable_between,
    detectable_units,
    detectable_within,
    multiplier,
)
from trenza.compare.inference import not_computed
from trenza.compare.ordinal import ordinal_effect
from trenza.compare.permutation import permute_clusters, permute_within
from trenza.compare.ranks import mann_whitney
from trenza.compare.two_groups import WELCH, Effect, common_language, jzs, student, welch
from trenza.compare.wild_bootstrap import ASSUMES as ASSUMES_BOOTSTRAP
from trenza.compare.wild_bootstrap import METHOD as BOOTSTRAP
from trenza.compare.wild_bootstrap import wild_cluster_bootstrap
from trenza.contracts.inference import Inference

ROLES = ("called_for", "beside", "ignores_clusters", "what_if")
WHY = {
    "different_clusters": "whole clusters belong to one group, so the difference lies between clusters and few "
    "clusters are few units",
    "same_clusters": "both groups sit in the same clusters, so the difference lies within clusters and what a "
    "cluster shares cancels",
    None: "no clusters are stated, so units are taken as independent",
}
LEAST_FOR_ICC = 20  # clusters: with fewer, a correction by an estimated ICC is far too sure of itself
NEEDS_ROWS = "it needs rows, and there are printed figures only"


@dataclass(frozen=True)
class Settings:
    """What the study declares: level and SESOI (SDs, None if not declared), resampling, ICCs to assume (0 to 1)."""

    ci_level: float = 0.95
    sesoi_sd: float | None = None
    draws: int = 9999
    seed: int = 1
    assumed_icc: tuple[float, ...] = (0.05, 0.10, 0.20)


@dataclass(frozen=True)
class Verdict:
    """One outcome, first group minus second group.

    ``rows``: each inference with its role: ``called_for`` (one), ``beside``, ``ignores_clusters`` (units taken as
    independent where they sit in clusters), ``what_if`` (were the design the other). ``sd`` is the pooled SD within
    groups (outcome's unit), ``icc`` the share of variance between clusters given the group. ``detectable`` has the minimum
    detectable effects (80% power), first at the ICC that the verdict goes by (estimated; from summaries the middle one
    assumed), then at those assumed: one drawn from few clusters is a guess. ``p_equivalence`` holds the difference shown against
    +-SESOI pooled SDs. NaN where there is nothing.
    """

    assignment: str | None
    n: int
    clusters: int | None
    rows: tuple[tuple[str, Inference], ...]
    effects: tuple[Effect, ...]
    sd: float
    icc: float
    detectable: tuple[Detectable, ...]
    p_equivalence: float

    @property
    def called_for(self) -> Inference:
        """The inference that the design calls for."""
        return next(inference for role, inference in self.rows if role == "called_for")

    @property
    def why(self) -> str:
        """Why the design calls for it."""
        return WHY[self.assignment]

    @property
    def stands_in(self) -> bool:
        """Whether the test on individuals stands in for the called-for inference, which printed figures do not allow.

        Only where both groups sit in the same clusters: it leaves in what clusters share, so it is rather too wide.
        In different clusters it would be too narrow.
        """
        return self.assignment == "same_clusters" and self.called_for.note == f"not computed: {NEEDS_ROWS}"

    @property
    def shown(self) -> Inference:
        """The called-for inference, or Welch's test of the individuals where that stands in for it."""
        if not self.stands_in:
            return self.called_for
        return next(inference for _, inference in self.rows if inference.method == WELCH)

    @property
    def reading(self) -> str:
        """Where the interval of the inference shown lies; zero inside is no proof of no difference."""
        got = self.shown
        if not got.computed:
            return "not_computed"
        if got.ci_low > 0.0:
            return "above_zero"
        return "below_zero" if got.ci_high < 0.0 else "holds_zero"


def verdict(
    data: Units,
    *,
    assignment: str | None,
    settings: Settings,
    extra: Sequence[Inference] = (),
) -> Verdict:
    """All inferences about ``data``, whose design was checked beforehand (``check_assignment``).

    ``assignment`` is ``different_clusters``, ``same_clusters``, or None where clusters are not stated; then
    ``data.cluster`` is not looked at. ``extra`` are rows from elsewhere (random intercepts), listed after the
    called-for one. Both groups need 2 units and one of them variance (``group_faults``).
    """
    level = settings.ci_level
    first, second = data.y[data.first], data.y[~data.first]
    groups = group_of(first), group_of(second)
    individual = [welch(*groups, ci_level=level), student(*groups, ci_level=level)]
    rows: list[tuple[str, Inference]] = []
    icc, clusters = math.nan, None
    if assignment is None:
        rows = [("called_for", individual[0]), ("beside", individual[1])]
        detectable = [alone_detectable(*groups, level)]
    else:
        sums = cells(data)
        clusters, icc = data.clusters, intraclass_correlation(data, sums)
        made = _between if assignment == "different_clusters" else _within
        rows, at = made(data, sums, groups, icc, settings)
        found = at_least_as_wide(at(icc, True), rows[0][1], pooled_sd(*groups), level)
        detectable = [found, *(at(assumed, False) for assumed in settings.assumed_icc)]
        rows += [("ignores_clusters", inference) for inference in individual]
    rows[1:1] = [("beside", inference) for inference in extra]
    return Verdict(
        assignment=assignment,
        n=len(data.y),
        clusters=clusters,
        rows=tuple(sorted(rows, key=lambda row: ROLES.index(row[0]))),
        effects=tuple(
            effect if assignment is None else without_clusters(effect, assignment)
            for effect in (
                common_language(*groups, ci_level=level),
                *mann_whitney(first, second, ci_level=level),
                ordinal_effect(first, second, ci_level=level),
                jzs(*groups),
            )
        ),
        sd=pooled_sd(*groups),
        icc=icc,
        detectable=tuple(detectable),
        p_equivalence=equivalence(rows[0][1], pooled_sd(*groups), settings.sesoi_sd),
    )


def group_of(values: np.ndarray) -> Group:
    """n, mean and SD of the values."""
    constant = bool(values.min() == values.max())
    return Group(len(values), float(values.mean()), 0.0 if constant else float(values.std(ddof=1)))


def equivalence(inference: Inference, sd: float, sesoi_sd: float | None) -> float:
    """Larger p of the two one-sided t tests of ``inference`` against +-``sesoi_sd`` x ``sd`` (Schuirmann 1987)."""
    if sesoi_sd is None or not inference.se > 0.0 or math.isnan(inference.df):
        return math.nan
    bound = sesoi_sd * sd
    return max(
        adapters.t_upper_tail((bound + inference.estimate) / inference.se, inference.df),
        adapters.t_upper_tail((bound - inference.estimate) / inference.se, inference.df),
    )


def at_least_as_wide(can: Detectable, called: Inference, sd: float, level: float) -> Detectable:
    """The formula's effect, or the one that the standard error at hand gives where that is larger.

    The formula takes the difference to be the same in every cluster; where it varies the standard error is larger, and
    an effect inside the interval around zero could not have been found. A small one by luck makes nothing detectable.
    """
    if not (called.se > 0.0 and sd > 0.0) or math.isnan(called.df):
        return can
    by_se = multiplier(called.df, ci_level=level) * called.se / sd
    return replace(can, here=max(can.here, by_se)) if not math.isnan(by_se) else can


def alone_detectable(first: Group, second: Group, level: float) -> Detectable:
    """What units without clusters can find."""
    return Detectable(math.nan, False, detectable_units(first.n, second.n, ci_level=level), math.nan)


def two_designs(
    assignment: str,
    apart: Sequence[np.ndarray],
    mixed: Sequence[np.ndarray],
    icc: float,
    known: bool,
    df: float | None,
    level: float,
) -> Detectable:
    """Both designs at ``icc``: clusters of sizes ``apart`` in one group each, or with both groups in ``mixed``.

    ``df`` are those of the called-for test, for the design that is the declared one.
    """
    enough = min(len(sizes) for sizes in apart) >= 2
    of_between = df if assignment == "different_clusters" else None
    of_within = df if assignment == "same_clusters" else None
    between_them = (
        detectable_between(apart[0], apart[1], icc=icc, df=of_between, ci_level=level) if enough else math.nan
    )
    inside = detectable_within(mixed[0], mixed[1], icc=icc, df=of_within, ci_level=level)
    pair = (between_them, inside) if assignment == "different_clusters" else (inside, between_them)
    return Detectable(icc, known, *pair)


def hedges_assumed(first: Group, second: Group, size: float, icc: float, level: float) -> Inference:
    """Hedges' correction with an assumed ``icc``."""
    return tests.hedges_2007(first, second, cluster_size=size, icc=icc, known=False, ci_level=level)


def _between(
    data: Units, sums: Cells, groups: tuple[Group, Group], icc: float, settings: Settings
) -> tuple[list[tuple[str, Inference]], Callable[[float, bool], Detectable]]:
    """Rows for groups in different clusters, and the minimum detectable effects as a function of the ICC."""
    level, draws, seed = settings.ci_level, settings.draws, settings.seed
    size = len(data.y) / data.clusters
    apart = [part[part > 0] for part in (sums.n_1, sums.n_0)]
    alone = min(len(part) for part in apart) < 2
    called = tests.between_cr2(sums, ci_level=level)
    beside = [
        not_computed(BOOTSTRAP, tests.ONE_SIDED, assumes=ASSUMES_BOOTSTRAP, estimate=called.estimate)
        if alone
        else wild_cluster_bootstrap(between(sums), ci_level=level, draws=draws, seed=seed),
        permute_clusters(sums, ci_level=level, draws=draws, seed=seed),
        tests.cluster_means(sums, grand_mean=float(data.y.mean()), ci_level=level),
    ]
    if not math.isnan(icc) and data.clusters >= LEAST_FOR_ICC and not alone:
        beside.append(tests.hedges_2007(*groups, cluster_size=size, icc=icc, known=True, ci_level=level))
    if not alone:
        beside += [hedges_assumed(*groups, size, assumed, level) for assumed in settings.assumed_icc]
    rows = [("called_for", called), *(("beside", row) for row in beside)]
    share = sums.n_1.sum() / sums.n.sum()
    mixed = [sums.n * share, sums.n * (1 - share)]  # as if every cluster had held both groups
    df = None if math.isnan(called.df) else called.df

    def at(value: float, known: bool) -> Detectable:
        return two_designs("different_clusters", apart, mixed, value, known, df, level)

    return rows, at


def _within(
    data: Units, sums: Cells, groups: tuple[Group, Group], icc: float, settings: Settings
) -> tuple[list[tuple[str, Inference]], Callable[[float, bool], Detectable]]:
    """Rows for groups in the same clusters, and the minimum detectable effects as a function of the ICC."""
    level, draws, seed = settings.ci_level, settings.draws, settings.seed
    count = data.clusters
    called = tests.within_cr2(sums, ci_level=level)
    beside = [
        tests.within_ols(data, sums, ci_level=level),
        wild_cluster_bootstrap(within(sums), ci_level=level, draws=draws, seed=seed),
        permute_within(data, sums, ci_level=level, draws=draws, seed=seed),
    ]
    rows = [("called_for", called), *(("beside", row) for row in beside)]
    rows += [
        ("what_if", hedges_assumed(*groups, len(data.y) / count, assumed, level))
        for assumed in settings.assumed_icc
    ]
    df = None if math.isnan(called.df) else called.df
    # as if clusters of one size had been assigned, half of them to each group
    apart = [np.full(part, len(data.y) / count) for part in (count - count // 2, count // 2)]

    def at(value: float, known: bool) -> Detectable:
        return two_designs("same_clusters", apart, [sums.n_1, sums.n_0], value, known, df, level)

    return rows, at
