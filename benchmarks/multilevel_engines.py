"""One engine, one model, one size, in a process of its own: prints a line of JSON. ``multilevel.py`` calls it.

    python benchmarks/multilevel_engines.py <engine> <model> <folder of the size> <rounds>

Imports are not timed, and each engine fits some of the rows before the clock starts. The engines of others need
numpy, pandas, duckdb and themselves, nothing of Trenza.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

X = ("treat", "ses", "prior", "female", "meanses", "year1", "year2", "year3")
FIXED = "y ~ " + " + ".join(X)
RANDOM = {
    "a": "(1 | school)",
    "b": "(1 + ses | school)",
    "c": "(1 | muni) + (1 | school)",
    "d": "(1 | school) + (1 | schoolyear)",
    "e": "(1 | school) + (1 | secondary)",
}
ALL = "abcde"


def read(folder: Path) -> pd.DataFrame:
    """The table of a size in memory, by one thread."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.environ.get('OMP_NUM_THREADS', '1')}")
    return connection.execute(f"SELECT * FROM '{folder / 'data.parquet'}'").df()


def cross_products(data: pd.DataFrame) -> dict[str, float]:
    """The floor: what any method has to do with the rows."""
    x = np.column_stack([np.ones(len(data)), *(data[name] for name in X)])
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ (x.T @ data["y"].to_numpy())
    return {"estimate": float(estimate[1]), "se": float("nan")}


def trenza(model: str) -> Callable[[pd.DataFrame], dict[str, float]]:
    """Ours, with both kinds of degrees of freedom."""
    from trenza.multilevel.fit import fit

    def run(data: pd.DataFrame) -> dict[str, float]:
        row = fit(f"{FIXED} + {RANDOM[model]}", data).fixed.loc["treat"]
        return {k: float(row[k]) for k in ("estimate", "se", "df_satterthwaite", "df_kr")}

    return run


def glmm(model: str) -> Callable[[pd.DataFrame], dict[str, float]]:
    """glmm, with Satterthwaite."""
    import glmm as package

    def run(data: pd.DataFrame) -> dict[str, float]:
        used = {c: data[c].to_numpy() for c in ("y", *X, "school", "muni", "schoolyear", "secondary")}
        for group in ("school", "muni", "schoolyear", "secondary"):
            used[group] = pd.Categorical(used[group])
        fitted = package.fit(used, f"{FIXED} + {RANDOM[model]}")
        at = list(fitted.names).index("treat") if hasattr(fitted, "names") else 1
        return {"estimate": float(np.asarray(fitted.beta)[at]), "se": float(np.asarray(fitted.se)[at])}

    return run


def mixedlm_rs(model: str) -> Callable[[pd.DataFrame], dict[str, float]]:
    """mixedlm-rs: one grouping factor, z tests."""
    from mixedlm_rs import MixedLM

    return _like_statsmodels(MixedLM, model, ())


def statsmodels(model: str) -> Callable[[pd.DataFrame], dict[str, float]]:
    """statsmodels' MixedLM: z tests; a level within the group as a variance component."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    return _like_statsmodels(MixedLM, model, ("c", "d"))


def _like_statsmodels(
    kind: Any, model: str, nested: tuple[str, ...]
) -> Callable[[pd.DataFrame], dict[str, float]]:
    if model not in ("a", "b", *nested):
        raise SystemExit("not this engine's")

    def run(data: pd.DataFrame) -> dict[str, float]:
        x = np.column_stack([np.ones(len(data)), *(data[name] for name in X)])
        if model in nested:
            outer, inner = ("muni", "school") if model == "c" else ("school", "schoolyear")
            kept = data[["y", *X, outer, inner]]
            fitted = kind.from_formula(
                FIXED, kept, groups=outer, re_formula="1", vc_formula={inner: f"0 + C({inner})"}
            ).fit()
        else:
            z = x[:, [0, 2]] if model == "b" else x[:, :1]
            fitted = kind(data["y"].to_numpy(), x, data["school"].to_numpy(), exog_re=z).fit()
        return {"estimate": float(np.asarray(fitted.fe_params)[1]), "se": float(np.asarray(fitted.bse_fe)[1])}

    return run


ENGINES = {"trenza": trenza, "glmm": glmm, "mixedlm_rs": mixedlm_rs, "statsmodels": statsmodels}


def peak() -> float:
    """Highest memory of this process so far, MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024.0
    return float("nan")


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What ``work`` gives, CPU seconds of this process and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    out = work()
    return out, time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """One line of JSON."""
    engine, model, folder, rounds = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    run = cross_products if engine == "floor" else ENGINES[engine](model)
    data, read_cpu, read_wall = timed(lambda: read(folder))
    reads = [(read_cpu, read_wall)]
    if engine == "floor":
        for _ in range(rounds):
            again = timed(lambda: read(folder))
            reads.append(again[1:])
    if len(data) > 50_000:
        enough = 3000 if engine == "floor" or model == "a" else max(20_000, 4 * int(data["school"].max()))
        run(data.head(enough))
    # the high-water mark can be set back, so that reading does not hide what the fit takes
    Path("/proc/self/clear_refs").write_text("5")
    before, times, out = peak(), [], {}
    for i in range(rounds):
        out, cpu, wall = timed(lambda: run(data))
        times.append((cpu, wall))
        if i == 0:
            above = peak() - before
    print(
        json.dumps(
            {
                "read_cpu": float(np.median([r[0] for r in reads])),
                "read_wall": float(np.median([r[1] for r in reads])),
                "cpu": float(np.median([t[0] for t in times])),
                "wall": float(np.median([t[1] for t in times])),
                "memory": above,
                **out,
            }
        )
    )


if __name__ == "__main__":
    main()
