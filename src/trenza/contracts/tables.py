"""The tables that cross a stage's border: every column with its kind, unit and meaning.

A stage writes a table through ``trenza.io.write_table`` and the next reads it through
``trenza.io.read_table``; both check the contract given here. pandera does the checking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trenza.contracts.audit_tables import AUDIT_CONTRACTS
from trenza.contracts.coded_tables import CODED_CONTRACTS
from trenza.contracts.columns import (
    SOURCE,
    SOURCE_ID,
    STUDY,
    Column,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.configuration_tables import CONFIGURATION_CONTRACTS
from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.contracts.effect_tables import EFFECT_CONTRACTS
from trenza.contracts.inference_tables import INFERENCE_CONTRACTS
from trenza.contracts.model_tables import MODEL_CONTRACTS
from trenza.contracts.panel_choice_tables import PANEL_CHOICE_CONTRACTS
from trenza.contracts.qualitative_tables import NEVER_IN_RESULTS, QUALITATIVE_CONTRACTS
from trenza.contracts.questionnaire_tables import QUESTIONNAIRE_CONTRACTS
from trenza.contracts.report_tables import REPORT_CONTRACTS
from trenza.contracts.result_columns import OUTCOME, RESULT, RESULT_KEY
from trenza.contracts.school_tables import SCHOOL_CONTRACTS
from trenza.contracts.selection_tables import SELECTION_CONTRACTS
from trenza.contracts.strand_tables import (
    CALLED_BY,
    CALLS,
    DIRECTIONS,
    QUALITATIVE_SIDES,
    QUANTITATIVE_SIDES,
    STRAND_CONTRACTS,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CALLS", "CONTRACTS", "DIRECTIONS", "QUALITATIVE_SIDES", "QUANTITATIVE_SIDES", "empty", "stacked"]


def _cell_counts(blank: bool = False) -> tuple[Column, ...]:
    withheld = "; blank when withheld" if blank else ""
    return (
        int_column("n_segments", f"coded segments{withheld}", blank),
        int_column("n_cases", f"schools with at least one such segment{withheld}", blank),
        *(int_column(d, f"segments that are {d}{withheld}", blank) for d in DIRECTIONS),
    )


CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        # clean
        Contract(
            "inputs",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("holds", "what the file holds"),
                text_column(
                    "file", "path below the project or below data_root; blank when simulated", blank=True
                ),
                text_column("where", "table, figure or page that prints it", blank=True),
                text_column("sha256", "of the file as read; blank when simulated", blank=True),
                int_column("rows", "rows read; blank for coded projects", blank=True),
                int_column("columns", "columns read; blank for coded projects", blank=True),
            ),
            ("source_id",),
        ),
        Contract(
            "ledger",
            (
                STUDY,
                SOURCE_ID,
                text_column("file", "path as in inputs"),
                int_column(
                    "row",
                    "line of the file, header = 1; for Stata and SPSS files the observation + 1; blank for a column",
                    blank=True,
                ),
                text_column("column", "column of the file; blank for a row left out", blank=True),
                text_column("rule", "what was done and why"),
                text_column("value", "what stood there", blank=True),
                text_column("new_value", "what stands there now; blank = missing", blank=True),
                int_column("cells", "cells that the line stands for; 1 but for whole columns and rows"),
            ),
            (),
        ),
        Contract(
            "flow",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                int_column("step", "order, from 1"),
                text_column("rule", "what was counted"),
                int_column("n", "rows"),
            ),
            ("source_id", "step"),
        ),
        Contract(
            "summaries",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                OUTCOME,
                int_column("n_participants", "units"),
                float_column("mean_participants", "outcome's unit", blank=False),
                float_column("sd_participants", "outcome's unit", blank=False),
                int_column("n_control", "units"),
                float_column("mean_control", "outcome's unit", blank=False),
                float_column("sd_control", "outcome's unit", blank=False),
                float_column("t", "as printed, turned to participants - control; blank where not printed"),
                float_column("df", "as printed"),
                float_column("p_value", "as printed"),
                *(
                    int_column(f"decimals_{c}", f"decimals printed for the {c}", blank=True)
                    for c in ("mean", "sd", "t", "df", "p_value")
                ),
                text_column("where", "table or page", blank=True),
            ),
            ("source_id", "outcome"),
        ),
        # describe
        Contract(
            "counts",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("unit", "what is counted"),
                text_column("role", "role, or all"),
                text_column("gender", "gender, or all"),
                text_column("municipality", "place, or all"),
                int_column("n", "as printed or counted"),
                text_column("printed_as", "cell, or total of cells", allowed=("cell", "total")),
                int_column("computed", "sum of the cells that a total covers; the cell itself otherwise"),
                bool_column("agrees", "n equals computed"),
                text_column("where", "table or page", blank=True),
            ),
            ("source_id", "unit", "role", "gender", "municipality"),
        ),
        Contract(
            "distribution",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                OUTCOME,
                text_column("group", "level of the group column, or unknown"),
                int_column("n", "values present; blank when suppressed", blank=True),
                int_column("n_missing", "values missing; blank when suppressed", blank=True),
                *(
                    float_column(s, "outcome's unit")
                    for s in ("mean", "sd", "min", "q25", "median", "q75", "max")
                ),
                bool_column("suppressed", "true when the cell is below the disclosure threshold"),
            ),
            ("source_id", "outcome", "group"),
        ),
        Contract(
            "ratings",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("item", "id in items.csv"),
                int_column("n", "respondents; blank where not printed", blank=True),
                float_column("mean", "points of the item's scale"),
                float_column("sd", "points; blank where not printed"),
                float_column("scale_min", "lowest point"),
                float_column("scale_max", "highest point"),
                float_column("share_of_range", "(mean - min) / (max - min), 0 to 1"),
                int_column("rank", "1 = highest mean"),
                text_column("where", "figure or page", blank=True),
                text_column("note", "remarks of the source", blank=True),
            ),
            ("source_id", "item"),
        ),
        # compare
        Contract(
            "groups",
            (
                *RESULT,
                float_column("sesoi", "smallest effect size of interest, in SD, as declared"),
                float_column("p_equivalence", "two one-sided tests against +-sesoi; blank without a sesoi"),
                float_column("p_holm", "Holm's correction over the comparison's outcomes"),
            ),
            RESULT_KEY,
        ),
        Contract(
            "design",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("check", "what is checked"),
                text_column("declared", "what study.yaml says"),
                text_column("found", "what the data say"),
                bool_column("agrees", "data and declaration agree"),
            ),
            ("source_id", "check"),
        ),
        # model
        Contract("discontinuity", RESULT, RESULT_KEY),
        Contract("mean_reversion", RESULT, RESULT_KEY),
        Contract(
            "bins",
            (
                STUDY,
                text_column("id", "discontinuity or regression-to-the-mean id"),
                SOURCE,
                text_column("curve", "take_up, outcome, or gain_without_programme"),
                text_column("side", "eligible, not_eligible or all"),
                float_column(
                    "x_low",
                    "lower edge of the bin, running variable's unit; blank where it would be one unit's own value",
                ),
                float_column("x_high", "upper edge"),
                float_column("x_mean", "mean of the running variable in the bin"),
                int_column("n", "units in the bin"),
                float_column("y_mean", "share (take_up) or outcome's unit"),
                float_column("y_se", "standard error of y_mean; blank for n < 2"),
            ),
            ("id", "curve", "side", "x_low"),
        ),
        # qualitative
        Contract(
            "segments",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                text_column("segment_id", "id of the coded segment"),
                text_column("case", "pseudonym of the school"),
                text_column("municipality", "place"),
                text_column("role", "role of the speaker"),
                text_column("participant", "took part in the programme", allowed=("yes", "no")),
                text_column("code", "code in codebook.csv"),
                text_column("direction", "how the segment bears on the programme", allowed=DIRECTIONS),
                text_column("text", "paraphrase or quotation"),
                text_column("text_es", "the same in Spanish, where the study gives it", blank=True),
            ),
            ("segment_id", "code"),
        ),
        Contract(
            "codes",
            (
                STUDY,
                SOURCE,
                text_column("code", "code in codebook.csv"),
                text_column("parent", "its parent; blank at the root", blank=True),
                text_column("path", "codes from the root, joined by /"),
                int_column("depth", "0 at the root"),
                bool_column("codable", "false for a folder"),
                *_cell_counts(),
                int_column("n_segments_below", "segments of the code and of all codes below it"),
                int_column("n_cases_total", "schools in the strand"),
            ),
            ("code",),
        ),
        Contract(
            "cells",
            (
                STUDY,
                SOURCE,
                text_column(
                    "by", "what the columns are", allowed=("role", "municipality", "participant", "case")
                ),
                text_column("level", "level of it"),
                text_column("code", "code"),
                *_cell_counts(blank=True),
            ),
            ("by", "level", "code"),
        ),
        # triangulate
        Contract(
            "convergence",
            (
                STUDY,
                text_column("link", "id in links.csv"),
                text_column("level", "level at which the strands join"),
                text_column("finding", "stage:id of the quantitative findings, joined by ;"),
                text_column("finding_source", "kind of number, of several findings joined by ;", blank=True),
                text_column("finding_file", "table that holds it, of several joined by ;", blank=True),
                float_column("estimate", "outcome's unit; this and the next five of one finding alone"),
                float_column("ci_low", "of the estimate; blank where none can be had"),
                float_column("ci_high", "of the estimate"),
                float_column("effect", "standardised"),
                float_column("effect_ci_low", "of the effect"),
                float_column("effect_ci_high", "of the effect"),
                text_column("expects", "what the finding would have to show; of several joined by ;"),
                text_column("quantitative_side", "by the declared rule", allowed=QUANTITATIVE_SIDES),
                text_column("quantitative_reason", "rule that fired"),
                text_column("codes", "codes, joined by ;"),
                text_column("code_expects", "direction that would support the proposition"),
                text_column("roles", "at the level of roles, those who are heard; joined by ;", blank=True),
                int_column("n_segments", "segments under the codes"),
                int_column("n_cases", "schools with such a segment"),
                int_column("n_cases_total", "schools in the strand"),
                float_column("share_expected", "share of segments in the expected direction"),
                float_column("agreement", "lowest of coders on the link's codes; blank where none is known"),
                text_column("qualitative_side", "by the declared rule", allowed=QUALITATIVE_SIDES),
                text_column("qualitative_reason", "rule that fired"),
                text_column("call", "convergence", allowed=CALLS),
                text_column(
                    "call_if_holm",
                    "the call with Holm-corrected p; same as call where there is none",
                    allowed=CALLS,
                ),
                text_column(
                    "call_by", "default table of calls, or another that is declared", allowed=CALLED_BY
                ),
            ),
            ("link",),
        ),
        Contract(
            "joint_display",
            (
                STUDY,
                text_column("link", "id in links.csv"),
                text_column("strand", "which side", allowed=("quantitative", "qualitative", "call")),
                text_column("item", "finding, code or call"),
                float_column("value", "effect, mean, or number of segments"),
                float_column("low", "lower limit"),
                float_column("high", "upper limit"),
                text_column("unit", "unit of value", blank=True),
                text_column("kind", "kind of number", blank=True),
                text_column("file", "results table that holds the cell"),
                text_column("row", "row of that table: column=value, joined by ;"),
            ),
            ("link", "strand", "item"),
        ),
        *DISPLAY_CONTRACTS.values(),
        *CONFIGURATION_CONTRACTS.values(),
        *STRAND_CONTRACTS,
        *SCHOOL_CONTRACTS,
        *INFERENCE_CONTRACTS,
        *MODEL_CONTRACTS,
        *EFFECT_CONTRACTS.values(),
        *PANEL_CHOICE_CONTRACTS.values(),
        *SELECTION_CONTRACTS.values(),
        *AUDIT_CONTRACTS,
        *QUESTIONNAIRE_CONTRACTS,
        *CODED_CONTRACTS,
        *(c for c in QUALITATIVE_CONTRACTS if c.name not in NEVER_IN_RESULTS),
        *REPORT_CONTRACTS,
    )
}


def empty(name: str) -> pd.DataFrame:
    """An empty table of contract ``name``: a stage with nothing declared writes this."""
    import pandas as pd

    return pd.DataFrame({c: [] for c in CONTRACTS[name].names})


def stacked(name: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All frames of contract ``name`` below each other, or an empty table of it.

    Empty frames are left out, because pandas would guess types from them.
    """
    import pandas as pd

    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else empty(name)
