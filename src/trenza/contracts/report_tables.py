"""Tables that the report makes of itself: what it was made from, what it withholds, and what checklists ask of it."""

from __future__ import annotations

from trenza.contracts.columns import STUDY, Contract, bool_column, int_column, text_column

REASONS_WITHHELD = ("primary", "primary_or_secondary", "practice")

REPORT_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "manifest",
        (
            STUDY,
            text_column("kind", "version, input or setting", allowed=("version", "input", "setting")),
            text_column("name", "package, file or setting"),
            text_column("value", "version, sha256 or value"),
        ),
        ("kind", "name"),
    ),
    Contract(
        "disclosure",
        (
            STUDY,
            text_column("table", "table that withholds a count"),
            text_column("row", "its row: column=value, joined by ;"),
            text_column("column", "its column"),
            text_column("source", "kind of number", allowed=("real", "simulated")),
            text_column("unit", "what is counted"),
            text_column(
                "why",
                "primary: itself small; primary_or_secondary: small, or it would give a small one away (which of the "
                "two would narrow it down); practice: simulated, shown, and would be withheld were it real",
                allowed=REASONS_WITHHELD,
            ),
            int_column("threshold", "disclosure.min_cell when it was withheld"),
        ),
        ("table", "row", "column", "why"),
    ),
    Contract(
        "checklists",
        (
            STUDY,
            int_column("position", "order in which items are printed, from 1"),
            text_column("checklist", "id of the list"),
            text_column("title_en", "its name in English"),
            text_column("title_es", "its name in Spanish"),
            text_column("version", "its version"),
            text_column("reference", "where it is published"),
            text_column("item", "number of the item, or step of a rating"),
            text_column("text_en", "what it asks, in our words"),
            text_column("text_es", "the same in Spanish"),
            text_column(
                "status",
                "answered, partly (rest_*, or for a judge), analyst (words of study.yaml), not_done; computed for a rating",
                allowed=("answered", "partly", "analyst", "not_done", "computed"),
            ),
            text_column(
                "section", "anchor in the report, of several joined by | the first that is there", blank=True
            ),
            text_column(
                "evidence", "tables and keys that the answer rests on, or the finding of a step", blank=True
            ),
            text_column("rest_en", "what the run does not tell of a partly answered item", blank=True),
            text_column("rest_es", "the same in Spanish", blank=True),
            bool_column("judged", "true where a judge has to decide", blank=True),
            text_column("said_en", "the analyst's words", blank=True),
            text_column("said_es", "the same in Spanish", blank=True),
        ),
        ("checklist", "item"),
    ),
)
