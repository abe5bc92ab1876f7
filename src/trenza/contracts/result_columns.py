"""The columns of one estimate, the same in every table of results."""

from __future__ import annotations

from trenza.contracts.columns import SOURCE, STUDY, float_column, int_column, text_column

OUTCOME = text_column("outcome", "id of the outcome in items.csv or of a derived column")

# The tidy result: one estimate a row, in compare and in model alike.
TIDY_RESULT = (
    STUDY,
    text_column("id", "id of the analysis: <comparison or model>_<outcome>"),
    text_column("term", "what is estimated"),
    int_column("n", "units of analysis in the estimate"),
    int_column("clusters", "clusters in the estimate; blank where there are none", blank=True),
    float_column("estimate", "in the outcome's own unit"),
    float_column("se", "standard error, same unit"),
    float_column("ci_low", "lower limit, same unit"),
    float_column("ci_high", "upper limit, same unit"),
    float_column("ci_level", "confidence level of both intervals, 0 to 1", blank=False),
    float_column("statistic", "t or z, see method"),
    float_column("df", "degrees of freedom of the statistic; blank for z"),
    float_column("p_value", "two-sided, uncorrected"),
    float_column("effect", "standardised effect, see effect_kind"),
    text_column("effect_kind", "how the effect is standardised", blank=True),
    text_column("method", "the procedure's name, with what it assumes"),
    text_column("note", "recorded warnings and missing assumptions", blank=True),
)
RESULT = (
    *TIDY_RESULT,
    OUTCOME,
    SOURCE,
    float_column("effect_ci_low", "lower limit of the effect"),
    float_column("effect_ci_high", "upper limit of the effect"),
)
RESULT_KEY = ("id", "term", "source", "method")
