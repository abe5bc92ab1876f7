"""The describe stage of a study's official files: from the clean folder to the tables of the national picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.school_tables import SCHOOL_CONTRACTS
from trenza.contracts.tables import stacked
from trenza.io.database import connection
from trenza.io.pseudonyms import own_salt, salted
from trenza.official.checks import checks, failing_rows, ive_formula
from trenza.official.distribution import score_distribution, year_changes
from trenza.official.gaps import gaps
from trenza.official.missing import missing
from trenza.official.panel import query
from trenza.official.policy_study import (
    policy_counts,
    policy_parameters,
    policy_verdicts,
    sep_alternatives,
)
from trenza.official.sittings import series
from trenza.official.trends import trends

if TYPE_CHECKING:
    import pandas as pd

# Described here; files is written by the clean stage.
TABLES = tuple(c.name for c in SCHOOL_CONTRACTS if c.name != "files")


def describe_official(
    clean: Path,
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    policy: Mapping[str, Any],
    ci_level: float,
    min_cell: int,
    salt_file: Path,
) -> dict[str, pd.DataFrame]:
    """Every table of ``TABLES`` for the sources that hold official files, below ``clean``/<source id>.

    Files of a part of the country are checked and told, but are in no national figure. Empty tables where a
    study has no official files.
    """
    from trenza.io.files import read_table

    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for sid, source in sources.items():
        if source["holds"] != "official" or not source.get("describe", True):
            continue
        place = {"study": study, "source_id": sid, "source": source["kind"]}
        files = read_table(clean / "files.table.csv", "files")
        for name, table in _tables(clean / sid, files, policy, ci_level, min_cell, salt_file).items():
            parts[name].append(table.assign(**place))
    return {name: stacked(name, tables) for name, tables in parts.items()}


def _tables(
    folder: Path,
    files: pd.DataFrame,
    policy: Mapping[str, Any],
    ci_level: float,
    min_cell: int,
    salt_file: Path,
) -> dict[str, pd.DataFrame]:
    """The tables of one source, without study and source."""
    import pandas as pd

    found: dict[str, pd.DataFrame] = {}
    other = {
        kind: _read(folder / f"{kind}.parquet")
        for kind in ("idps", "ive")
        if (folder / f"{kind}.parquet").is_file()
    }
    checked: list[pd.DataFrame] = []
    if any((folder / "panel").glob("*/*/*.parquet")):
        panel = query(folder / "panel")
        named = files[(files["outcome"] == "read") & (files["kind"] == "simce")]
        names = {(g, int(y)): f for g, y, f in zip(named["grade"], named["year"], named["file"], strict=True)}
        national = panel[panel["coverage"] == "national"].reset_index(drop=True)
        cut = series(national, min_cell)
        found["missing"] = missing(panel)
        found["score_distribution"] = score_distribution(cut)
        found["trends"] = trends(cut, ci_level=ci_level)
        found["gaps"] = gaps(cut, ci_level=ci_level)
        found["year_changes"] = year_changes(cut)
        checked.append(checks(panel, files=names))
        failed = failing_rows(panel, files=names, pseudonym=salted(own_salt(salt_file)))
        found["check_failures"] = failed[["file", "check", "subject", "school"]].drop_duplicates()
        verdicts, parameters = policy_verdicts(national, other, policy)
        alternatives = sep_alternatives(national, verdicts, policy)
        found["policy_counts"] = policy_counts(verdicts, alternatives, min_cell=min_cell)
        found["policy_parameters"] = policy_parameters(parameters)
    if "ive" in other:
        named = files[(files["outcome"] == "read") & (files["kind"] == "ive")]
        for name in named["file"]:
            checked.append(ive_formula(other["ive"][other["ive"]["file"] == name], file=name))
    full = [c for c in checked if len(c)]
    found["checks"] = pd.concat(full, ignore_index=True) if full else pd.DataFrame()
    if (folder / "ledger.parquet").is_file():
        ledger = _read(folder / "ledger.parquet", "file, rule, action, cells")
        found["ledger_counts"] = ledger.groupby(["file", "rule", "action"], as_index=False)["cells"].sum()
    return found


def _read(path: Path, columns: str = "*") -> pd.DataFrame:
    with connection() as database:
        frame: pd.DataFrame = database.execute(
            f"SELECT {columns} FROM read_parquet(?)", [path.as_posix()]
        ).df()
    return frame
