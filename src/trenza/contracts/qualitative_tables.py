"""The tables of the qualitative strand beyond counts of segments: agreement, codebooks, matrices, saturation."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    SOURCE_ID,
    STUDY,
    Contract,
    float_column,
    int_column,
    text_column,
)

UNITS = ("character", "sentence", "turn", "segment", "document")
PARTS = ("code", "code_and_below", "segmentation", "categorisation", "all_codes", "family")
STATISTICS = (
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
    "kappa_pooled",
    "u_alpha_binary",
    "cu_alpha",
)

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
)
QUALITATIVE_TABLES = {contract.name: contract for contract in QUALITATIVE_CONTRACTS}
