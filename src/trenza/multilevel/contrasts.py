"""Weighted sums of fixed effects, one or several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.basis import Basis
from trenza.multilevel.degrees import Inference, p_of_t, t_quantile

One = str | Mapping[str, float]
Weights = One | Sequence[One] | np.ndarray


def contrast_rows(weights: Weights, names: tuple[str, ...]) -> np.ndarray:
    """Weights (q, p) in the order of the terms; raises ``TrenzaError`` for unknown terms and dependent contrasts."""
    if isinstance(weights, np.ndarray):
        rows = np.atleast_2d(np.asarray(weights, dtype=float))
        if rows.shape[1] != len(names):
            raise TrenzaError(f"contrast: found {rows.shape[1]} weights; the model has {len(names)} terms")
    else:
        several = [weights] if isinstance(weights, str | Mapping) else list(weights)
        rows = np.array([_row(one, names) for one in several])
    if not rows.size:
        raise TrenzaError("contrast: no weights")
    if not np.isfinite(rows).all():
        raise TrenzaError("contrast: found a weight that is no finite number")
    if np.linalg.matrix_rank(rows) < len(rows):
        raise TrenzaError("contrast: a contrast is zero or follows from the others")
    return rows


def _row(one: One, names: tuple[str, ...]) -> np.ndarray:
    weights = {one: 1.0} if isinstance(one, str) else one
    unknown = [name for name in weights if name not in names]
    if unknown:
        raise TrenzaError(f"contrast: no term {unknown[0]}; allowed: {', '.join(names)}")
    return np.array([float(weights.get(name, 0.0)) for name in names])


def contrast_table(
    rows: np.ndarray, null: float, inference: Inference, basis: Basis, ci_level: float, reml: bool
) -> pd.DataFrame:
    """One row with the test of ``rows`` (q, p) by both methods."""
    turned = rows @ basis.to_user
    values = turned @ inference.beta + rows @ basis.offset - null
    if len(rows) > 1:
        satterthwaite = inference.f_satterthwaite(turned, values)
        out = {
            "df_num": len(rows),
            "f_satterthwaite": satterthwaite.f,
            "df_satterthwaite": satterthwaite.df_den,
            "p_satterthwaite": satterthwaite.p,
        }
        if reml:
            kr = inference.f_kenward_roger(turned, values)
            out |= {"f_kr": kr.f, "df_kr": kr.df_den, "p_kr": kr.p}
        else:
            out |= {"f_kr": np.nan, "df_kr": np.nan, "p_kr": np.nan}
        return pd.DataFrame([out])
    return pd.DataFrame([one_contrast(turned[0], float(values[0]), null, inference, ci_level, reml)])


def one_contrast(
    row: np.ndarray, value: float, null: float, inference: Inference, ci_level: float, reml: bool
) -> dict[str, float]:
    """Estimate, tests and interval of one contrast by both methods.

    ``row`` (p) are its weights on the engine's own coefficients, ``value`` its estimate less ``null``. The interval is
    Kenward-Roger's for REML, Satterthwaite's for maximum likelihood.
    """
    se, df = float(np.sqrt(inference.variance(row))), inference.satterthwaite(row)
    # where the residual variance is next to 0 the correction can exceed what it corrects: then there is none
    adjusted = inference.adjusted_variance(row)
    se_kr = float(np.sqrt(adjusted)) if adjusted > 0.0 else float("nan")
    df_kr = inference.kenward_roger(row[None])[0]
    width = t_quantile(0.5 + ci_level / 2.0, df_kr if reml else df) * (se_kr if reml else se)
    return {
        "estimate": value + null,
        "se": se,
        "statistic": value / se,
        "df_satterthwaite": df,
        "p_satterthwaite": p_of_t(value / se, df),
        "se_kr": se_kr,
        "df_kr": df_kr,
        "p_kr": p_of_t(value / se_kr, df_kr),
        "ci_low": value + null - width,
        "ci_high": value + null + width,
    }
