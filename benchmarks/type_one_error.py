"""How often each inference cries wolf: Type I error with 22 schools, in both designs, at four intraclass correlations.

    .venv/bin/python benchmarks/type_one_error.py [trials] [seed]
    .venv/bin/python benchmarks/type_one_error.py draw        (the picture again, from the CSV file)

Each trial draws 22 schools of 2 to 8 teachers, normal outcomes with a total variance of 1 of which the ICC lies between
schools, and no difference between the groups. Designs: different_clusters (11 schools in each group), same_clusters
(each teacher in either group with probability one half), and same_clusters with a difference that varies between
schools around 0 (SD 0.5). Counted are p values below .05. All inferences move with a constant added to one group, so
1 - this share is also how often a 95 % interval holds the true difference. The resampling ones take 499 draws a trial.
Writes type_one_error.csv and type_one_error.png beside this file.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.compare import cluster_tests as tests
from trenza.compare import permutation, wild_bootstrap
from trenza.compare.adapters import t_two_sided
from trenza.compare.clusters import Units, between, cells, intraclass_correlation, within
from trenza.compare.permutation import permute_clusters, permute_within
from trenza.compare.robust import cluster_robust
from trenza.compare.two_groups import student, welch
from trenza.compare.verdict import group_of
from trenza.compare.wild_bootstrap import wild_cluster_bootstrap
from trenza.contracts.inference import Inference

HERE = Path(__file__).parent
ICCS = (0.0, 0.05, 0.10, 0.20)
DESIGNS = ("different_clusters", "same_clusters", "same_clusters, difference varies")
SCHOOLS, LEAST, MOST, DRAWS, LEVEL, SPREAD = 22, 2, 8, 499, 0.95, 0.5
# Only p values are counted here, and inverting a test takes longer than all the rest.
wild_bootstrap.inverted = permutation.inverted = lambda *_, **__: (math.nan, math.nan)
CALLED_FOR = {"different_clusters": tests.CR2, "same_clusters": tests.FIXED_CR2}


def trial(random: np.random.Generator, design: str, icc: float) -> Units:
    """One data set without a difference (on average over schools)."""
    sizes = random.integers(LEAST, MOST + 1, SCHOOLS)
    cluster = np.repeat(np.arange(SCHOOLS), sizes)
    n = len(cluster)
    if design == "different_clusters":
        first = np.repeat(random.permutation(SCHOOLS) < SCHOOLS // 2, sizes)
    else:
        first = random.random(n) < 0.5
    y = random.normal(0.0, math.sqrt(icc), SCHOOLS)[cluster] + random.normal(0.0, math.sqrt(1 - icc), n)
    if design.endswith("varies"):
        y = y + first * random.normal(0.0, SPREAD, SCHOOLS)[cluster]
    return Units(y, first, cluster)


def inferences(data: Units, design: str, icc: float, seed: int) -> dict[str, float]:
    """p value of each inference."""
    sums = cells(data)
    groups = group_of(data.y[data.first]), group_of(data.y[~data.first])
    size = len(data.y) / data.clusters
    found: list[Inference] = [student(*groups, ci_level=LEVEL), welch(*groups, ci_level=LEVEL)]
    normal = between(sums) if design == "different_clusters" else within(sums)
    robust = cluster_robust(normal)
    p_values = {
        "CR1, t with J - 1 df": t_two_sided(robust.estimate / robust.se_cr1, data.clusters - 1),
    }
    if design == "different_clusters":
        guess = intraclass_correlation(data, sums)
        found += [
            tests.between_cr2(sums, ci_level=LEVEL),
            tests.cluster_means(sums, grand_mean=float(data.y.mean()), ci_level=LEVEL),
            permute_clusters(sums, ci_level=LEVEL, draws=DRAWS, seed=seed),
        ]
        for name, value in (("true ICC", icc), ("estimated ICC", guess)):
            got = tests.hedges_2007(*groups, cluster_size=size, icc=value, known=True, ci_level=LEVEL)
            p_values[f"{tests.HEDGES}, {name}"] = got.p_value
    else:
        found += [
            tests.within_cr2(sums, ci_level=LEVEL),
            tests.within_ols(data, sums, ci_level=LEVEL),
            permute_within(data, sums, ci_level=LEVEL, draws=DRAWS, seed=seed),
        ]
    found.append(wild_cluster_bootstrap(normal, ci_level=LEVEL, draws=DRAWS, seed=seed))
    return {inference.method: inference.p_value for inference in found} | p_values


def simulate(trials: int, seed: int) -> pd.DataFrame:
    """Share of trials with p < .05, one row a design, ICC and method."""
    rows = []
    for design in DESIGNS:
        for icc in ICCS:
            random = np.random.default_rng([seed, DESIGNS.index(design), round(icc * 100)])
            held = [inferences(trial(random, design, icc), design, icc, k) for k in range(trials)]
            for method, p_values in pd.DataFrame(held).items():
                known = p_values.dropna()
                rows.append(
                    {
                        "design": design,
                        "icc": icc,
                        "method": method,
                        "called_for": CALLED_FOR[design.split(",")[0]] == method,
                        "trials": len(known),
                        "not_computed": trials - len(known),
                        "share_below_05": (known < 1 - LEVEL).mean(),
                    }
                )
            print(f"{design}, ICC {icc}: done", flush=True)
    return pd.DataFrame(rows)


def draw(table: pd.DataFrame, path: Path) -> None:
    """One panel a design; the band holds 95 % of the shares that 5 % would give in so many trials."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(DESIGNS), figsize=(15, 7.2), sharey=True)
    for axis, design in zip(axes, DESIGNS, strict=True):
        part = table[table["design"] == design]
        error = 1.96 * math.sqrt(0.05 * 0.95 / part["trials"].max())
        axis.axhspan(5 - 100 * error, 5 + 100 * error, color="0.85", zorder=0)
        for (method, bold), rows in part.groupby(["method", "called_for"], sort=False):
            style = {"linewidth": 3, "color": "black", "zorder": 3} if bold else {"linewidth": 1.2}
            axis.plot(
                100 * rows["icc"],
                100 * rows["share_below_05"],
                marker="o",
                markersize=3.5,
                label=method,
                **style,
            )
        axis.set_title(f"groups: {design.replace('_', ' ')}", fontsize=11)
        axis.set_xlabel("ICC, %")
        axis.set_ylim(0, 18)
        axis.set_xticks([100 * icc for icc in ICCS])
        axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0.0, -0.12), frameon=False)
    axes[0].set_ylabel("p < .05 without a difference, % of trials")
    figure.suptitle("22 schools, about 110 teachers: how often each inference cries wolf (5 % is right)")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    if sys.argv[1:] == ["draw"]:
        draw(pd.read_csv(HERE / "type_one_error.csv"), HERE / "type_one_error.png")
        return
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20221
    table = simulate(trials, seed)
    table.to_csv(HERE / "type_one_error.csv", index=False, lineterminator="\n", float_format="%.6g")
    draw(table, HERE / "type_one_error.png")


if __name__ == "__main__":
    main()
