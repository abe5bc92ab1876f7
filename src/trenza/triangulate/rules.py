"""The declared rules that turn a finding and its themes into one call.

Two sides are judged apart, each against the link's proposition, and a table of rules joins them. The words of
the calls are those of the triangulation protocol of Farmer, Robinson, Elliott & Eyles (2006, Qualitative
Health Research 16(3):377-394): two sets of results are compared in meaning and prominence, and in coverage
and examples; agreement is both, partial agreement one, silence that one set says nothing, dissonance that
they disagree on both. Farmer leaves the comparison to readers; these rules make a first reading computable
and open to objection.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from trenza.contracts.selection_tables import LIKE_WITH_LIKE
from trenza.contracts.tables import QUALITATIVE_SIDES
from trenza.triangulate.links import Expectation

# Every reason that a side can carry: a closed list, so that a report can word each of them.
QUANTITATIVE_REASONS = (
    "equivalent_within_sesoi", "interval_excludes_zero", "interval_excludes_zero_other_way",
    "interval_includes_zero", "no_interval",
    "rank_highest_descriptive", "rank_not_highest_descriptive",
    "rank_lowest_descriptive", "rank_not_lowest_descriptive",
    "rank_tied_descriptive", "rank_of_one_descriptive",
    "mean_reaches_bound_descriptive", "mean_misses_bound_descriptive",
    "not_found", "only_simulated", "no_group_contrast", "no_estimate", "no_estimator_called_for",
    "claimed_as_expected", "claimed_other_way", "claimed_without_direction", "claimed_by_weak_design",
    "findings_agree", "findings_differ",
)  # fmt: skip
QUALITATIVE_REASONS = (
    "no_segments", "only_simulated", "no_school_in_both", "too_few_cases", "agreement_below_floor",
    "share_in_expected_direction", "share_in_opposite_direction", "directions_differ",
)  # fmt: skip

# An ambivalent segment has no opposite.
OPPOSITE = {"enabling": "hindering", "hindering": "enabling"}


Calls = Mapping[str, Mapping[str, str]]


class Side(NamedTuple):
    """How one strand bears on a proposition, and the rule that said so."""

    side: str
    reason: str


class Rule(NamedTuple):
    """One cell of the table of calls."""

    call: str
    rationale: str


_SILENT = {
    "quantitative": Rule("silence", "No finding to set beside the theme: the numbers are silent."),
    "qualitative": Rule("silence", "No segment speaks of it: the interviews are silent."),
    "both": Rule("silence", "Neither strand says anything; there is nothing to join."),
}

# (quantitative side, qualitative side) -> call. All five by four cells are here, each with its reason.
CALL_RULES: dict[tuple[str, str], Rule] = {
    ("supports", "supports"): Rule(
        "agreement",
        "Both strands bear the proposition out, with enough schools behind the theme.",
    ),
    ("supports", "mixed"): Rule(
        "partial_agreement",
        "The number bears it out; the theme is heard, but in too few schools or in several directions.",
    ),
    ("supports", "opposes"): Rule(
        "dissonance",
        "The number bears it out and the theme says the contrary; both are decided.",
    ),
    ("equivalent", "supports"): Rule(
        "dissonance",
        "The test of equivalence rules out a difference as large as the smallest that matters; "
        "the theme says that there is one. Unlike a p value above alpha, this is evidence against.",
    ),
    ("equivalent", "mixed"): Rule(
        "partial_agreement",
        "The number rules out a difference that matters; the theme is heard but not decided, so it "
        "neither shares that reading nor contradicts it.",
    ),
    ("equivalent", "opposes"): Rule(
        "partial_agreement",
        "Neither bears the proposition out, but they do not say the same: a difference near zero is not the "
        "contrary that the theme reports. They meet in half of what is compared, no more.",
    ),
    ("uncertain", "supports"): Rule(
        "partial_agreement",
        "The theme bears it out; the number fits with it and with its absence. "
        "That an estimate is not significant is no evidence that there is nothing.",
    ),
    ("uncertain", "mixed"): Rule(
        "partial_agreement",
        "Both strands cover the matter and neither decides it; they meet in coverage, not in meaning.",
    ),
    ("uncertain", "opposes"): Rule(
        "partial_agreement",
        "The theme speaks against it; the number fits with that and with the contrary. "
        "What is undecided cannot contradict, so this is not dissonance, nor is it agreement against.",
    ),
    ("opposes", "supports"): Rule(
        "dissonance",
        "The theme bears it out and the number says the contrary; both are decided.",
    ),
    ("opposes", "mixed"): Rule(
        "partial_agreement",
        "The number speaks against it; the theme is heard, but in too few schools or in several directions.",
    ),
    ("opposes", "opposes"): Rule(
        "agreement",
        "Both strands speak against the proposition: they agree with each other, not with it. "
        "A report has to read the sides beside this call.",
    ),
    ("absent", "absent"): _SILENT["both"],
    **{("absent", q): _SILENT["quantitative"] for q in QUALITATIVE_SIDES if q != "absent"},
    **{(q, "absent"): _SILENT["qualitative"] for q in ("supports", "equivalent", "uncertain", "opposes")},
}


def call_of(quantitative: Side, qualitative: Side, calls: Calls | None = None) -> str:
    """The call for two sides, by the declared table ``calls`` or else by ``CALL_RULES``.

    A declared table has quantitative side -> qualitative side -> call for all sides that say something; where a
    strand is absent the call is silence, whatever is declared.
    """
    default = CALL_RULES[quantitative.side, qualitative.side].call
    return default if default == "silence" or not calls else calls[quantitative.side][qualitative.side]


def interval_sign(low: float, high: float) -> int | None:
    """1 or -1 if an interval lies wholly above or below zero, 0 if zero is in it or at its edge.

    None where a limit is missing.
    """
    if math.isnan(low) or math.isnan(high):
        return None
    return (low > 0) - (high < 0)


def difference_side(expected: Expectation, *, equivalent: bool, sign: int | None) -> Side:
    """The side of a difference between groups for ``higher``, ``lower`` or ``no_difference``.

    ``equivalent``: two one-sided tests place it within the smallest effect size of interest. ``sign``: the
    direction in which it is told from zero, 0 if it is not, None if that is unknown. The first that holds:

    1. equivalent: side ``equivalent`` (``supports`` if no difference was expected), even if the interval
       also excludes zero, since then it excludes everything that would matter as well;
    2. told from zero as expected: ``supports``;
    3. told from zero otherwise: ``opposes``;
    4. neither: ``uncertain``. Not being significant is never read as no effect.
    """
    if equivalent:
        return Side(
            "supports" if expected.word == "no_difference" else "equivalent", "equivalent_within_sesoi"
        )
    if sign is None:
        return Side("uncertain", "no_interval")
    if sign == 0:
        return Side("uncertain", "interval_includes_zero")
    if expected.word == "no_difference":
        return Side("opposes", "interval_excludes_zero")
    if sign == {"higher": 1, "lower": -1}[expected.word]:
        return Side("supports", "interval_excludes_zero")
    return Side("opposes", "interval_excludes_zero_other_way")


def rating_side(expected: Expectation, mean: float, others: Iterable[float]) -> Side:
    """The side of a rated item for ``highest``, ``lowest``, ``at_least`` or ``at_most`` (a limit counts in).

    ``mean`` and the means of the ``others`` of the same source are in points of the scale. Every reason ends
    in ``_descriptive``: the mean stands without an interval, so the side says how the printed means lie and
    no more. A rank that is shared, or that is a rank among one, decides nothing.
    """
    if expected.bound is not None:
        reached = mean >= expected.bound if expected.word == "at_least" else mean <= expected.bound
        if reached:
            return Side("supports", "mean_reaches_bound_descriptive")
        return Side("opposes", "mean_misses_bound_descriptive")
    known = [m for m in others if not math.isnan(m)]
    if not known:
        return Side("uncertain", "rank_of_one_descriptive")
    rival = max(known) if expected.word == "highest" else min(known)
    if mean == rival:
        return Side("uncertain", "rank_tied_descriptive")
    if (mean > rival) == (expected.word == "highest"):
        return Side("supports", f"rank_{expected.word}_descriptive")
    return Side("opposes", f"rank_not_{expected.word}_descriptive")


def claim_side(expected: Expectation, direction: str, quality: str) -> Side:
    """The side of a published claim, of which the direction alone is known, for ``higher`` or ``lower``.

    A claim of no effect, of mixed effects or without a direction decides nothing: no test of equivalence is known.
    Nor does one whose design (``quality``) does not compare like with like.
    """
    if quality not in LIKE_WITH_LIKE:
        return Side("uncertain", "claimed_by_weak_design")
    if direction not in ("positive", "negative"):
        return Side("uncertain", "claimed_without_direction")
    if (direction == "positive") == (expected.word == "higher"):
        return Side("supports", "claimed_as_expected")
    return Side("opposes", "claimed_other_way")


def findings_side(sides: Sequence[Side]) -> Side:
    """The side of several findings together: they decide only if all that are there say the same.

    Findings that are absent are left out; where those that are there differ, the side is ``uncertain``. One of
    several that supports is no support: the more findings, the likelier that one does by chance.
    """
    if len(sides) == 1:
        return sides[0]
    heard = [s for s in sides if s.side != "absent"] or [*sides]
    reasons = {s.reason for s in heard}
    if len({s.side for s in heard}) > 1:
        return Side("uncertain", "findings_differ")
    if len(reasons) == 1:
        return heard[0]
    return Side(heard[0].side, "not_found" if heard[0].side == "absent" else "findings_agree")


def qualitative_side(
    expected: str,
    directions: Sequence[str],
    *,
    n_cases: int,
    min_cases: int,
    min_share: float,
    share_cases: float = 1.0,
    min_case_share: float = 0.0,
    agreement: float = math.nan,
    min_agreement: float | None = None,
) -> Side:
    """The side of a theme from the ``directions`` of its segments, which come from ``n_cases`` schools.

    The first that holds: no segments: ``absent``; fewer schools than ``min_cases``, or a smaller share of them than
    ``min_case_share``: ``mixed``; coders known to agree less than ``min_agreement``: ``mixed`` (where no agreement
    is known, none can be below the floor); a share of ``min_share`` or more in the ``expected`` direction:
    ``supports``; in its opposite: ``opposes``; else ``mixed``. Ambivalent segments count in the whole and have no opposite. Where ``min_share`` is so low that
    both directions reach it, the theme is ``mixed``.
    """
    if not directions:
        return Side("absent", "no_segments")
    if n_cases < min_cases or share_cases < min_case_share:
        return Side("mixed", "too_few_cases")
    if min_agreement is not None and agreement < min_agreement:
        return Side("mixed", "agreement_below_floor")
    towards = directions.count(expected) / len(directions) >= min_share
    against = directions.count(OPPOSITE.get(expected, "")) / len(directions)
    opposed = expected in OPPOSITE and against >= min_share
    if towards and not opposed:
        return Side("supports", "share_in_expected_direction")
    if opposed and not towards:
        return Side("opposes", "share_in_opposite_direction")
    return Side("mixed", "directions_differ")
