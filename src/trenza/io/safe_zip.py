"""Zip archives that strangers made: nothing is unpacked to the disk, and archives made to do harm are refused."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.grid import refusal

MOST_ENTRIES = 100_000
MOST_BYTES_OF_AN_ENTRY = 2**31 - 1
MOST_BYTES_READ = 256_000_000
# Text shrinks to a fifth, a few times a hundredth; zeros to a thousandth.
MOST_SHRUNK, MAY_SHRINK_BYTES = 200, 10_000_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class SafeZip:
    """The entries of an archive, by their names as they stand; a context manager."""

    def __init__(self, path: Path, shown_as: str, what: str) -> None:
        """Open ``path``; ``what`` says in messages what it should be.

        Raises ``InputFaults`` for what is no zip archive, is locked or damaged, has names that lead out of a
        folder or stand twice, or would unpack to more than anybody's project holds.
        """
        self._file, self._what = shown_as, what
        try:
            self._zip = zipfile.ZipFile(path)
            entries = [e for e in self._zip.infolist() if not e.is_dir()]
        except _DAMAGED as error:
            raise refusal(shown_as, "a file that is no zip archive, or a damaged one", what) from error
        faults = [Fault(shown_as, e.filename, "", *told) for e in entries if (told := _wrong(e))]
        if len(entries) > MOST_ENTRIES:
            faults = [Fault(shown_as, "", "", f"{len(entries):,} entries", f"at most {MOST_ENTRIES:,}")]
        locked = [e.filename for e in entries if e.flag_bits & 1]
        if locked:
            faults += [
                Fault(shown_as, locked[0], "", f"{len(locked)} entries locked with a password", "no password")
            ]
        twice = [n for n, k in Counter(e.filename for e in entries).items() if k > 1]
        faults += [Fault(shown_as, n, "", "this name twice", "each name once") for n in twice]
        if faults:
            self._zip.close()
            raise InputFaults(faults)
        self.names = [e.filename for e in entries]

    def read(self, name: str) -> bytes:
        """An entry's bytes. Raises ``InputFaults`` where it is damaged or too large to be read."""
        try:
            with self._zip.open(name) as entry:
                data = entry.read(MOST_BYTES_READ + 1)
        except _DAMAGED as error:
            raise InputFaults([Fault(self._file, name, "", "a damaged entry", self._what)]) from error
        if len(data) > MOST_BYTES_READ:
            allowed = f"at most {MOST_BYTES_READ / 1e6:,.0f} MB"
            raise InputFaults([Fault(self._file, name, "", "an entry too large to be read", allowed)])
        return data

    def __enter__(self) -> SafeZip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


def _wrong(entry: zipfile.ZipInfo) -> tuple[str, str] | None:
    """What is wrong with an entry, and what is allowed."""
    name = entry.filename
    windows = PureWindowsPath(name)
    # zipfile turns backslashes and cuts at zero bytes on some systems: the name as stored counts.
    parts = {*PurePosixPath(name).parts, *windows.parts, *PureWindowsPath(entry.orig_filename).parts}
    if ".." in parts or name.startswith(("/", "\\")) or windows.drive or windows.root:
        return "a name that leads out of its folder", "names inside the archive"
    if entry.file_size > MOST_BYTES_OF_AN_ENTRY:
        return (
            f"an entry of {entry.file_size / 1e9:,.1f} GB",
            f"at most {MOST_BYTES_OF_AN_ENTRY / 1e9:.1f} GB",
        )
    shrunk = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size > MAY_SHRINK_BYTES and shrunk > MOST_SHRUNK:
        return f"an entry that unpacks to {shrunk:,.0f} times its size", f"at most {MOST_SHRUNK} times"
    return None
