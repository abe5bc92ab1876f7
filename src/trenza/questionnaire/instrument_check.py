"""What has to hold inside an instrument: the checks of items.csv that its schema cannot make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.items import parts_of
from trenza.contracts.plain import plain
from trenza.contracts.words import names_or
from trenza.questionnaire.words import AnswerWords, all_sets

Rows = Sequence[Mapping[str, str]]
_MADE = ("flag_", "published_")
_SAME = 1e-9  # two ranges as near as this are one


def check_instrument(items: Rows, answer_words: Mapping[str, Any], file: str) -> list[Fault]:
    """All faults of items.csv as an instrument; ``items`` are its rows as text, the first of them row 2.

    Scales: items there, items of one range where the score needs it, a score range equal to what scoring gives,
    and no cell that only an item has. Items: a known set of words inside the range, missing codes outside it and
    no answer words, one column an item, names that are free. Rows that no scale and no ``from`` make part of a
    questionnaire are not looked at.
    """
    rows = [(str(n), {k: str(v or "").strip() for k, v in row.items()}) for n, row in enumerate(items, 2)]
    scales = [(n, row) for n, row in rows if row.get("score")]
    scored = {row["item"] for _, row in scales}
    asked = [
        (n, row)
        for n, row in rows
        if not row.get("score") and (row.get("from") or scored & set(parts_of(row["scale"])))
    ]
    faults = [
        fault for n, row in asked for fault in _item_faults(n, row, scored, all_sets(answer_words), file)
    ]
    for n, row in rows:
        if not row.get("score"):
            faults += [
                Fault(file, n, key, f"'{row[key]}' without a score", "a blank; only a scale has it")
                for key in ("min_answered", "published")
                if row.get(key)
            ]
    faults += _repeated_headers(asked, file)
    for n, row in scales:
        members = [item for _, item in asked if row["item"] in parts_of(item["scale"])]
        faults += _scale_faults(n, row, members, file)
    return faults


def _item_faults(
    n: str, row: Mapping[str, str], scored: set[str], sets: Mapping[str, AnswerWords], file: str
) -> list[Fault]:
    found = []
    low, high = float(row["min"]), float(row["max"])
    words = sets.get(row.get("words", ""))
    if row["item"] in ("source", "seconds") or row["item"].startswith(_MADE):
        found.append(Fault(file, n, "item", f"'{row['item']}'", "a name that no column made here has"))
    unscored = [s for s in parts_of(row["scale"]) if s not in scored]
    if unscored and scored & set(parts_of(row["scale"])):
        found.append(Fault(file, n, "scale", ", ".join(unscored), f"scales with a score: {names_or(scored)}"))
    if row.get("words") and words is None:
        found.append(Fault(file, n, "words", f"'{row['words']}'", names_or(sets)))
    if words and not all(low <= number <= high for number in words.words):
        numbers = ", ".join(f"{number:g}" for number in words.words)
        found.append(Fault(file, n, "words", f"{words.id} with {numbers}", f"words for {low:g} to {high:g}"))
    for code in parts_of(row["missing_codes"]):
        number = _number(code)
        if number is not None and low <= number <= high:
            found.append(Fault(file, n, "missing_codes", code, f"a code outside {low:g} to {high:g}"))
        if words and words.number(code) is not None:
            found.append(Fault(file, n, "missing_codes", f"'{code}'", "a word that is no answer"))
    return found


def _repeated_headers(asked: Sequence[tuple[str, Mapping[str, str]]], file: str) -> list[Fault]:
    """Two items of one version that would be read from one column."""
    found = []
    earlier: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    for n, row in asked:
        for header in sorted(_headers(row)):
            for other, first in earlier.get(header, []):
                mine, theirs = _versions(row), _versions(first)
                if not mine or not theirs or mine & theirs:
                    allowed = f"another column than that of {first['item']} in row {other}"
                    found.append(Fault(file, n, "from", f"'{header}'", allowed))
            earlier.setdefault(header, []).append((n, row))
    return found


def _scale_faults(n: str, row: Mapping[str, str], members: Rows, file: str) -> list[Fault]:
    found = [
        Fault(file, n, key, f"'{row[key]}' in the row of a scale", "a blank; only an item has it")
        for key in ("missing_codes", "words", "from")
        if row.get(key)
    ]
    if row["reverse"] == "yes":
        found.append(Fault(file, n, "reverse", "yes in the row of a scale", "no; items are turned round"))
    if not members:
        return [
            *found,
            Fault(file, n, "item", f"scale {row['item']} without items", "items that name it in scale"),
        ]
    named = {v for member in members for v in _versions(member)}
    if _versions(row) - named:
        found.append(Fault(file, n, "version", row["version"], f"versions of its items: {names_or(named)}"))
    ranges = {(float(m["min"]), float(m["max"])) for m in members}
    if row["score"] != "percent" and len(ranges) > 1:
        shown = ", ".join(f"{low:g} to {high:g}" for low, high in sorted(ranges))
        return [
            *found,
            Fault(file, n, "score", f"{row['score']} of items of {shown}", "items of one range, or percent"),
        ]
    low, high = (0.0, 100.0) if row["score"] == "percent" else next(iter(ranges))
    sizes = {sum(not _versions(m) or v in _versions(m) for m in members) for v in named or {""}} - {0}
    if row["score"] == "sum":
        if len(sizes) > 1:
            counts = " and ".join(map(str, sorted(sizes)))
            found.append(
                Fault(
                    file, n, "score", f"sum of {counts} items by version", "as many in each version, or mean"
                )
            )
            return found
        low, high = low * max(sizes), high * max(sizes)
    if abs(float(row["min"]) - low) > _SAME or abs(float(row["max"]) - high) > _SAME:
        found.append(
            Fault(
                file,
                n,
                "min",
                f"{row['min']} to {row['max']}",
                f"{low:g} to {high:g}, what {row['score']} gives",
            )
        )
    return found


def _versions(row: Mapping[str, str]) -> set[str]:
    return set(parts_of(row.get("version", "")))


def _headers(row: Mapping[str, str]) -> set[str]:
    return {plain(h) for h in parts_of(row.get("from", ""), "|") or (row["item"],)}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
