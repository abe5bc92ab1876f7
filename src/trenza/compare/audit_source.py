"""The audit of a study's own published tables: printed n, means and SDs held against printed t, df and p."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from trenza.compare.audit_input import from_summaries
from trenza.compare.audit_table import audit_table
from trenza.contracts.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

AUDIT_TABLES = (
    "audit_findings",
    "audit_sizes",
    "audit_size_rows",
    "audit_rounding",
    "audit_decisions",
    "audit_conclusions",
)


def audit_source(
    summaries: pd.DataFrame, *, study: str, source_id: str, ci_level: float
) -> dict[str, pd.DataFrame]:
    """All tables of ``AUDIT_TABLES`` for one source of contract ``summaries``, whose t is participants - control.

    Decisions are judged at 1 - ``ci_level``. Raises nothing of its own: a frame that keeps its contract is audited.
    """
    audit = audit_table(from_summaries(summaries), sign="first_minus_second", alpha=round(1.0 - ci_level, 10))
    return {
        f"audit_{name}": CONTRACTS[f"audit_{name}"].check(
            getattr(audit, name).assign(study=study, table=source_id)
        )
        for name in asdict(audit)
    }
