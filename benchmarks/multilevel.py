"""How long multilevel models take, beside the packages that others use and beside reading the rows at all.

    python benchmarks/multilevel.py <folder for data> [--rows 10000 100000 ...] [--models a b c d e]
        [--engines floor trenza glmm ...] [--peers python] [--rounds 3] [--slow-rounds 1] [--limit seconds] [--threads 1] [--out file.csv]

Each engine, model and size runs in a process of its own (``multilevel_engines.py``, ``multilevel_lme4.R``), one after the
other. Engines that are not installed, do not have the model or pass the limit get no row; the reason is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
from multilevel_data import written

HERE = Path(__file__).resolve().parent
MODELS = {
    "a": "(1 | school)",
    "b": "(1 + ses | school)",
    "c": "(1 | muni/school)",
    "d": "(1 | school) + (1 | school:year)",
    "e": "(1 | school) + (1 | secondary)",
}
# Rows: schools
SIZES = {10_000: 75, 100_000: 3_000, 250_000: 7_500, 1_000_000: 7_500, 2_000_000: 7_500}
ENGINES = ("floor", "trenza", "glmm", "mixedlm_rs", "statsmodels", "lme4", "lmerTest")


def arguments() -> argparse.Namespace:
    """What the caller asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the simulated tables are kept")
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--schools", type=int, help="instead of the number that goes with the rows")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    parser.add_argument("--peers", default=sys.executable, help="Python that has the packages of others")
    parser.add_argument("--rscript", default="Rscript")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of lme4, lmerTest, statsmodels")
    parser.add_argument(
        "--limit", type=float, default=600.0, help="seconds that one engine may take for one model"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "multilevel.csv")
    return parser.parse_args()


def one(given: argparse.Namespace, engine: str, model: str, place: Path) -> dict[str, float] | str:
    """What an engine took, or why there is nothing."""
    slow = engine in ("lme4", "lmerTest", "statsmodels")
    work = [engine, model, str(place), str(given.slow_rounds if slow else given.rounds)]
    if engine in ("lme4", "lmerTest"):
        command = [given.rscript, str(HERE / "multilevel_lme4.R"), *work]
    else:
        python = given.peers if engine not in ("floor", "trenza") else sys.executable
        command = [python, str(HERE / "multilevel_engines.py"), *work]
    threads = {
        f"{name}_NUM_THREADS": str(given.threads) for name in ("OPENBLAS", "OMP", "RAYON", "MKL", "GLMM")
    }
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=given.limit, env={**os.environ, **threads}
        )
    except subprocess.TimeoutExpired:
        return f"not finished in {given.limit:.0f} s"
    except FileNotFoundError as error:
        return str(error)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    """Run everything, print each result as it comes, keep all in one file; what was there of the same kind is replaced."""
    given = arguments()
    rows = pd.read_csv(given.out).to_dict("records") if given.out.is_file() else []
    for size in given.rows:
        schools = given.schools or SIZES.get(size, 7_500)
        place = written(given.folder, size, schools)
        for model in given.models:
            for engine in given.engines:
                got = one(given, engine, model, place)
                said = got if isinstance(got, str) else {k: round(v, 4) for k, v in got.items()}
                print(size, schools, model, engine, said, f"load {os.getloadavg()[0]:.1f}", flush=True)
                if not isinstance(got, str):
                    key = {
                        "rows": size,
                        "schools": schools,
                        "model": model,
                        "engine": engine,
                        "threads": given.threads,
                    }
                    rows = [row for row in rows if any(row[name] != value for name, value in key.items())]
                    rows.append({**key, **got})
                    pd.DataFrame(rows).to_csv(given.out, index=False)


if __name__ == "__main__":
    main()
