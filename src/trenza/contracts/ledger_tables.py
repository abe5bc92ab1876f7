"""The claim ledger: every number of a report with the cells that it shows."""

from __future__ import annotations

from trenza.contracts.columns import Contract, int_column, text_column

NUMBER_KINDS = ("cell", "aggregate", "setting", "text", "derived")

CLAIMS = Contract(
    "claim_ledger",
    (
        text_column("study", "id of the study"),
        text_column("lang", "language of the report"),
        int_column("number", "running number of the number in its report, in the order of reading"),
        text_column("section", "anchor of the section or subsection; blank before the first heading", blank=True),
        text_column("element", "paragraph, point, table or figure with its number in the section or report"),
        text_column("sentence", "the sentence; of a table's cell its row, its header and itself"),
        text_column("shown", "the number as it stands in the report"),
        text_column("kind", "where the number comes from", allowed=NUMBER_KINDS),
        text_column("operation", "what was done to the cells before rounding, outermost first", blank=True),
        text_column("file", "file, from the project's folder", blank=True),
        text_column("lines", "lines of the file, the header is line 1", blank=True),
        text_column("row", "the row by its key, or the key of a setting or text, where it is one row", blank=True),
        text_column("column", "column of the file", blank=True),
        text_column("value", "the cell as it stands in the file; of several cells the unrounded result", blank=True),
        text_column("source", "published, simulated or real, as these rows of the file say; blank where they do not", blank=True),
        text_column("file_sha256", "SHA-256 of the file", blank=True),
        text_column("rows_sha256", "SHA-256 of these lines, each ended by a line feed", blank=True),
        text_column("tables", "of derived numbers the tables that the section asked for", blank=True),
    ),
    ("lang", "number", "file", "column"),
)  # fmt: skip
