"""The tables that cross a stage's border: every column with its kind, unit and meaning.

A stage writes a table through ``trenza.io.write_table`` and the next reads it through
``trenza.io.read_table``; both check the contract given here. pandera does the checking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import ContractBroken

if TYPE_CHECKING:
    import pandas as pd

SOURCES = ("published", "simulated", "real")
DIRECTIONS = ("enabling", "hindering", "ambivalent")
QUANTITATIVE_SIDES = ("supports", "equivalent", "uncertain", "opposes", "absent")
QUALITATIVE_SIDES = ("supports", "mixed", "opposes", "absent")
CALLS = ("agreement", "partial_agreement", "silence", "dissonance")


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is text, int, float or bool; ``meaning`` says the unit."""

    name: str
    kind: str
    meaning: str
    blank: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A table's columns in their order, and the columns that together name a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Column names in the order in which they are written."""
        return [c.name for c in self.columns]

    @property
    def text_columns(self) -> list[str]:
        """Columns that must be read as text (an id ``007`` stays ``007``)."""
        return [c.name for c in self.columns if c.kind == "text"]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return ``frame`` with this contract's column order and types.

        Raises ``ContractBroken`` that lists every breach: missing or unknown columns, blanks,
        values outside a closed list, wrong types, repeated keys.
        """
        import pandera.pandas as pa

        missing = [n for n in self.names if n not in frame.columns]
        unknown = [n for n in frame.columns if n not in self.names]
        if missing or unknown:
            raise ContractBroken(f"table {self.name}: missing columns {missing}, unknown columns {unknown}")
        dtypes: dict[str, Any] = {"text": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
        schema = pa.DataFrameSchema(
            {
                c.name: pa.Column(
                    dtypes[c.kind],
                    nullable=c.blank,
                    coerce=True,
                    checks=[pa.Check.isin([*c.allowed])] if c.allowed else None,
                )
                for c in self.columns
            },
            unique=list(self.key) or None,
        )
        try:
            checked: pd.DataFrame = schema.validate(frame[self.names], lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases[["column", "check", "failure_case", "index"]].head(20)
            raise ContractBroken(f"table {self.name}:\n{cases.to_string(index=False)}") from error
        return checked.reset_index(drop=True)


def _text(name: str, meaning: str, blank: bool = False, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", meaning, blank, allowed)


def _int(name: str, meaning: str, blank: bool = False) -> Column:
    return Column(name, "int", meaning, blank)


def _float(name: str, meaning: str, blank: bool = True) -> Column:
    return Column(name, "float", meaning, blank)


def _bool(name: str, meaning: str, blank: bool = False) -> Column:
    return Column(name, "bool", meaning, blank)


STUDY = _text("study", "id of the study")
SOURCE = _text("source", "what kind of number it is", allowed=SOURCES)
SOURCE_ID = _text("source_id", "id of the source in study.yaml")
OUTCOME = _text("outcome", "id of the outcome in items.csv or of a derived column")

# The tidy result: one estimate a row, in compare and in model alike.
TIDY_RESULT = (
    STUDY,
    _text("id", "id of the analysis: <comparison or model>_<outcome>"),
    _text("term", "what is estimated"),
    _int("n", "units of analysis in the estimate"),
    _int("clusters", "clusters in the estimate; blank where there are none", blank=True),
    _float("estimate", "in the outcome's own unit"),
    _float("se", "standard error, same unit"),
    _float("ci_low", "lower limit, same unit"),
    _float("ci_high", "upper limit, same unit"),
    _float("ci_level", "confidence level of both intervals, 0 to 1", blank=False),
    _float("statistic", "t or z, see method"),
    _float("df", "degrees of freedom of the statistic; blank for z"),
    _float("p_value", "two-sided, uncorrected"),
    _float("effect", "standardised effect, see effect_kind"),
    _text("effect_kind", "how the effect is standardised", blank=True),
    _text("method", "the procedure's name, with what it assumes"),
    _text("note", "recorded warnings and missing assumptions", blank=True),
)
RESULT = (
    *TIDY_RESULT,
    OUTCOME,
    SOURCE,
    _float("effect_ci_low", "lower limit of the effect"),
    _float("effect_ci_high", "upper limit of the effect"),
)
RESULT_KEY = ("id", "term", "source", "method")

_CELL_COUNTS = (
    _int("n_segments", "coded segments"),
    _int("n_cases", "schools with at least one such segment"),
    *(_int(d, f"segments that are {d}") for d in DIRECTIONS),
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
                _text("holds", "what the file holds"),
                _text("file", "path below the project or below data_root; blank when simulated", blank=True),
                _text("where", "table, figure or page that prints it", blank=True),
                _text("sha256", "of the file as read; blank when simulated", blank=True),
                _int("rows", "rows read"),
                _int("columns", "columns read"),
            ),
            ("source_id",),
        ),
        Contract(
            "ledger",
            (
                STUDY,
                SOURCE_ID,
                _text("file", "path as in inputs"),
                _int("row", "line of the file, header = 1; for Stata files the observation + 1"),
                _text("column", "column of the file"),
                _text("rule", "what was done and why"),
                _text("value", "what stood there", blank=True),
                _text("new_value", "what stands there now; blank = missing", blank=True),
            ),
            (),
        ),
        Contract(
            "flow",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                _int("step", "order, from 1"),
                _text("rule", "what was counted"),
                _int("n", "rows"),
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
                _int("n_participants", "units"),
                _float("mean_participants", "outcome's unit", blank=False),
                _float("sd_participants", "outcome's unit", blank=False),
                _int("n_control", "units"),
                _float("mean_control", "outcome's unit", blank=False),
                _float("sd_control", "outcome's unit", blank=False),
                _float("t", "as printed, turned to participants - control; blank where not printed"),
                _float("df", "as printed"),
                _float("p_value", "as printed"),
                *(
                    _int(f"decimals_{c}", f"decimals printed for the {c}", blank=True)
                    for c in ("mean", "sd", "t", "df", "p_value")
                ),
                _text("where", "table or page", blank=True),
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
                _text("unit", "what is counted"),
                _text("role", "role, or all"),
                _text("gender", "gender, or all"),
                _text("municipality", "place, or all"),
                _int("n", "as printed or counted"),
                _text("printed_as", "cell, or total of cells", allowed=("cell", "total")),
                _int("computed", "sum of the cells that a total covers; the cell itself otherwise"),
                _bool("agrees", "n equals computed"),
                _text("where", "table or page", blank=True),
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
                _text("group", "level of the group column, or unknown"),
                _int("n", "values present; blank when suppressed", blank=True),
                _int("n_missing", "values missing; blank when suppressed", blank=True),
                *(_float(s, "outcome's unit") for s in ("mean", "sd", "min", "q25", "median", "q75", "max")),
                _bool("suppressed", "true when the cell is below the disclosure threshold"),
            ),
            ("source_id", "outcome", "group"),
        ),
        Contract(
            "ratings",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                _text("item", "id in items.csv"),
                _int("n", "respondents; blank where not printed", blank=True),
                _float("mean", "points of the item's scale"),
                _float("sd", "points; blank where not printed"),
                _float("scale_min", "lowest point"),
                _float("scale_max", "highest point"),
                _float("share_of_range", "(mean - min) / (max - min), 0 to 1"),
                _int("rank", "1 = highest mean"),
                _text("where", "figure or page", blank=True),
                _text("note", "remarks of the source", blank=True),
            ),
            ("source_id", "item"),
        ),
        # compare
        Contract(
            "groups",
            (
                *RESULT,
                _float("sesoi", "smallest effect size of interest, in SD, as declared"),
                _float("p_equivalence", "two one-sided tests against +-sesoi; blank without a sesoi"),
                _float("p_holm", "Holm's correction over the comparison's outcomes"),
            ),
            RESULT_KEY,
        ),
        Contract(
            "printed",
            (
                STUDY,
                _text("id", "comparison_outcome"),
                OUTCOME,
                _text("quantity", "what the source prints", allowed=("t", "df", "p_value", "p_from_t_df")),
                _float("printed", "as printed, in this project's sign (participants - control)"),
                _float("recomputed", "from the printed n, mean, SD (or t and df), unrounded"),
                _float("reach_low", "lowest value that the rounding of the printed inputs allows"),
                _float("reach_high", "highest such value"),
                _bool("agrees", "the printed value can occur"),
                _text("reason", "why not", blank=True),
            ),
            ("id", "quantity"),
        ),
        Contract(
            "design",
            (
                STUDY,
                SOURCE_ID,
                SOURCE,
                _text("check", "what is checked"),
                _text("declared", "what study.yaml says"),
                _text("found", "what the data say"),
                _bool("agrees", "data and declaration agree"),
            ),
            ("source_id", "check"),
        ),
        # model
        Contract("models", RESULT, RESULT_KEY),
        Contract(
            "variance",
            (
                STUDY,
                _text("id", "model_outcome"),
                OUTCOME,
                SOURCE,
                _int("n", "units"),
                _int("clusters", "clusters"),
                _float("cluster_variance", "outcome's unit squared"),
                _float("residual_variance", "outcome's unit squared"),
                _float("icc", "share of variance between clusters, given the fixed part"),
                _float("loglik", "restricted log-likelihood"),
                _bool("converged", "the optimiser says so"),
                _bool("singular", "the cluster variance is estimated as zero"),
                _text("messages", "every warning of the fit, recorded", blank=True),
            ),
            ("id", "source"),
        ),
        Contract("discontinuity", RESULT, RESULT_KEY),
        Contract("mean_reversion", RESULT, RESULT_KEY),
        Contract(
            "bins",
            (
                STUDY,
                _text("id", "discontinuity or regression-to-the-mean id"),
                SOURCE,
                _text("curve", "take_up, outcome, or gain_without_programme"),
                _text("side", "eligible, not_eligible or all"),
                _float(
                    "x_low",
                    "lower edge of the bin, running variable's unit; blank where it would be one unit's own value",
                ),
                _float("x_high", "upper edge"),
                _float("x_mean", "mean of the running variable in the bin"),
                _int("n", "units in the bin"),
                _float("y_mean", "share (take_up) or outcome's unit"),
                _float("y_se", "standard error of y_mean; blank for n < 2"),
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
                _text("segment_id", "id of the coded segment"),
                _text("case", "pseudonym of the school"),
                _text("municipality", "place"),
                _text("role", "role of the speaker"),
                _text("participant", "took part in the programme", allowed=("yes", "no")),
                _text("code", "code in codebook.csv"),
                _text("direction", "how the segment bears on the programme", allowed=DIRECTIONS),
                _text("text", "paraphrase or quotation"),
            ),
            ("segment_id", "code"),
        ),
        Contract(
            "codes",
            (
                STUDY,
                SOURCE,
                _text("code", "code in codebook.csv"),
                _text("parent", "its parent; blank at the root", blank=True),
                _text("path", "codes from the root, joined by /"),
                _int("depth", "0 at the root"),
                _bool("codable", "false for a folder"),
                *_CELL_COUNTS,
                _int("n_segments_below", "segments of the code and of all codes below it"),
                _int("n_cases_total", "schools in the strand"),
            ),
            ("code",),
        ),
        Contract(
            "cells",
            (
                STUDY,
                SOURCE,
                _text("by", "what the columns are", allowed=("role", "municipality", "participant", "case")),
                _text("level", "level of it"),
                _text("code", "code"),
                *_CELL_COUNTS,
            ),
            ("by", "level", "code"),
        ),
        # triangulate
        Contract(
            "convergence",
            (
                STUDY,
                _text("link", "id in links.csv"),
                _text("level", "level at which the strands join"),
                _text("finding", "stage:id of the quantitative finding"),
                _text("finding_source", "kind of number", blank=True),
                _text("finding_file", "table that holds it", blank=True),
                _float("estimate", "outcome's unit"),
                _float("ci_low", "of the estimate; blank where none can be had"),
                _float("ci_high", "of the estimate"),
                _float("effect", "standardised"),
                _float("effect_ci_low", "of the effect"),
                _float("effect_ci_high", "of the effect"),
                _text("expects", "what the finding would have to show"),
                _text("quantitative_side", "by the declared rule", allowed=QUANTITATIVE_SIDES),
                _text("quantitative_reason", "rule that fired"),
                _text("codes", "codes, joined by ;"),
                _text("code_expects", "direction that would support the proposition"),
                _int("n_segments", "segments under the codes"),
                _int("n_cases", "schools with such a segment"),
                _int("n_cases_total", "schools in the strand"),
                _float("share_expected", "share of segments in the expected direction"),
                _text("qualitative_side", "by the declared rule", allowed=QUALITATIVE_SIDES),
                _text("qualitative_reason", "rule that fired"),
                _text("call", "convergence", allowed=CALLS),
                _text(
                    "call_if_holm",
                    "the call with Holm-corrected p; same as call where there is none",
                    allowed=CALLS,
                ),
            ),
            ("link",),
        ),
        Contract(
            "joint_display",
            (
                STUDY,
                _text("link", "id in links.csv"),
                _text("strand", "which side", allowed=("quantitative", "qualitative", "call")),
                _text("item", "finding, code or call"),
                _float("value", "effect, mean, or number of segments"),
                _float("low", "lower limit"),
                _float("high", "upper limit"),
                _text("unit", "unit of value", blank=True),
                _text("kind", "kind of number", blank=True),
                _text("file", "results table that holds the cell"),
                _text("row", "row of that table: column=value, joined by ;"),
            ),
            ("link", "strand", "item"),
        ),
        # report
        Contract(
            "manifest",
            (
                STUDY,
                _text("kind", "version, input or setting", allowed=("version", "input", "setting")),
                _text("name", "package, file or setting"),
                _text("value", "version, sha256 or value"),
            ),
            ("kind", "name"),
        ),
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
