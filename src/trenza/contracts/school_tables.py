"""The tables about official school files that cross a stage's border.

All rest on schools' published means, so the unit is the school; ``pupils`` counts the pupils behind them.
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

GRADES = ("2b", "4b", "6b", "8b", "2m")
SUBJECTS = ("lect", "mate", "nat", "soc")
DEPENDENCIES = ("municipal", "subsidised", "private", "delegated", "slep")
SCORE_STATUSES = (
    "ok",
    "too_few",
    "not_representative",
    "no_report",
    "extended_test",
    "did_not_sit",
    "no_value",
    "undocumented",
)
CHANGE_STATUSES = (
    "ok",
    "too_few",
    "previous_marked",
    "not_representative",
    "not_comparable",
    "no_report",
    "extended_test",
    "did_not_sit",
    "no_value",
    "undocumented",
)
# What a row of a school in a year holds for the models of a study, see official/school_years.py.
SCHOOL_YEAR_COLUMNS = (
    "school",
    "commune",
    "region",
    "grade",
    "year",
    "ses_group",
    "dependency",
    "rural",
    *SUBJECTS,
    *(f"pupils_{subject}" for subject in SUBJECTS),
)
ACTIONS = ("missing", "changed", "flagged", "refused", "not_carried", "recoded")
FILE_OUTCOMES = ("read", "refused", "not_data")

_HEAD = (STUDY, SOURCE_ID, SOURCE)
_GRADE = text_column("grade", "grade that sat the test", allowed=GRADES)
_YEAR = int_column("year", "year of the test")
_SUBJECT = text_column("subject", "subject of the test", allowed=SUBJECTS)
_CELL = (
    text_column(
        "breakdown",
        "by what schools are grouped: all, dependency, ses_group, ses_group_baseline, pupils (year_changes)",
    ),
    text_column("level", "the group; all for the whole, unknown for schools without a group"),
)
_SUPPRESSED = bool_column("suppressed", "true when the cell is withheld for being small")
_INTERVAL = (
    float_column("estimate", "points, or share 0 to 1, see term"),
    float_column("se", "standard error, communes as the units that vary (see clusters), else schools"),
    float_column("ci_low", "lower limit"),
    float_column("ci_high", "upper limit"),
    float_column("ci_level", "confidence level, 0 to 1", blank=False),
    float_column("df", "degrees of freedom of the t interval"),
)

SCHOOL_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "files",
        (
            *_HEAD,
            text_column("file", "path below data_root"),
            text_column("outcome", "what came of it", allowed=FILE_OUTCOMES),
            text_column(
                "kind", "simce, idps, sac, sned, ive, directory, slep; blank when refused", blank=True
            ),
            text_column("grade", "grade, where the file has one", blank=True),
            int_column("year", "year of the data", blank=True),
            text_column("version", "the file's own version mark", blank=True),
            text_column("build_date", "date on which the file was built, as YYYY-MM-DD", blank=True),
            bool_column("preliminary", "the file says that it is preliminary", blank=True),
            int_column("rows", "rows read", blank=True),
            int_column("schools_sat", "schools that sat the test (SIMCE)", blank=True),
            text_column("sha256", "of the file as read", blank=True),
            text_column("message", "why it was refused or left aside", blank=True),
        ),
        ("source_id", "file"),
    ),
    Contract(
        "ledger_counts",
        (
            *_HEAD,
            text_column("file", "path below data_root"),
            text_column("rule", "rule of src/trenza/official/dialects/rules.csv"),
            text_column("action", "what the rule does", allowed=ACTIONS),
            int_column("cells", "cells (for not_carried and recoded: of whole columns)"),
        ),
        ("source_id", "file", "rule", "action"),
    ),
    Contract(
        "missing",
        (
            *_HEAD,
            _GRADE,
            _YEAR,
            _SUBJECT,
            text_column("what", "score, change or standards", allowed=("score", "change", "standards")),
            text_column(
                "status", "status of the score or change; score_withheld or too_few beside standards"
            ),
            text_column("reason", "cause that the file gives; blank where it gives none", blank=True),
            bool_column("has_value", "a value is there in spite of the status"),
            int_column("schools", "schools; blank when suppressed", blank=True),
            int_column("of_schools", "schools in the file"),
            float_column("share", "schools / of_schools, 0 to 1; blank when suppressed"),
            _SUPPRESSED,
        ),
        ("source_id", "grade", "year", "subject", "what", "status", "reason", "has_value"),
    ),
    Contract(
        "score_distribution",
        (
            *_HEAD,
            _GRADE,
            _YEAR,
            _SUBJECT,
            *_CELL,
            int_column("schools", "schools with a score of status ok; blank when suppressed", blank=True),
            int_column("pupils", "pupils tested in them; blank when suppressed", blank=True),
            float_column("mean_points", "plain mean of school scores"),
            float_column("sd_points", "SD of school scores"),
            *(
                float_column(f"q{q}_points", f"{q} % quantile of school scores")
                for q in ("05", "25", "50", "75", "95")
            ),
            _SUPPRESSED,
        ),
        ("source_id", "grade", "year", "subject", "breakdown", "level"),
    ),
    Contract(
        "trends",
        (
            *_HEAD,
            _GRADE,
            _YEAR,
            _SUBJECT,
            *_CELL,
            text_column(
                "term",
                "mean_points: pupil-weighted mean; change_points: against since_year, the first test at hand; "
                "step_points: against since_year, the test before at hand; share_withheld: schools that tested the "
                "subject but have no score of status ok; share_pupils_withheld: pupils tested in them; "
                "share_insufficient and share_adequate: pupils",
            ),
            int_column("since_year", "year that a change is counted from; blank for a level", blank=True),
            int_column("schools", "schools in the estimate; blank when suppressed", blank=True),
            int_column("pupils", "pupils in them; blank when suppressed", blank=True),
            int_column("clusters", "communes as the units that vary; blank where schools are", blank=True),
            *_INTERVAL,
            float_column("effect", "standardised change; blank for levels and shares"),
            text_column("effect_kind", "how the effect is standardised", blank=True),
            bool_column("preliminary", "rests on a preliminary file"),
            text_column("method", "the procedure's name, with what it assumes"),
            text_column("note", "remarks and missing assumptions", blank=True),
            _SUPPRESSED,
        ),
        ("source_id", "grade", "year", "subject", "breakdown", "level", "term"),
    ),
    Contract(
        "gaps",
        (
            *_HEAD,
            _GRADE,
            _YEAR,
            _SUBJECT,
            text_column("breakdown", "dependency or ses_group"),
            text_column("upper", "group whose mean is taken"),
            text_column("lower", "group whose mean is subtracted"),
            text_column(
                "term", "gap_points, or change_points of the gap", allowed=("gap_points", "change_points")
            ),
            int_column("since_year", "year that a change is counted from; blank for a gap", blank=True),
            int_column("schools_upper", "schools; blank when suppressed", blank=True),
            int_column("schools_lower", "schools; blank when suppressed", blank=True),
            int_column("pupils", "pupils in both; blank when suppressed", blank=True),
            int_column("clusters", "communes as the units that vary; blank where schools are", blank=True),
            *_INTERVAL,
            float_column("effect", "gap / SD of school scores, weighted by pupils"),
            text_column("effect_kind", "how the effect is standardised", blank=True),
            bool_column("preliminary", "rests on a preliminary file"),
            text_column("method", "the procedure's name, with what it assumes"),
            text_column("note", "remarks and missing assumptions", blank=True),
            _SUPPRESSED,
        ),
        ("source_id", "grade", "year", "subject", "breakdown", "upper", "lower", "term"),
    ),
    Contract(
        "year_changes",
        (
            *_HEAD,
            _GRADE,
            _YEAR,
            int_column("since_year", "test before"),
            _SUBJECT,
            *_CELL,
            int_column(
                "schools", "schools with a score of status ok in both; blank when suppressed", blank=True
            ),
            float_column("mean_points", "plain mean of the schools' changes"),
            float_column("sd_points", "SD of the changes"),
            *(
                float_column(f"q{q}_points", f"{q} % quantile of the changes")
                for q in ("05", "25", "50", "75", "95")
            ),
            float_column("correlation", "of the two scores, over schools"),
            float_column(
                "share_up",
                "schools marked significantly up, of those marked; blank where none is, or they or the others are few",
            ),
            float_column("share_down", "schools marked significantly down; blank as share_up"),
            _SUPPRESSED,
        ),
        ("source_id", "grade", "year", "since_year", "subject", "breakdown", "level"),
    ),
    Contract(
        "checks",
        (
            *_HEAD,
            text_column("file", "path below data_root; two joined by ' - ' for a pair"),
            text_column("check", "what is checked, see src/trenza/official/checks.py"),
            text_column("subject", "subject; blank where the check covers the file", blank=True),
            float_column("expected", "value from outside; blank for a check row by row"),
            float_column("found", "value computed here; share of rows that hold for a check row by row"),
            int_column("rows_checked", "rows that could be checked", blank=True),
            int_column("rows_failed", "rows that fail", blank=True),
            bool_column("agrees", "the check passes"),
            text_column("origin", "where the expected value comes from"),
        ),
        ("source_id", "file", "check", "subject"),
    ),
    Contract(
        "check_failures",
        (
            *_HEAD,
            text_column("file", "path below data_root; two joined by ' - ' for a pair"),
            text_column("check", "check that the row fails"),
            text_column("subject", "subject; blank where the check is of the school", blank=True),
            text_column("school", "salted pseudonym, never the RBD"),
        ),
        ("source_id", "file", "check", "subject", "school"),
    ),
    Contract(
        "policy_counts",
        (
            *_HEAD,
            text_column("rule", "rule of src/trenza/official/rules/policy.yaml"),
            _YEAR,
            text_column(
                "setting", "as declared, or the one parameter that was changed to see what hangs on it"
            ),
            text_column(
                "result", "result of the rule; what the files let say, not what an authority decided"
            ),
            int_column("schools", "schools; blank when suppressed", blank=True),
            int_column("of_schools", "schools in the file of that year"),
            _SUPPRESSED,
        ),
        ("source_id", "rule", "year", "setting", "result"),
    ),
    Contract(
        "policy_parameters",
        (
            *_HEAD,
            text_column("rule", "rule of src/trenza/official/rules/policy.yaml"),
            text_column("law", "law or source of the rule"),
            int_column("year", "year of the law", blank=True),
            text_column("parameter", "name of the parameter"),
            text_column("value", "value in use", blank=True),
            text_column("origin", "where the value comes from", blank=True),
            bool_column("open", "the sources leave it open"),
            text_column("why", "why this value where it is open", blank=True),
            bool_column("given", "set in study.yaml"),
        ),
        ("source_id", "rule", "parameter"),
    ),
)
