"""The tables that say how far an effect on a panel hangs on one choice, one place, one year, or a cause that nobody measured."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    STUDY,
    Column,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.effect_tables import EFFECT_ROLES, ESTIMATORS

COUNTING = ("schools", "pupils")
POOLS = ("never", "not_yet")
# Where the choice makes no difference to the estimator.
EITHER = "either"

_ID = text_column("id", "id of the panel in study.yaml")
_ESTIMATOR = text_column("estimator", "what computed it", allowed=ESTIMATORS)
_INTERVAL: tuple[Column, ...] = (
    float_column("estimate", "outcome's unit; blank when withheld"),
    float_column("ci_low", "lower limit, same unit"),
    float_column("ci_high", "upper limit, same unit"),
    float_column("ci_level", "confidence level, 0 to 1", blank=False),
)

PANEL_CHOICE_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "panel_specifications",
            (
                STUDY,
                _ID,
                SOURCE,
                int_column("position", "place in the order of the estimates, from 1"),
                _ESTIMATOR,
                text_column("role", "called_for, beside or unsafe in this design", allowed=EFFECT_ROLES),
                text_column("pool", "who is compared, either where it is the same", allowed=(*POOLS, EITHER)),
                text_column("baseline", "baseline years: all, last, or the years themselves"),
                text_column("judged", "outcome years: all, first, last, or the years themselves"),
                text_column("counting", "whether a school counts once or by its pupils", allowed=COUNTING),
                bool_column("declared", "the choices of study.yaml"),
                *_INTERVAL,
            ),
            ("id", "source", "position"),
        ),
        Contract(
            "panel_left_out",
            (
                STUDY,
                _ID,
                SOURCE,
                int_column("position", "0 with all, then the units of assignment in order"),
                text_column("left_out", "unit of assignment; blank with all, or when withheld", True),
                int_column(
                    "schools_left_out", "schools of that unit, 0 with all; blank when withheld", blank=True
                ),
                int_column("schools", "schools of all units together"),
                _ESTIMATOR,
                *_INTERVAL,
            ),
            ("id", "source", "position"),
        ),
        Contract(
            "panel_placebo",
            (
                STUDY,
                _ID,
                SOURCE,
                _ESTIMATOR,
                int_column("placebo_year", "year made the start; blank for the real one", blank=True),
                text_column("placebo_outcome", "id of an outcome that cannot have changed; blank else", True),
                *_INTERVAL,
                bool_column(
                    "holds_zero", "the interval holds 0, as it should for a placebo; blank without one", True
                ),
            ),
            ("id", "source", "estimator", "placebo_year", "placebo_outcome"),
        ),
        Contract(
            "panel_unmeasured",
            (
                STUDY,
                _ID,
                SOURCE,
                _ESTIMATOR,
                *_INTERVAL,
                float_column(
                    "robustness",
                    "share of the rest of treatment and outcome, 0 to 1, to take the estimate to 0",
                ),
                float_column("robustness_interval", "the same for the interval to hold 0"),
                float_column(
                    "baseline_treated", "share of treatment that the baseline score explains, 0 to 1"
                ),
                float_column("baseline_outcome", "share of the rest of the outcome that it explains, 0 to 1"),
                float_column("effect_sd", "estimate in SDs between units at baseline"),
                float_column("e_value", "risk ratio with both that explains the estimate away, from 1"),
                float_column("e_value_interval", "the same for the limit nearer 0, from 1"),
                text_column("method", "how, and what it assumes"),
            ),
            ("id", "source", "estimator"),
        ),
    )
}
