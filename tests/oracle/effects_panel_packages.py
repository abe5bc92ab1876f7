"""Reference values for effects_panel_data.csv by Python packages that this project does not depend on.

    pip install diff-diff==3.13.0 differences==0.3.0 pyfixest==0.60.0 linearmodels==7.1 statsmodels==0.15.0
    python tests/oracle/effects_panel_packages.py

Writes effects_panel_packages.csv (quantity, value, software). Group-time effects with standard errors by school from influence
functions, without small-sample factors, by diff-diff and differences; imputation with conservative standard errors,
Goodman-Bacon's decomposition and identified sets under relative magnitudes by diff-diff; two-way fixed effects by pyfixest
(CR1) and linearmodels; ANCOVA and gains with a random intercept by statsmodels.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path

import diff_diff
import numpy as np
import pandas as pd
import pyfixest
import statsmodels.formula.api as smf
from differences import ATTgt
from linearmodels import PanelOLS

HERE = Path(__file__).parent


def main() -> None:
    warnings.simplefilter("ignore")
    data = pd.read_csv(HERE / "effects_panel_data.csv")
    data["start"] = data["treated_in"].fillna(0).astype(int)
    data["on"] = ((data["start"] > 0) & (data["year"] >= data["start"])).astype(float)
    kept: list[dict[str, object]] = []

    def keep(quantity: str, value: float, package: str) -> None:
        kept.append(
            {"quantity": quantity, "value": float(value), "software": f"{package} {version(package)}"}
        )

    names = {"outcome": "score", "unit": "rbd", "time": "year", "first_treat": "start"}
    for pool, control in (("never", "never_treated"), ("not_yet", "not_yet_treated")):
        found = diff_diff.CallawaySantAnna(control_group=control, base_period="universal").fit(
            data, **names, aggregate="all"
        )
        keep(f"{pool} overall", found.overall_att, "diff-diff")
        keep(f"{pool} overall se", found.overall_se, "diff-diff")
        for (start, year), cell in found.group_time_effects.items():
            if np.isfinite(cell["se"]):
                keep(f"{pool} cohort_{start}_year_{year}", cell["effect"], "diff-diff")
                keep(f"{pool} cohort_{start}_year_{year} se", cell["se"], "diff-diff")
        for time, cell in found.event_study_effects.items():
            if np.isfinite(cell["se"]):
                keep(f"{pool} event_{time:+d}", cell["effect"], "diff-diff")
                keep(f"{pool} event_{time:+d} se", cell["se"], "diff-diff")
        for start, cell in found.group_effects.items():
            keep(f"{pool} cohort_{start}", cell["effect"], "diff-diff")
            keep(f"{pool} cohort_{start} se", cell["se"], "diff-diff")
        if pool == "never":
            for m in (0.5, 1.0):
                honest = diff_diff.HonestDiD(method="relative_magnitude").fit(found, M=m)
                keep(f"set_low average {m}", honest.lb, "diff-diff")
                keep(f"set_high average {m}", honest.ub, "diff-diff")

    clustered = diff_diff.CallawaySantAnna(base_period="universal", cluster="commune").fit(
        data, **names, aggregate="all"
    )
    keep("clustered overall se", clustered.overall_se, "diff-diff")
    for time, cell in clustered.event_study_effects.items():
        if np.isfinite(cell["se"]):
            keep(f"clustered event_{time:+d} se", cell["se"], "diff-diff")

    panel = data.assign(cohort=data["start"].where(data["start"] > 0)).set_index(["rbd", "year"])
    other = ATTgt(panel[["score", "cohort", "pupils"]], "cohort", base_period="universal")
    for name, weights in (("never", None), ("weighted", "pupils")):
        fitted = other.fit("score", weights_column=weights, progress_bar=False)
        for kind, label in (("simple", "overall"), ("event", "event_{:+d}"), ("cohort", "cohort_{}")):
            table = fitted.aggregate(kind)
            for at, effect, se in zip(table.index, table.iloc[:, 0], table.iloc[:, 1], strict=True):
                if np.isfinite(se):
                    keep(f"{name} {label.format(int(at))}", effect, "differences")
                    keep(f"{name} {label.format(int(at))} se", se, "differences")

    imputed = diff_diff.ImputationDiD().fit(data, **names, aggregate="all")
    keep("imputation overall", imputed.overall_att, "diff-diff")
    keep("imputation overall se", imputed.overall_se, "diff-diff")
    for time, cell in imputed.event_study_effects.items():
        if time >= 0:
            keep(f"imputation event_{time:+d}", cell["effect"], "diff-diff")
            keep(f"imputation event_{time:+d} se", cell["se"], "diff-diff")
    for start, cell in imputed.group_effects.items():
        keep(f"imputation cohort_{start}", cell["effect"], "diff-diff")
        keep(f"imputation cohort_{start} se", cell["se"], "diff-diff")

    bacon = diff_diff.bacon_decompose(data, **names, weights="exact")
    keep("forbidden_share", bacon.total_weight_later_vs_earlier, "diff-diff")

    for cluster in ("rbd", "commune"):
        ols = pyfixest.feols("score ~ on | rbd + year", data, vcov={"CRV1": cluster})
        keep("two_way", ols.coef()["on"], "pyfixest")
        keep(f"two_way se {cluster}", ols.se()["on"], "pyfixest")
    ols = pyfixest.feols("score ~ on | rbd + year", data, vcov={"CRV1": "commune"}, weights="pupils")
    keep("two_way weighted", ols.coef()["on"], "pyfixest")
    keep("two_way weighted se commune", ols.se()["on"], "pyfixest")
    panel = PanelOLS.from_formula(
        "score ~ on + EntityEffects + TimeEffects", data.set_index(["rbd", "year"])
    ).fit()
    keep("two_way linearmodels", panel.params["on"], "linearmodels")

    base = data[data["year"] < 2013].groupby("rbd")["score"].mean()
    last = data[data["year"] == 2016].assign(baseline=lambda f: f["rbd"].map(base))
    last["gain"] = last["score"] - last["baseline"]
    for name, formula in (("gain", "gain ~ on"), ("ancova", "score ~ on + baseline")):
        fit = smf.mixedlm(formula, last, groups="commune").fit(
            reml=True, method=["powell", "bfgs"], gtol=1e-10
        )
        keep(f"{name} 2016", fit.params["on"], "statsmodels")

    table = pd.DataFrame(kept).drop_duplicates(["quantity", "software"])
    table.to_csv(HERE / "effects_panel_packages.csv", index=False)


if __name__ == "__main__":
    main()
