"""The frame around a stage: its messages go to its log, a user's mistake is told without a traceback."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trenza.contracts.faults import TrenzaError


@contextmanager
def job(log: str) -> Iterator[None]:
    """Run the body with warnings and errors written to ``log``; end the process with code 1 on any error.

    A ``TrenzaError`` is a mistake in the input and is written as its message; anything else is a bug of the
    project and is written with its traceback.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle, warnings.catch_warnings():
        warnings.simplefilter("default")
        kept = sys.stderr
        sys.stderr = handle
        try:
            yield
        except TrenzaError as error:
            handle.write(f"{error}\n")
            sys.exit(1)
        except Exception:
            handle.write(
                "This is a bug in Trenza, not a mistake in your files. Please report what follows.\n"
            )
            traceback.print_exc(file=handle)
            sys.exit(1)
        finally:
            sys.stderr = kept
