"""The rating of What Works Clearinghouse that a study's design can reach, from assignment, attrition and baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ID = "wwc"
VERSION = "5.0"
SOURCE = "What Works Clearinghouse 2022, Procedures and Standards Handbook, version 5.0"
TITLE = {
    "en": "What Works Clearinghouse (rating of the design)",
    "es": "What Works Clearinghouse (calificación del diseño)",
}
ASKED = {
    "design": ("How units came into their groups", "Cómo llegaron las unidades a sus grupos"),
    "attrition": ("Loss of people, over all and by group", "Pérdida de personas, en total y por grupo"),
    "baseline": (
        "Difference of the groups before: 0.05 SD, or 0.25 SD with adjustment, at most",
        "Diferencia de los grupos antes: 0,05 DE, o 0,25 DE con ajuste, como máximo",
    ),
    "rating": ("Rating of the design", "Calificación del diseño"),
}


def wwc_found(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any]) -> dict[str, str]:
    """Finding by step (design, attrition, baseline, rating); empty where no groups are compared.

    ``tables``: finished tables by name, without simulated rows. A study file cannot say that units were drawn by lot, so
    the design is quasi-experimental. Such a study has to show baseline equivalence for every variable of table 1 (Hedges g
    or Cox index of at most 0.05 SD; above, up to 0.25 SD, the analysis must adjust for it, which the rating takes as
    open: ``adjust``). It reaches at best "meets standards with reservations", and with a difference above 0.25 SD,
    or none shown, it does not meet them. Low attrition cannot raise it; it is listed (``missing``: outcomes
    are, by table ``distribution``, and no boundary was applied). Cut-offs and panels have standards
    of their own, which are not applied here.
    """
    if not (study.get("design") or {}).get("group"):
        return {}
    baseline, lost = tables.get("baseline"), tables.get("attrition")
    bands = set(baseline["band"].dropna()) if baseline is not None and len(baseline) else set()
    # A row without a band shows no equivalence.
    unclear = baseline is not None and bool(len(baseline)) and bool(baseline["band"].isna().any())
    calls = sorted(set(lost["call"].dropna())) if lost is not None and len(lost) else []
    worst = next((b for b in ("not_satisfied", "adjust", "satisfied") if b in bands), "not_shown")
    if unclear and worst in ("adjust", "satisfied"):
        worst = "unclear"
    rating = {
        "satisfied": "with_reservations",
        "adjust": "if_adjusted",
        "not_satisfied": "does_not_meet",
        "not_shown": "does_not_meet",
        "unclear": "cannot_tell",
    }[worst]
    attrition = "high" if "high" in calls else "unknown" if "unknown" in calls or not calls else calls[0]
    if not calls and _outcomes_missing(tables):
        attrition = "missing"
    return {"design": "quasi_experiment", "attrition": attrition, "baseline": worst, "rating": rating}


def _outcomes_missing(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether table ``distribution`` counts missing values in one of the groups."""
    table = tables.get("distribution")
    if table is None or not {"group", "n_missing"} <= {*table.columns}:
        return False
    return bool((table.loc[~table["group"].isin(["all", "unknown"]), "n_missing"].fillna(0) > 0).any())
