"""The tables of joint displays beyond the side-by-side one: every row says where its cell stands."""

from __future__ import annotations

from trenza.contracts.columns import STUDY, Contract, bool_column, float_column, int_column, text_column
from trenza.contracts.result_columns import OUTCOME
from trenza.contracts.selection_tables import DIRECTIONS_CLAIMED, QUALITY

THEME_DIRECTIONS = ("enabling", "hindering", "ambivalent", "mixed", "not_reported")
NO_CLAIM = "not_measured"
PARTS = ("dimension", "theme", "effect")
SIDES = ("above", "below", "undecided")
BALANCES = ("enabling", "hindering", "balanced", "none", "withheld")
QUADRANTS = ("above_enabling", "above_hindering", "below_enabling", "below_hindering")
CHECKS = ("matched", "numbers_only", "themes_only", "neither", "not_linked")
TESTS = ("straw_in_the_wind", "hoop", "smoking_gun", "doubly_decisive")
PASSED = ("yes", "no", "undecided")
INFERENCES = (
    "strengthened", "weakened", "stands", "eliminated", "confirmed", "not_confirmed", "confirmed_alone", "undecided",
)  # fmt: skip
# Why a declared display holds nothing.
NOT_SHOWN = (
    "scores_simulated", "themes_simulated", "no_levels", "no_segments", "no_common_school",
    "too_few_cases", "no_sufficient_row",
)  # fmt: skip

# Where a cell can be read: file below the project's folder, and the rows of it.
FILE = text_column(
    "file", "results table, or study.yaml, that holds the cell; blank for an empty cell", blank=True
)
ROW = text_column(
    "row",
    "rows of that file: column=value joined by ;, rows joined by |; a key in study.yaml; blank for an empty cell",
    blank=True,
)  # fmt: skip

DISPLAY_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "case_comparison",
            (
                STUDY,
                text_column("programme", "id in case_comparison.programmes"),
                text_column("part", "what the cell is", allowed=PARTS),
                text_column("item", "id of the dimension, code of the theme, or id of the claim"),
                text_column("words_en", "what the source says of a dimension, in English", blank=True),
                text_column("words_es", "the same in Spanish", blank=True),
                text_column(
                    "direction",
                    "of a theme over the programme's cases, mixed where they differ; of a claim as claimed; blank for dimensions",
                    blank=True,
                    allowed=tuple(dict.fromkeys((*THEME_DIRECTIONS, *DIRECTIONS_CLAIMED, NO_CLAIM))),
                ),
                int_column("enabling", "cases of the programme in which the theme is enabling", blank=True),
                int_column("hindering", "cases in which it is hindering", blank=True),
                int_column("ambivalent", "cases in which it is ambivalent", blank=True),
                int_column("n_cases_total", "cases of the programme", blank=True),
                float_column("value", "size of the effect as printed; blank where none is printed"),
                text_column("unit", "unit of value", blank=True),
                text_column("quality", "what the claim's design can carry", blank=True, allowed=QUALITY),
                text_column("kind", "published, simulated or real; blank for an empty cell", blank=True),
                text_column("where", "place in the source; blank for an empty cell", blank=True),
                FILE,
                ROW,
            ),
            ("programme", "part", "item"),
        ),
        Contract(
            "school_level",
            (
                STUDY,
                text_column("id", "entry of school_level in study.yaml"),
                OUTCOME,
                text_column("school", "pseudonym as printed, number of real data, or name of a simulated school"),
                text_column("kind", "kind of the mode"),
                text_column("theme_kind", "kind of the segments"),
                float_column("mode", "what the school adds, outcome's unit, shrunken", blank=False),
                float_column("ci_low", "lower limit"),
                float_column("ci_high", "upper limit"),
                float_column("ci_level", "confidence level, 0 to 1", blank=False),
                float_column("shrinkage", "share of the school's own deviation that the mode keeps, 0 to 1; blank without variance"),
                text_column("side", "where the interval lies; undecided where it holds zero", allowed=SIDES),
                int_column("n_segments", "segments under the themes; blank when withheld", blank=True),
                *(int_column(d, f"segments that are {d}; blank when withheld", blank=True) for d in THEME_DIRECTIONS[:3]),
                float_column("balance", "(enabling - hindering) / segments, -1 to 1; blank without segments or when withheld"),
                text_column("theme", "sign of balance; none without segments; withheld for few", allowed=BALANCES),
                text_column("quadrant", "by the signs of mode and balance; blank where either is zero or missing", blank=True, allowed=QUADRANTS),
                bool_column("suppressed", "true when the themes are withheld by the disclosure threshold"),
                FILE,
                ROW,
                text_column("theme_file", "table that holds the segments; blank without segments or when withheld", blank=True),
                text_column("theme_row", "rows of that table", blank=True),
            ),
            ("id", "school"),
        ),
        Contract(
            "pillars",
            (
                STUDY,
                text_column("pillar", "id in pillars of study.yaml; blank for links without one and for what no link joins", blank=True),
                text_column("link", "id in links.csv; blank for what no link joins", blank=True),
                text_column("strand", "which side", allowed=("quantitative", "qualitative")),
                text_column("item", "finding or code"),
                float_column("value", "effect, mean, or number of segments"),
                float_column("low", "lower limit"),
                float_column("high", "upper limit"),
                text_column("unit", "unit of value", blank=True),
                text_column("kind", "kind of number; blank where the strand is silent", blank=True),
                text_column("check", "whether the other strand has something to match it with", allowed=CHECKS),
                text_column("call", "convergence of the link; blank for what no link joins", blank=True),
                FILE,
                ROW,
            ),
            ("link", "strand", "item"),
        ),
        Contract(
            "theme_statistics",
            (
                STUDY,
                text_column("link", "id in links.csv; blank for scores of people with and without a code", blank=True),
                text_column("code", "code"),
                int_column("n_segments", "segments of the code alone; blank where none are counted", blank=True),
                *(int_column(d, f"of these, {d}", blank=True) for d in THEME_DIRECTIONS[:3]),
                int_column("n_cases", "schools with such a segment", blank=True),
                text_column("statistic", "what stands beside the theme", allowed=("finding", "mean_with_code", "mean_without_code")),
                text_column("item", "finding of the link, or outcome"),
                float_column("value", "effect or mean"),
                float_column("low", "lower limit"),
                float_column("high", "upper limit"),
                text_column("unit", "unit of value", blank=True),
                text_column("kind", "kind of number; blank where there is none", blank=True),
                FILE,
                ROW,
                text_column("theme_file", "table that holds the counts of the theme", blank=True),
                text_column("theme_row", "row of that table", blank=True),
            ),
            ("link", "code", "statistic", "item"),
        ),
        Contract(
            "process_tests",
            (
                STUDY,
                text_column("hypothesis", "id in process_tests of study.yaml"),
                text_column("test", "id of the test"),
                text_column("kind", "kind of test", allowed=TESTS),
                text_column("link", "link whose side decides; blank where declared", blank=True),
                text_column("passed", "whether the evidence is as the hypothesis predicts", allowed=PASSED),
                text_column("passed_by", "computed from a link, or declared with its place", allowed=("computed", "declared")),
                text_column("inference", "what a test of this kind then says", allowed=INFERENCES),
                text_column("where", "place in the source; blank where computed", blank=True),
                float_column("if_true", "probability of the evidence if the hypothesis holds, declared"),
                float_column("if_false", "probability of it if not, declared"),
                float_column("likelihood_ratio", "how much the outcome moves the odds; blank without likelihoods or decision"),
                float_column("prior_odds", "odds before this test; blank without likelihoods"),
                float_column("posterior_odds", "odds after it; blank without likelihoods"),
                float_column("posterior", "probability after it; blank without likelihoods"),
                FILE,
                ROW,
            ),
            ("hypothesis", "test"),
        ),
        Contract(
            "display_notes",
            (
                STUDY,
                text_column("display", "table that holds nothing of what is declared"),
                text_column("id", "id of the entry"),
                text_column("reason", "why", allowed=NOT_SHOWN),
                int_column("n", "cases at hand", blank=True),
                int_column("needed", "cases that would be needed", blank=True),
            ),
            ("display", "id"),
        ),
    )
}  # fmt: skip
