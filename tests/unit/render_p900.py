"""A small study of schools with a cut-off, in hand-made tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from render_frames import frame, result
from render_models import p900_models

from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_records


def schools() -> pd.DataFrame:
    """390 schools in 13 regions; those with the lowest first scores of a region took part and gained five more."""
    random = np.random.default_rng(5)
    region = np.repeat(np.arange(13), 30)
    before = 55 + random.normal(0, 3, 13)[region] + random.normal(0, 6, len(region))
    lowest = pd.Series(before).groupby(region).rank() <= 10
    gain = 10 + 5.0 * lowest + random.normal(0, 2, 13)[region] + random.normal(0, 7, len(region))
    group = np.where(lowest, "participant", "other")
    return pd.DataFrame({"region": region, "group": group, "cas88": before, "gain_cas": gain})


def verdicts() -> dict[str, pd.DataFrame]:
    """Every inference about the schools: both groups lie in the same regions."""
    made = [
        verdicts_from_records(
            schools(), study="p900", comparison=comparison, outcomes=[outcome], source="real", source_id="schools",
            group="group", participants="participant", control="other", cluster="region", assignment="same_clusters",
            settings=Settings(draws=199, sesoi_sd=0.1),
        )
        for comparison, outcome in (("before", "cas88"), ("gains", "gain_cas"))
    ]  # fmt: skip
    return {name: pd.concat([part[name] for part in made], ignore_index=True) for name in made[0]}


def p900_tables() -> dict[str, pd.DataFrame]:
    """The second bundled study: real schools, a cut-off, no qualitative strand."""
    study = "p900"

    def row(**values: Any) -> dict[str, Any]:
        return result(**{"source": "real", "term": "participant - other", "n": 5231, **values})

    groups_rows = [
        row(id="before_cas88", outcome="cas88", estimate=-11.2, se=0.3, ci_low=-11.8, ci_high=-10.6, p_value=0.0, effect=-1.2,
            effect_ci_low=-1.27, effect_ci_high=-1.13, effect_kind="Hedges g", sesoi=0.1),
        row(id="gains_gain_cas", outcome="gain_cas", estimate=5.9, se=0.25, ci_low=5.4, ci_high=6.4, p_value=0.0, effect=0.66,
            effect_ci_low=0.6, effect_ci_high=0.72, effect_kind="Hedges g", sesoi=0.1),
    ]  # fmt: skip
    rtm = [row(id="reading", outcome="gain_cas", term=t, estimate=e, se=0.3, ci_low=e - 0.6, ci_high=e + 0.6, method="regression to the mean")
           for t, e in (("observed", 5.9), ("expected", 4.1), ("remainder", 1.8))]  # fmt: skip
    rd = [row(id="reading_gain", outcome="gain_read", term=t, n=883, estimate=e, se=s, ci_low=e - 2 * s, ci_high=e + 2 * s, p_value=0.03,
              method=m) for t, e, s, m in (("take-up", 0.4, 0.05, "jump, local linear"), ("outcome", 2.9, 1.2, "jump, local linear"),
                                           ("effect", 7.36, 3.38, "fuzzy regression discontinuity"))]  # fmt: skip
    bins = []
    for side, sign in (("eligible", -1), ("not_eligible", 1)):
        for k in range(5):
            x = sign * (k + 0.5)
            for curve, y, se in (
                ("take_up", 0.6 if side == "eligible" else 0.05, 0.03),
                ("outcome", 14.0 - 0.5 * x - 1.5 * sign, 0.7),
            ):
                bins.append({"id": "reading_gain", "source": "real", "curve": curve, "side": side, "x_low": x - 0.5, "x_high": x + 0.5,
                             "x_mean": x, "n": 80, "y_mean": y, "y_se": se})  # fmt: skip
    for k in range(8):
        bins.append({"id": "reading", "source": "real", "curve": "gain_without_programme", "side": "all", "x_low": 30.0 + 5 * k,
                     "x_high": 35.0 + 5 * k, "x_mean": 32.4 + 5 * k, "n": 300, "y_mean": 20.0 - 1.6 * k, "y_se": 0.4})  # fmt: skip
    spread = [{"source_id": "schools", "source": "real", "outcome": o, "group": g, "n": n, "n_missing": 3, "mean": m, "sd": 9.0, "min": m - 25,
               "q25": m - 6, "median": m, "q75": m + 6, "max": m + 30, "suppressed": False}
              for o in ("cas88", "mat88") for g, n, m in (("participant", 950, 45.0), ("other", 4300, 56.2))]  # fmt: skip
    inputs = [{"source_id": "schools", "source": "real", "holds": "records", "file": "p900/chile_full.dta", "where": "all schools",
               "sha256": "ab" * 32, "rows": 6330, "columns": 20}]  # fmt: skip
    return {
        "inputs": frame("inputs", inputs, study), "distribution": frame("distribution", spread, study),
        "groups": frame("groups", groups_rows, study), **p900_models(),
        "mean_reversion": frame("mean_reversion", rtm, study), "discontinuity": frame("discontinuity", rd, study), "bins": frame("bins", bins, study),
        **verdicts(),
    }  # fmt: skip
