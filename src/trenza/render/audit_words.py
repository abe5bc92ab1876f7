"""An audit in words: the fixed texts of its page, and its findings as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trenza.render.language import integer, is_missing, number, p_phrase, phrase, text_of
from trenza.render.traced import marked_words
from trenza.render.traced_frames import how_many

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 3


def words(lang: str, key: str, /, **fields: Any) -> str:
    """The text ``key`` with its ``{named}`` fields filled in; ``KeyError`` for an unknown key or field."""
    return text_of("audit.yaml", lang, key, **fields)


def sentence(text: str) -> str:
    """A phrase as a sentence, without touching an abbreviation or a symbol at its start."""
    return text + ("" if text.endswith((".", "?")) else ".")


def whole_table(conclusions: pd.DataFrame, decisions: pd.DataFrame, lang: str) -> Iterator[tuple[str, str]]:
    """(topic, sentence) of each conclusion; what is about printed sizes stands with them."""
    for row in conclusions.itertuples():
        said = sentence(phrase(row.reading, lang))
        if row.topic == "family":
            said = " ".join([said, *_corrected(decisions, lang)])
        yield words(lang, f"topic_{row.topic}"), said


def _corrected(decisions: pd.DataFrame, lang: str) -> Iterator[str]:
    first = decisions[decisions["sizes"] == "printed"]
    for row in first[first["p_printed"] < first["alpha"]].itertuples():
        yield words(
            lang,
            "family_p",
            outcome=row.outcome,
            p=p_phrase(row.p_printed, lang),
            holm=p_phrase(row.p_holm, lang),
            bh=p_phrase(row.p_bh, lang),
        )


def tally(findings: pd.DataFrame, lang: str, key: str = "tally") -> str:
    """How many checks had which verdict."""
    verdicts = ("consistent", "conditional", "inconsistent", "uninformative")
    counts = {v: integer(how_many(findings[findings["verdict"] == v]), lang) for v in verdicts}
    return words(lang, key, total=integer(how_many(findings), lang), **counts)


def single_items(findings: pd.DataFrame, lang: str) -> str:
    """The means that single whole-number answers could not give, as one sentence; empty where there are none.

    With the sizes that were found where there are some, as the printed ones do not give the table.
    """
    asked = findings[findings["check"] == "single_item"].drop_duplicates(["row", "group"], keep="last")
    out = asked[asked["reading"].str.startswith("cannot")]
    parts = [
        words(
            lang,
            "single_one",
            outcome=r.outcome,
            group=marked_words(r.group, r.group),
            n=integer(r.n1 if r.group == "1" else r.n2, lang),
        )
        for r in out.itertuples()
    ]
    return words(lang, "single_items", listed="; ".join(parts)) if parts else ""


def reach(row: Any, lang: str) -> str:
    """What a number can be, as ``94.869 to 94.998``; empty where nothing was worked out."""
    if is_missing(row.reach_low) or is_missing(row.reach_high):
        return ""
    # A p cut or rounded shows in the next decimal; a count has none.
    decimals = 0 if row.check == "total" else DECIMALS + row.check.startswith("p_from")
    low, high = (number(end, lang, decimals) for end in (row.reach_low, row.reach_high))
    between = {"en": " to ", "es": " a "}[lang]
    return low if low == high else f"{low}{between}{high}"


def apart(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that do not agree as printed."""
    return findings[findings["verdict"].isin(["conditional", "inconsistent"])]


def lines(findings: pd.DataFrame, name: str, lang: str) -> Iterator[str]:
    """One line for each finding that does not agree as printed; ``name`` is the column that names the row."""
    for row in apart(findings).itertuples():
        group = getattr(row, "group", "both")
        what = words(lang, f"check_{row.check}")
        if group != "both":
            what += f", {words(lang, 'col_group').lower()} {group}"
        decimals = 0 if row.check == "total" else DECIMALS
        shown = "" if is_missing(row.printed) else f" {number(row.printed, lang, decimals)}"
        can_be = reach(row, lang)
        limits = f" ({words(lang, 'col_reach').lower()} {can_be})" if can_be else ""
        verdict = words(lang, f"verdict_{row.verdict}")
        yield f"{getattr(row, name)}: {what}{shown}{limits}: {verdict}: {phrase(row.reading, lang)}"
