"""Writing so that a killed run leaves either the old file or the new one, and reading back what was written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from trenza.contracts.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` atomically: a reader sees all of it or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with LF line ends on every platform, atomically."""
    write_bytes(path, text.encode("utf-8"))


def files_of(path: Path) -> list[str]:
    """The file itself, or all files of a folder and below; no hidden ones."""
    if not path.is_dir():
        return [path.as_posix()]
    inside = (p for p in sorted(path.rglob("*")) if p.is_file())
    return [p.as_posix() for p in inside if not any(n.startswith(".") for n in p.relative_to(path).parts)]


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks; of a folder that of its files' names and hashes."""
    if path.is_dir():
        told = [f"{Path(p).relative_to(path).as_posix()} {sha256(Path(p))}\n" for p in files_of(path)]
        return hashlib.sha256("".join(told).encode()).hexdigest()
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame that has no contract (cleaned records) as CSV: UTF-8, LF, shortest exact decimals."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def read_frame(path: Path, text_columns: list[str] | None = None) -> pd.DataFrame:
    """Read a CSV that ``write_frame`` wrote; ``text_columns`` stay text."""
    return parse_frame(path, text_columns)


def read_if_there(path: Path, columns: list[str]) -> pd.DataFrame:
    """A frame of text that ``write_frame`` wrote, or an empty one with these columns where there is no such file."""
    import pandas as pd

    return (
        read_frame(path, columns) if path.is_file() else pd.DataFrame({c: [] for c in columns}, dtype="str")
    )


def parse_frame(source: Path | TextIO, text_columns: list[str] | None = None) -> pd.DataFrame:
    """A frame from a CSV of the project's own form: comma, point, blank for missing, nothing else."""
    import pandas as pd

    return pd.read_csv(
        source, dtype=dict.fromkeys(text_columns or [], "str"), keep_default_na=False, na_values=[""]
    )


def write_table(frame: pd.DataFrame, path: Path, contract: str) -> None:
    """Check ``frame`` against the named contract and write it; raises ``ContractBroken``."""
    write_frame(CONTRACTS[contract].check(frame), path)


def read_table(path: Path, contract: str) -> pd.DataFrame:
    """Read a table and check it against the named contract; raises ``ContractBroken``."""
    kept = CONTRACTS[contract]
    return kept.check(read_frame(path, kept.text_columns))
