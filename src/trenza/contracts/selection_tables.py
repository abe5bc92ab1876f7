"""The tables about noise in school means, groups chosen by a rule on them, and published claims held against both."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    SOURCE_ID,
    STUDY,
    Contract,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.result_columns import OUTCOME

DIRECTIONS_CLAIMED = ("positive", "null", "mixed", "negative", "target", "no_size")
# What a design can carry, from least to most.
QUALITY = (
    "programme_report",
    "before_after",
    "uncontrolled_comparison",
    "matched_comparison",
    "discontinuity",
    "review",
    "not_told",
)
# Those that compare like with like.
LIKE_WITH_LIKE = ("matched_comparison", "discontinuity")
CLAIM_ROLES = ("effect", "target", "falsification", "context")
RULE_TERMS = (
    "gain_chosen",
    "gain_rest",
    "observed_difference",
    "expected_analytic",
    "expected_simulated",
    "remainder",
    "expected_by_tests",
)
CHECKS = ("rule", "cohort", "cohort_seen", "sum", "counts")

_ID = text_column("id", "id of the analysis in study.yaml")

SELECTION_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "mean_noise",
            (
                STUDY,
                _ID,
                SOURCE,
                OUTCOME,
                int_column("pupils", "pupils tested, an example"),
                int_column("tests", "tests in the mean, an example"),
                float_column(
                    "reliability", "share of lasting variance in the mean of these tests, 0 to 1", False
                ),
                float_column("sd_of_mean", "noise of one test's mean, points", False),
                float_column(
                    "sd_of_change", "between two tests of a school that did not move, points", False
                ),
                float_column("lasting_sd", "between schools' levels, points", False),
                float_column("school_year_sd", "what moves a whole school in one year, points", False),
                float_column("pupil_sd", "of pupils within a school and year, points", False),
                int_column("schools", "schools that the variances rest on"),
                int_column("rows", "school-years that the variances rest on"),
                text_column("method", "how, and what it assumes"),
            ),
            ("id", "source", "outcome", "pupils", "tests"),
        ),
        Contract(
            "selection_rule",
            (
                STUDY,
                _ID,
                SOURCE,
                OUTCOME,
                text_column("term", "what is estimated", allowed=RULE_TERMS),
                int_column("tests", "tests that the rule looks at"),
                text_column(
                    "years", "these years; blank for a number of tests that is not at hand", blank=True
                ),
                int_column("outcome_year", "year of the outcome; blank likewise", blank=True),
                int_column("n_chosen", "schools that the rule takes; blank where none are drawn", blank=True),
                int_column("n_rest", "schools of the pool that it does not take", blank=True),
                float_column("share_chosen", "share of the pool that the rule takes, 0 to 1"),
                float_column("estimate", "points"),
                float_column("ci_low", "lower limit, points; of a simulation: quantile of its draws"),
                float_column("ci_high", "upper limit, points"),
                float_column("ci_level", "level of the interval, 0 to 1", False),
                text_column("method", "how, and what it assumes"),
                text_column("note", "what was left out", blank=True),
            ),
            ("id", "source", "term", "tests"),
        ),
        Contract(
            "reversion_bins",
            (
                STUDY,
                _ID,
                SOURCE,
                OUTCOME,
                int_column("bin", "from the lowest baseline score up, from 1"),
                int_column("n", "schools in the bin"),
                float_column("x_mean", "mean baseline score minus the pool's mean, points", False),
                float_column("gain_mean", "mean gain minus the pool's mean gain, points", False),
                float_column("gain_se", "its standard error, points"),
                float_column("expected", "gain that noise alone gives at these baselines, points", False),
                float_column(
                    "share_chosen",
                    "schools of the bin that the rule takes, 0 to 1; blank where they, or the others, are some but few",
                ),
            ),
            ("id", "source", "bin"),
        ),
        Contract(
            "rank_intervals",
            (
                STUDY,
                _ID,
                SOURCE,
                OUTCOME,
                int_column("year", "year of the league table"),
                int_column("bin", "group of schools of neighbouring ranks, from the lowest; 0 = all schools"),
                int_column("n", "schools in the group"),
                float_column("rank", "mean expected place, as a share of the list, 0 = lowest", False),
                float_column("low", "mean lower limit of the places that fit, same unit", False),
                float_column("high", "mean upper limit, same unit", False),
                float_column("ci_level", "level of a school's own interval, 0 to 1", False),
                float_column(
                    "share_apart", "schools of the group whose interval lies on one side of the middle", False
                ),
                text_column("method", "how, and what it assumes"),
            ),
            ("id", "source", "year", "bin"),
        ),
        Contract(
            "claims",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("claim", "id of the claim"),
                text_column("programme", "programme, a label of the study"),
                text_column("claimed_by", "who says so"),
                text_column("design", "what was compared"),
                text_column("quality", "what this design can carry", allowed=QUALITY),
                text_column("outcome", "outcome in words"),
                float_column("estimate", "as printed; blank where no size is printed"),
                text_column("unit", "SIMCE points, SD or share; blank where no size is printed", blank=True),
                float_column("se", "as printed"),
                text_column("direction", "as claimed", allowed=DIRECTIONS_CLAIMED),
                text_column("role", "what the figure is used for", allowed=CLAIM_ROLES),
                text_column("where", "page, chapter or table"),
                text_column("note", "remarks", blank=True),
            ),
            ("source_id", "claim"),
        ),
        Contract(
            "claim_checks",
            (
                STUDY,
                _ID,
                SOURCE,
                text_column("claim", "id of the claim, or claims joined by +"),
                text_column("check", "what it is held against", allowed=CHECKS),
                text_column("scenario", "assumption or case within the check", blank=True),
                float_column("claimed", "as printed; of counts: schools that rose", False),
                float_column("expected", "without any effect, same unit", False),
                float_column("low", "lower limit of what noise alone gives, same unit"),
                float_column("high", "upper limit, same unit"),
                float_column("ci_level", "level of these limits, 0 to 1"),
                float_column("chance", "chance of a figure at least this far from what is expected, 0 to 1"),
                int_column("n", "schools or pupils that it rests on", blank=True),
                text_column("method", "how, and what it assumes"),
            ),
            ("id", "source", "claim", "check", "scenario"),
        ),
    )
}
