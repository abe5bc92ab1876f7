"""Reference values for inference_data.csv by Python packages that this project does not depend on.

    pip install diff-diff==3.13.0 wildboottest==0.3.2 pyfixest==0.60.0
    python tests/oracle/inference_packages.py

Writes inference_packages.csv: CR2 and Bell-McCaffrey degrees of freedom by diff-diff, CR1 by pyfixest, and for the sets
with few clusters the wild cluster bootstrap over all sign patterns by wildboottest: its p value, which is the
share of patterns with |t*| > |t|, and the mean and largest |t*| with CR1's factor.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import diff_diff
import numpy as np
import pandas as pd
import pyfixest
from wildboottest.wildboottest import WildboottestCL

HERE = Path(__file__).parent


def design(rows: pd.DataFrame, shared: bool) -> np.ndarray:
    columns = [np.ones(len(rows)), rows["first"].to_numpy(float)]
    if shared:
        columns += [(rows["cluster"] == c).to_numpy(float) for c in sorted(set(rows["cluster"]))[1:]]
    return np.column_stack(columns)


def main() -> None:
    data = pd.read_csv(HERE / "inference_data.csv")
    kept: list[dict[str, object]] = []

    def keep(name: str, quantity: str, value: float, package: str) -> None:
        software = f"{package} {version(package)}"
        kept.append({"set": name, "quantity": quantity, "value": float(value), "software": software})

    for name, rows in data.groupby("set", sort=False):
        if name == "items22":
            continue
        shared = str(name).startswith("within")
        x, y, cluster = design(rows, shared), rows["y"].to_numpy(), rows["cluster"].to_numpy()
        fit = diff_diff.LinearRegression(
            include_intercept=False, vcov_type="hc2_bm", cluster_ids=cluster
        ).fit(x, y)
        got = fit.get_inference(1)
        keep(name, "CR2 se", got.se, "diff-diff")
        keep(name, "CR2 df", got.df, "diff-diff")
        keep(name, "CR2 p", got.p_value, "diff-diff")
        formula = "y ~ first + C(cluster)" if shared else "y ~ first"
        ols = pyfixest.feols(formula, data=rows, vcov={"CRV1": "cluster"})
        keep(name, "CR1 se", ols.se()["first"], "pyfixest")
        if len(set(cluster)) < 10:
            if shared:  # swept out: dummies would multiply each other's rounding
                held = rows.groupby("cluster")["first"].transform("nunique") == 2
                swept = rows[held] - rows[held].groupby("cluster")[["first", "y"]].transform("mean")
                x, y, cluster = swept[["first"]].to_numpy(), swept["y"].to_numpy(), cluster[held]
            pick = np.zeros(x.shape[1])
            pick[0 if shared else 1] = 1.0
            boot = WildboottestCL(X=x, Y=y, cluster=cluster, R=pick, B=99_999, parallel=False)
            boot.get_scores(bootstrap_type="11", impose_null=True)
            boot.get_weights(weights_type="rademacher")
            boot.get_numer()
            boot.get_denom()
            boot.get_tboot()
            boot.get_vcov()
            boot.get_tstat()
            boot.get_pvalue()
            t = np.abs(np.asarray(boot.t_boot, dtype=float))
            keep(name, "wild patterns", len(t), "wildboottest")
            keep(name, "wild p", boot.pvalue, "wildboottest")
            keep(name, "wild t", np.ravel(boot.t_stat)[0], "wildboottest")
            keep(name, "wild mean t", t[np.isfinite(t)].mean(), "wildboottest")
            keep(name, "wild median t", np.median(t), "wildboottest")
    frame = pd.DataFrame(kept)
    frame.to_csv(HERE / "inference_packages.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
