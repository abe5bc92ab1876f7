"""The harmonised panel: all SIMCE files of a folder as one parquet data set, with what other files say of a school.

Schools are joined by RBD only. Communes come from the directory, never from the columns or names in SIMCE files.
A year without a test is simply not there: nothing is filled in.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.official.read import NotData, Official, read

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Readings:
    """What came of a set of files: the files read, by name, and why the others were refused or left aside."""

    read: dict[str, Official] = field(default_factory=dict)
    refused: dict[str, InputFaults] = field(default_factory=dict)
    left_aside: dict[str, str] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Official]:
        """All files read of one kind, in the order of their names."""
        return [r for _, r in sorted(self.read.items()) if r.meta["kind"] == kind]


def read_files(paths: Mapping[str, Path], *, allow_unknown: bool = False) -> Readings:
    """Read every file (name as shown -> path); a bad file is kept with its faults and stops no other.

    One after the other: two in threads take as long, since nearly all of the work holds Python's lock, and need
    more memory.
    Of two files of one kind, grade and year the final one is used, not the preliminary; of two that are both
    final the second is refused. A copy of a file is left aside.
    """
    outcome = Readings()
    for name, path in sorted(paths.items()):
        try:
            outcome.read[name] = read(path, shown_as=name, allow_unknown=allow_unknown)
        except NotData:
            outcome.left_aside[name] = "a code book, no data"
        except InputFaults as error:
            outcome.refused[name] = error
        except Exception:
            # One file must not stop the others; what happened goes to the log for whoever mends the reader.
            traceback.print_exc()
            allowed = "a file that Trenza can read; please report this one, the log says more"
            outcome.refused[name] = InputFaults(
                [Fault(name, "", "", "a file that could not be taken in", allowed)]
            )
    _one_of_each(outcome)
    return outcome


def _one_of_each(outcome: Readings) -> None:
    """Leave copies aside, then of each kind, grade and year keep one file: the first final one, else the first."""
    first: dict[str, str] = {}
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, found in list(outcome.read.items()):
        if found.meta["sha256"] in first:
            outcome.left_aside[name] = f"a copy of {first[found.meta['sha256']]}"
            del outcome.read[name]
            continue
        first[found.meta["sha256"]] = name
        key = tuple(found.meta.get(k) for k in ("kind", "grade", "year", "level"))
        groups.setdefault(key, []).append(name)
    for key, names in groups.items():
        finals = [n for n in names if not outcome.read[n].meta["preliminary"]]
        kept = (finals or names)[0]
        for name in names:
            if name == kept:
                continue
            if finals and name not in finals:
                outcome.left_aside[name] = f"preliminary; {kept} is final"
            else:
                told = " ".join(str(v) for v in key if v is not None)
                fault = Fault(name, "", "", f"a second file of {told} beside {kept}", "one file of each")
                outcome.refused[name] = InputFaults([fault])
            del outcome.read[name]


def harmonised(readings: Readings, *, baseline_year: int | None = None) -> list[pd.DataFrame]:
    """The SIMCE frame of every file with the panel's columns, one frame a grade and year, in their order.

    Added: ``commune_code``, ``province_code``, ``directory_dependency`` (latest directory), ``slep``,
    ``slep_transfer_year`` (of the commune), ``ses_group_baseline`` (group in ``baseline_year``, or in the first
    year at hand of the grade: groups are estimated anew every year) and ``coverage`` of the file.
    """
    import pandas as pd

    places = _places(readings)
    transfers = _transfers(readings)
    files = sorted(readings.of_kind("simce"), key=lambda r: (r.meta["grade"], r.meta["year"]))
    if baseline_year is not None and files and baseline_year not in {r.meta["year"] for r in files}:
        years = ", ".join(str(y) for y in sorted({r.meta["year"] for r in files}))
        raise InputFaults(
            [Fault("study.yaml", "baseline_year", "", str(baseline_year), f"a year at hand: {years}")]
        )
    baselines: dict[str, pd.Series[Any]] = {}
    for file in files:
        grade, year = file.meta["grade"], file.meta["year"]
        if file.meta["coverage"] == "national" and grade not in baselines and year == (baseline_year or year):
            baselines[grade] = file.frame.drop_duplicates("rbd").set_index("rbd")["ses_group"]
    frames = []
    for file in files:
        frame = file.frame.copy()
        located = places.reindex(frame["rbd"])
        for column in places.columns:
            frame[column] = located[column].array
        transfer = transfers.reindex(frame["commune_code"]).array if len(transfers) else None
        frame["slep"] = (frame["dependency"] == "slep").astype("boolean")
        nothing = pd.Series(pd.NA, frame.index)
        frame["slep_transfer_year"] = pd.array(nothing if transfer is None else transfer, dtype="Int16")
        baseline = baselines.get(file.meta["grade"])
        frame["ses_group_baseline"] = (
            nothing if baseline is None else baseline.reindex(frame["rbd"]).array
        ).astype("Int8")
        frame["coverage"] = file.meta["coverage"]
        frames.append(frame)
    return frames


def _places(readings: Readings) -> pd.DataFrame:
    """Commune, province and dependency by RBD, from the latest directory that names the school."""
    import pandas as pd

    directories = sorted(readings.of_kind("directory"), key=lambda r: r.meta["year"])
    columns = {"commune_code": "Int32", "province_code": "Int32", "directory_dependency": "str"}
    if not directories:
        return pd.DataFrame(
            {c: pd.Series(dtype=t) for c, t in columns.items()}, index=pd.Index([], name="rbd")
        )
    frames = [d.frame.rename(columns={"dependency": "directory_dependency"}) for d in directories]
    every = pd.concat([f[["rbd", *columns]].astype({"directory_dependency": "str"}) for f in frames])
    return every.drop_duplicates("rbd", keep="last").set_index("rbd").astype(columns)


def _transfers(readings: Readings) -> pd.Series[Any]:
    import pandas as pd

    lists = sorted(readings.of_kind("slep"), key=lambda r: r.meta["year"] or 0)
    if not lists:
        return pd.Series(dtype="Int16")
    return lists[-1].frame.set_index("commune_code")["transfer_year"]


def history(readings: Readings) -> pd.DataFrame:
    """Spells of one dependency: rbd, dependency, from_year, to_year (first and last file that says so).

    From SIMCE files of every grade and from directories; a school that changed and changed back has three rows.
    """
    import pandas as pd

    kinds = [*readings.of_kind("simce"), *readings.of_kind("directory")]
    parts = [
        r.frame.drop_duplicates("rbd").assign(year=r.meta["year"])[["rbd", "year", "dependency"]]
        for r in kinds
    ]
    if not parts:
        return pd.DataFrame({"rbd": [], "dependency": [], "from_year": [], "to_year": []})
    every = pd.concat([p.astype({"dependency": "str"}) for p in parts]).dropna()
    every = every.drop_duplicates().sort_values(["rbd", "year"], kind="stable")
    spell = (
        (every["dependency"] != every["dependency"].shift()) | (every["rbd"] != every["rbd"].shift())
    ).cumsum()
    found = every.groupby(spell).agg(
        rbd=("rbd", "first"),
        dependency=("dependency", "first"),
        from_year=("year", "min"),
        to_year=("year", "max"),
    )
    return found.reset_index(drop=True)


def write_panel(frames: Sequence[pd.DataFrame], folder: Path) -> None:
    """Write the frames of ``harmonised`` to ``folder``/grade=<grade>/year=<year>/schools.parquet, each atomically."""
    for frame in frames:
        grade, year = str(frame["grade"].iloc[0]), int(frame["year"].iloc[0])
        write_parquet(
            frame.drop(columns=["grade", "year"]),
            folder / f"grade={grade}" / f"year={year}" / "schools.parquet",
        )


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as parquet, whole or not at all; the same frame gives the same bytes."""
    import os

    from trenza.io.database import connection

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with connection() as database:
            database.register("frame", frame)
            quoted = part.as_posix().replace("'", "''")
            database.execute(f"COPY (SELECT * FROM frame) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def query(folder: Path, sql: str = "SELECT * FROM panel") -> pd.DataFrame:
    """Ask the panel in ``folder`` with SQL; its table is called ``panel`` and has ``grade`` and ``year``.

    Text comes back as text, whole numbers with blanks as pandas' nullable numbers.
    """
    from trenza.io.database import connection

    with connection() as database:
        found = (folder / "grade=*" / "year=*" / "*.parquet").as_posix().replace("'", "''")
        database.execute(
            f"CREATE TEMP VIEW panel AS SELECT * FROM read_parquet('{found}', hive_partitioning = true, "
            "hive_types = {'grade': VARCHAR, 'year': SMALLINT}, union_by_name = true)"
        )
        return typed(database.execute(sql).df())


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The panel's own types for the columns that are there (see ``TYPES``)."""
    return frame.astype({column: kind for column, kind in TYPES.items() if column in frame.columns})


TYPES = {
    **dict.fromkeys(
        ("grade", "subject", "score_status", "change_status", "dependency", "status_reason", "coverage"),
        "str",
    ),
    "directory_dependency": "str",
    "rbd": "int32",
    "year": "int16",
    "n_pupils": "Int32",
    "change_significance": "Int8",
    "peer_significance": "Int8",
    "ses_group": "Int8",
    "ses_group_baseline": "Int8",
    "region_code": "Int8",
    "rural": "boolean",
    "slep": "boolean",
    "slep_transfer_year": "Int16",
    "commune_code": "Int32",
    "province_code": "Int32",
}
