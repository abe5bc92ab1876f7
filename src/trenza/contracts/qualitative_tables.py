"""The tables of the qualitative strand beyond counts of segments: agreement, codebooks, matrices, saturation."""

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

UNITS = ("character", "sentence", "turn", "segment", "document")
PARTS = ("code", "code_and_below", "segmentation", "categorisation", "all_codes", "family")
# Of two coders, in the order in which they are shown; then those of all codes, of marking at all, and of families.
TWO_CODERS = (
    "percent",
    "positive",
    "negative",
    "jaccard",
    "kappa",
    "kappa_max",
    "prevalence_index",
    "bias_index",
    "pabak",
    "ac1",
    "alpha",
)
STATISTICS = (*TWO_CODERS, "kappa_pooled", "u_alpha_binary", "cu_alpha")

CHANGES = ("added", "removed", "renamed", "moved", "folder_or_code", "redefined")
DIRECTIONS = ("enabling", "hindering", "ambivalent")
VIEWS = ("coder", "consensus", "union")
LIKENESS = ("same_words", "word_order", "plural", "spelling")
VERDICTS = ("follows", "tool_formula", "differs", "undefined", "not_reported")

_PLACE = (STUDY, SOURCE_ID, SOURCE)
_UNIT = text_column("unit", "unit of comparison", allowed=UNITS)
_PART = text_column(
    "part",
    "what is compared: a code, a code with all below it, marking at all, naming of text that both marked, all codes, a family",
    allowed=PARTS,
)
_CODE = text_column("code", "id of the code or of the family's root; blank for all codes", blank=True)
_CODERS = (
    text_column("coder_a", "id of a coder; blank for all coders together", blank=True),
    text_column("coder_b", "id of the other; blank for all coders together", blank=True),
)
_COUNTS = (
    int_column("n_units", "units compared; blank where none can be counted", blank=True),
    int_column("uses", "merged passages of the coders compared"),
    int_column("both", "units that both marked; blank for all coders or codes together", blank=True),
    int_column("only_a", "units that the first alone marked", blank=True),
    int_column("only_b", "units that the second alone marked", blank=True),
    int_column("neither", "units that neither marked", blank=True),
)

QUALITATIVE_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "agreement",
        (
            *_PLACE,
            _UNIT,
            _PART,
            _CODE,
            *_CODERS,
            int_column("n_documents", "documents that the coders have in common"),
            *_COUNTS,
            text_column("statistic", "what is estimated", allowed=STATISTICS),
            float_column("estimate", "its value; blank below the floor or where undefined"),
            float_column("ci_low", "lower limit; blank from one document"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level, 0 to 1", blank=False),
            int_column("samples", "samples of documents drawn"),
            int_column("samples_defined", "of those, samples in which the statistic is defined"),
            text_column("method", "the statistic and how its interval is made"),
            text_column("note", "why there is no value or no interval, and what was left out", blank=True),
        ),
        ("source_id", "unit", "part", "code", "coder_a", "coder_b", "statistic"),
    ),
    Contract(
        "agreement_documents",
        (
            *_PLACE,
            _UNIT,
            _PART,
            text_column("document", "id of the document"),
            _CODE,
            *_CODERS,
            *_COUNTS,
            float_column("percent", "share of units on which they agree, 0 to 1; blank below the floor"),
            float_column("positive", "positive agreement, 0 to 1"),
            float_column("jaccard", "both over either, 0 to 1"),
            float_column("kappa", "Cohen's kappa"),
            float_column("alpha", "Krippendorff's alpha, nominal"),
            text_column("note", "why there is no value", blank=True),
        ),
        ("source_id", "unit", "part", "document", "code", "coder_a", "coder_b"),
    ),
    Contract(
        "agreement_disagreements",
        (
            *_PLACE,
            text_column("document", "id of the document"),
            text_column("code", "id of the code"),
            text_column("coder_a", "id of a coder"),
            text_column("coder_b", "id of the other"),
            text_column("kind", "who marked it", allowed=("only_a", "only_b", "extents_differ")),
            int_column("start_a", "first character of the first coder's passage, from 0", blank=True),
            int_column("end_a", "character after its last", blank=True),
            int_column("start_b", "first character of the second coder's passage", blank=True),
            int_column("end_b", "character after its last", blank=True),
            float_column("share", "text in common over the text of either, 0 to 1", blank=False),
            text_column(
                "other_codes", "codes that the other coder gave to its text, joined by ;", blank=True
            ),
        ),
        ("source_id", "document", "code", "coder_a", "coder_b", "start_a", "start_b"),
    ),
    Contract(
        "kappa_lint",
        (
            *_PLACE,
            text_column("tool", "program that reported it"),
            text_column("code", "code or node"),
            text_column("file", "file; blank where the figure is of all", blank=True),
            text_column("coder_a", "id of a coder; blank where the table does not say", blank=True),
            text_column("coder_b", "id of the other", blank=True),
            int_column("n_units", "units compared"),
            int_column("both", "units that both marked, rebuilt"),
            int_column("only_a", "units that the first alone marked"),
            int_column("only_b", "units that the second alone marked"),
            int_column("neither", "units that neither marked"),
            float_column("reported", "kappa as the program prints it"),
            float_column("kappa", "Cohen's kappa of these counts; blank where undefined"),
            float_column("kappa_low", "least kappa that rounding leaves open"),
            float_column("kappa_high", "largest"),
            float_column("tool_formula", "what the program's own formula gives, where it is another"),
            text_column("verdict", "where the reported figure comes from", allowed=VERDICTS),
            text_column("assumption", "what the verdict takes for granted"),
        ),
        ("source_id", "tool", "code", "file", "coder_a", "coder_b"),
    ),
    Contract(
        "kappa_pooled",
        (
            *_PLACE,
            text_column("code", "node; blank for all nodes", blank=True),
            int_column("n_files", "files"),
            int_column("n_units", "units over files"),
            int_column("both", "summed over files"),
            int_column("only_a", "summed over files"),
            int_column("only_b", "summed over files"),
            int_column("neither", "summed over files"),
            float_column("kappa", "Cohen's kappa of the sums; for all nodes the pooled kappa"),
            float_column("ci_low", "lower limit over resampled files; blank from one file"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level, 0 to 1", blank=False),
            int_column("samples_defined", "samples in which kappa is defined"),
            float_column("positive", "positive agreement"),
            float_column("ac1", "Gwet's AC1"),
            float_column("alpha", "Krippendorff's alpha, nominal"),
            float_column("mean_kappa", "mean of the kappas as reported, for comparison"),
            float_column("weighted_kappa", "the same weighted by file size"),
            text_column("method", "how it is pooled"),
        ),
        ("source_id", "code"),
    ),
    Contract(
        "codebook_changes",
        (
            *_PLACE,
            text_column("code", "id of the code"),
            text_column("change", "what changed", allowed=CHANGES),
            text_column("before", "path, name, parent or definition before", blank=True),
            text_column("after", "the same after", blank=True),
            text_column("counterpart", "code of the same path under another id", blank=True),
        ),
        ("source_id", "code", "change"),
    ),
    Contract(
        "codebook_proposals",
        (
            *_PLACE,
            text_column("code_a", "id of a code"),
            text_column("path_a", "its path"),
            int_column("uses_a", "its codings"),
            text_column("code_b", "id of the other"),
            text_column("path_b", "its path"),
            int_column("uses_b", "its codings"),
            text_column("reason", "why they may be one", allowed=LIKENESS),
            float_column("score", "likeness of the names, 0 to 1", blank=False),
        ),
        ("source_id", "code_a", "code_b"),
    ),
    Contract(
        "code_matrix",
        (
            *_PLACE,
            text_column("by", "column of the cases: case, role, school or any attribute"),
            text_column("level", "level of it"),
            text_column("code", "id of the code"),
            int_column("n_segments", "different segments; blank when suppressed", blank=True),
            int_column("n_cases", "cases with such a segment; blank when suppressed", blank=True),
            *(int_column(d, f"segments that are {d}; blank when suppressed", blank=True) for d in DIRECTIONS),
            int_column("n_cases_total", "cases of the level; blank when they are few", blank=True),
            float_column("share_cases", "n_cases / n_cases_total, 0 to 1"),
            float_column("ci_low", "lower limit of the share, Wilson"),
            float_column("ci_high", "upper limit"),
            float_column("ci_level", "confidence level, 0 to 1", blank=False),
            text_column("segments", "ids of the segments, joined by ;", blank=True),
            bool_column("suppressed", "true when withheld by the disclosure threshold"),
        ),
        ("source_id", "by", "level", "code"),
    ),
    Contract(
        "co_occurrence",
        (
            *_PLACE,
            text_column("code_a", "id of a code"),
            text_column("code_b", "id of the other, later in the alphabet"),
            int_column("n_documents", "documents with both"),
            int_column("n_documents_a", "documents with the first"),
            int_column("n_documents_b", "documents with the second"),
            float_column("jaccard_documents", "documents with both over documents with either, 0 to 1"),
            int_column("n_overlaps", "pairs of passages that share a character"),
            int_column("n_characters", "characters that they share"),
            text_column("segments", "those pairs: ids joined by &, pairs by ;", blank=True),
        ),
        ("source_id", "code_a", "code_b"),
    ),
    Contract(
        "saturation",
        (
            *_PLACE,
            int_column("step", "interviews so far, from 1"),
            text_column("document", "the interview at this place of the given order"),
            int_column("codes_new", "codes that no earlier interview has"),
            int_column("codes_so_far", "different codes so far"),
            float_column("codes_expected", "different codes in so many interviews, mean over all orders"),
            float_column("new_expected", "of those, in the last one"),
        ),
        ("source_id", "step"),
    ),
    Contract(
        "prevalence",
        (
            *_PLACE,
            text_column("code", "id of the code"),
            text_column("view", "one coder, text all coders agree on, or text of any coder", allowed=VIEWS),
            text_column("coder", "id of the coder; blank for consensus and union", blank=True),
            int_column("n_segments", "passages"),
            int_column("n_characters", "characters under the code"),
            int_column("n_characters_total", "characters of the view's documents"),
            int_column("n_documents", "documents with the code"),
            int_column("n_documents_total", "documents of the view"),
            float_column("share_documents", "their ratio, 0 to 1"),
            float_column("documents_ci_low", "lower limit, Wilson"),
            float_column("documents_ci_high", "upper limit"),
            int_column("n_cases", "cases with the code"),
            int_column("n_cases_total", "cases in the view's documents"),
            float_column("share_cases", "their ratio, 0 to 1"),
            float_column("cases_ci_low", "lower limit, Wilson"),
            float_column("cases_ci_high", "upper limit"),
            float_column("ci_level", "confidence level, 0 to 1", blank=False),
        ),
        ("source_id", "code", "view", "coder"),
    ),
    Contract(
        "name_marks",
        (
            text_column("document", "id of the document"),
            int_column("start", "first character in the text as it was"),
            int_column("end", "character after the last"),
            text_column("found", "what stood there; not for passing on"),
            text_column("why", "listed, or the rule that found it"),
            text_column("replaced_by", "what stands there now"),
        ),
        ("document", "start"),
    ),
    Contract(
        "quotation_checks",
        (
            text_column("quotation", "id of the quotation"),
            text_column("printed", "what is printed beside it, joined by ;", blank=True),
            int_column("n_people", "people who fit what is printed; blank where not known", blank=True),
            bool_column("singles_out", "fewer people than the threshold"),
            text_column("enough_without", "what to leave out, one of them, joined by ;", blank=True),
            text_column(
                "counted", "who was counted", allowed=("people", "declared", "cases", "answers", "unknown")
            ),
        ),
        ("quotation",),
    ),
)
QUALITATIVE_TABLES = {contract.name: contract for contract in QUALITATIVE_CONTRACTS}
# They hold words of texts, or names: for private files alone.
NEVER_IN_RESULTS = ("name_marks", "quotation_checks")
