"""The part of the model stage about selection rules on official scores and about published claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.selection_tables import SELECTION_CONTRACTS
from trenza.contracts.tables import stacked

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 1000


def rule_study(
    data: Mapping[str, pd.DataFrame],
    *,
    official: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    selection_rules: Sequence[Mapping[str, Any]],
    claim_checks: Sequence[Mapping[str, Any]],
    ci_level: float,
    min_cell: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Every table of ``SELECTION_CONTRACTS``, empty where the study has nothing for it.

    ``data``: cleaned data by source id; ``official``: SIMCE rows and communes of sources of official files. Raises one ``InputFaults`` with all faults.
    """
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in SELECTION_CONTRACTS}
    parts["claims"] = [data[sid] for sid, source in sources.items() if source["holds"] == "claims"]
    faults: list[Fault] = []
    rules = {}
    if selection_rules:
        from trenza.effects.rule_tables import rule_tables  # the engine is slow to load

        for entry in selection_rules:
            sid = entry["source"]
            try:
                rules[entry["id"]] = found = rule_tables(
                    official[sid][0],
                    entry,
                    study=study,
                    source=sources[sid]["kind"],
                    ci_level=ci_level,
                    min_cell=min_cell,
                    draws=DRAWS,
                    seed=seed,
                )
            except InputFaults as error:
                faults += error.faults
                continue
            for name, table in found.tables.items():
                parts[name].append(table)
    if claim_checks and not faults:
        from trenza.effects.claim_checks import check_claims

        claims = stacked("claims", parts["claims"])
        counted = [data[sid] for sid, source in sources.items() if source["holds"] == "counts"]
        counts = pd.concat(counted, ignore_index=True) if counted else None
        rows = []
        for entry in claim_checks:
            try:
                rows += check_claims(entry, claims, counts, rules, study=study, ci_level=ci_level)
            except InputFaults as error:
                faults += error.faults
        contract = SELECTION_CONTRACTS["claim_checks"]
        parts["claim_checks"] = [pd.DataFrame([{"study": study, **r} for r in rows], columns=contract.names)]
    if faults:
        raise InputFaults(faults)
    return {name: stacked(name, frames) for name, frames in parts.items()}
