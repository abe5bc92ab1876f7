"""Means and SDs that study.yaml assumes, as a table like that of printed ones: for studies that print none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

# Assumed figures are met to so many decimals, as printed ones are met to those that are printed.
DECIMALS = 2


def assumed_summaries(means: Mapping[str, Any], *, study: str, source_id: str) -> pd.DataFrame:
    """The key ``means`` of a simulated source, keeping contract ``summaries``: one row an outcome, in their order.

    ``means``: by outcome, ``participants`` and ``control`` with ``n`` (people), ``mean`` and ``sd`` (outcome's unit).
    """
    import pandas as pd

    contract = CONTRACTS["summaries"]
    rows = [
        {
            "study": study, "source_id": source_id, "source": "simulated", "outcome": outcome,
            "decimals_mean": DECIMALS, "decimals_sd": DECIMALS,
            **{f"{name}_{group}": figures[name] for group, figures in groups.items() for name in ("n", "mean", "sd")},
        }
        for outcome, groups in means.items()
    ]  # fmt: skip
    return contract.check(pd.DataFrame(rows, columns=contract.names))
