"""The QCAs of one study: those with enough cases as tables, the others as notes that say how many were at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trenza.configurations.places import qca_places
from trenza.configurations.solve import qca_tables
from trenza.contracts.configuration_tables import CONFIGURATION_CONTRACTS
from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.tables import stacked


def qca_study(
    entries: Sequence[Mapping[str, Any]],
    cases: Mapping[str, tuple[pd.DataFrame, set[str]]],
    themes: Mapping[str, pd.DataFrame],
    *,
    study: str,
    min_cell: int,
) -> dict[str, pd.DataFrame]:
    """The tables of ``CONFIGURATION_CONTRACTS`` and ``display_notes`` of the entries that show nothing.

    ``cases``: by id of the entry, its complete cases and their kinds of number; ``themes``: the tables that they were read from, as
    ``qca_places`` takes them. With fewer than ``min_cases`` nothing is
    computed: a truth table of few cases is mostly remainders and its solutions are mostly assumptions. Of real cases a row's
    number is withheld below ``min_cell``, with complementary suppression.
    """
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in CONFIGURATION_CONTRACTS}
    notes: list[dict[str, Any]] = []
    for entry in entries:
        rows, kinds = cases[entry["id"]]
        place = {"study": study, "display": "qca", "id": entry["id"], "n": len(rows)}
        if len(rows) < entry["min_cases"]:
            notes.append({**place, "reason": "too_few_cases", "needed": entry["min_cases"]})
            continue
        source = next(kind for kind in ("real", "simulated", "published") if kind in kinds)
        places = qca_places(entry, study=study, **themes)
        found = qca_tables(rows, entry, study=study, source=source, places=places)
        if source == "real":
            truth = found["qca_truth"]
            hidden = hidden_cells(truth["n"].to_numpy(dtype="int64"), min_cell)
            found["qca_truth"] = truth.assign(n=truth["n"].mask(np.asarray(hidden)))
        if found["qca_solutions"].empty:
            notes.append({**place, "reason": "no_sufficient_row", "needed": None})
        for name, table in found.items():
            made[name].append(table)
    kept = pd.DataFrame(notes, columns=["study", "display", "id", "reason", "n", "needed"])
    return {**{name: stacked(name, frames) for name, frames in made.items()}, "display_notes": kept}
