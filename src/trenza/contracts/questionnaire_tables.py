"""The tables about questionnaires that cross a stage's border.

Of real people only counts and statistics of at least ``disclosure.min_cell`` are in the tables of describe; a
withheld cell is blank and says so in ``suppressed``.
"""

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

FLOW_KINDS = ("entered", "left_out", "stayed", "part")
MISSING_REASONS = ("not_answered", "missing_code", "out_of_range", "not_asked")
ATTRITION_CALLS = ("low_cautious", "low_optimistic", "high", "unknown")
KEYINGS = ("as_answered", "declared", "found")

_HEAD = (STUDY, SOURCE_ID, SOURCE)
_SCALE = text_column("scale", "id of the scale in items.csv")
_ITEM = text_column("item", "id of the item in items.csv")
_GROUP = text_column("group", "level of the group column; all, or unknown for people without a group")
_SUPPRESSED = bool_column("suppressed", "true when the cell is withheld for being small")
_METHOD = text_column("method", "the procedure's name, with what it assumes", blank=True)
_NOTE = text_column("note", "what was left out, missing assumptions, why a figure is blank", blank=True)

QUESTIONNAIRE_CONTRACTS = (
    # clean
    Contract(
        "accounts",
        (
            *_HEAD,
            text_column("file", "path as in inputs"),
            text_column("column", "column of the file"),
            text_column(
                "used_as", "item, school, person, ...; blank when the column is not read", blank=True
            ),
            int_column("cells_read", "cells of the column that are not blank, in all rows of data"),
            int_column("cells_carried", "of them, those whose value stands in the clean data"),
            int_column("cells_ledger", "of them, those that the ledger accounts for"),
            bool_column("agrees", "cells_read = cells_carried + cells_ledger"),
        ),
        ("source_id", "column"),
    ),
    Contract(
        "participant_flow",
        (
            *_HEAD,
            int_column("step", "order, from 1"),
            text_column("box", "what is counted: asked, rows_read, no_consent, not_eligible, repeated, ..."),
            text_column(
                "kind", "entered, left_out, stayed, or a part of those who stayed", allowed=FLOW_KINDS
            ),
            _GROUP,
            int_column("n", "people; blank when withheld", blank=True),
            _SUPPRESSED,
        ),
        ("source_id", "step", "group"),
    ),
    Contract(
        "linked",
        (
            STUDY,
            text_column("first", "source id of one questionnaire"),
            text_column("second", "source id of another"),
            text_column("by", "what people are linked by"),
            int_column("n_first", "people in the first; blank when withheld", blank=True),
            int_column("n_second", "people in the second; blank when withheld", blank=True),
            int_column("n_both", "people in both; blank when withheld", blank=True),
            int_column(
                "n_other_school", "of them, those whose school differs; blank when withheld", blank=True
            ),
            _SUPPRESSED,
        ),
        ("first", "second"),
    ),
    # describe
    Contract(
        "answers",
        (
            *_HEAD,
            _SCALE,
            _ITEM,
            _GROUP,
            int_column("position", "order of the answer, from 1"),
            float_column(
                "low", "lowest answer in the cell, points as answered (before any reversal)", blank=False
            ),
            float_column("high", "highest answer; above low where small cells were joined", blank=False),
            text_column(
                "word_en", "the answer in English; blank where it has none or cells were joined", blank=True
            ),
            text_column("word_es", "the answer in Spanish", blank=True),
            int_column("n", "people with this answer"),
            int_column("n_answered", "people of the group who answered the item"),
            float_column("share", "n / n_answered, 0 to 1", blank=False),
        ),
        ("source_id", "scale", "item", "group", "position"),
    ),
    Contract(
        "missingness",
        (
            *_HEAD,
            _ITEM,
            _GROUP,
            text_column("reason", "why there is no answer", allowed=MISSING_REASONS),
            int_column("n_people", "people of the group; blank when a reason is withheld", blank=True),
            int_column("n", "of them without an answer for this reason; blank when withheld", blank=True),
            float_column("share", "n / n_people, 0 to 1; blank when withheld"),
            _SUPPRESSED,
        ),
        ("source_id", "item", "group", "reason"),
    ),
    Contract(
        "item_statistics",
        (
            *_HEAD,
            _SCALE,
            _ITEM,
            int_column("n", "people who answered the item"),
            int_column("n_missing", "people asked who did not; blank when withheld", blank=True),
            float_column("mean", "points as answered"),
            float_column("sd", "points, divisor n - 1"),
            float_column("floor_share", "share at the lowest point; blank when withheld"),
            float_column("ceiling_share", "share at the highest point; blank when withheld"),
            text_column("key_declared", "as items.csv says", allowed=("straight", "reversed")),
            text_column(
                "key_found",
                "as the answers alone suggest; blank where they do not settle it",
                blank=True,
                allowed=("straight", "reversed"),
            ),
            float_column("item_rest", "correlation with the mean of the other items, keyed as declared"),
            float_column("item_rest_found", "the same, keyed as found"),
            float_column("alpha_without", "alpha of the scale without the item, keyed as declared"),
            float_column(
                "loading", "standardised, one-factor model, keyed as declared; blank where not fitted"
            ),
            bool_column("suspect", "the declared key contradicts the answers"),
            _NOTE,
        ),
        ("source_id", "scale", "item"),
    ),
    Contract(
        "reliability",
        (
            *_HEAD,
            _SCALE,
            _GROUP,
            text_column("coefficient", "alpha or omega", allowed=("alpha", "omega")),
            int_column("n", "people with all items of the scale; blank when withheld", blank=True),
            int_column("n_items", "items in the scale"),
            int_column("clusters", "schools of those people; blank where none are known", blank=True),
            float_column("estimate", "0 to 1; alpha can be negative"),
            float_column("ci_low", "lower limit"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level", blank=False),
            float_column("mean_r", "mean correlation between items, keyed as declared"),
            _METHOD,
            _NOTE,
            _SUPPRESSED,
        ),
        ("source_id", "scale", "group", "coefficient"),
    ),
    Contract(
        "reliability_difference",
        (
            *_HEAD,
            _SCALE,
            int_column("n_participants", "people with all items; blank when withheld", blank=True),
            int_column("n_control", "people with all items; blank when withheld", blank=True),
            float_column("alpha_participants", "0 to 1"),
            float_column("alpha_control", "0 to 1"),
            float_column("difference", "participants - control"),
            float_column("ci_low", "lower limit of the difference"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level", blank=False),
            float_column("statistic", "W of Feldt 1969, (1 - alpha control) / (1 - alpha participants)"),
            float_column("df1", "numerator degrees of freedom"),
            float_column("df2", "denominator degrees of freedom"),
            float_column("p_value", "two-sided"),
            _METHOD,
            _NOTE,
        ),
        ("source_id", "scale"),
    ),
    Contract(
        "school_agreement",
        (
            *_HEAD,
            _SCALE,
            int_column("n", "people with a score and a school"),
            int_column("clusters", "schools with such a person"),
            float_column("n_per_cluster", "typical number of people a school, n0 of Donner 1986"),
            float_column("icc1", "ICC(1): share of the variance between schools; can be negative"),
            float_column("icc1_low", "lower limit"),
            float_column("icc1_high", "upper limit"),
            float_column("ci_level", "confidence level", blank=False),
            float_column("icc2", "ICC(2): reliability of a school's mean at n_per_cluster; can be negative"),
            float_column("icc2_low", "lower limit"),
            float_column("icc2_high", "upper limit"),
            float_column("f_value", "F of the one-way analysis of variance"),
            float_column("df1", "its numerator degrees of freedom"),
            float_column("df2", "its denominator degrees of freedom"),
            float_column("p_value", "of F"),
            int_column("clusters_rwg", "schools with at least two people, in which rwg is defined"),
            float_column("rwg_mean", "mean of rwg(j) over schools, uniform null; 0 to 1"),
            float_column("rwg_median", "median over schools"),
            float_column("rwg_share_70", "share of these schools with rwg(j) of at least .70"),
            _METHOD,
            _NOTE,
        ),
        ("source_id", "scale"),
    ),
    Contract(
        "one_factor",
        (
            *_HEAD,
            _SCALE,
            int_column("n", "people with all items"),
            int_column("n_items", "items"),
            bool_column("fitted", "false where the note says why not"),
            float_column("chi2", "n times the least of the discrepancy function"),
            float_column("df", "degrees of freedom"),
            float_column("p_value", "of chi2"),
            float_column("cfi", "comparative fit index"),
            float_column("tli", "Tucker-Lewis index"),
            float_column("rmsea", "root mean square error of approximation"),
            float_column("rmsea_low", "lower limit, 90 %"),
            float_column("rmsea_high", "upper limit, 90 %"),
            float_column("srmr", "standardised root mean square residual"),
            _METHOD,
            _NOTE,
        ),
        ("source_id", "scale"),
    ),
    Contract(
        "score_checks",
        (
            *_HEAD,
            _SCALE,
            text_column("keying", "how items were turned round", allowed=KEYINGS),
            text_column("column", "column of the file that holds the published score"),
            int_column("n_published", "people with a published score"),
            int_column("n_computed", "people with a computed score"),
            int_column("n_both", "people with both scores"),
            int_column("n_agree", "of them, those in whom the two agree"),
            int_column("n_people", "people"),
            float_column("largest_difference", "points, where both are there"),
            float_column("mean_published", "mean of the published scores, points"),
            float_column("mean_computed", "mean of the computed scores, points"),
            bool_column("agrees", "all of n_both agree, and both scores are missing in the same people"),
            _NOTE,
        ),
        ("source_id", "scale", "keying"),
    ),
    Contract(
        "careless",
        (
            *_HEAD,
            _GROUP,
            text_column("index", "long_string, variability, even_odd, mahalanobis, speed, or any"),
            text_column("rule", "when a person is flagged"),
            int_column("n", "people in whom the index is defined; blank when withheld", blank=True),
            int_column("n_flagged", "people flagged; blank when withheld", blank=True),
            float_column("share", "n_flagged / n, 0 to 1; blank when withheld"),
            _SUPPRESSED,
            _NOTE,
        ),
        ("source_id", "group", "index"),
    ),
    Contract(
        "attrition",
        (
            STUDY,
            text_column("id", "what is compared: <source>, or <first>_<second> for two waves"),
            SOURCE,
            int_column(
                "n_participants_start",
                "people asked, or in the first wave; blank where not known",
                blank=True,
            ),
            int_column("n_participants_end", "of them, people analysed", blank=True),
            int_column(
                "n_control_start", "people asked, or in the first wave; blank where not known", blank=True
            ),
            int_column("n_control_end", "of them, people analysed", blank=True),
            float_column("overall", "share lost over both groups, 0 to 1"),
            float_column("differential", "absolute difference of the shares lost, 0 to 1"),
            float_column(
                "bound_cautious", "largest differential allowed at this overall share, cautious boundary"
            ),
            float_column("bound_optimistic", "the same, optimistic boundary"),
            text_column("call", "where the study lies", allowed=ATTRITION_CALLS),
            _METHOD,
            _NOTE,
            _SUPPRESSED,
        ),
        ("id",),
    ),
    Contract(
        "school_scores",
        (
            *_HEAD,
            text_column("outcome", "id of the scale"),
            int_column("rank", "schools in the order of their mean, from 1; says nothing of who they are"),
            int_column("n", "people of the school with a score"),
            float_column("mean", "outcome's unit"),
            float_column("low", "mean - one standard error, outcome's unit; blank for n < 2"),
            float_column("high", "mean + one standard error"),
            float_column("overall", "mean over all people with a score, the same in all rows of an outcome"),
        ),
        ("source_id", "outcome", "rank"),
    ),
    Contract(
        "shares",
        (
            *_HEAD,
            _ITEM,
            text_column("relation", "how the source puts it", allowed=("about", "over")),
            float_column("printed", "share as printed, 0 to 1", blank=False),
            float_column("low", "lowest share that the wording allows, 0 to 1", blank=False),
            float_column("high", "highest such share", blank=False),
            int_column("n", "people who may have answered"),
            text_column("counts", "whole numbers of n that give such a share, joined by ;", blank=True),
            text_column("where", "figure or page", blank=True),
        ),
        ("source_id", "item", "n"),
    ),
)
