"""The contrast of two independent groups from n, mean and SD, in closed form.

Everything here works on unrounded floats; ``summaries`` and ``records`` both come through
``contrast``, so rows and the summaries of those rows cannot give different figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.compare import adapters
from trenza.contracts.faults import Fault
from trenza.contracts.tables import CONTRACTS

EFFECT_KIND = "Hedges g: pooled SD, exact small-sample factor; interval from the noncentral t"
ASSUMES = (
    "assumes independent units and, for the effect and the equivalence bounds, one common SD in both groups"
)


@dataclass(frozen=True)
class Group:
    """One group's number of units, mean and SD (divisor n - 1), in the outcome's unit."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class Contrast:
    """First group minus second group; ``p_equivalence`` is NaN without a smallest effect of interest."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    p_value: float
    effect: float
    effect_ci_low: float
    effect_ci_high: float
    p_equivalence: float


@dataclass(frozen=True)
class Place:
    """Where a fault is reported: the comparison of a study."""

    study: str
    comparison: str

    def fault(self, outcome: str, found: str, allowed: str) -> Fault:
        """A fault of one outcome of this comparison."""
        return Fault(f"study {self.study}", f"comparisons.{self.comparison}", outcome, found, allowed)


def welch_df(variance_1: float, n_1: int, variance_2: float, n_2: int) -> float:
    """Satterthwaite's (1946) degrees of freedom; ``variance_*`` are squared standard errors of the means."""
    total = variance_1 + variance_2
    return total**2 / (variance_1**2 / (n_1 - 1) + variance_2**2 / (n_2 - 1))


def pooled_sd(first: Group, second: Group) -> float:
    """Root of the two variances weighted by their degrees of freedom."""
    squares = (first.n - 1) * first.sd**2 + (second.n - 1) * second.sd**2
    return math.sqrt(squares / (first.n + second.n - 2))


def hedges_factor(df: float) -> float:
    """Exact factor against the small-sample bias of d (Hedges 1981), not 1 - 3 / (4 df - 1)."""
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def contrast(first: Group, second: Group, *, ci_level: float, sesoi_sd: float | None) -> Contrast:
    """Welch's t test of ``first`` - ``second`` with Hedges g and two one-sided tests.

    Formulas: Welch (1947) for t, Satterthwaite (1946) for df; g = factor * difference / pooled SD, its
    limits are the noncentral-t limits of the pooled t divided by sqrt(n1 n2 / (n1 + n2)) and multiplied by
    the same factor (Hedges 1981; Steiger & Fouladi 1997); equivalence bounds are +-``sesoi_sd`` pooled SDs,
    tested with Welch's se and df (Schuirmann 1987), and the p value is the larger of the two one-sided
    ones. Needs n >= 2 in both groups and variance in at least one: see ``group_faults``.
    """
    variance_1, variance_2 = first.sd**2 / first.n, second.sd**2 / second.n
    estimate = first.mean - second.mean
    se = math.sqrt(variance_1 + variance_2)
    df = welch_df(variance_1, first.n, variance_2, second.n)
    half = adapters.t_quantile((1 + ci_level) / 2, df) * se
    sd = pooled_sd(first, second)
    df_pooled = first.n + second.n - 2
    factor = hedges_factor(df_pooled)
    root = math.sqrt(first.n * second.n / (first.n + second.n))
    low, high = adapters.noncentrality_limits(estimate / sd * root, df_pooled, ci_level)
    p_equivalence = math.nan
    if sesoi_sd is not None:
        bound = sesoi_sd * sd
        p_equivalence = max(
            adapters.t_upper_tail((bound + estimate) / se, df),
            adapters.t_upper_tail((bound - estimate) / se, df),
        )
    return Contrast(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        statistic=estimate / se,
        df=df,
        p_value=adapters.t_two_sided(estimate / se, df),
        effect=factor * estimate / sd,
        effect_ci_low=factor * low / root,
        effect_ci_high=factor * high / root,
        p_equivalence=p_equivalence,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down correction, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    corrected = np.empty(len(p))
    corrected[order] = stepped
    return [float(value) for value in corrected]


def setting_faults(place: Place, *, ci_level: float, sesoi_sd: float | None) -> list[Fault]:
    """Faults of the two settings that every comparison takes."""
    faults = []
    if not 0.0 < ci_level < 1.0:
        faults.append(place.fault("", f"ci_level {ci_level!r}", "a number between 0 and 1"))
    if sesoi_sd is not None and not 0.0 < sesoi_sd < math.inf:
        faults.append(place.fault("", f"sesoi_sd {sesoi_sd!r}", "a number of SDs above 0, or none"))
    return faults


def group_faults(place: Place, outcome: str, groups: dict[str, Group]) -> list[Fault]:
    """What keeps the two ``groups`` (level name -> figures) of an outcome from being compared."""
    faults = []
    for level, group in groups.items():
        if not isinstance(group.n, int | np.integer):
            found = f"{group.n!r} units in group {level!r}"
            faults.append(place.fault(outcome, found, "a whole number of units from 2"))
        elif group.n < 2:
            units = "1 unit" if group.n == 1 else f"{group.n} units"
            faults.append(
                place.fault(outcome, f"{units} in group {level!r}", "at least 2 units in each group")
            )
        elif not (math.isfinite(group.mean) and 0.0 <= group.sd < math.inf):
            found = f"mean {group.mean!r} and SD {group.sd!r} in group {level!r}"
            faults.append(place.fault(outcome, found, "a finite mean and an SD of 0 or more"))
    if not faults and all(group.sd == 0.0 for group in groups.values()):
        found = "no variance in " + " nor in ".join(f"group {level!r}" for level in groups)
        faults.append(place.fault(outcome, found, "values that differ in at least one group"))
    return faults


@dataclass(frozen=True)
class Finding:
    """One outcome's contrast with the counts and the remarks that belong to it."""

    outcome: str
    n: int
    clusters: int | None
    contrast: Contrast
    note: str


def groups_table(
    findings: Iterable[Finding],
    place: Place,
    *,
    term: str,
    source: str,
    method: str,
    ci_level: float,
    sesoi_sd: float | None,
) -> pd.DataFrame:
    """Frame of contract ``groups``, one row a finding in the order given; Holm runs over all of them."""
    found = list(findings)
    corrected = holm([f.contrast.p_value for f in found])
    rows: list[dict[str, Any]] = []
    for finding, p_holm in zip(found, corrected, strict=True):
        rows.append(
            {
                "study": place.study,
                "id": f"{place.comparison}_{finding.outcome}",
                "term": term,
                "n": finding.n,
                "clusters": finding.clusters,
                "ci_level": ci_level,
                "effect_kind": EFFECT_KIND,
                "method": method,
                "note": finding.note,
                "outcome": finding.outcome,
                "source": source,
                "sesoi": sesoi_sd,
                "p_holm": p_holm,
                **vars(finding.contrast),
            }
        )
    return CONTRACTS["groups"].check(pd.DataFrame(rows, columns=CONTRACTS["groups"].names))


def method_text(engine: str, clusters_known: bool) -> str:
    """``engine`` with what the test takes for granted about clusters."""
    ignores = "ignores that units share clusters" if clusters_known else "takes units as independent"
    return f"{engine}; {ignores}"


# What leaving the clusters out does to the interval depends on who was assigned to what. Within clusters the
# variance between them drops out of a contrast with equal mixes, yet the pooled SD still contains it; between
# clusters it is what the contrast rests on (Hedges 2007).
LEFT_OUT = {
    "same_clusters": "with the same mix of both groups in every cluster the interval of a test that leaves "
    "clusters out is too wide rather than too narrow, unless the effect differs between clusters",
    "different_clusters": "where whole clusters were assigned the interval of a test that leaves clusters out "
    "is too narrow",
}


def note_text(
    remarks: Iterable[str], *, clusters_known: bool, assignment: str | None, sesoi_sd: float | None
) -> str:
    """The missing assumptions common to both comparisons, after the outcome's own ``remarks``."""
    parts = [*remarks, ASSUMES]
    if not clusters_known:
        parts.append("clusters not stated")
    elif assignment is not None:
        parts.append(LEFT_OUT[assignment])
    if sesoi_sd is None:
        parts.append("no smallest effect of interest declared, so equivalence is not tested")
    return "; ".join(parts)
