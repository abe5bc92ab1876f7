"""What a report was made from: versions, hashes of the inputs, settings of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.io.provenance import versions

if TYPE_CHECKING:
    import pandas as pd

# Where the data lie, and in which formats a report is wanted, is the user's own business and changes no result.
UNTOLD = ("data_root", "formats", "studies", "studies_dir")


def describe_run(
    study: str, inputs: pd.DataFrame, files: pd.DataFrame, settings: Mapping[str, Any]
) -> pd.DataFrame:
    """Table ``manifest`` from tables ``inputs`` and ``files`` (official files, one by one) and the run's settings."""
    import pandas as pd

    rows = [("version", name, value) for name, value in versions().items()]
    for table in (inputs, files):
        read = table.dropna(subset=["sha256"])
        rows += [("input", file, digest) for file, digest in zip(read["file"], read["sha256"], strict=True)]
    told = {key: value for key, value in settings.items() if key not in UNTOLD}
    rows += [("setting", key, value) for key, value in _flat(told)]
    frame = pd.DataFrame(rows, columns=["kind", "name", "value"]).drop_duplicates(["kind", "name"])
    return frame.assign(study=study)


def _flat(settings: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Every setting with its keys joined by points; a list is one setting."""
    found = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{above}{key}.")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            found.append((f"{above}{key}", text))
    return found
