"""All joint displays that a study declares, beyond the side-by-side one of its links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.triangulate.case_comparison import case_comparison


def displays(
    declared: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], *, study: str
) -> dict[str, pd.DataFrame]:
    """The tables of ``contracts.display_tables`` by name; those that the study does not declare are empty.

    ``declared``: the keys of study.yaml that are called like these tables; ``tables``: finished tables by contract.
    """
    return {
        "case_comparison": case_comparison(
            declared["case_comparison"],
            study=study,
            case_themes=tables["case_themes"],
            claims=tables["claims"],
        )
    }
