"""The tables beside the calls of convergence: findings of a link, overrides, how calls flip, meta-inferences."""

from __future__ import annotations

from trenza.contracts.columns import STUDY, Contract, bool_column, float_column, int_column, text_column

DIRECTIONS = ("enabling", "hindering", "ambivalent")
QUANTITATIVE_SIDES = ("supports", "equivalent", "uncertain", "opposes", "absent")
QUALITATIVE_SIDES = ("supports", "mixed", "opposes", "absent")
CALLS = ("agreement", "partial_agreement", "silence", "dissonance")
CALLED_BY = ("default", "declared")
FITS = ("confirmation", "expansion", "complementarity", "discordance")
# Thresholds that are moved to see whether a call holds.
MOVED = ("alpha", "min_cases", "min_share", "min_agreement", "sesoi_factor")
VIEWS = ("coder", "consensus", "union")

_LINK = text_column("link", "id in links.csv")

STRAND_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "link_findings",
        (
            STUDY,
            _LINK,
            text_column("finding", "stage:id of the quantitative finding"),
            text_column("expects", "what it would have to show"),
            text_column("finding_source", "kind of number", blank=True),
            text_column("file", "results table that holds it", blank=True),
            text_column("row", "row of that table: column=value, joined by ;", blank=True),
            float_column("estimate", "outcome's unit"),
            float_column("ci_low", "of the estimate; blank where none can be had"),
            float_column("ci_high", "of the estimate"),
            float_column("effect", "standardised"),
            float_column("effect_ci_low", "of the effect"),
            float_column("effect_ci_high", "of the effect"),
            text_column("direction", "of a published claim, as claimed", blank=True),
            text_column("side", "how it alone bears on the proposition", allowed=QUANTITATIVE_SIDES),
            text_column("reason", "rule that fired"),
        ),
        ("link", "finding"),
    ),
    Contract(
        "call_overrides",
        (
            STUDY,
            _LINK,
            text_column("researcher", "initials or pseudonym of who calls it so"),
            text_column("call", "what the researcher calls it", allowed=CALLS),
            text_column("computed", "the call by the declared rule", allowed=CALLS),
            bool_column("same", "both are the same"),
            text_column("date", "day of the researcher's call"),
            text_column("reason_en", "the researcher's, as written, for the English report"),
            text_column(
                "reason_es", "the same for the Spanish report; where one language is given, that one"
            ),
        ),
        ("link", "researcher"),
    ),
    Contract(
        "call_agreement",
        (
            STUDY,
            text_column("researcher_a", "initials or pseudonym"),
            text_column("researcher_b", "the other, or computed for the calls by the declared rule"),
            int_column("n_links", "links that both called"),
            float_column("percent", "share of them with the same call, 0 to 1"),
            float_column("kappa", "Cohen's kappa; blank where undefined"),
            float_column("ci_low", "lower limit over resampled links"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level, 0 to 1", blank=False),
            int_column("samples_defined", "samples in which kappa is defined"),
            text_column("method", "the statistic and how its interval is made"),
            text_column("note", "why there is no value or no interval", blank=True),
        ),
        ("researcher_a", "researcher_b"),
    ),
    Contract(
        "call_grid",
        (
            STUDY,
            _LINK,
            float_column("alpha", "level of tests, 0 to 1", blank=False),
            float_column("min_cases", "schools that a theme needs", blank=False),
            float_column("min_share", "share of segments that must point one way, 0 to 1", blank=False),
            float_column("min_agreement", "floor of agreement between coders; -1: none", blank=False),
            float_column("sesoi_factor", "multiple of the declared smallest effect of interest", blank=False),
            int_column("n_moved", "of these five, those that are not the declared one"),
            text_column("call", "the call at these thresholds", allowed=CALLS),
        ),
        ("link", *MOVED),
    ),
    Contract(
        "call_flips",
        (
            STUDY,
            _LINK,
            text_column("call", "the computed call", allowed=CALLS),
            int_column("n_grid", "combinations of thresholds tried"),
            int_column("n_same", "of these, with the same call"),
            float_column("share_same", "their ratio, 0 to 1", blank=False),
            text_column(
                "first_threshold", "the one that, moved alone, changes the call soonest", True, MOVED
            ),
            float_column("first_value", "its value there"),
            text_column("first_call", "the call there", blank=True, allowed=CALLS),
        ),
        ("link",),
    ),
    Contract(
        "call_coders",
        (
            STUDY,
            _LINK,
            text_column("view", "one coder, text all coders agree on, or text of any coder", allowed=VIEWS),
            text_column("coder", "id of the coder; blank for consensus and union", blank=True),
            int_column("n_segments", "statements under the codes"),
            int_column("n_cases", "cases with one"),
            int_column("n_cases_total", "cases looked at"),
            float_column("share_expected", "share of statements in the expected direction"),
            text_column("qualitative_side", "by the declared rule", allowed=QUALITATIVE_SIDES),
            text_column("call", "the call with this view", allowed=CALLS),
            bool_column("same", "it is the computed call"),
        ),
        ("link", "view", "coder"),
    ),
    Contract(
        "meta_inferences",
        (
            STUDY,
            text_column("meta_inference", "id in study.yaml"),
            text_column("fit", "how the strands fit, as declared", allowed=FITS),
            _LINK,
            text_column("quantitative_side", "by the declared rule", allowed=QUANTITATIVE_SIDES),
            text_column("qualitative_side", "by the declared rule", allowed=QUALITATIVE_SIDES),
            text_column("call", "the computed call", allowed=CALLS),
        ),
        ("meta_inference", "link"),
    ),
)
STRANDS = tuple(contract.name for contract in STRAND_CONTRACTS)
