"""Which rows the strands are joined from: never simulated ones, but in a rehearsal, where there is nothing else.

A rehearsal is a study all of whose sources are simulated: a researcher sees every display before the data are there.
Nothing in it can be taken for a finding, since no number of it is anybody's. As soon as one source is real or
published, simulated rows beside it are not read. This is the one place that decides it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# A study's own data come before figures printed about it.
_FOUND = ("real", "published")
_MADE = ("simulated",)


def is_rehearsal(sources: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether every source of a study (key ``sources`` of study.yaml) is simulated; a study without sources is none."""
    return bool(sources) and all(source["kind"] == "simulated" for source in sources.values())


def kinds_read(rehearsal: bool) -> tuple[str, ...]:
    """The kinds of number that may be joined, first choice first."""
    return _MADE if rehearsal else _FOUND


def rows_read(table: pd.DataFrame, rehearsal: bool) -> pd.DataFrame:
    """The rows of ``table`` (with a column source) that may be joined."""
    return table[(table["source"] == "simulated") if rehearsal else (table["source"] != "simulated")]


def sources_read(sources: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Ids of the sources that may be joined."""
    kinds = kinds_read(is_rehearsal(sources))
    return {sid for sid, source in sources.items() if source["kind"] in kinds}
