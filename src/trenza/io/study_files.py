"""Reading the files of config/: YAML in which no key may stand twice, CSV as rows of text."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.files import parse_frame
from trenza.io.raw import read_csv_rows

if TYPE_CHECKING:
    import pandas as pd


class _StrictLoader(yaml.SafeLoader):
    """YAML without its silent traps: repeated keys, yes/no read as true/false, dates read as dates."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.MarkedYAMLError(
                problem=f"the key {key!r}, which YAML reads as a number; put it in quotes",
                problem_mark=key_node.start_mark,
            )
        if key in keys:
            raise yaml.MarkedYAMLError(
                problem=f"the key '{key}' stands twice", problem_mark=key_node.start_mark
            )
        keys.add(key)
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_LEFT_OUT = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag not in _LEFT_OUT]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# As in YAML 1.2: only true and false are truth values; yes, no, on and off are words.
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_yaml(path: Path, shown_as: str) -> dict[str, Any]:
    """Parse a YAML file of keys and values; raises ``InputFaults`` with the line of a mistake."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = str(error.problem_mark.line + 1) if error.problem_mark else ""
        raise InputFaults(
            [Fault(shown_as, line, "", error.problem or "a mistake", "YAML, each key once")]
        ) from error
    except yaml.YAMLError as error:
        raise InputFaults(
            [Fault(shown_as, "", "", str(error).splitlines()[0], "YAML without control characters")]
        ) from error
    except UnicodeDecodeError as error:
        raise InputFaults(
            [Fault(shown_as, "", "", "a byte that is not UTF-8", "a file saved as UTF-8")]
        ) from error
    if not isinstance(value, dict):
        raise InputFaults([Fault(shown_as, "", "", "no keys", "keys with values, see config/README.md")])
    return value


def read_rows(path: Path, shown_as: str) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a configuration CSV as text, stripped; raises ``InputFaults``."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise InputFaults(
            [Fault(shown_as, "", "", "a workbook of a spreadsheet", "a CSV file: save it as CSV UTF-8")]
        )
    header, *body = read_csv_rows(path, shown_as)
    return header, [dict(zip(header, (cell.strip() for cell in row), strict=True)) for row in body]


def read_study_table(path: Path) -> pd.DataFrame:
    """items.csv, codebook.csv or links.csv as a frame: read as ``read_rows`` reads it, whatever saved it."""
    header, rows = read_rows(path, path.as_posix())
    text = StringIO(newline="")
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return parse_frame(StringIO(text.getvalue()), ["missing_codes"])


def read_optional(paths: Sequence[str], columns: list[str]) -> pd.DataFrame:
    """The first file as ``read_study_table`` reads it, all of it as text, or an empty frame where there is none."""
    import pandas as pd

    if not paths:
        return pd.DataFrame({c: [] for c in columns}, dtype="str")
    _, rows = read_rows(Path(paths[0]), str(paths[0]))
    return pd.DataFrame(rows, dtype="str").reindex(columns=columns)
