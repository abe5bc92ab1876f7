"""Hand-made rows as contract tables, for the demos of the render room."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trenza.contracts.tables import CONTRACTS


def frame(contract: str, rows: list[dict[str, Any]], study: str = "demo") -> pd.DataFrame:
    """Rows as a table of the contract; columns that no row names are blank."""
    c = CONTRACTS[contract]
    full = [{**dict.fromkeys(c.names), "study": study, **row} for row in rows]
    return c.check(pd.DataFrame(full, columns=c.names))


def result(**values: Any) -> dict[str, Any]:
    """A tidy-result row with the usual level and source."""
    return {
        "ci_level": 0.95,
        "source": "published",
        "method": "Welch t test",
        "term": "participant - control",
        **values,
    }
