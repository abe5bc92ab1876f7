"""The tables of joint displays beyond the side-by-side one: every row says where its cell stands."""

from __future__ import annotations

from trenza.contracts.columns import STUDY, Contract, float_column, int_column, text_column
from trenza.contracts.selection_tables import DIRECTIONS_CLAIMED, QUALITY

THEME_DIRECTIONS = ("enabling", "hindering", "ambivalent", "mixed", "not_reported")
NO_CLAIM = "not_measured"
PARTS = ("dimension", "theme", "effect")

# Where a cell can be read: file below the project's folder, and the rows of it.
FILE = text_column(
    "file", "results table, or study.yaml, that holds the cell; blank for an empty cell", blank=True
)
ROW = text_column(
    "row",
    "rows of that file: column=value joined by ;, rows joined by |; a key in study.yaml; blank for an empty cell",
    blank=True,
)  # fmt: skip

DISPLAY_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "case_comparison",
            (
                STUDY,
                text_column("programme", "id in case_comparison.programmes"),
                text_column("part", "what the cell is", allowed=PARTS),
                text_column("item", "id of the dimension, code of the theme, or id of the claim"),
                text_column("words_en", "what the source says of a dimension, in English", blank=True),
                text_column("words_es", "the same in Spanish", blank=True),
                text_column(
                    "direction",
                    "of a theme over the programme's cases, mixed where they differ; of a claim as claimed; blank for dimensions",
                    blank=True,
                    allowed=tuple(dict.fromkeys((*THEME_DIRECTIONS, *DIRECTIONS_CLAIMED, NO_CLAIM))),
                ),
                int_column("enabling", "cases of the programme in which the theme is enabling", blank=True),
                int_column("hindering", "cases in which it is hindering", blank=True),
                int_column("ambivalent", "cases in which it is ambivalent", blank=True),
                int_column("n_cases_total", "cases of the programme", blank=True),
                float_column("value", "size of the effect as printed; blank where none is printed"),
                text_column("unit", "unit of value", blank=True),
                text_column("quality", "what the claim's design can carry", blank=True, allowed=QUALITY),
                text_column("kind", "published, simulated or real; blank for an empty cell", blank=True),
                text_column("where", "place in the source; blank for an empty cell", blank=True),
                FILE,
                ROW,
            ),
            ("programme", "part", "item"),
        ),
    )
}  # fmt: skip
