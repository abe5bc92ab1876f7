"""What a fit returns: tables in the user's units, and functions that need the rows once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trenza.multilevel.basis import Basis
from trenza.multilevel.coding import FixedPart
from trenza.multilevel.components import fixed_variance, modes, random_variances, variance_table
from trenza.multilevel.contrasts import Weights, contrast_rows, contrast_table, one_contrast
from trenza.multilevel.degrees import Inference
from trenza.multilevel.influence import influence_table
from trenza.multilevel.machinery import Machinery
from trenza.multilevel.predict import predicted
from trenza.multilevel.profile_intervals import profile_table
from trenza.multilevel.robust import cr2_table


@dataclass(frozen=True)
class Design:
    """What became of the rows and columns.

    ``rows`` read and ``used``; ``missing`` values by column; ``levels`` of each group; ``nested`` whether the finest
    group determines the others, ``engine`` how they are solved; ``terms`` of the fixed part and the ``dropped`` ones with what determines them;
    ``coding`` of categories, ``absent`` levels that a category declares and no complete row has.
    """

    rows: int
    used: int
    missing: Mapping[str, int]
    levels: Mapping[str, int]
    nested: bool
    engine: str
    terms: tuple[str, ...]
    dropped: Mapping[str, tuple[str, ...]]
    coding: Mapping[str, str]
    absent: Mapping[str, tuple[str, ...]]
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A fitted linear mixed model.

    ``fixed``: one row a term (also the index): term, estimate, se, statistic (t), df_satterthwaite, p_satterthwaite,
    se_kr, df_kr, p_kr, ci_low, ci_high, coding. The interval is Kenward-Roger's for REML and Satterthwaite's for
    maximum likelihood, for which Kenward-Roger's columns are blank.
    ``variance``: see ``components.variance_table``. ``sigma`` is the residual standard deviation (of a row of weight 1).
    ``icc`` by group: the mean variance that the group adds, as a share of all random variance; ``r2_marginal`` and
    ``r2_conditional`` after Nakagawa & Schielzeth 2013 and Johnson 2014.
    ``gradient``: how far the end is from a gradient of zero, in standard errors of the variance parameters.
    ``covariance`` (p, p) of the estimates, ``covariance_kr`` as Kenward and Roger correct it.
    """

    formula: str
    reml: bool
    nobs: int
    fixed: pd.DataFrame
    variance: pd.DataFrame
    sigma: float
    loglik: float
    aic: float
    bic: float
    parameters: int
    icc: Mapping[str, float]
    r2_marginal: float
    r2_conditional: float
    converged: bool
    singular: bool
    gradient: float
    messages: tuple[str, ...]
    design: Design
    covariance: pd.DataFrame
    covariance_kr: pd.DataFrame
    method: str
    ci_level: float
    inference: Inference
    machinery: Machinery

    @staticmethod
    def build(
        machinery: Machinery,
        *,
        design: Design,
        reml: bool,
        ci_level: float,
        converged: bool,
        singular: bool,
        messages: tuple[str, ...],
    ) -> Fit:
        """Bring the end of the search into the user's units."""
        m, basis, found = machinery, machinery.basis, machinery.found
        inference = Inference.of(found, reml)
        structure = m.search.structure
        n, p = m.products.n, len(basis.names)
        loglik = -found.point.value - (n - p if reml else n) * np.log(basis.y_scale)
        loglik += m.products.log_weights / 2.0 - (basis.log_det if reml else 0.0)
        count = p + len(structure.entries) + 1
        random = random_variances(found, structure, basis, m.products)
        s2 = basis.y_scale**2 * found.point.s2
        explained, all_random = fixed_variance(found, basis, m.products), sum(random.values())
        total = explained + all_random + s2
        names = list(basis.names)
        plain = basis.to_user @ inference.phi @ basis.to_user.T
        corrected = basis.to_user @ inference.adjusted @ basis.to_user.T
        kind = "REML" if reml else "maximum likelihood"
        return Fit(
            formula=m.formula.text,
            reml=reml,
            nobs=n,
            fixed=_fixed_table(inference, basis, m.part, ci_level, reml),
            variance=variance_table(found, structure, basis, ci_level),
            sigma=float(np.sqrt(s2)),
            loglik=float(loglik),
            aic=float(2.0 * count - 2.0 * loglik),
            bic=float(np.log(n) * count - 2.0 * loglik),
            parameters=count,
            icc={name: value / (all_random + s2) for name, value in random.items()},
            r2_marginal=explained / total,
            r2_conditional=(explained + all_random) / total,
            converged=converged,
            singular=singular,
            gradient=float(np.sqrt(2.0 * found.decrement)),
            messages=messages,
            design=design,
            covariance=pd.DataFrame(plain, names, names),
            covariance_kr=pd.DataFrame(corrected, names, names),
            method=f"Linear mixed model by {kind} from cross-products within groups (trenza)",
            ci_level=ci_level,
            inference=inference,
            machinery=machinery,
        )

    def contrast(self, weights: Weights, null: float = 0.0) -> pd.DataFrame:
        """Test weighted sums of fixed effects against ``null``; several at once give one F test.

        ``weights``: a term; a list of terms (all are zero); a mapping from terms to weights (one contrast); a list
        of such mappings; or an array (q, p). Returns one row: estimate, se, statistic, df and p (Satterthwaite) and
        the same by Kenward-Roger for one contrast; df_num, f_*, df_* and p_* for several.
        """
        rows = contrast_rows(weights, self.machinery.basis.names)
        return contrast_table(rows, null, self.inference, self.machinery.basis, self.ci_level, self.reml)

    def robust(self, cluster: str | None = None) -> pd.DataFrame:
        """Cluster-robust standard errors (CR2) with their own degrees of freedom: see ``robust.cr2_table``."""
        return cr2_table(self.machinery, cluster, self.ci_level)

    def profile_intervals(self) -> pd.DataFrame:
        """Profile intervals of standard deviations and correlations beside Wald's: see ``profile_intervals.profile_table``."""
        return profile_table(self.machinery, self.variance, self.ci_level, self.reml)

    def influence(self, cluster: str | None = None) -> pd.DataFrame:
        """Estimates without each cluster, Cook's distance and DFBETAS: see ``influence.influence_table``."""
        return influence_table(self.machinery, cluster)

    @cached_property
    def modes(self) -> pd.DataFrame:
        """Conditional modes with standard errors: see ``components.modes``."""
        return modes(self.machinery.found, self.machinery.search, self.machinery.basis)

    def predict(self, data: pd.DataFrame | None = None, random: bool = True) -> pd.Series:
        """Fitted values of the rows of ``data`` (default: the rows of the fit), nan where a value is missing.

        With ``random`` the conditional modes are added; levels that were not in the fit get none.
        """
        return predicted(self.machinery, self.modes if random else None, data)

    @cached_property
    def fitted(self) -> pd.Series:
        """Fitted values with conditional modes, one a row of the table."""
        return self.predict()

    @cached_property
    def residuals(self) -> pd.Series:
        """Outcome minus fitted values, one a row of the table."""
        table: Any = self.machinery.source.data
        return (table[self.machinery.formula.outcome] - self.fitted).rename("residual")

    def __repr__(self) -> str:
        state = "singular" if self.singular else "regular" if self.converged else "NOT CONVERGED"
        return f"<Fit {self.formula!r}: n {self.nobs}, loglik {self.loglik:.4f}, {state}>"


def _fixed_table(
    inference: Inference, basis: Basis, part: FixedPart, ci_level: float, reml: bool
) -> pd.DataFrame:
    beta = basis.to_user @ inference.beta + basis.offset
    rows = []
    for i, name in enumerate(basis.names):
        tested = one_contrast(basis.to_user[i], float(beta[i]), 0.0, inference, ci_level, reml)
        rows.append({"term": name, **tested, "coding": _coding(name, part)})
    return pd.DataFrame(rows, index=list(basis.names))


def _coding(name: str, part: FixedPart) -> str:
    said = []
    for factor, how in part.coding.items():
        if f"{factor}[T." in name or (f"{factor}[" in name and not how.startswith("treatment")):
            said.append(f"{factor}: {how}")
        elif f"{factor}[" in name:
            said.append(f"{factor}: each level by itself")
    return "; ".join(said)
