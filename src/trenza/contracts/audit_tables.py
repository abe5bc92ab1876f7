"""The tables of the audit of a published table: what goes in, and what holding it against itself shows.

Two groups, 1 and 2, in the order of the published table; every difference and t is group 1 minus group 2.
"""

from __future__ import annotations

from trenza.contracts.columns import Contract, bool_column, float_column, int_column, text_column

RULES = ("rounded", "truncated")
TESTS = ("welch", "student")
SIZES = ("printed", "found")
VERDICTS = ("consistent", "conditional", "inconsistent", "uninformative")
DECISIONS = ("same", "differs", "open")
CELLS = ("mean1", "sd1", "mean2", "sd2", "t", "df", "p")
ROW_CHECKS = (
    "df",
    "t",
    "df_and_t",
    "p",
    "p_from_t_df",
    "grim",
    "grimmer",
    "debit",
    "single_item",
    "sd_range",
)
TOPICS = (
    "sign",
    "test",
    "sizes",
    "sizes_leave_one_out",
    "sizes_truncated",
    "rounding",
    "decisions",
    "family",
)
COUNT_CHECKS = ("total", "percent", "percent_sum")

_TABLE = (
    text_column("study", "study; blank for a table of one's own", blank=True),
    text_column(
        "table", "id of the study's source that holds it; blank for a table of one's own", blank=True
    ),
)
_ROW = text_column("row", "row of the file that holds the published table, header = 1")
_OUTCOME = text_column("outcome", "name of the row in the published table")
_READING = text_column("reading", "what was found, in plain words; pieces joined by ; ")
_ASSUMES = text_column("assumes", "what the verdict rests on")
_VERDICT = text_column("verdict", "conditional: agrees only under what reading says", allowed=VERDICTS)
_SIZES = text_column(
    "sizes",
    "group sizes used: as printed, or the only pair that reaches all rows",
    allowed=SIZES,
)
_N = (int_column("n1", "units of group 1"), int_column("n2", "units of group 2"))
_BLOCK = (
    int_column("printed_n1", "units of group 1 as printed; rows with the same printed pair go together"),
    int_column("printed_n2", "units of group 2 as printed"),
)

AUDIT_CONTRACTS = (
    Contract(
        "audit_input",
        (
            _ROW,
            _OUTCOME,
            *_N,
            *(
                float_column(c, "as printed, outcome's unit", blank=False)
                for c in ("mean1", "sd1", "mean2", "sd2")
            ),
            float_column("t", "as printed, in the table's own sign; blank where not printed"),
            float_column("df", "as printed"),
            float_column("p", "as printed, two-sided; the bound where p_relation is < or >"),
            *(int_column(f"decimals_{c}", f"decimals printed in the cell {c}", blank=True) for c in CELLS),
            text_column("p_relation", "= where p is printed as a number", allowed=("=", "<", ">")),
            float_column("scale_min", "lowest possible value of the outcome"),
            float_column("scale_max", "highest possible value of the outcome"),
            int_column("items", "whole-number answers averaged in one unit's value; blank is 1", True),
            bool_column("integer", "answers are whole numbers; blank where not said", blank=True),
        ),
        ("row",),
    ),
    Contract(
        "audit_findings",
        (
            *_TABLE,
            _ROW,
            _OUTCOME,
            text_column("group", "group checked", allowed=("1", "2", "both")),
            _SIZES,
            *_N,
            text_column("check", "what is checked", allowed=ROW_CHECKS),
            float_column("printed", "as printed; t turned to group 1 minus group 2"),
            float_column("recomputed", "from the other printed values as they stand"),
            float_column("reach_low", "lowest value that the printing of the others allows"),
            float_column("reach_high", "highest such value"),
            _VERDICT,
            _READING,
            _ASSUMES,
        ),
        ("table", "row", "group", "sizes", "check"),
    ),
    Contract(
        "audit_sizes",
        (
            *_TABLE,
            *_BLOCK,
            text_column("rule", "how means, SDs, t and df are taken to be printed", allowed=RULES),
            *_N,
            int_column("rows", "rows of the table that print df or t"),
            int_column("rows_reached", "rows whose df and t the pair can give by the same SDs"),
            bool_column("is_printed", "the pair is the printed one"),
        ),
        ("table", "printed_n1", "printed_n2", "rule", "n1", "n2"),
    ),
    Contract(
        "audit_size_rows",
        (
            *_TABLE,
            *_BLOCK,
            text_column("rule", "as in audit_sizes", allowed=RULES),
            _ROW,
            _OUTCOME,
            int_column("pairs", "pairs tried"),
            int_column("pairs_reached", "pairs that can give this row"),
            bool_column("printed_reached", "the printed pair is among them"),
            int_column("joint_without_row", "pairs that can give all other rows of the block"),
        ),
        ("table", "rule", "row"),
    ),
    Contract(
        "audit_rounding",
        (
            *_TABLE,
            text_column("t_rule", "how t is taken to be printed", allowed=RULES),
            text_column("p_rule", "how p is taken to be printed", allowed=RULES),
            int_column("rows", "rows that print t, df and a p that is a number"),
            int_column("rows_reached", "rows whose p follows from t and df under the two rules"),
        ),
        ("table", "t_rule", "p_rule"),
    ),
    Contract(
        "audit_decisions",
        (
            *_TABLE,
            _ROW,
            _OUTCOME,
            _SIZES,
            *_N,
            float_column("alpha", "level at which p is judged, 0 to 1", blank=False),
            float_column("p_printed", "as printed"),
            float_column("p_low", "lowest p of the printed t and df, rounded or truncated"),
            float_column("p_high", "highest such p"),
            float_column("p_reach_low", "lowest p that sizes, means and SDs allow"),
            float_column("p_reach_high", "highest such p"),
            text_column(
                "decision", "against alpha: the printed p and the recomputed ones", True, allowed=DECISIONS
            ),
            float_column("p_holm", "printed p, Holm over the rows of the table"),
            float_column("p_bh", "printed p, Benjamini-Hochberg over the rows of the table"),
            float_column("effect", "Hedges g, group 1 minus group 2, from sizes, means and SDs"),
            float_column("effect_ci_low", "lower limit, 95 %, noncentral t; blank for t above 100"),
            float_column("effect_ci_high", "upper limit"),
        ),
        ("table", "row", "sizes"),
    ),
    Contract(
        "audit_conclusions",
        (
            *_TABLE,
            *_BLOCK,
            text_column("topic", "what the table as a whole shows", allowed=TOPICS),
            text_column("value", "short form of the answer"),
            _READING,
            _ASSUMES,
        ),
        ("table", "printed_n1", "printed_n2", "topic"),
    ),
    Contract(
        "audit_count_findings",
        (
            _ROW,
            text_column("label", "name of the row in the published table"),
            text_column("check", "what is checked", allowed=COUNT_CHECKS),
            float_column("printed", "as printed: a count, or a percentage 0 to 100"),
            float_column("recomputed", "from the other printed values"),
            float_column("reach_low", "lowest value that the printing of the others allows"),
            float_column("reach_high", "highest such value"),
            _VERDICT,
            _READING,
            _ASSUMES,
        ),
        ("row", "check"),
    ),
)
