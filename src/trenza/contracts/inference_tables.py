"""The tables about the difference of two groups: every inference, effects in units of their own, verdicts, table 1."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    SOURCE_ID,
    STUDY,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.result_columns import OUTCOME, RESULT

ROLES = ("called_for", "beside", "ignores_clusters", "what_if")
READINGS = ("above_zero", "below_zero", "holds_zero", "not_computed")
BASELINE_BANDS = ("satisfied", "adjust", "not_satisfied")
EFFECT_KINDS = (
    "probability_of_superiority",
    "rank_biserial",
    "log_odds_ratio",
    "bayes_factor_10",
)

_DESIGN = text_column(
    "assignment", "design as declared: same_clusters, different_clusters; blank without clusters", blank=True
)

INFERENCE_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "inferences",
        (
            *RESULT,
            _DESIGN,
            text_column(
                "role",
                "called_for by the design, beside it, ignores_clusters, or what_if the design were the other",
                allowed=ROLES,
            ),
            int_column("position", "order in which an outcome's rows are shown, from 1"),
        ),
        ("id", "term", "source", "method"),
    ),
    Contract(
        "effect_sizes",
        RESULT,
        ("id", "term", "source", "effect_kind", "method"),
    ),
    Contract(
        "verdicts",
        (
            *RESULT,
            _DESIGN,
            text_column("called_for", "procedure that the design calls for"),
            bool_column("stands_in", "true: it needs rows, and the test of the individuals stands in for it"),
            text_column("why", "why the design calls for that procedure"),
            text_column("reading", "where the interval lies", allowed=READINGS),
            int_column("family", "outcomes over which Holm and Benjamini-Hochberg run"),
            float_column("p_holm", "Holm's correction over the family"),
            float_column("p_bh", "Benjamini and Hochberg's correction over the family"),
            float_column("sesoi", "smallest effect size of interest, in SD, as declared"),
            float_column("p_equivalence", "two one-sided tests of the difference against +-sesoi"),
            float_column(
                "equivalence_low",
                "lower limit at 1 - 2 alpha of the difference, pooled SDs, no small-sample factor",
            ),
            float_column(
                "equivalence_high",
                "upper limit; both within +-sesoi exactly where p_equivalence is below alpha",
            ),
            float_column("sd", "pooled SD within groups, outcome's unit", blank=False),
            float_column("icc", "share of variance between clusters given the group, estimated, 0 to 1"),
            float_column("mdes_sd", "minimum detectable effect of this design, SDs, 80% power"),
            float_column("mdes", "the same in the outcome's unit"),
            float_column("mdes_other_sd", "what-if: of the other design with the same units, SDs"),
        ),
        ("id", "term", "source"),
    ),
    Contract(
        "detectable",
        (
            STUDY,
            text_column("id", "comparison_outcome"),
            OUTCOME,
            SOURCE,
            _DESIGN,
            int_column("position", "1 is the one that the verdict goes by"),
            float_column("icc", "intraclass correlation, 0 to 1; blank without clusters"),
            bool_column("icc_estimated", "from these data; else assumed"),
            float_column("mdes_sd", "minimum detectable effect of this design, SDs, 80% power"),
            float_column("mdes", "the same in the outcome's unit"),
            float_column("mdes_other_sd", "what-if: of the other design with the same units, SDs"),
        ),
        ("id", "source", "position"),
    ),
    Contract(
        "baseline",
        (
            STUDY,
            SOURCE_ID,
            SOURCE,
            text_column("variable", "column"),
            text_column("level", "level of a categorical column; blank for a number", blank=True),
            int_column("n_participants", "values present; blank when suppressed", blank=True),
            int_column("n_control", "values present; blank when suppressed", blank=True),
            int_column("missing_participants", "blanks; blank when suppressed", blank=True),
            int_column("missing_control", "blanks; blank when suppressed", blank=True),
            float_column("mean_participants", "variable's unit; share 0 to 1 for a level"),
            float_column("mean_control", "variable's unit; share 0 to 1 for a level"),
            float_column("sd_participants", "variable's unit; blank for a level"),
            float_column("sd_control", "variable's unit; blank for a level"),
            float_column("difference_sd", "standardised difference, participants - control, see method"),
            text_column(
                "band", "baseline band; blank without a difference", blank=True, allowed=BASELINE_BANDS
            ),
            text_column("method", "how the difference is standardised"),
            text_column("note", "why there is none", blank=True),
            bool_column("suppressed", "true when a cell is below the disclosure threshold"),
        ),
        ("source_id", "variable", "level"),
    ),
)
