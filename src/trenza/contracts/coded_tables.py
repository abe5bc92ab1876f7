"""The tables about coded projects as a whole, their codes, and code counts that a publication prints."""

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

_PLACE = (STUDY, SOURCE_ID, SOURCE)
_CODE = text_column("code", "id of the code")
_NAME = text_column("name", "the name that the program or the publication shows")
CONCENTRATION = (
    "codes",
    "references",
    "sources_by_code",
    "codes_in_one_source",
    "share_top_tenth",
    "codes_to_half",
    "gini",
    "effective_codes",
)

CODED_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "coded_projects",
        (
            *_PLACE,
            text_column("format", "what kind of file it is"),
            text_column("exporter", "the program that wrote it", blank=True),
            text_column("counting", "how positions are counted; blank where nothing had to be found out", blank=True),
            float_column("score", "share of ends of passages at the edge of a word, 0 to 1"),
            float_column("margin", "score less that of the next rule that reads otherwise"),
            int_column("n_documents", "documents"),
            int_column("n_documents_coded", "documents with a coding"),
            int_column("n_characters", "characters of all texts"),
            int_column("n_codes", "codes, without folders"),
            int_column("n_coders", "coders with a coding"),
            int_column("n_codings", "codings"),
            int_column("n_no_coder", "codings by nobody known"),
            int_column("n_cases", "cases"),
            int_column("n_lost", "things that were not imported, or not as they stand"),
            int_column("n_withheld", "passages kept out of those for quoting: fewer people than the threshold have what is printed beside them; blank where none were looked for", blank=True),
            int_column("n_too_long", "passages passed over when those for quoting were looked for: longer than qualitative.quotations.longest; blank where none were looked for", blank=True),
        ),
        ("source_id",),
    ),
    Contract(
        "coded_loss",
        (
            *_PLACE,
            text_column("what", "what was not imported, or not as it stands"),
            text_column("why", "why"),
            int_column("count", "how many"),
        ),
        ("source_id", "what", "why"),
    ),
    Contract(
        "code_nodes",
        (
            *_PLACE,
            _CODE,
            text_column("parent", "id of the code above; blank at the root", blank=True),
            _NAME,
            int_column("depth", "0 at the root"),
            bool_column("codable", "false for a folder"),
            int_column("n_segments", "passages under the code itself, by whatever coder; overlapping ones are one"),
            int_column("n_segments_below", "the same under the code or any code below it"),
            int_column("n_documents", "documents with such a passage of the code itself"),
            int_column("n_coders", "coders who used it"),
        ),
        ("source_id", "code"),
    ),
    Contract(
        "code_scores",
        (
            *_PLACE,
            _CODE,
            text_column("outcome", "scale of the questionnaire"),
            text_column("answers", "source id of the questionnaire"),
            int_column("n_people", "people with an interview and a score"),
            int_column("n_with", "of those, people with the code; blank when suppressed", blank=True),
            int_column("n_without", "people without it; blank when suppressed", blank=True),
            float_column("mean_with", "mean score of people with the code; blank when suppressed"),
            float_column("mean_without", "mean score of people without it; blank when suppressed"),
            float_column("rank_correlation", "Spearman's, of number of passages and score; blank where one does not vary"),
            bool_column("suppressed", "true when withheld by the disclosure threshold"),
        ),
        ("source_id", "code", "outcome", "answers"),
    ),
    Contract(
        "case_themes",
        (
            *_PLACE,
            _CODE,
            text_column("case", "case, as the source calls it"),
            text_column("direction", "how the theme bears on the programme there", allowed=("enabling", "hindering", "ambivalent")),
            text_column("where", "place in the source"),
            text_column("note", "remarks of the source", blank=True),
        ),
        ("source_id", "code", "case"),
    ),
    Contract(
        "code_counts",
        (
            *_PLACE,
            _NAME,
            text_column("family", "first word of the name, where several names share it; blank elsewhere", blank=True),
            int_column("sources", "sources coded with it, as printed"),
            int_column("references", "passages, as printed"),
            int_column("rank", "1 = most references; equal ones by name"),
            float_column("share", "of all references, 0 to 1", blank=False),
            float_column("share_so_far", "of this code and all before it", blank=False),
        ),
        ("source_id", "name"),
    ),
    Contract(
        "code_families",
        (
            *_PLACE,
            text_column("family", "first word that names share; blank for codes that share none", blank=True),
            int_column("n_codes", "codes"),
            int_column("references", "their passages"),
            float_column("share", "of all references, 0 to 1", blank=False),
            int_column("most_sources", "largest number of sources of one of its codes"),
        ),
        ("source_id", "family"),
    ),
    Contract(
        "code_concentration",
        (
            *_PLACE,
            text_column("statistic", "what is counted", allowed=CONCENTRATION),
            float_column("value", "a number, or a share 0 to 1", blank=False),
        ),
        ("source_id", "statistic"),
    ),
)  # fmt: skip
