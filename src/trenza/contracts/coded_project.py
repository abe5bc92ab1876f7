"""One model for coded documents, whatever program coded them: the frames, column by column.

Blank cells are missing values (``NaN`` in text, ``<NA>`` in numbers), never empty text; only
``documents.text`` may be an empty string. Positions are Unicode code points into ``documents.text``, the
first being 0, end exclusive. Every frame is sorted by its key (codes by path) and has its rows once, so that the same project
gives the same frames whatever the order in its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trenza.contracts.columns import Contract, bool_column, int_column, text_column

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("text", "pdf", "picture", "audio", "video")
TARGETS = ("project", "document", "code", "case", "selection", "coding", "note")

DOCUMENTS = Contract(
    "documents",
    (
        text_column("document", "id, stable: the same document has it in every export"),
        text_column("name", "the name that the program shows"),
        text_column("text", "the whole text, line breaks as LF; empty where the document has none"),
        text_column("kind", "what it is", allowed=KINDS),
        text_column("path", "the file inside the export", blank=True),
    ),
    ("document",),
)
CODES = Contract(
    "codes",
    (
        text_column("code", "id"),
        text_column("parent", "id of the code above; blank at the root", blank=True),
        text_column("name", "the name that the program shows"),
        text_column("path", "names from the root to itself, joined by ' > '"),
        int_column("depth", "0 at the root"),
        bool_column("codable", "false for a folder, which is never a theme"),
        text_column("colour", "#rrggbb", blank=True),
        text_column("description", "the definition", blank=True),
    ),
    ("code",),
)
CODERS = Contract("coders", (text_column("coder", "id"), text_column("name", "name")), ("coder",))
CODINGS = Contract(
    "codings",
    (
        text_column("document", "id of the document"),
        int_column("start", "first character, code points from 0; blank: the whole document", blank=True),
        int_column("end", "character after the last one; blank: the whole document", blank=True),
        text_column("code", "id of the code"),
        text_column("coder", "id of the coder; blank: nobody knows", blank=True),
        bool_column("whole_document", "true: the code stands for the document, not for a passage"),
        text_column("created", "when, as the file says it", blank=True),
    ),
    ("document", "start", "end", "code", "coder"),
)
CASES = Contract("cases", (text_column("case", "id"), text_column("name", "name")), ("case",))
CASE_ATTRIBUTES = Contract(
    "case_attributes",
    (
        text_column("case", "id of the case"),
        text_column("attribute", "name of the attribute"),
        text_column("type", "type as the file declares it (Text, Integer, Date, ...)"),
        text_column("value", "value as the file writes it", blank=True),
    ),
    ("case", "attribute"),
)
CASE_SPANS = Contract(
    "case_spans",
    (
        text_column("case", "id of the case"),
        text_column("document", "id of the document"),
        int_column("start", "first character; blank: the whole document", blank=True),
        int_column("end", "character after the last one; blank: the whole document", blank=True),
    ),
    ("case", "document", "start", "end"),
)
NOTES = Contract(
    "notes",
    (
        text_column("note", "id"),
        text_column("name", "name", blank=True),
        text_column("text", "the whole note", blank=True),
        text_column("target_kind", "what the note is about", allowed=TARGETS),
        text_column("target", "its id; of a passage: document:start:end; blank for the project", blank=True),
    ),
    ("note", "target_kind", "target"),
)
LOSS = Contract(
    "loss",
    (
        text_column("file", "the file that was read"),
        text_column("place", "where in it", blank=True),
        text_column("what", "what was not imported, or not as it stands"),
        int_column("count", "how many"),
        text_column("why", "why"),
    ),
    ("file", "place", "what", "why"),
)
FRAMES = {
    "documents": DOCUMENTS,
    "codes": CODES,
    "coders": CODERS,
    "codings": CODINGS,
    "cases": CASES,
    "case_attributes": CASE_ATTRIBUTES,
    "case_spans": CASE_SPANS,
    "notes": NOTES,
    "loss": LOSS,
}
META = ("format", "exporter", "unit", "newline", "bom", "end", "score", "margin")


@dataclass(frozen=True)
class Project:
    """All that a coded project holds; each frame keeps the contract of its name in ``FRAMES``.

    ``meta`` has the keys of ``META``: ``format`` (qdpx, qdc, taguette, ...), ``exporter`` (what wrote the file),
    and how its positions were read: ``unit`` (code point, UTF-16), ``newline`` (characters that a line break of
    the file counts), ``bom`` (0 or 1: whether the mark at the beginning counts), ``end`` (exclusive, inclusive),
    ``score`` (share of ends of selections at a word boundary, 0 to 1) and ``margin`` (score less that of the
    next best rule that reads otherwise). Those six are ``None`` where the format leaves nothing to find out.
    """

    documents: pd.DataFrame
    codes: pd.DataFrame
    coders: pd.DataFrame
    codings: pd.DataFrame
    cases: pd.DataFrame
    case_attributes: pd.DataFrame
    case_spans: pd.DataFrame
    notes: pd.DataFrame
    loss: pd.DataFrame
    meta: Mapping[str, str | int | float | None]
