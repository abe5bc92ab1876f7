"""Multilevel estimates on a panel: gain scores, ANCOVA on baseline, growth; all with the project's own engine.

The engine is ``trenza.multilevel.fit``. Standard errors are CR2, clustered at the level of assignment; Kenward-Roger's for gains and
ANCOVA of one outcome year, where the random intercept of that level holds all that its schools share; least squares with HC2 where
each school is a unit of assignment of its own and there is one outcome year.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.effects.panel_design import PanelDesign
from trenza.effects.panel_least_squares import coefficient
from trenza.effects.panel_rows import Row, told
from trenza.effects.panel_two_way import treated, treated_counts
from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit

GAIN = "gain over the mean of the baseline years, {how}"
ANCOVA = "ANCOVA: outcome given the mean of the baseline years, {how}"
_CHOSEN = "also given the baseline mean of the score by which schools were chosen"
REML = "random intercepts of {groups}, REML with {errors}"
HC2 = "least squares with HC2 and Bell-McCaffrey degrees of freedom"
GROWTH = (
    "growth model: years, cohorts and a step at the start; random {own} of schools, random intercept of the level of "
    "assignment{sampling}; CR2 clustered at the level of assignment"
)
_SAMPLING = ", school-year variance beside sampling variance by pupils tested"
_GAIN_ASSUMES = (
    "assumes that gains would have been alike; schools chosen for a low score gain without any programme"
)
_ANCOVA_ASSUMES = (
    "assumes that schools with the same baseline would have scored alike; unless schools were chosen by this very "
    "baseline or by lot, noise in it leaves part of the difference at baseline in the estimate"
)
_GROWTH_ASSUMES = (
    "assumes straight growth of each school around the years' means, and a step of one size at the start"
)
_RATIOS = (0.0, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)


def gain_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """Outcome years minus baseline mean, treated against comparison: one tidy row."""
    return _after(design, used, "gain", ci_level)


def ancova_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """Outcome years given the baseline mean, treated against comparison: one tidy row."""
    return _after(design, used, "ancova", ci_level)


def after_baseline(design: PanelDesign, used: pd.DataFrame) -> pd.DataFrame:
    """Rows of the outcome years with ``baseline`` (mean over the baseline years), ``gain``, ``treated``; others left out."""
    early = used["year"].isin(design.baseline_years)
    base = used[early].groupby("unit")["outcome"].mean()
    late = used[used["year"].isin(design.outcome_years)]
    rows = late.assign(
        baseline=base.reindex(late["unit"]).to_numpy(),
        treated=treated(late),
        time=late["year"].astype("str"),
    )
    if design.chosen_on:
        score = used[early].groupby("unit")[f"on_{design.chosen_on}"].mean()
        rows = rows.assign(chosen=score.reindex(late["unit"]).to_numpy())
        rows = rows[rows["chosen"].notna()]
    rows = rows[rows["baseline"].notna()]
    return rows.assign(gain=rows["outcome"] - rows["baseline"]).reset_index(drop=True)


def _after(design: PanelDesign, used: pd.DataFrame, kind: str, ci_level: float) -> list[Row]:
    rows = after_baseline(design, used)
    several_years = rows["time"].nunique() > 1
    nested = rows["unit"].nunique() > rows["cluster"].nunique()
    groups = (["cluster"] if nested else []) + (["unit"] if several_years else [])
    words = {"cluster": "the level of assignment", "unit": "schools"}
    errors = "CR2 clustered at the level of assignment" if several_years else "Kenward-Roger"
    how = REML.format(groups=" and ".join(words[g] for g in groups), errors=errors) if groups else HC2
    method = (GAIN if kind == "gain" else ANCOVA).format(how=how)
    shared: Row = {"aggregation": "overall", "method": method}
    fixed = [
        "treated",
        *(_covariates(design, rows) if kind == "ancova" else []),
        *(["time"] if several_years else []),
    ]
    outcome = "outcome" if kind == "ancova" else "gain"
    formula = f"{outcome} ~ {' + '.join(fixed)} + {' + '.join(f'(1 | {g})' for g in groups)}"
    weights = "weight" if design.weights else None
    said = [_ANCOVA_ASSUMES if kind == "ancova" else _GAIN_ASSUMES]
    if "chosen" in fixed:
        said.append(_CHOSEN)
    if weights:
        said.append("schools count by pupils tested at baseline, as precision of a row")
    lost = used.loc[used["year"].isin(design.outcome_years), "unit"].nunique() - rows["unit"].nunique()
    if lost:
        said.append(f"{lost} schools left out: no score in a baseline year")
    if not groups:
        # one outcome year and one school a unit of assignment: no level is left to vary
        columns = [np.ones(len(rows)), *(rows[c].to_numpy(dtype="float64") for c in fixed)]
        try:
            found = coefficient(
                rows[outcome].to_numpy(), np.column_stack(columns), 1, rows["weight"].to_numpy()
            )
        except np.linalg.LinAlgError as error:
            empty = told(design, kind, "overall", None, None, None, ci_level)
            return [empty | shared | treated_counts(rows) | {"note": f"not computed: {error}"}]
        row = told(design, kind, "overall", *found, ci_level)
        return [row | shared | treated_counts(rows) | {"note": "; ".join(said)}]
    try:
        model = fit(formula, rows, weights=weights, ci_level=ci_level)
        term = (
            model.robust(groups[0]).set_index("term").loc["treated"]
            if several_years
            else model.fixed.loc["treated"]
        )
    except TrenzaError as error:
        empty = told(design, kind, "overall", None, None, None, ci_level)
        return [empty | shared | treated_counts(rows) | {"note": f"not computed: {error}"}]
    se, df = ("se_cr2", "df") if several_years else ("se_kr", "df_kr")
    row = told(design, kind, "overall", float(term["estimate"]), float(term[se]), float(term[df]), ci_level)
    return [row | shared | treated_counts(rows) | {"note": "; ".join([*said, *_state(model)])}]


def _covariates(design: PanelDesign, rows: pd.DataFrame) -> list[str]:
    """The baseline, and the score by which schools were chosen where it is another one."""
    same = design.chosen_on is None or np.allclose(rows["chosen"], rows["baseline"])
    return ["baseline"] if same else ["baseline", "chosen"]


def growth_rows(design: PanelDesign, used: pd.DataFrame, *, ci_level: float) -> list[Row]:
    """A step at the start in a growth model of all school-years: one tidy row.

    outcome = year + cohort + step x treated + level of assignment + school (intercept, slope in calendar years) + school-year
    + sampling. With pupils tested n the last two have variance s2 (r + 1 / n): n counts for the sampling of pupils
    only, so that a school of 120 does not weigh fifteen times one of 8 when school-years differ anyway. The ratio r is found by
    maximising the restricted likelihood over a grid, refined once. Without ``weights`` both are one residual.
    """
    middle = float(np.mean(design.years))
    cohort = used["cohort"].astype("str")
    rows = used.assign(
        step=treated(used),
        time=used["year"].astype("str"),
        began=cohort,
        slope=used["year"].astype("float64") - middle,
    )
    nested = rows["unit"].nunique() > rows["cluster"].nunique()
    top = "(1 | cluster) + " if nested else ""
    # two years a school cannot tell its slope from its noise
    sloped = rows["time"].nunique() > 2
    formula = f"outcome ~ step + time + began + {top}(1{' + slope' if sloped else ''} | unit)"
    plain = f"outcome ~ step + time + began + {top}(1 | unit)"
    weighted = design.weights is not None
    own = "intercept and slope" if sloped else "intercept"
    method = GROWTH.format(own=own, sampling=_SAMPLING if weighted else "")
    shared: Row = {"aggregation": "overall", "method": method} | treated_counts(used)
    said = [_GROWTH_ASSUMES]
    try:
        weights: Any = None
        if weighted:
            pupils = rows["pupils"].to_numpy()
            ratio = school_year_ratio(plain, rows, pupils)
            weights = 1.0 / (ratio + 1.0 / pupils)
            said.append(f"school-year variance per pupil's sampling variance: {ratio:.4g}")
        model = fit(formula, rows, weights=weights, ci_level=ci_level)
        table = model.robust("cluster" if nested else "unit").set_index("term")
    except TrenzaError as error:
        empty = told(design, "growth", "overall", None, None, None, ci_level)
        return [empty | shared | {"note": f"not computed: {error}"}]
    term = table.loc["step"]
    row = told(
        design,
        "growth",
        "overall",
        float(term["estimate"]),
        float(term["se_cr2"]),
        float(term["df"]),
        ci_level,
    )
    return [row | shared | {"note": "; ".join([*said, *_state(model)])}]


def school_year_ratio(formula: str, rows: pd.DataFrame, pupils: np.ndarray) -> float:
    """r that maximises the restricted likelihood of residual variance s2 (r + 1 / pupils): a grid, then once between."""

    def height(ratio: float) -> float:
        return fit(formula, rows, weights=1.0 / (ratio + 1.0 / pupils)).loglik

    found = {ratio: height(ratio) for ratio in _RATIOS}
    best = max(found, key=lambda r: found[r])
    at = _RATIOS.index(best)
    if best == 0.0 or at == len(_RATIOS) - 1:
        return best
    below = max(_RATIOS[at - 1], best / 10.0)
    # the vertex of the parabola through three points in log r
    x = np.log([below, best, _RATIOS[at + 1]])
    y = np.array([found.get(below) or height(below), found[best], found[_RATIOS[at + 1]]])
    a, b, _ = np.polyfit(x - x[1], y - y[1], 2)
    return float(np.exp(x[1] - b / (2.0 * a))) if a < 0.0 else best


def _state(model: Fit) -> list[str]:
    said = [] if model.converged else ["the fit did not converge: not to be relied on"]
    return [*said, "a variance of the model is estimated as zero"] if model.singular else said
