"""The difference of two groups of units in clusters, with a random intercept a cluster and small-sample inference."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.contracts.inference import Inference
from trenza.multilevel.degrees import p_of_t, t_quantile
from trenza.multilevel.fit import fit
from trenza.multilevel.result import Fit

SATTERTHWAITE = "Random intercept by REML, Satterthwaite df"
KENWARD_ROGER = "Random intercept by REML, Kenward-Roger se and df"
ONE_SIDED = "each group needs at least 2 clusters: with one, group and cluster cannot be told apart"
LEAST_DF = 1  # below it the interval is without any use, and the formulas for df break down
ASSUMES = "assumes normal clusters and units, one variance of clusters and one of units, and clusters drawn at random"


def random_intercept_inferences(
    y: np.ndarray,
    treated: np.ndarray,
    cluster: np.ndarray,
    ci_level: float,
    covariates: Mapping[str, np.ndarray] | None = None,
) -> list[Inference]:
    """y ~ treated + covariates + (1 | cluster) by REML: the coefficient of ``treated`` by both methods, two rows.

    ``y`` (n) outcome, ``treated`` (n) true or false, ``cluster`` (n) labels, ``covariates`` name to (n) numbers, which
    enter as they stand. Rows with a missing value are left out and counted in the note. Data that cannot carry the model
    (one cluster, one unit a cluster, groups that covariates determine, a constant outcome) give two rows without figures,
    whose note says why. Raises ``TrenzaError`` for arrays of different lengths and a ``ci_level`` outside (0, 1).
    """
    named = dict(covariates or {})
    lengths = {len(y), len(treated), len(cluster), *(len(values) for values in named.values())}
    if len(lengths) > 1:
        raise TrenzaError(f"random intercept: columns of different lengths ({sorted(lengths)})")
    if not 0.0 < ci_level < 1.0:
        raise TrenzaError(f"ci_level: found {ci_level}; allowed: above 0 and below 1")
    frame = pd.DataFrame(
        {
            "y": np.asarray(y, dtype=float),
            "treated": np.asarray(treated, dtype=float),
            "cluster": np.asarray(cluster),
            # names of the user's could be words of the formula
            **{f"x{i}": np.asarray(values, dtype=float) for i, values in enumerate(named.values())},
        }
    )
    fixed = " + ".join(["treated", *(f"x{i}" for i in range(len(named)))])
    if _one_cluster_alone(frame):
        return _without(ONE_SIDED)
    try:
        fitted = fit(f"y ~ {fixed} + (1 | cluster)", frame, ci_level=ci_level)
    except (TrenzaError, np.linalg.LinAlgError) as error:
        return _without(_in_users_words(str(error), named))
    for column, causes in fitted.design.dropped.items():
        if column == "treated" or "treated" in causes:
            tied = ", ".join(c for c in (column, *causes) if c != "treated")
            return _without(_in_users_words(f"the groups cannot be told from {tied}", named))
    if not fitted.converged:
        return _without("; ".join(fitted.messages))
    return _rows(fitted, ci_level, named)


def _one_cluster_alone(frame: pd.DataFrame) -> bool:
    """Whether the groups sit in different clusters and one of them in a single one."""
    held = frame.dropna().groupby("cluster", sort=False)["treated"].agg(["min", "max"])
    apart = bool((held["min"] == held["max"]).all())
    return apart and bool((held["min"].value_counts() < 2).any())


def _rows(fitted: Fit, ci_level: float, named: Mapping[str, np.ndarray]) -> list[Inference]:
    row = fitted.fixed.loc["treated"]
    note = "; ".join(_in_users_words(text, named) for text in fitted.messages)
    out = []
    for method, se, df in (
        (SATTERTHWAITE, float(row["se"]), float(row["df_satterthwaite"])),
        (KENWARD_ROGER, float(row["se_kr"]), float(row["df_kr"])),
    ):
        estimate = float(row["estimate"])
        if not (df >= LEAST_DF and 0.0 < se < np.inf):
            out.append(_not_computed(method, f"fewer than {LEAST_DF} degrees of freedom", estimate))
            continue
        half = t_quantile(0.5 + ci_level / 2.0, df) * se
        p = p_of_t(estimate / se, df)
        low, high = estimate - half, estimate + half
        out.append(Inference(method, estimate, se, df, estimate / se, p, low, high, ASSUMES, note))
    return out


def _without(why: str) -> list[Inference]:
    return [_not_computed(method, why) for method in (SATTERTHWAITE, KENWARD_ROGER)]


def _not_computed(method: str, why: str, estimate: float = float("nan")) -> Inference:
    nan = float("nan")
    return Inference(method, estimate, nan, nan, nan, nan, nan, nan, ASSUMES, f"not computed: {why}")


def _in_users_words(text: str, named: Mapping[str, np.ndarray]) -> str:
    names = list(named)
    return re.sub(r"\bx(\d+)\b", lambda found: names[int(found.group(1))], text).removeprefix("data: ")
