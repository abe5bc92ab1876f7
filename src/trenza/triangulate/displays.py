"""All joint displays that a study declares, beyond the side-by-side one of its links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.triangulate.case_comparison import case_comparison
from trenza.triangulate.pillars import pillars
from trenza.triangulate.process_tracing import process_tests
from trenza.triangulate.school_level import school_level
from trenza.triangulate.theme_statistics import theme_statistics

# Finished tables that displays and cases of a QCA are made from.
DISPLAY_INPUTS = (
    "verdicts", "ratings", "claims", "modes", "varcomp", "codes", "segments", "case_themes", "code_scores",
)  # fmt: skip


def displays(
    declared: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    *,
    study: str,
    convergence: pd.DataFrame,
    joint_display: pd.DataFrame,
    min_cell: int,
    rehearsal: bool = False,
) -> dict[str, pd.DataFrame]:
    """The tables of ``contracts.display_tables`` by name; those that the study does not declare are empty.

    ``declared``: the keys of study.yaml that are called like these tables; ``tables``: finished tables by
    contract, ``modes`` with the column ``name`` of ``school_names``; ``rehearsal``: see
    ``contracts.rehearsal``.
    """
    given = {"study": study, **{n: tables[n] for n in ("codes", "case_themes", "claims")}}
    schools, notes = school_level(
        declared["school_level"],
        study=study,
        min_cell=min_cell,
        **{n: tables[n] for n in ("modes", "varcomp", "codes", "segments")},
    )
    contract = DISPLAY_CONTRACTS["display_notes"]
    return {
        "case_comparison": case_comparison(
            declared["case_comparison"],
            study=study,
            case_themes=tables["case_themes"],
            claims=tables["claims"],
        ),
        "school_level": schools,
        "pillars": pillars(
            declared["pillars"],
            joint_display=joint_display,
            verdicts=tables["verdicts"],
            ratings=tables["ratings"],
            rehearsal=rehearsal,
            **given,
        ),
        "theme_statistics": theme_statistics(
            study=study,
            joint_display=joint_display,
            codes=tables["codes"],
            code_scores=tables["code_scores"],
        ),
        "process_tests": process_tests(declared["process_tests"], study=study, convergence=convergence),
        "display_notes": contract.check(pd.DataFrame(notes, columns=contract.names)),
    }
