"""The design of a programme on a panel of schools: who was treated when, compared with whom, over which years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

POOLS = ("never", "not_yet")
CHOSEN = ("lot", "score", "cutoff", "other")


@dataclass(frozen=True)
class PanelDesign:
    """One design, from plain values.

    ``unit``, ``year``, ``outcome``: columns of a table with one row a unit (school) and year.
    ``treated_in``: column with the first year in which the unit is treated, the same in all of its rows; blank = never.
    ``assignment``: column of the level at which treatment was given (commune, administration); standard errors are
    clustered there. ``pool``: who is compared: ``never`` treated, or also those ``not_yet`` treated in that year. A unit
    whose treatment begins after the last year used counts as never treated under ``not_yet`` and is left out under ``never``.
    ``baseline_years``: before any treatment; ``outcome_years``: the years judged. All other years are left out.
    ``weights``: column of pupils tested, or None. Then each school counts by its mean of the baseline years, the same
    in all years, so that the answer is about the average pupil; the growth model takes pupils tested in that year as
    precision. ``grade``, ``subject``: rows to take, where the table has columns of these names. ``dependency``: column
    whose changes are counted. ``chosen_by``: treatment was given by ``lot``, by a ``score`` of the baseline years (a rule on
    the outcome itself), by a ``cutoff`` on such a score, or by ``other`` means. ``estimand``: what is estimated, in words.
    ``balance_on``: columns of numbers that weighting makes alike beside the scores of the baseline years. ``chosen_on``: column of the score
    by which schools were chosen, where it is not the outcome: ANCOVA and weighting compare at its baseline mean too.
    """

    id: str
    unit: str
    year: str
    outcome: str
    treated_in: str
    assignment: str
    baseline_years: tuple[int, ...]
    outcome_years: tuple[int, ...]
    estimand: str
    pool: str = "not_yet"
    weights: str | None = None
    grade: str | None = None
    subject: str | None = None
    dependency: str | None = None
    chosen_by: str = "other"
    balance_on: tuple[str, ...] = ()
    chosen_on: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> PanelDesign:
        """The design of one entry of ``panels:`` in study.yaml; keys that are no field are left to their readers."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {
            k: tuple(v) if k.endswith("_years") or k == "balance_on" else v
            for k, v in settings.items()
            if k in known
        }
        return cls(**values)

    @property
    def years(self) -> tuple[int, ...]:
        """All years used, in order."""
        return tuple(sorted({*self.baseline_years, *self.outcome_years}))

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns of ``balance_on``, and that of ``chosen_on``."""
        return tuple(dict.fromkeys((*self.balance_on, *([self.chosen_on] if self.chosen_on else []))))

    @property
    def called_for(self) -> str:
        """The estimator that the design calls for; none of these, and so blank, where a cut-off decided.

        By lot: ``ancova``, since expected baselines are equal and adjusting for them is the most precise. By a score of
        the baseline years: ``ancova`` too, since schools chosen for low scores rise without any programme, in
        differences of changes as well, and only comparison at the same score takes that out. Else ``group_time``.
        """
        return {"other": "group_time", "cutoff": ""}.get(self.chosen_by, "ancova")
