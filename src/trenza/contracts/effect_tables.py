"""The tables about programmes on panels of schools: flow, baseline, effects, sensitivity, what could be found."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    STUDY,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.inference_tables import BASELINE_BANDS
from trenza.contracts.result_columns import RESULT

ESTIMATORS = ("gain", "ancova", "weighting", "two_way", "group_time", "imputation", "growth")
AGGREGATIONS = ("overall", "event", "cohort", "cell", "pre_trend", "other")
EFFECT_ROLES = ("called_for", "beside", "unsafe")

_ID = text_column("id", "id of the panel in study.yaml")

EFFECT_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "panel_flow",
            (
                STUDY,
                _ID,
                SOURCE,
                int_column("position", "order in which the steps are shown, from 1"),
                text_column("step", "step of the flow"),
                int_column("treated", "treated units at this step"),
                int_column("comparison", "units of the comparison pool at this step"),
                int_column("rows", "rows, one a unit and year"),
                text_column("note", "what the step counts"),
            ),
            ("id", "source", "step"),
        ),
        Contract(
            "panel_overlap",
            (
                STUDY,
                _ID,
                SOURCE,
                text_column("variable", "what is compared before treatment"),
                int_column("n_treated", "treated units with a value"),
                int_column("n_comparison", "comparison units with a value"),
                float_column("mean_treated", "outcome's unit, or pupils"),
                float_column("mean_comparison", "outcome's unit, or pupils"),
                float_column("sd_treated", "between units, same unit"),
                float_column("sd_comparison", "between units, same unit"),
                float_column("difference_sd", "Hedges g, treated - comparison, SDs between units"),
                text_column("band", "baseline band of WWC; blank without a difference", True, BASELINE_BANDS),
                float_column(
                    "share_inside", "treated between the 5th and the 95th percentile of comparison, 0 to 1"
                ),
            ),
            ("id", "source", "variable"),
        ),
        Contract(
            "panel_trends",
            (
                STUDY,
                _ID,
                SOURCE,
                int_column("cohort", "year in which treatment begins; 0 is the comparison pool"),
                int_column("year", "year of the outcome"),
                int_column("schools", "units tested in that year; blank when suppressed", blank=True),
                int_column("clusters", "clusters of these units; blank when suppressed", blank=True),
                float_column("estimate", "mean over units by their weights, outcome's unit"),
                float_column("se", "clustered at the level of assignment, same unit"),
                float_column("ci_low", "lower limit, same unit"),
                float_column("ci_high", "upper limit, same unit"),
                float_column("ci_level", "confidence level, 0 to 1", blank=False),
                bool_column("suppressed", "true when fewer units than the disclosure threshold"),
            ),
            ("id", "source", "cohort", "year"),
        ),
        Contract(
            "panel_effects",
            (
                *RESULT,
                text_column("estimator", "what computed it", allowed=ESTIMATORS),
                text_column(
                    "role", "called_for by the design, beside it, or unsafe in it", allowed=EFFECT_ROLES
                ),
                text_column("aggregation", "over what it averages", allowed=AGGREGATIONS),
                text_column("estimand", "what is estimated, in words"),
                int_column("cohort", "year in which treatment begins; blank where averaged over", blank=True),
                int_column("year", "year of the outcome; blank where averaged over", blank=True),
                int_column(
                    "event_time", "tests since the start, 0 is the first test under treatment", blank=True
                ),
                int_column("treated_units", "treated units in the estimate", blank=True),
                int_column("treated_clusters", "treated clusters in the estimate", blank=True),
                float_column("band_low", "lower limit of the simultaneous band, outcome's unit"),
                float_column("band_high", "upper limit of the simultaneous band, outcome's unit"),
            ),
            ("id", "term", "source", "method"),
        ),
        Contract(
            "panel_sensitivity",
            (
                STUDY,
                _ID,
                SOURCE,
                text_column("target", "what is made robust: first_test or average"),
                float_column(
                    "m", "step of the trends apart, as a multiple of the largest one before treatment", False
                ),
                float_column("estimate", "with parallel trends, outcome's unit"),
                float_column("set_low", "lower end of the estimated identified set, outcome's unit"),
                float_column("set_high", "upper end, outcome's unit"),
                float_column("ci_low", "lower limit for the identified set, outcome's unit"),
                float_column("ci_high", "upper limit for the identified set, outcome's unit"),
                float_column("ci_level", "confidence level, 0 to 1", blank=False),
                bool_column("holds_zero", "the interval holds 0"),
                bool_column("breakdown", "this m is the smallest at which the interval holds 0"),
                text_column("method", "how, and what it assumes"),
            ),
            ("id", "source", "target", "m", "breakdown"),
        ),
        Contract(
            "panel_diagnostics",
            (
                STUDY,
                _ID,
                SOURCE,
                text_column("quantity", "what is told of the two-way estimate"),
                float_column("value", "see meaning; blank where it cannot be told"),
                text_column("meaning", "in words, with the unit"),
            ),
            ("id", "source", "quantity"),
        ),
        Contract(
            "panel_detectable",
            (
                STUDY,
                _ID,
                SOURCE,
                int_column("treated_clusters", "treated clusters"),
                int_column("comparison_clusters", "clusters of the comparison pool"),
                float_column("icc_of_change", "share of the variance of change between clusters, 0 to 1"),
                float_column("sd_of_change", "SD between units of the change, outcome's unit"),
                float_column("mdes", "minimum detectable effect, outcome's unit, 80% power"),
                float_column("mdes_sd", "the same in SDs between units at baseline"),
                float_column("df", "degrees of freedom"),
                float_column("ci_level", "confidence level of the test, 0 to 1", blank=False),
                text_column("method", "the formula"),
            ),
            ("id", "source"),
        ),
        Contract(
            "panel_balance",
            (
                STUDY,
                _ID,
                SOURCE,
                text_column("variable", "baseline_outcome_<year>, pupils_tested, or a column of balance_on"),
                bool_column("covariate", "a column of balance_on"),
                bool_column("balanced", "the weights were made to meet it"),
                int_column("n_treated", "treated units with all values that are balanced"),
                int_column("n_comparison", "units that never begin, with all these values"),
                float_column(
                    "effective_comparison",
                    "comparison units that the weights leave (Kish); blank without weights",
                ),
                float_column("largest_share", "largest weight of one comparison unit, 0 to 1"),
                float_column("mean_treated", "outcome's unit, pupils, or the covariate's"),
                float_column("mean_comparison_before", "same unit"),
                float_column("mean_comparison_after", "same unit, weighted; blank without weights"),
                float_column("sd_ratio_before", "SD of the treated over that of the comparison"),
                float_column("sd_ratio_after", "the same with the weights"),
                float_column(
                    "difference_sd_before", "Hedges g, treated - comparison, SDs between unweighted units"
                ),
                float_column("difference_sd_after", "the same with the weights, over the same SD"),
                text_column(
                    "band_before", "baseline band of WWC; blank without a difference", True, BASELINE_BANDS
                ),
                text_column("band_after", "the same with the weights", True, BASELINE_BANDS),
                float_column(
                    "share_inside", "treated between the 5th and the 95th percentile of comparison, 0 to 1"
                ),
            ),
            ("id", "source", "variable"),
        ),
    )
}
