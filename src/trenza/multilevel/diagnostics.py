"""What a reader of a fit looks at, as tables: residuals by level, modes in order, shares of variance, bands of prediction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.components import covariances
from trenza.multilevel.degrees import t_quantile
from trenza.multilevel.predict import design_rows
from trenza.multilevel.result import Fit
from trenza.multilevel.source import numbers


def residual_table(fitted: Fit) -> pd.DataFrame:
    """One row a row of the table (same index): fitted, fitted_fixed, residual, residual_marginal, standardised.

    ``residual`` is what modes and fixed part leave (level 1), ``residual_marginal`` what the fixed part alone leaves, and
    ``standardised`` the first in residual standard deviations, weights considered. The residuals of higher levels are the
    conditional modes (``mode_table``). Values are blank where a row has a missing value.
    """
    table = fitted.machinery.source.data
    if not isinstance(table, pd.DataFrame):
        raise TrenzaError("residuals: read the file into a DataFrame and fit that")
    y = table[fitted.machinery.formula.outcome].astype(float)
    with_modes, fixed = fitted.fitted, fitted.predict(random=False)
    weights = fitted.machinery.needs.weights
    root = np.sqrt(numbers(table[weights])) if weights else 1.0
    return pd.DataFrame(
        {
            "fitted": with_modes,
            "fitted_fixed": fixed,
            "residual": y - with_modes,
            "residual_marginal": y - fixed,
            "standardised": (y - with_modes) * root / fitted.sigma,
        }
    )


def mode_table(fitted: Fit) -> pd.DataFrame:
    """Conditional modes for a caterpillar plot and a Q-Q plot: those of ``Fit.modes`` with six columns more.

    ci_low and ci_high: mode -+ z se_prediction, at the level of the fit (one level against the expected one of 0; two
    intervals that overlap may still differ). rank: 1 is the lowest of the group's term. standardised: mode by its own
    standard deviation sqrt(variance - se_prediction^2) over repeated data, 1 if the model holds. quantile: the standard normal
    one that goes with the rank of ``standardised``, (i - 3/8) / (n + 1/4) (Blom 1958). Sources: Goldstein 2011,
    Multilevel Statistical Models, section 2.13; blank where the variance is 0.
    """
    from scipy.special import ndtri

    modes = fitted.modes.copy()
    z = t_quantile(0.5 + fitted.ci_level / 2.0, np.inf)
    modes["ci_low"] = modes["mode"] - z * modes["se_prediction"]
    modes["ci_high"] = modes["mode"] + z * modes["se_prediction"]
    by = ["group", "term"]
    modes["rank"] = modes.groupby(by)["mode"].rank(method="first").astype(int)
    table = fitted.variance[fitted.variance["kind"] == "variance"].set_index(by)["estimate"]
    variance = table.reindex(pd.MultiIndex.from_frame(modes[by])).to_numpy()
    spread = np.maximum(variance - modes["se_prediction"].to_numpy() ** 2, 0.0)
    # below a millionth of the variance there is nothing but rounding
    known = spread > 1e-6 * variance
    standardised = np.full(len(modes), np.nan)
    standardised[known] = modes["mode"].to_numpy()[known] / np.sqrt(spread[known])
    modes["standardised"] = standardised
    groups = modes.groupby(by)["standardised"]
    modes["quantile"] = ndtri((groups.rank(method="first") - 0.375) / (groups.transform("count") + 0.25))
    return modes


def variance_partition(fitted: Fit) -> pd.DataFrame:
    """Where the variance lies: one row a group, the residual, and the fixed part.

    Columns: part (group, Residual or Fixed), variance (mean over the rows of what the part adds), share_random (of groups and
    residual together: the intraclass correlation; blank for Fixed), share_total (fixed part included).
    """
    residual = fitted.sigma**2
    random = residual / (1.0 - sum(fitted.icc.values()))
    explained = random * fitted.r2_marginal / (1.0 - fitted.r2_marginal)
    parts = {
        **{name: share * random for name, share in fitted.icc.items()},
        "Residual": residual,
        "Fixed": explained,
    }
    return pd.DataFrame(
        {
            "part": list(parts),
            "variance": list(parts.values()),
            "share_random": [value / random if name != "Fixed" else np.nan for name, value in parts.items()],
            "share_total": [value / (random + explained) for value in parts.values()],
        }
    )


def prediction_bands(fitted: Fit, data: pd.DataFrame) -> pd.DataFrame:
    """Two bands for each row of ``data`` (same index), at the level of the fit: for the mean, and for one new unit.

    Columns: fit (fixed part), se, df, ci_low, ci_high (the mean over all groups; Kenward-Roger's, or Satterthwaite's for
    maximum likelihood), sd_new (of a new unit in a new group about the mean, weight 1), low, high. The second band takes
    the variances for known and adds them to se^2. Rows with a missing value are blank.
    """
    m, inference = fitted.machinery, fitted.inference
    x = design_rows(m, data) * m.basis.y_scale
    out = pd.DataFrame({"fit": fitted.predict(data, random=False)}, index=data.index)
    se, df = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for i in np.flatnonzero(np.isfinite(x).all(axis=1)):
        if fitted.reml:
            se[i], df[i] = np.sqrt(inference.adjusted_variance(x[i])), inference.kenward_roger(x[i][None])[0]
        else:
            se[i], df[i] = np.sqrt(inference.variance(x[i])), inference.satterthwaite(x[i])
    quantile = np.array([t_quantile(0.5 + fitted.ci_level / 2.0, one) for one in df])
    new = np.full(len(x), fitted.sigma**2)
    for factor, covariance in zip(
        m.search.structure.factors, covariances(m.found, m.search.structure, m.basis), strict=True
    ):
        z = np.array([np.ones(len(data)) if c == "1" else numbers(data[c]) for c in factor.columns])
        new = new + np.einsum("ai,ab,bi->i", z, covariance, z)
    out["se"], out["df"] = se, df
    out["ci_low"], out["ci_high"] = out["fit"] - quantile * se, out["fit"] + quantile * se
    out["sd_new"] = np.sqrt(new)
    half = quantile * np.sqrt(se**2 + new)
    out["low"], out["high"] = out["fit"] - half, out["fit"] + half
    return out
