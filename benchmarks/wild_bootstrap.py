"""Wild cluster bootstrap of five outcomes: seconds of this project against wildboottest and pyfixest.

    .venv/bin/python benchmarks/wild_bootstrap.py [rounds]

Two sizes: 100 teachers in 22 schools and 100,000 pupils in 500 schools; five outcomes, half of the schools in each group,
9,999 draws of signs, null imposed, t with CR1. Each contender gets arrays in memory and is warmed up on other, small data
first (numba compiles then), so imports and compilation are not timed; contenders take turns in one process.
This project also finds the interval by inversion, which the others' calls here do not. wildboottest and pyfixest are
not among this project's dependencies: whoever is not installed is left out. Writes wild_bootstrap.csv.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.compare.clusters import between, cells, units
from trenza.compare.wild_bootstrap import wild_cluster_bootstrap

HERE = Path(__file__).parent
OUTCOMES, DRAWS = 5, 9_999
SIZES = {"100 teachers in 22 schools": (100, 22), "100,000 pupils in 500 schools": (100_000, 500)}
GOALS = {"100 teachers in 22 schools": 1.0, "100,000 pupils in 500 schools": 10.0}


def rows(n: int, schools: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    school = random.permutation(np.arange(n) % schools)
    frame = pd.DataFrame({"school": school, "first": (school % 2).astype(float)})
    for k in range(OUTCOMES):
        frame[f"y{k}"] = (
            random.normal(0, 0.4, schools)[school] + random.normal(size=n) + 0.1 * k * frame["first"]
        )
    return frame


def trenza(frame: pd.DataFrame) -> list[float]:
    found = []
    for k in range(OUTCOMES):
        data = units(frame[f"y{k}"], frame["first"] == 1.0, frame["school"])
        found.append(wild_cluster_bootstrap(between(cells(data)), ci_level=0.95, draws=DRAWS, seed=1).p_value)
    return found


def by_wildboottest(frame: pd.DataFrame) -> list[float]:
    from wildboottest.wildboottest import WildboottestCL

    x, found = np.column_stack([np.ones(len(frame)), frame["first"]]), []
    for k in range(OUTCOMES):
        boot = WildboottestCL(
            X=x, Y=frame[f"y{k}"].to_numpy(), cluster=frame["school"], R=np.array([0.0, 1.0]), B=DRAWS, seed=1
        )
        boot.get_scores(bootstrap_type="11", impose_null=True)
        boot.get_weights(weights_type="rademacher")
        boot.get_numer()
        boot.get_denom()
        boot.get_tboot()
        boot.get_vcov()
        boot.get_tstat()
        boot.get_pvalue()
        found.append(float(boot.pvalue))
    return found


def by_pyfixest(frame: pd.DataFrame) -> list[float]:
    import pyfixest

    found = []
    for k in range(OUTCOMES):
        fit = pyfixest.feols(f"y{k} ~ first", data=frame, vcov={"CRV1": "school"})
        found.append(float(fit.wildboottest(param="first", reps=DRAWS, cluster="school", seed=1)["Pr(>|t|)"]))
    return found


CONTENDERS: dict[str, tuple[str | None, Callable[[pd.DataFrame], list[float]]]] = {
    "trenza, p values and intervals": (None, trenza),
    "wildboottest, p values": ("wildboottest", by_wildboottest),
    "pyfixest, p values": ("pyfixest", by_pyfixest),
}


def installed(package: str | None) -> str | None:
    try:
        return "this version" if package is None else version(package)
    except PackageNotFoundError:
        return None


def main() -> None:
    warnings.simplefilter("ignore")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ready = {name: made for name, (package, made) in CONTENDERS.items() if installed(package)}
    versions = {name: installed(package) for name, (package, _) in CONTENDERS.items()}
    kept = []
    for size, (n, schools) in SIZES.items():
        frame, other = rows(n, schools, 1), rows(100, 22, 2)
        seconds: dict[str, list[float]] = {name: [] for name in ready}
        cpu: dict[str, list[float]] = {name: [] for name in ready}
        p_values = {name: made(other) for name, made in ready.items()}
        for _ in range(rounds):
            for name, made in ready.items():
                start, used = time.perf_counter(), time.process_time()
                p_values[name] = made(frame)
                seconds[name].append(time.perf_counter() - start)
                cpu[name].append(time.process_time() - used)
        for name in ready:
            kept.append(
                {
                    "size": size,
                    "contender": name,
                    "version": versions[name],
                    "rounds": rounds,
                    "median_seconds": statistics.median(seconds[name]),
                    "lowest_seconds": min(seconds[name]),
                    "highest_seconds": max(seconds[name]),
                    "median_cpu_seconds": statistics.median(cpu[name]),
                    "p_values": " ".join(f"{p:.4f}" for p in p_values[name]),
                }
            )
            print(kept[-1], flush=True)
        goal, took = GOALS[size], statistics.median(seconds["trenza, p values and intervals"])
        print(
            f"{size}: goal {goal} s, took {took:.3f} s: {'met' if took <= goal else 'missed'}; {os.cpu_count()} cores"
        )
    pd.DataFrame(kept).to_csv(
        HERE / "wild_bootstrap.csv", index=False, lineterminator="\n", float_format="%.4g"
    )


if __name__ == "__main__":
    main()
