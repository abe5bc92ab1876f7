"""Reference values of entropy balancing for effects_panel_data.csv by packages that this project does not depend on.

    pip install delicatessen==4.3 ebal==1.0.0 scikit-learn statsmodels
    python tests/oracle/effects_weighting_packages.py

Writes effects_weighting_packages.csv (quantity, value, software): weights of the never treated by ebal (a port of Hainmueller's own
program), on the scores of 2011 and 2012 and their squares; effect on the treated and its standard errors by delicatessen, which solves the stacked
estimating equations and differentiates them by itself, with schools or communes as what is independent, without small-sample
factors.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from delicatessen import MEstimator
from ebal import ebal_bin

HERE = Path(__file__).parent
BEFORE, AFTER = [2011, 2012], [2013, 2014, 2015, 2016]


def main() -> None:
    data = pd.read_csv(HERE / "effects_panel_data.csv")
    wide = data.pivot(index="rbd", columns="year", values="score")
    schools = data.drop_duplicates("rbd").set_index("rbd")
    start = schools["treated_in"].fillna(0).to_numpy()
    treated = start > 0
    kept: list[dict[str, object]] = []

    def keep(quantity: str, value: float, package: str) -> None:
        kept.append(
            {"quantity": quantity, "value": float(value), "software": f"{package} {version(package)}"}
        )

    x = ((wide[BEFORE] - 250.0) / 15.0).to_numpy()
    x = np.column_stack([x, x**2])
    order = np.argsort(treated, kind="stable")
    program = ebal_bin(constraint_tolerance=1e-10, max_iterations=1000, print_level=-1)
    found = program.ebalance(treated[order].astype(int), x[order], wide[2013].to_numpy()[order])
    weights = np.asarray(found["w"])[~treated[order]]
    for rbd, weight in zip(wide.index[order][~treated[order]], weights / weights.sum(), strict=True):
        keep(f"weight {rbd}", weight, "ebal")

    y = wide[AFTER].to_numpy()
    on = treated[:, None] & (np.array(AFTER)[None, :] >= start[:, None])

    def equations(theta: np.ndarray) -> np.ndarray:
        mean, slope, levels, effect = theta[:4], theta[4:8], theta[8:12], theta[12]
        apart = x - mean
        w = ~treated * np.exp(apart @ slope)
        return np.vstack(
            [
                (treated[:, None] * apart).T,
                (w[:, None] * apart).T,
                (w[:, None] * (y - levels)).T,
                (on * (y - levels - effect)).sum(axis=1),
            ]
        )

    commune = pd.factorize(schools["commune"])[0]
    begin = [*x[treated].mean(axis=0), 0.0, 0.0, 0.0, 0.0, *y[~treated].mean(axis=0), 5.0]
    for label, group in (("school", np.arange(len(x))), ("commune", commune)):

        def summed(theta: np.ndarray, group: np.ndarray = group) -> np.ndarray:
            return equations(theta) @ np.eye(group.max() + 1)[group]

        solved = MEstimator(summed, init=begin)
        solved.estimate(deriv_method="exact")
        keep("effect", solved.theta[12], "delicatessen")
        keep(f"se by {label}", solved.variance[12, 12] ** 0.5, "delicatessen")
    pd.DataFrame(kept).to_csv(HERE / "effects_weighting_packages.csv", index=False)


if __name__ == "__main__":
    main()
