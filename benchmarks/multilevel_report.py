"""The figures of ``multilevel.py`` as the tables of README.md: python benchmarks/multilevel_report.py [file.csv]"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from multilevel import MODELS, SIZES

OTHERS = ("glmm", "mixedlm_rs", "statsmodels", "lme4", "lmerTest")


def size(rows: int) -> str:
    """10k, 1M."""
    return f"{rows // 1_000_000}M" if rows >= 1_000_000 else f"{rows // 1000}k"


def table(head: list[str], body: list[list[str]]) -> None:
    """One table of Markdown."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in body:
        print("| " + " | ".join(row) + " |")
    print()


def main() -> None:
    """All tables."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("multilevel.csv")
    found = pd.read_csv(file)
    found["rows"] = found["rows"].astype(int)
    everything = found
    found = found[(found["threads"] == 1) & (found["schools"] == found["rows"].map(SIZES))]
    at = found.set_index(["model", "engine", "rows"])
    sizes = sorted(found["rows"].unique())

    def cell(model: str, engine: str, rows: int) -> str:
        if (model, engine, rows) not in at.index:
            return ""
        cpu, ours = at.loc[(model, engine, rows), "cpu"], at.loc[(model, "trenza", rows), "cpu"]
        return f"{cpu:.3g} ({cpu / ours:.2g})" if engine != "trenza" else f"**{cpu:.3g}**"

    for model, random in MODELS.items():
        print(f"({model}) `{random}`: CPU seconds of the fit (in brackets: times ours)\n")
        engines = [e for e in ("trenza", *OTHERS) if any((model, e, rows) in at.index for rows in sizes)]
        body = [[engine, *(cell(model, engine, rows) for rows in sizes)] for engine in engines]
        table(["engine", *map(size, sizes)], body)
    print("(read + fit) / floor, CPU\n")
    body = []
    for model in MODELS:
        line = [model]
        for rows in sizes:
            if (model, "trenza", rows) not in at.index or (model, "floor", rows) not in at.index:
                line.append("")
                continue
            floor, ours = at.loc[(model, "floor", rows)], at.loc[(model, "trenza", rows)]
            # the same reading on both sides: it is the same work
            line.append(f"{(floor['read_cpu'] + ours['cpu']) / (floor['read_cpu'] + floor['cpu']):.2f}")
        body.append(line)
    table(["model", *map(size, sizes)], body)
    print("Memory of the fit above the loaded data, MB\n")
    body = []
    for engine in ("trenza", *OTHERS):
        values = [
            "/".join(
                f"{at.loc[(model, engine, rows), 'memory']:.0f}" if (model, engine, rows) in at.index else "-"
                for model in MODELS
            )
            for rows in sizes
        ]
        body.append([engine, *(value if set(value) - set("-/") else "" for value in values)])
    table(["engine, models a/b/c/d/e", *map(size, sizes)], body)
    for rows in sizes:
        for other in ("lme4", "glmm"):
            ratios = [
                at.loc[(m, other, rows), "cpu"] / at.loc[(m, "trenza", rows), "cpu"]
                for m in "abcd"
                if (m, other, rows) in at.index and (m, "trenza", rows) in at.index
            ]
            if len(ratios) == 4:
                said = ", ".join(f"{ratio:.3g}" for ratio in ratios)
                print(
                    f"{size(rows)}: {other} takes {said} times ours on a-d, {np.exp(np.log(ratios).mean()):.3g} on the geometric mean\n"
                )

    more_schools(everything)
    two_threads(everything)


def per_model(some: pd.DataFrame, column: str) -> list[str]:
    """The column's value of each model."""
    values = some.set_index("model")[column]
    return [f"{values[model]:.3g}" if model in values.index else "" for model in MODELS]


def more_schools(found: pd.DataFrame) -> None:
    """1M rows in ten times as many schools, and how time grows with rows and with schools."""
    many = found[(found["schools"] == 75_000) & (found["threads"] == 1)]
    print("1M rows in 75,000 schools: CPU seconds; memory, MB\n")
    body = []
    for engine in ("trenza", "glmm"):
        here = many[many["engine"] == engine]
        if here.empty:
            continue
        body.append([engine, *per_model(here, "cpu"), "/".join(per_model(here, "memory"))])
    table(["engine", *MODELS, "memory"], body)
    print(
        "Exponents (log CPU seconds on log size): rows 250k to 2M in 7,500 schools; schools 7,500 to 75,000 of 1M rows\n"
    )
    body = []
    for engine in ("trenza", "glmm"):
        mine = found[(found["engine"] == engine) & (found["threads"] == 1)].set_index(
            ["model", "rows", "schools"]
        )["cpu"]
        line = []
        for one, other in (((250_000, 7_500), (2_000_000, 7_500)), ((1_000_000, 7_500), (1_000_000, 75_000))):
            growth = np.log(other[0] / one[0]) or np.log(other[1] / one[1])
            line.append(
                "/".join(
                    f"{np.log(mine[(m, *other)] / mine[(m, *one)]) / growth:.2f}"
                    if (m, *one) in mine.index and (m, *other) in mine.index
                    else "-"
                    for m in "abcd"
                )
            )
        if any(set(values) - set("-/") for values in line):
            body.append([engine, *line])
    table(["engine, models a/b/c/d", "rows", "schools"], body)


def two_threads(found: pd.DataFrame) -> None:
    """Ours with two threads of BLAS against one."""
    print("1M rows, threads of BLAS: CPU and wall seconds\n")
    body = []
    for threads in (1, 2):
        here = found[
            (found["threads"] == threads)
            & (found["engine"] == "trenza")
            & (found["rows"] == 1_000_000)
            & (found["schools"] == 7_500)
        ]
        body += [[f"{threads}, {column}", *per_model(here, column)] for column in ("cpu", "wall")]
    table(["threads", *MODELS], body)


if __name__ == "__main__":
    main()
