"""Whether a panel can carry its design: faults in plain words, the rows used, and a counted flow of schools."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.effect_tables import EFFECT_CONTRACTS
from trenza.contracts.faults import Fault, InputFaults
from trenza.effects.panel_design import CHOSEN, POOLS, PanelDesign
from trenza.effects.panel_flow import flow_rows
from trenza.effects.used_rows import Place

USED = ("unit", "year", "cluster", "cohort", "outcome", "weight", "pupils")


def check_panel(
    design: PanelDesign, frame: pd.DataFrame, *, study: str, source: str = "real"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that the estimators use, and the flow of schools (contract ``panel_flow``).

    The rows are sorted by unit and year and have the columns of ``USED``: cohort int64 is the year in which treatment
    begins, 0 for units of the comparison pool; weight float64 is constant within a unit (1 without ``weights``); pupils
    float64 is the number tested in that row (1 without); ``on_<column>`` float64 for each of ``covariates``. Rows without an outcome are no observations. Left out and
    counted: rows without assignment or pupils, treated units without a year before or after the start, comparison
    units with a single year.

    Raises ``InputFaults`` with all faults at once: missing columns; a year or grade never tested; baseline and
    outcome years that overlap, are empty, or do not lie on their sides of the first treatment; units treated before the
    first year used; no treated, one treated or no comparison unit; a treatment year or assignment that changes within
    a unit; two rows of one unit and year.
    """
    place = Place(f"study {study}, {source} records", f"panels.{design.id}")
    faults = _setting_faults(design, place) + _column_faults(design, frame, place)
    if faults:
        raise InputFaults(faults)
    rows, faults = _of_grade(design, frame, place)
    faults += _value_faults(design, rows, place)
    if faults:
        raise InputFaults(faults)
    table = _plain(design, rows)
    table, dropped = _within(design, table)
    faults = _group_faults(design, table, place)
    if faults:
        raise InputFaults(faults)
    used, more = _usable(table)
    faults = _group_faults(design, used, place, "tested before and after the start")
    if faults:
        raise InputFaults(faults)
    flow = flow_rows(design, table, used, {**dropped, **more})
    flow.insert(0, "study", study)
    flow.insert(1, "id", design.id)
    flow.insert(2, "source", source)
    columns = [*USED, *(f"on_{c}" for c in design.covariates)]
    used = used.assign(weight=_weights(design, used))[columns].reset_index(drop=True)
    return used, EFFECT_CONTRACTS["panel_flow"].check(flow)


def _setting_faults(design: PanelDesign, place: Place) -> list[Fault]:
    found = []
    if design.pool not in POOLS:
        found.append(place.fault("pool", repr(design.pool), f"one of {', '.join(POOLS)}"))
    if design.chosen_by not in CHOSEN:
        found.append(place.fault("chosen_by", repr(design.chosen_by), f"one of {', '.join(CHOSEN)}"))
    for name in ("baseline_years", "outcome_years"):
        if not getattr(design, name):
            allowed = "at least one year" + (" before treatment begins" if name == "baseline_years" else "")
            found.append(place.fault(name, "no year", allowed))
    both = sorted(set(design.baseline_years) & set(design.outcome_years))
    if both:
        found.append(
            place.fault("outcome_years", f"{_said(both)} among the baseline years too", "other years")
        )
    if not design.estimand.strip():
        found.append(place.fault("estimand", "nothing", "what is estimated, in words"))
    return found


def _column_faults(design: PanelDesign, frame: pd.DataFrame, place: Place) -> list[Fault]:
    names = [design.unit, design.year, design.outcome, design.treated_in, design.assignment]
    names += [n for n in (design.weights, design.dependency, *design.covariates) if n]
    names += [n for n in ("grade", "subject") if getattr(design, n) and n not in frame.columns]
    have = ", ".join(map(str, frame.columns))
    missing = [n for n in dict.fromkeys(names) if n not in frame.columns]
    return [place.fault(n, "no such column", f"one of {have}") for n in missing]


def _of_grade(design: PanelDesign, frame: pd.DataFrame, place: Place) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the grade and subject, and a fault for each year in which they hold no outcome."""
    rows, what = frame, []
    for name in ("grade", "subject"):
        wanted = getattr(design, name)
        if wanted is None:
            continue
        what.append(wanted)
        keep = rows[name].astype("str") == wanted
        if not keep.any():
            there = _said(sorted(set(rows[name].dropna().astype("str"))))
            return rows[:0], [
                place.fault(name, f"{wanted}, of which there is no row", there or "none is there")
            ]
        rows = rows[keep]
    tested = sorted({int(y) for y in rows.loc[rows[design.outcome].notna(), design.year].dropna()})
    label = " ".join([*what, design.outcome])
    faults = []
    for name in ("baseline_years", "outcome_years"):
        for year in sorted(set(getattr(design, name)) - set(tested)):
            allowed = f"years at hand: {_said(tested) or 'none'}; a year without a test is not filled in"
            faults.append(place.fault(name, f"{year}, in which {label} was never tested", allowed))
    return rows[rows[design.year].isin(design.years)], faults


def _value_faults(design: PanelDesign, rows: pd.DataFrame, place: Place) -> list[Fault]:
    found = []
    for column in dict.fromkeys(
        c for c in (design.outcome, design.treated_in, design.weights, *design.covariates) if c
    ):
        number = pd.to_numeric(rows[column], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
        wrong = (rows[column].notna().to_numpy() & np.isnan(number)) | np.isinf(number)
        if column == design.treated_in:
            wrong |= np.isfinite(number) & (number != np.floor(number))
        if column == design.weights:
            wrong |= number < 0.0
        if wrong.any():
            first = rows[column].astype(object).tolist()[int(np.flatnonzero(wrong)[0])]
            allowed = "a year or blank" if column == design.treated_in else "finite numbers and blanks"
            allowed = "pupils tested, 0 or more" if column == design.weights else allowed
            found.append(place.fault(column, f"{int(wrong.sum())} such as {first!r}", allowed))
    early = rows[rows[design.year].isin(design.baseline_years)]
    found += [
        place.fault(column, "no value in any of the baseline years", "numbers, measured before treatment")
        for column in design.covariates
        if not early[column].notna().any()
    ]
    if rows[design.unit].isna().any():
        blank = int(rows[design.unit].isna().sum())
        found.append(place.fault(design.unit, f"blank in {blank} rows", "a unit in every row"))
    twice = int(rows.duplicated([design.unit, design.year]).sum())
    if twice:
        found.append(
            place.fault(design.unit, f"{twice} rows of a unit and year that is there already", "one row each")
        )
    for column in (design.treated_in, design.assignment):
        changing = int((rows.groupby(design.unit, observed=True)[column].nunique(dropna=False) > 1).sum())
        if changing:
            found.append(
                place.fault(column, f"{changing} units with more than one value", "one value a unit")
            )
    return found


def _plain(design: PanelDesign, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows under the names of ``USED``, sorted; ``start`` is the treatment year or nan."""
    values: dict[str, Any] = {
        "unit": rows[design.unit].to_numpy(),
        "year": rows[design.year].to_numpy(dtype="int64"),
        "cluster": rows[design.assignment].astype(object).to_numpy(),
        "start": _number(rows[design.treated_in]),
        "outcome": _number(rows[design.outcome]),
        "pupils": np.ones(len(rows)) if design.weights is None else _number(rows[design.weights]),
        "dependency": None
        if design.dependency is None
        else rows[design.dependency].astype(object).to_numpy(),
        **{f"on_{c}": _number(rows[c]) for c in design.covariates},
    }
    return pd.DataFrame(values).sort_values(["unit", "year"], kind="stable").reset_index(drop=True)


def _within(design: PanelDesign, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Observations with assignment and pupils, of treated and comparison units; what fell out by step."""
    last = design.years[-1]
    later = table["start"] > last
    table = table.assign(cohort=np.where(table["start"].isna() | later, 0, table["start"]).astype("int64"))
    dropped: dict[str, pd.DataFrame] = {}
    steps = [
        ("no_score", table["outcome"].isna()),
        ("no_assignment", table["cluster"].isna()),
        ("no_pupils", ~(table["pupils"] > 0.0)),
        ("treated_after_last_year", later & (design.pool == "never")),
    ]
    keep = pd.Series(True, table.index)
    for name, gone in steps:
        dropped[name] = table[keep & gone]
        keep &= ~gone
    return table[keep], dropped


def _group_faults(
    design: PanelDesign, table: pd.DataFrame, place: Place, said: str = "with a score"
) -> list[Fault]:
    found = []
    units = table.drop_duplicates("unit")
    treated, first = units[units["cohort"] > 0], design.years[0]
    early = int((treated["cohort"] <= first).sum())
    if early:
        many = (
            f"{early} {'unit' if early == 1 else 'units'} treated in or before {first}, the first year used"
        )
        found.append(
            place.fault(
                design.treated_in, many, f"a first treatment year after {first}, or these units left out"
            )
        )
    if len(treated) < 2:
        many = "no treated school" if treated.empty else "one treated school"
        found.append(
            place.fault(design.treated_in, f"{many} {said}", "2 or more, with a blank for never treated")
        )
    starts = treated["cohort"].nunique()
    if len(treated) == len(units) and not (design.pool == "not_yet" and starts > 1):
        pool = "never treated" if design.pool == "never" else "never treated or not treated by the last year"
        found.append(place.fault(design.treated_in, f"no comparison school {said}", f"schools {pool}"))
    if len(treated) and not early:
        begin = int(treated["cohort"].min())
        wrong = [y for y in design.baseline_years if y >= begin]
        if wrong:
            found.append(
                place.fault(
                    "baseline_years",
                    f"{_said(wrong)}, when some schools are treated already",
                    f"years before {begin}",
                )
            )
        if max(design.outcome_years) < begin:
            found.append(
                place.fault(
                    "outcome_years", f"no year from {begin} on, when treatment begins", "a year after it"
                )
            )
    return found


def _usable(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Units that can show a change: treated ones with a year on both sides of the start, others with two years."""
    before = (table["year"] < table["cohort"]).groupby(table["unit"]).transform("sum")
    count = table.groupby("unit")["year"].transform("size")
    treated = table["cohort"] > 0
    only_after, only_before = treated & (before == 0), treated & (before == count)
    single = ~treated & (count < 2)
    gone = {
        "no_year_before": table[only_after],
        "no_year_after": table[only_before],
        "single_year": table[single],
    }
    return table[~(only_after | only_before | single)], gone


def _weights(design: PanelDesign, used: pd.DataFrame) -> np.ndarray:
    """One weight a unit: mean pupils of its baseline years, or of its first year used where it has none."""
    if design.weights is None:
        return np.ones(len(used))
    at_baseline = used[used["year"].isin(design.baseline_years)].groupby("unit")["pupils"].mean()
    first = used.groupby("unit")["pupils"].first()
    weight = at_baseline.reindex(first.index).fillna(first).reindex(used["unit"])
    return np.asarray(weight, dtype="float64")


def _number(column: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan))


def _said(values: Any) -> str:
    return ", ".join(str(v) for v in values)
