"""Official SIMCE files into the panel, against the bare cost of reading the same files.

    TRENZA_DATA=<folder with simce/> .venv/bin/python benchmarks/official.py [rounds]

Every contender reads all SIMCE files of <folder>/simce, in a process of its own, warm file cache, in turn, and only
the reading is timed (imports are not). Bare: the workbooks through each general reader that is installed, with its
defaults, to columns (fastexcel: Arrow) or rows (calamine), and the Stata file through pandas; nothing is cleaned.
The product: recognised, checked, cleaned, every changed cell in the ledger, written as a partitioned parquet panel.
Prints the median seconds of each, the ratio of the product to the fastest bare reader, and its peak memory.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def files() -> list[Path]:
    folder = Path(os.environ.get("TRENZA_DATA", "data/raw")) / "simce"
    return sorted(p for p in folder.glob("simce*") if p.suffix in (".xlsx", ".dta"))


def stata(path: Path) -> None:
    import pandas as pd

    pd.read_stata(path, convert_categoricals=False)


def with_fastexcel(path: Path) -> None:
    import fastexcel

    if path.suffix == ".dta":
        stata(path)
    else:
        fastexcel.read_excel(path).load_sheet(0).__arrow_c_array__()


def with_calamine(path: Path) -> None:
    import python_calamine

    if path.suffix == ".dta":
        stata(path)
    else:
        python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def one_by_one(read: Callable[[Path], None]) -> None:
    for path in files():
        read(path)


def two_at_once(read: Callable[[Path], None]) -> None:
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(read, files()))


def panel() -> None:
    from trenza.official.panel import harmonised, read_files, write_panel

    with tempfile.TemporaryDirectory() as folder:
        readings = read_files({p.name: p for p in files()})
        assert not readings.refused
        write_panel(harmonised(readings), Path(folder))


CONTENDERS: dict[str, Callable[[], None]] = {
    "bare: fastexcel": lambda: one_by_one(with_fastexcel),
    "bare: fastexcel, two files at once": lambda: two_at_once(with_fastexcel),
    "bare: calamine": lambda: one_by_one(with_calamine),
    "trenza: cleaned, ledger, panel": panel,
}


def timed(name: str) -> None:
    import resource

    import fastexcel  # noqa: F401
    import pandas  # noqa: F401

    import trenza.io.database
    import trenza.official.panel
    import trenza.official.simce

    trenza.io.database.connection()
    start = time.perf_counter()
    CONTENDERS[name]()
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main(rounds: int) -> None:
    found: dict[str, list[list[float]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            ran = subprocess.run(
                [sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True
            )
            found[name].append(json.loads(ran.stdout.splitlines()[-1]))
    print(f"{len(files())} files, {rounds} rounds, median seconds (lowest - highest), peak memory")
    seconds = {name: statistics.median(s for s, _ in runs) for name, runs in found.items()}
    for name, runs in found.items():
        times = [s for s, _ in runs]
        peak = max(m for _, m in runs)
        print(f"{name:36} {seconds[name]:6.2f} s ({min(times):.2f} - {max(times):.2f})  {peak:5.0f} MB")
    own = seconds["trenza: cleaned, ledger, panel"]
    single = min(s for n, s in seconds.items() if n.startswith("bare") and "two" not in n)
    both = min(s for n, s in seconds.items() if n.startswith("bare"))
    print(f"product / fastest bare reader, one file after the other: {own / single:.2f}")
    print(f"product / fastest bare reader, two files at once:        {own / both:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        timed(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
