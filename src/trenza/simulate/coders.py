"""Two made coders of printed segments: only to show what a page about agreement looks like, never a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.coded_project import FRAMES, META, Project
from trenza.contracts.directed_codes import directed
from trenza.contracts.strand_tables import DIRECTIONS

if TYPE_CHECKING:
    import pandas as pd

CODERS = ("coder_a", "coder_b")
GAP = "\n\n"


def simulate_coders(
    segments: pd.DataFrame,
    codebook: pd.DataFrame,
    *,
    missed: float,
    other_code: float,
    moved: float,
    directions: bool = False,
    seed: int,
) -> Project:
    """A coded project in which both coders go over the same segments, each with mistakes of their own.

    ``segments``: contract ``segments``; a document is all segments of one speaker (school, role) one below the other,
    each a paragraph. ``codebook``: codebook.csv as text. A coder misses a segment with probability ``missed``; of
    the others a share ``other_code`` gets another code of the same folder (or any, where there is none) and a share
    ``moved`` loses one to three words at its end or takes in as many of what follows.
    ``directions``: below each codable code stands one for each direction, and these are given; another code of the same
    folder is then another direction of the same code. The cases are then schools, as links count them; else documents.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    if directions:
        segments, codebook = _directed(segments, codebook)
    codable = codebook.loc[codebook["codable"] == "yes"]
    folder = dict(zip(codable["code"], codable["parent"], strict=True))
    used = sorted(set(segments["code"]))
    documents, spans, truth = _documents(segments)
    rows = []
    for document, start, end, code in truth:
        text = documents[document]
        for coder in CODERS:
            seen, another, shifted = rng.random(3)
            near = [c for c in used if c != code and folder[c] == folder[code]] or [
                c for c in used if c != code
            ]
            given = near[int(rng.integers(len(near)))] if near else code
            words = int(rng.integers(1, 4)) * (1 if rng.random() < 0.5 else -1)
            if seen < missed:
                continue
            stop = _moved(text, start, end, words) if shifted < moved else end
            rows.append((document, start, stop, given if another < other_code else code, coder))
    return _project(documents, spans, codebook, rows, by_school=directions)


def _directed(segments: pd.DataFrame, codebook: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with three codes below each codable one, one for each direction."""
    import pandas as pd

    named = [directed(c, d) for c, d in zip(segments["code"], segments["direction"], strict=True)]
    codable = codebook.loc[codebook["codable"] == "yes", "code"]
    below = [(directed(code, d), code, "yes") for code in codable for d in DIRECTIONS]
    more = pd.DataFrame(below, columns=["code", "parent", "codable"], dtype="str")
    return segments.assign(code=named), pd.concat([codebook, more], ignore_index=True)


def _documents(
    segments: pd.DataFrame,
) -> tuple[dict[str, str], list[tuple[str, str, str]], list[tuple[str, int, int, str]]]:
    """Texts by document; (document, school, role); and every segment with its place."""
    texts: dict[str, str] = {}
    spans, truth = [], []
    ordered = segments.sort_values(["case", "role", "segment_id", "code"])
    for (case, role), own in ordered.groupby(["case", "role"], sort=True):
        document = f"{case}_{role}".lower()
        at, parts = 0, []
        for _, rows in own.groupby("segment_id", sort=True):
            text = str(rows["text"].iloc[0])
            truth += [(document, at, at + len(text), str(code)) for code in rows["code"]]
            parts.append(text)
            at += len(text) + len(GAP)
        texts[document] = GAP.join(parts)
        spans.append((document, str(case), str(role)))
    return texts, spans, truth


def _moved(text: str, start: int, end: int, words: int) -> int:
    """The end some words later or earlier; never at or before the start, never beyond the text."""
    if words > 0:
        rest = text[end:].split(" ")
        return min(len(text), end + len(" ".join(rest[:words])))
    kept = text[start:end].split(" ")
    return start + len(" ".join(kept[: max(1, len(kept) + words)]))


def _project(
    documents: Mapping[str, str],
    spans: list[tuple[str, str, str]],
    codebook: pd.DataFrame,
    rows: list[tuple[Any, ...]],
    by_school: bool = False,
) -> Project:
    import pandas as pd

    parent = {c: p if isinstance(p, str) and p else None for c, p in zip(codebook["code"], codebook["parent"], strict=True)}  # fmt: skip

    def line(code: str) -> list[str]:
        above = parent[code]
        return [*(line(above) if above else []), code]

    case_of = {document: school if by_school else document for document, school, _ in spans}
    facts = {(case_of[d], "school", "Text", school) for d, school, _ in spans}
    if not by_school:
        facts |= {(d, "role", "Text", role) for d, _, role in spans}
    frames: dict[str, Any] = {
        "documents": [(d, d, t, "text", None) for d, t in sorted(documents.items())],
        "codes": [
            (c, parent[c], c, " > ".join(line(c)), len(line(c)) - 1, may == "yes", None, None)
            for c, may in zip(codebook["code"], codebook["codable"], strict=True)
        ],
        "coders": [(c, c) for c in CODERS],
        "codings": sorted((d, s, e, code, coder, False, None) for d, s, e, code, coder in set(rows)),
        "cases": [(c, c) for c in sorted(set(case_of.values()))],
        "case_attributes": sorted(facts),
        "case_spans": [(case_of[d], d, None, None) for d in sorted(case_of)],
        "notes": [],
        "loss": [],
    }
    checked = {n: contract.check(pd.DataFrame(frames[n], columns=contract.names)) for n, contract in FRAMES.items()}  # fmt: skip
    meta = dict.fromkeys(META) | {"format": "made", "exporter": "Trenza"}
    return Project(**checked, meta=meta)
