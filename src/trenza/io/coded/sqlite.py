"""SQLite files of other programs, opened so that nothing in them can change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from trenza.io.grid import refusal

BEGINS = b"SQLite format 3\x00"


@contextmanager
def opened(path: Path, shown_as: str, what: str) -> Iterator[sqlite3.Connection]:
    """A read-only connection. Raises ``InputFaults``, also for what goes wrong while it is open.

    A write-ahead log beside the file is read along (its program may still be open), and left as it is.
    """
    try:
        with path.open("rb") as handle:
            start = handle.read(len(BEGINS))
    except OSError as error:
        raise refusal(shown_as, "a file that cannot be opened", "a file that you may read") from error
    if start != BEGINS:
        raise refusal(shown_as, "a file that is no SQLite database", what)
    log = path.with_name(path.name + "-wal")
    pending = log.is_file() and log.stat().st_size > 0
    mode = "mode=ro" if pending else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?{mode}", uri=True)
    try:
        # Text that is no UTF-8 must not end the reading.
        connection.text_factory = lambda data: data.decode("utf-8", errors="replace")
        yield connection
    except sqlite3.DatabaseError as error:
        raise refusal(shown_as, f"a database that is damaged or of another kind ({error})", what) from error
    finally:
        connection.close()


def columns_of(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Columns of every table, all in small letters."""
    names = [r[0] for r in connection.execute("select name from sqlite_master where type = 'table'")]
    return {
        name.lower(): {r[1].lower() for r in connection.execute(f'pragma table_info("{name}")')}
        for name in names
    }
