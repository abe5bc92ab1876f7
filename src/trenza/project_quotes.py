"""What was typed in as segments, before any job starts: words too long to be quoted, and codes that the codebook has not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.words import names_or
from trenza.io.study_files import read_rows

WORDS = ("text", "text_es")


def typed_segment_faults(
    study: Mapping[str, Any], files: Mapping[str, Path], codable: Collection[str]
) -> list[Fault]:
    """Each text longer than ``qualitative.quotations.longest`` characters, and each code that no segment may carry.

    ``files``: files of the sources that are at hand, of which those that hold segments are looked into. Words of a
    real source are not printed and may be of any length, as may a passage of a coded project, which is no quotation yet.
    """
    longest = int(study["qualitative"]["quotations"]["longest"])
    faults = []
    for sid, path in files.items():
        source = study["sources"][sid]
        if source["holds"] != "segments" or source["kind"] == "simulated":
            continue
        try:
            rows = read_rows(path, source["file"])[1]
        except InputFaults:  # no table: the clean stage tells
            continue
        for line, row in enumerate(rows, 2):
            faults += [
                Fault(source["file"], str(line), c, f"a text of {len(row[c])} characters", f"{longest} at most (qualitative.quotations.longest)")
                for c in WORDS
                if source["kind"] == "published" and len(row.get(c, "")) > longest
            ]  # fmt: skip
            code = row.get("code", "")
            if code and code not in codable:
                faults.append(Fault(source["file"], str(line), "code", repr(code), f"a code of codebook.csv: {names_or(codable)}"))  # fmt: skip
    return faults
