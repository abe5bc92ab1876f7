"""Tables that the report makes of itself: what it was made from, what it withholds, and what checklists ask of it."""

from __future__ import annotations

from trenza.contracts.columns import STUDY, Contract, int_column, text_column

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
)
