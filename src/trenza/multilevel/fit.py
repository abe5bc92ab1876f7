"""Linear mixed models with the formula language of lme4: ``fit("score ~ treat + (1 | school)", data)``.

The method is told in docs/multilevel.md: one pass over the rows keeps cross-products within groups (``accumulate``),
these give the likelihood and its derivatives (``blocks``, ``rest``, ``likelihood``), a Newton search finds the
variances (``search``), and inference follows without the rows (``degrees``, ``components``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.accumulate import Columns, CrossProducts, cross_products, layout
from trenza.multilevel.basis import Basis, basis_of
from trenza.multilevel.coding import FixedPart, fixed_part, learned, variables_of, with_quotes
from trenza.multilevel.components import boundary_messages
from trenza.multilevel.formula import Formula, parse_formula
from trenza.multilevel.identified import refuse_unidentified
from trenza.multilevel.likelihood import Model
from trenza.multilevel.machinery import Machinery
from trenza.multilevel.result import Design, Fit
from trenza.multilevel.search import GOOD, Found, Search
from trenza.multilevel.source import Data, DataError, Needs, Source, Survey, complete, survey
from trenza.multilevel.structure import Structure, structure_of

# Another end of the search counts as another optimum when it is lower by more than this (log-likelihood units)
_OTHER = 1e-4
# Standard deviation between groups, in residual ones, from which nothing is as good as left within them
_NOTHING_LEFT = 1e3
# The fixed part fits exactly when less than this share of the outcome's variance is left
_EXACT = 1e-13
_WEIGHTS = "(weights)"


def fit(
    formula: str,
    data: Data,
    reml: bool = True,
    weights: str | np.ndarray | pd.Series | Mapping[str, str] | None = None,
    ci_level: float = 0.95,
) -> Fit:
    """Fit a linear mixed model by REML, or by maximum likelihood with ``reml=False``.

    ``formula`` as in lme4: ``y ~ x + (1 + x | school)``, ``||`` for independent columns, ``(1 | district/school)`` and
    ``a:b`` for nested groups, several terms for crossed ones. ``data`` is a DataFrame, or the path of a parquet file
    that is read in chunks. ``weights`` are precision weights (Var(e) = s2 / weight): a column, or one number a row.
    Rows with a missing value in a column that the model uses are left out and counted in ``design``.

    Precision weights are not sampling weights: a row that stands for many pupils is not measured more precisely.
    Raises ``FormulaError`` for a formula that cannot be read, ``DataError`` for data that cannot carry the model.
    """
    if not isinstance(ci_level, int | float) or not 0.0 < ci_level < 1.0:
        raise TrenzaError(f"ci_level: found {ci_level}; allowed: above 0 and below 1")
    ready = prepare(parse_formula(formula), data, weights)
    basis = basis_of(ready.products, ready.part, ready.parsed.outcome)
    structure = structure_of(ready.parsed, ready.found, ready.products, basis)
    return solve(ready, ready.products, basis, structure, reml, ci_level)


@dataclass(frozen=True)
class Prepared:
    """What the two passes over the rows leave; the rows themselves are not needed any more."""

    parsed: Formula
    needs: Needs
    source: Source
    found: Survey
    part: FixedPart
    columns: Columns
    products: CrossProducts


def prepare(
    parsed: Formula,
    data: Data,
    weights: str | np.ndarray | pd.Series | Mapping[str, str] | None,
    outcomes: tuple[str, ...] = (),
) -> Prepared:
    """Read the rows; ``outcomes`` are further ones, for which the sums are kept as well."""
    data, weight_column = _with_weights(data, weights)
    source = Source(data)
    parsed = replace(parsed, fixed=with_quotes(parsed.fixed, source.names))
    needs = _needs(parsed, source, weight_column, outcomes)
    found = survey(source, needs)
    part = fixed_part(parsed.fixed, found, needs.categorical)
    if part.recipes is None and isinstance(data, pd.DataFrame):
        keep, _ = complete(data, needs)
        part = learned(part, data if keep is None else data.loc[keep], found)
    columns = layout(part, needs, found, source)
    products = cross_products(source, needs, found, columns)
    return Prepared(parsed, needs, source, found, part, columns, products)


def solve(
    ready: Prepared,
    products: CrossProducts,
    basis: Basis,
    structure: Structure,
    reml: bool,
    ci_level: float,
    start: np.ndarray | None = None,
) -> Fit:
    """Search for the variances and bring the end into the user's units; ``start`` is where the search may begin."""
    parsed, needs, found, part = ready.parsed, ready.needs, ready.found, ready.part
    _refuse(basis, structure, products, parsed)
    search = Search(Model(structure, basis, products.n, reml))
    best, others = search.best(start)
    refuse_unidentified(best.point, structure)
    messages, converged = _verdict(best, others)
    edge = boundary_messages(best, structure, basis)
    design = _design(found, part, basis, structure, products, needs, parsed)
    machinery = Machinery(
        parsed, needs, ready.source, found, part, ready.columns, products, basis, search, best
    )
    return Fit.build(
        machinery,
        design=design,
        reml=reml,
        ci_level=ci_level,
        converged=converged,
        singular=bool(edge),
        messages=(*messages, *edge, *design.messages),
    )


def _with_weights(
    data: Data, weights: str | np.ndarray | pd.Series | Mapping[str, str] | None
) -> tuple[Data, str | None]:
    if isinstance(weights, Mapping):
        raise DataError(
            f"weights: found weights by level ({', '.join(weights)}); allowed: one column of precision weights of the "
            "rows. Weights that say how many groups or pupils each one stands for need a pseudo-likelihood "
            "(Rabe-Hesketh & Skrondal 2006), which is not this estimator"
        )
    if weights is None or isinstance(weights, str):
        return data, weights
    if not isinstance(data, pd.DataFrame):
        raise DataError("weights: for a file, weights have to be a column of it")
    if isinstance(weights, pd.Series) and not weights.index.equals(data.index):
        raise DataError(
            "weights: the index of the weights is not that of the rows; make them a column of the table"
        )
    values = np.asarray(weights, dtype=float)
    if values.shape != (len(data),):
        raise DataError(f"weights: found {values.size} numbers for {len(data)} rows")
    return data.assign(**{_WEIGHTS: values}), _WEIGHTS


def _needs(parsed: Formula, source: Source, weights: str | None, outcomes: tuple[str, ...]) -> Needs:
    """All columns that the model uses; raises ``DataError`` for names that are none."""
    variables, declared = variables_of(parsed.fixed)
    slopes = tuple(dict.fromkeys(c for term in parsed.random for c in term.columns if c != "1"))
    groups = tuple(dict.fromkeys(g for term in parsed.random for g in term.group))
    needs = Needs(parsed.outcome, variables, slopes, groups, weights, declared, outcomes)
    source.require(needs.columns)
    for outcome in (parsed.outcome, *outcomes):
        if outcome in variables or outcome in slopes:
            raise DataError(f"formula: the outcome {outcome} stands among what explains it")
    return needs


def _refuse(basis: Basis, structure: Structure, products: CrossProducts, parsed: Formula) -> None:
    n, p = products.n, len(basis.names)
    if n <= p:
        raise DataError(f"data: {n} complete rows for {p} fixed effects")
    if p:
        explained = np.linalg.lstsq(basis.gram[:-1, :-1], basis.gram[:-1, -1], rcond=None)[0]
        left = float(basis.gram[-1, -1] - basis.gram[:-1, -1] @ explained)
        if left < _EXACT * float(basis.gram[-1, -1]):
            raise DataError(
                f"data: the fixed part fits {parsed.outcome} exactly; there is no residual to model"
            )


def _verdict(best: Found, others: list[Found]) -> tuple[list[str], bool]:
    said = []
    converged = best.certified and best.decrement < GOOD
    if best.decrement >= GOOD:
        said.append(
            f"not converged: after {best.steps} steps another one would raise the log-likelihood by "
            f"about {best.decrement:.1e}"
        )
    if not best.certified:
        said.append(
            "not converged: the log-likelihood rises from the boundary, by "
            f"{-best.worst_slope:.1e} per unit of relative variance"
        )
    if float(np.abs(best.theta).max(initial=0.0)) > _NOTHING_LEFT:
        said.append("the residual variance is next to 0: the groups explain all that differs between rows")
    worse = [e.point.value - best.point.value for e in others if e.point.value - best.point.value > _OTHER]
    if worse:
        said.append(
            f"the likelihood has another optimum, {min(worse):.4g} lower in log-likelihood; the best is reported"
        )
    return said, converged


def _design(
    found: Survey,
    part: FixedPart,
    basis: Basis,
    structure: Structure,
    products: CrossProducts,
    needs: Needs,
    parsed: Formula,
) -> Design:
    said = []
    if needs.weights:
        said.append(
            "weights are taken as precision weights (residual variance / weight), not as sampling weights"
        )
    if found.rows > found.kept:
        why = ", ".join(f"{name} {count}" for name, count in found.missing.items())
        said.append(f"{found.rows - found.kept} of {found.rows} rows left out for missing values ({why})")
    for name, causes in basis.dropped.items():
        said.append(f"rank: {name} left out; it is determined by {', '.join(causes)}")
    for name, levels in found.absent.items():
        if levels:
            said.append(f"levels of {name} without a complete row: {', '.join(map(str, levels))}")
    said += structure.messages
    for factor in structure.factors:
        for c, slope in enumerate(factor.slopes):
            if slope is not None and not _varies_within(structure, factor.name, c):
                said.append(
                    f"{factor.columns[c]} does not vary within {factor.name}: its slope is told from the spread "
                    "between groups alone"
                )
    return Design(
        rows=found.rows,
        used=found.kept,
        missing=dict(found.missing),
        levels={factor.name: factor.levels for factor in structure.factors},
        nested=structure.nested,
        engine=structure.engine,
        terms=basis.names,
        dropped=dict(basis.dropped),
        coding=dict(part.coding),
        absent={name: tuple(map(str, levels)) for name, levels in found.absent.items() if levels},
        messages=tuple(said),
    )


def _varies_within(structure: Structure, name: str, column: int) -> bool:
    """Whether a slope's column has more than one value in some group; known for the finest factor, else assumed."""
    f = next(i for i, factor in enumerate(structure.factors) if factor.name == name)
    factor = structure.factors[f]
    term = next(t for t in factor.terms if column in t)
    if f != structure.first or factor.columns[term[0]] != "1":
        return True
    first = term[0]
    for block in structure.blocks:
        n, s, ss = block.h[first, first], block.h[first, column], block.h[column, column]
        if np.any(ss - s**2 / n > 1e-9 * np.maximum(ss, 1e-300)):
            return True
    return False
