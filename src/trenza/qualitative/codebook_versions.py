"""Two versions of a codebook: what changed, what stands under codes that are gone, and names that may be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import combinations

import pandas as pd

from trenza.contracts.plain import plain
from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES

# What two versions are compared on, and what a change of it is called.
_COMPARED = {"name": "renamed", "parent": "moved", "codable": "folder_or_code", "description": "redefined"}


def codebook_version(codes: pd.DataFrame) -> str:
    """Twelve letters that name this codebook: the same for the same codes, names, definitions and tree.

    Colours and the order of rows do not count.
    """
    table = codes.sort_values("code")[["code", *_COMPARED]].astype("object")
    lines = ["\x1f".join("" if pd.isna(v) else str(v) for v in row) for row in table.to_numpy()]
    return sha256("\x1e".join(lines).encode()).hexdigest()[:12]


def codebook_difference(
    old: pd.DataFrame, new: pd.DataFrame, *, study: str, source_id: str, source: str
) -> pd.DataFrame:
    """Table ``codebook_changes``: one row a code and change, ordered by code; empty for equal codebooks.

    Codes are the same where their ids are. Where an id is gone and another came that has the same name under a
    parent of the same name, both rows stay and say so (``counterpart``): the tool may have made a new id.
    """
    before, after = (f.set_index("code").sort_index() for f in (old, new))
    rows: list[dict[str, object]] = []
    gone, came = before.index.difference(after.index), after.index.difference(before.index)
    twin = _counterparts(before, after, list(gone), list(came))
    rows += [
        {"code": c, "change": "removed", "before": before.loc[c, "path"], "counterpart": twin.get(c)}
        for c in gone
    ]
    back = {new_code: old_code for old_code, new_code in twin.items()}
    rows += [
        {"code": c, "change": "added", "after": after.loc[c, "path"], "counterpart": back.get(c)}
        for c in came
    ]
    for code in before.index.intersection(after.index):
        for column, change in _COMPARED.items():
            was, now = (None if pd.isna(f.loc[code, column]) else str(f.loc[code, column]) for f in (before, after))  # fmt: skip
            if was != now:
                rows.append({"code": code, "change": change, "before": was, "after": now})
    contract = QUALITATIVE_TABLES["codebook_changes"]
    table = pd.DataFrame(rows).reindex(columns=contract.names)
    table = table.assign(study=study, source_id=source_id, source=source)
    return contract.check(table.sort_values(["code", "change"], ignore_index=True))


def under_retired_codes(codings: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The codings whose code is not in ``new``, or is only a folder there; with the old name and why.

    Columns of ``codings`` and name, why. Codes of neither codebook are told as unknown.
    """
    codable = dict(zip(new["code"], new["codable"].astype(bool), strict=True))
    names: Mapping[str, str] = dict(zip(old["code"], old["path"], strict=True))

    def why(code: str) -> str:
        if code in codable:
            return "" if codable[code] else "only a folder in the new codebook"
        return "not in the new codebook" if code in names else "in neither codebook"

    reason = codings["code"].map(why)
    found = codings.assign(name=codings["code"].map(names), why=reason).loc[reason != ""]
    return found.sort_values(["code", "document", "start", "end", "coder"], ignore_index=True)


def similar_names(
    codes: pd.DataFrame,
    codings: pd.DataFrame,
    at_least: float = 0.85,
    *,
    study: str,
    source_id: str,
    source: str,
) -> pd.DataFrame:
    """Table ``codebook_proposals``: pairs of codes whose names may mean one. Nothing is folded.

    Reasons, the first that holds: ``same_words`` (case, accents, punctuation aside), ``word_order``,
    ``plural`` (words alike but for a last s or es), ``spelling`` (matching letters, Ratcliff & Obershelp 1988,
    ``at_least`` or more, 0 to 1). Pairs above and below each other in the tree are left out: a theme may hold one of its name.
    """
    words = {
        c: " ".join(re.findall(r"\w+", plain(n))) for c, n in zip(codes["code"], codes["name"], strict=True)
    }
    parent = dict(zip(codes["code"], codes["parent"], strict=True))
    uses = codings.groupby("code").size()
    rows = []
    for a, b in combinations(sorted(words), 2):
        reason, score = _alike(words[a], words[b], at_least)
        if reason and parent[a] != b and parent[b] != a:
            rows.append((a, b, reason, score, int(uses.get(a, 0)), int(uses.get(b, 0))))
    contract = QUALITATIVE_TABLES["codebook_proposals"]
    table = pd.DataFrame(rows, columns=["code_a", "code_b", "reason", "score", "uses_a", "uses_b"])
    name = dict(zip(codes["code"], codes["path"], strict=True))
    table = table.assign(path_a=table["code_a"].map(name), path_b=table["code_b"].map(name))
    table = table.assign(study=study, source_id=source_id, source=source)
    return contract.check(
        table.sort_values(["score", "code_a", "code_b"], ascending=[False, True, True])[contract.names]
    )


def _alike(a: str, b: str, at_least: float) -> tuple[str, float]:
    if not a or not b:
        return "", 0.0
    if a == b:
        return "same_words", 1.0
    if sorted(a.split()) == sorted(b.split()):
        return "word_order", 1.0
    first, second = a.split(), b.split()
    if len(first) == len(second) and all(_one_or_more(x, y) for x, y in zip(first, second, strict=True)):
        return "plural", 1.0
    # Grade 1 and grade 2 differ in what matters.
    if re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return "", 0.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.real_quick_ratio() < at_least or matcher.quick_ratio() < at_least:
        return "", 0.0
    score = matcher.ratio()
    return ("spelling", score) if score >= at_least else ("", 0.0)


def _one_or_more(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return short == long or (len(short) > 2 and long in (f"{short}s", f"{short}es"))


def _counterparts(
    before: pd.DataFrame, after: pd.DataFrame, gone: list[str], came: list[str]
) -> dict[str, str]:
    """Removed code -> added code of the same path; only where it is one to one."""
    old = before.loc[gone].reset_index().groupby("path")["code"].agg(list)
    new = after.loc[came].reset_index().groupby("path")["code"].agg(list)
    return {
        codes[0]: new[path][0]
        for path, codes in old.items()
        if path in new.index and len(codes) == len(new[path]) == 1
    }
