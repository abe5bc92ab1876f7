"""The tables of a fuzzy-set qualitative comparative analysis."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    STUDY,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.display_tables import FILE, ROW

RESULTS = ("sufficient", "not_sufficient", "remainder")
SOLUTIONS = ("complex", "intermediate", "parsimonious")
_ID = text_column("id", "entry of qca in study.yaml")
_FIT = (
    float_column("consistency", "how far it is part of the outcome, 0 to 1"),
    float_column("pri", "proportional reduction in inconsistency"),
)
_COVERAGE = float_column("coverage", "how much of the outcome it covers, 0 to 1")
# Where the raw values stand: of the outcome, then of the conditions; every case counts in every row.
_READ = (
    FILE,
    ROW,
    text_column("theme_file", "tables that hold the themes of the conditions, joined by ;", blank=True),
    text_column("theme_row", "rows of those tables", blank=True),
)

CONFIGURATION_CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        Contract(
            "qca_truth",
            (
                STUDY,
                SOURCE,
                _ID,
                text_column("configuration", "conditions joined by * (and), ~ for not"),
                int_column("n", "cases with more than half membership; blank when withheld", blank=True),
                text_column("cases", "their pseudonyms; blank for none and for real cases", blank=True),
                *_FIT,
                text_column("result", "sufficient by the declared cuts, or without enough cases", allowed=RESULTS),
                *_READ,
            ),
            ("id", "configuration"),
        ),
        Contract(
            "qca_solutions",
            (
                STUDY,
                SOURCE,
                _ID,
                text_column("solution", "which remainders it uses", allowed=SOLUTIONS),
                int_column("model", "number of the model among tied ones, from 1"),
                int_column("part", "0 is the whole sum, others its implicants", blank=False),
                text_column("expression", "* and, ~ not, + or"),
                *_FIT,
                _COVERAGE,
                float_column("unique_coverage", "covered by this implicant alone; blank for the whole"),
                FILE,
                ROW,
            ),
            ("id", "solution", "model", "part"),
        ),
        Contract(
            "qca_robustness",
            (
                STUDY,
                SOURCE,
                _ID,
                float_column("shift", "of every crossover, as a share of full in minus full out", blank=False),
                float_column("consistency_cut", "consistency that a row needs", blank=False),
                text_column("solution", "which remainders it uses", allowed=SOLUTIONS),
                text_column("expressions", "models, tied ones joined by ;; blank where no row is sufficient", blank=True),
                int_column("n_models", "tied models"),
                *(float_column(c.name, f"of the first model: {c.meaning}") for c in (*_FIT, _COVERAGE)),
                bool_column("same", "equal to the solution at the declared anchors and cut"),
                *_READ,
            ),
            ("id", "shift", "consistency_cut", "solution"),
        ),
    )
}  # fmt: skip
