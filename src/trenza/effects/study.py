"""The model stage of one study: every declared model, cut-off, regression to the mean and panel in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trenza.contracts.disclosure import small_groups
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.model_tables import LEVEL_NAMES, MODEL_TABLES
from trenza.contracts.tables import stacked
from trenza.effects.discontinuity import discontinuity
from trenza.effects.mean_reversion import gain_without_programme
from trenza.effects.panel import TABLES as PANEL_TABLES
from trenza.effects.panel_choices import CHOICE_TABLES
from trenza.effects.panel_study import declared_panel
from trenza.multilevel.declared import fit_declared

if TYPE_CHECKING:
    import pandas as pd


def model_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    models: Sequence[Mapping[str, Any]],
    discontinuities: Sequence[Mapping[str, Any]],
    regression_to_the_mean: Sequence[Mapping[str, Any]],
    panels: Sequence[Mapping[str, Any]],
    official: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    ci_level: float,
    min_cell: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Tables ``coef``, ``fit``, ``varcomp``, ``modes``, ``influence``, ``not_fitted``, ``discontinuity``, ``mean_reversion``, ``bins`` and those of panels.

    ``data``: records by source id. For models official sources have a row a school, grade and year (``SCHOOL_YEAR_COLUMNS``), no
    groups to compare, and files of which nobody knows beforehand what they hold: a model that they cannot carry is a row of
    ``not_fitted`` and stops nothing. ``official``: SIMCE rows and communes of such sources, for panels.
    Beside them ``level_names``, which is no result: the names of numbered levels of real data, for joining strands.
    Raises one ``InputFaults`` with the faults of all other analyses, groups of real data below ``min_cell`` among them.
    """
    parts: dict[str, list[pd.DataFrame]] = {
        **{name: [] for name in (*MODEL_TABLES, "level_names")},
        "discontinuity": [],
        "mean_reversion": [],
        "bins": [],
        **{name: [] for name in (*PANEL_TABLES, *CHOICE_TABLES)},
    }
    groups = {k: design[k] for k in ("group", "participants") if k in design}
    faults: list[Fault] = []

    def collect(names: tuple[str, ...], analysis: Mapping[str, Any], run: Any, **settings: Any) -> None:
        source = analysis["source"]
        kind, records = sources[source]["kind"], data[source]
        if kind == "real" and "group" in settings:
            single = [analysis[k] for k in ("outcome", "gain", "placebo") if k in analysis]
            outcomes = analysis.get("outcomes") or single
            levels = [design["participants"], design["control"]]
            faults.extend(
                small_groups(
                    records,
                    source_id=source,
                    group=design["group"],
                    levels=levels,
                    outcomes=outcomes,
                    min_cell=min_cell,
                )
            )
        try:
            tables = run(records, study=study, source=kind, ci_level=ci_level, **settings)
        except InputFaults as error:
            faults.extend(error.faults)
            return
        for name, table in zip(names, tables, strict=True):
            parts[name].append(table)

    for m in models:
        shared = min_cell if sources[m["source"]]["kind"] == "real" else None
        of_schools = sources[m["source"]]["holds"] == "official"
        who = {} if of_schools else {**groups, **{k: design[k] for k in ("control",) if k in design}}
        how = {"unit": "school", "lenient": True} if of_schools else {}
        collect((*MODEL_TABLES, "level_names"), m, _declared, model=m, min_cell=shared, **who, **how)
    for d in discontinuities:
        collect(
            ("discontinuity", "bins"),
            d,
            discontinuity,
            **groups,
            id=d["id"],
            outcome=d["outcome"],
            running=d["running"],
            cutoff=d["cutoff"],
            eligible=d["eligible"],
            bandwidth=d["bandwidth"],
            placebo_outcome=d.get("placebo"),
            min_cell=min_cell,
        )
    for r in regression_to_the_mean:
        collect(
            ("mean_reversion", "bins"),
            r,
            gain_without_programme,
            **groups,
            id=r["id"],
            baseline=r["baseline"],
            gain=r["gain"],
            control=design["control"],
            min_cell=min_cell,
        )
    for p in panels:
        kind = sources[p["source"]]["kind"]
        try:
            made = declared_panel(p, data, official, study=study, kind=kind, design=design, ci_level=ci_level, min_cell=min_cell,
                                  seed=seed)  # fmt: skip
        except InputFaults as error:
            faults.extend(error.faults)
            continue
        for name, table in made.items():
            parts[name].append(table)
    if faults:
        raise InputFaults(faults)
    import pandas as pd

    names = pd.concat([pd.DataFrame(columns=list(LEVEL_NAMES)), *parts.pop("level_names")], ignore_index=True)
    return {**{name: stacked(name, frames) for name, frames in parts.items()}, "level_names": names}


def _declared(records: pd.DataFrame, **settings: Any) -> list[pd.DataFrame]:
    """The tables of a declared model in the order of ``MODEL_TABLES``, and the names of its numbered levels."""
    made = fit_declared(records, **settings)
    return [made[name] for name in (*MODEL_TABLES, "level_names")]
