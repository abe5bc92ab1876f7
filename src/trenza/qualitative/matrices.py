"""Counts over coded segments: by code along the codebook's tree, and by what is known of the speaker."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS, DIRECTIONS
from trenza.qualitative.codebook import walk

BY = ("role", "municipality", "participant", "case")
_SEGMENT_COLUMNS = ("segment_id", "case", "municipality", "role", "participant", "code", "direction", "text")


def code_tree(codebook: pd.DataFrame) -> pd.DataFrame:
    """The codebook as a tree: columns code, parent (missing at the root), path, depth, codable (bool).

    One row a code, depth-first, roots and siblings in the order of ``codebook``; ``path`` joins the codes
    from the root by ``/``. Raises ``InputFaults`` where ``codebook`` is no forest.
    """
    nodes = walk(_rows(codebook))
    return pd.DataFrame(
        {
            "code": pd.Series([n.code for n in nodes], dtype="str"),
            "parent": pd.Series([n.parent or None for n in nodes], dtype="str"),
            "path": pd.Series(["/".join(n.path) for n in nodes], dtype="str"),
            "depth": pd.Series([n.depth for n in nodes], dtype="Int64"),
            "codable": pd.Series([n.codable for n in nodes], dtype="boolean"),
        }
    )


def check_segments(segments: pd.DataFrame, codebook: pd.DataFrame, file: str) -> list[Fault]:
    """Everything wrong in coded segments, given a codebook that ``check_codebook`` found right.

    Missing columns, blank cells, codes that are unknown or only folders, unknown directions, ``participant``
    other than yes or no, the same segment twice under one code, and a segment whose rows name two schools.
    ``row`` is the frame's index, which a raw reader sets to the file's line; a frame counted from 0 is taken
    to start at line 2.
    """
    missing = [c for c in _SEGMENT_COLUMNS if c not in segments.columns]
    if missing:
        return [Fault(file, "1", c, "no such column", "a column of this name") for c in missing]
    shift = 2 if 0 in segments.index else 0
    lines = [str(int(label) + shift) for label in segments.index]
    codable = {n.code: n.codable for n in walk(_rows(codebook))}
    codes = ", ".join(c for c, may in codable.items() if may)
    faults: list[Fault] = []
    first: dict[tuple[str, str, str], str] = {}
    school: dict[tuple[str, str], tuple[str, str]] = {}
    for line, segment in zip(lines, _rows(segments), strict=True):
        cell = {c: segment[c] for c in _SEGMENT_COLUMNS}
        faults += [Fault(file, line, c, "a blank cell", "a value") for c, v in cell.items() if not v.strip()]
        code, direction, taking_part = cell["code"], cell["direction"], cell["participant"]
        if code.strip() and code not in codable:
            faults.append(Fault(file, line, "code", repr(code), codes))
        elif code.strip() and not codable[code]:
            faults.append(Fault(file, line, "code", f"{code!r}, which is a folder (codable: no)", codes))
        if direction.strip() and direction not in DIRECTIONS:
            faults.append(Fault(file, line, "direction", repr(direction), ", ".join(DIRECTIONS)))
        if taking_part.strip() and taking_part not in ("yes", "no"):
            faults.append(Fault(file, line, "participant", repr(taking_part), "yes or no"))
        whose = segment.get("source_id", "")
        key = (whose, cell["segment_id"], code)
        if not cell["segment_id"].strip():
            continue
        if key in first:
            found = f"{cell['segment_id']!r} under {code!r}, as in row {first[key]}"
            faults.append(Fault(file, line, "segment_id", found, "a segment once under each code"))
        first.setdefault(key, line)
        case, seen_at = school.setdefault(key[:2], (cell["case"], line))
        if case != cell["case"]:
            found = f"{cell['case']!r} for {cell['segment_id']!r}, but {case!r} in row {seen_at}"
            faults.append(Fault(file, line, "case", found, "one school a segment"))
    return faults


def count_codes(segments: pd.DataFrame, codebook: pd.DataFrame, *, study: str, source: str) -> pd.DataFrame:
    """One row a code in the order of ``code_tree``, keeping contract ``codes``.

    Counts of segments, schools and directions are those of the code itself. ``n_segments_below`` counts the
    different segments under the code or any code below it: one that stands under two of them counts once, so
    it can be less than the sum of the own counts. ``n_cases_total`` is the number of schools in ``segments``.
    Raises ``InputFaults`` if ``check_segments`` finds anything.
    """
    faults = check_segments(segments, codebook, "segments")
    if faults:
        raise InputFaults(faults)
    tree = code_tree(codebook)
    own = _counts(segments, ["code"]).set_index("code").reindex(tree["code"], fill_value=0)
    below: dict[str, set[tuple[str, str]]] = {code: set() for code in tree["code"]}
    above = dict(zip(tree["code"], tree["path"].str.split("/"), strict=True))
    for segment in _rows(segments):
        name = (segment.get("source_id", ""), segment["segment_id"])
        for code in above[segment["code"]]:
            below[code].add(name)
    counted = tree.assign(
        study=study,
        source=source,
        **{c: own[c].to_numpy() for c in own.columns},
        n_segments_below=[len(below[c]) for c in tree["code"]],
        n_cases_total=segments["case"].nunique(),
    )
    return CONTRACTS["codes"].check(counted)


def cross(
    segments: pd.DataFrame, *, study: str, source: str, by: Sequence[str] = BY, min_cell: int = 0
) -> pd.DataFrame:
    """Codes crossed with each column in ``by``, keeping contract ``cells``: only cells that hold a segment.

    With ``min_cell`` above 1, cells of fewer schools are blank, with further ones of the code where its total would
    give them away, and nothing is told by school. Ordered by the order of ``by``, then level, then code, so that the order of ``segments`` does not matter.
    Raises ``ValueError`` for a column that the contract does not know.
    """
    unknown = [b for b in by if b not in BY]
    if unknown:
        raise ValueError(f"cross by {unknown}: allowed are {[*BY]}")
    told = [b for b in by if b != "case" or min_cell < 2]
    parts = [_withheld(_counts(segments, [b, "code"]).rename(columns={b: "level"}), min_cell).assign(by=b) for b in told]  # fmt: skip
    columns = CONTRACTS["cells"].names
    cells = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return CONTRACTS["cells"].check(cells.assign(study=study, source=source))


def _withheld(cells: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    hidden = cells.groupby("code")["n_cases"].transform(lambda n: hidden_cells(n.to_numpy(), min_cell))
    counts = [c for c in cells.columns if c not in ("level", "code")]
    return cells.astype(dict.fromkeys(counts, "Int64")).mask(
        pd.DataFrame({c: hidden.astype(bool) & (c in counts) for c in cells.columns})
    )


def _counts(segments: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Segments, schools and directions by ``keys``, sorted by them. A segment stands once under a code."""
    flags = segments.assign(**{d: segments["direction"].eq(d).astype("int64") for d in DIRECTIONS})
    groups = flags.groupby(keys, sort=True, dropna=False)
    counts = groups.agg(
        n_segments=("segment_id", "size"), n_cases=("case", "nunique"), **{d: (d, "sum") for d in DIRECTIONS}
    )
    return counts.reset_index()


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """The frame's rows as text; missing cells are blank."""
    columns = [str(c) for c in frame.columns]
    cells = frame.astype("object").where(frame.notna(), "").to_numpy()
    return [{c: str(v) for c, v in zip(columns, row, strict=True)} for row in cells]
