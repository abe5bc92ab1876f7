"""Numbers and words as each report language writes them (English; Spanish as used in Chile).

Numbers are rounded here, on their way to the reader, and nowhere before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from trenza.render.traced import Origin, comparable, marked, marked_template, marked_words

LANGUAGES = ("en", "es")
MINUS = "\u2212"
NO_VALUE = "\u2013"
NARROW_SPACE = "\u202f"
# Files below text/ that have both languages under each key.
BOTH = (
    "compare.yaml",
    "models.yaml",
    "coding.yaml",
    "panels.yaml",
    "panel_choices.yaml",
    "panel_balance.yaml",
    "selection.yaml",
    "displays.yaml",
    "checks.yaml",
    "limits.yaml",
    "first_page.yaml",
    "pages.yaml",
    "strands.yaml",
    "rehearsal.yaml",
)

# A count of four digits or more in a room's phrase, such as 2401 of 6330 rows.
_COUNT = re.compile(r"(?<![\w.])(?<!seed )\d{4,}(?= of \d| rows| complete|$)")
_NEGATIVE = re.compile(r"(?<![\w.)])-(?=\d)")
_POINT = {"en": ".", "es": ","}
_THOUSANDS = {"en": ",", "es": "."}


@cache
def texts(lang: str) -> dict[str, str]:
    """All fixed texts of a language, by key; both languages have the same keys."""
    import yaml

    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r}; allowed: {', '.join(LANGUAGES)}")
    folder = files("trenza.render") / "text"
    found = yaml.safe_load((folder / f"{lang}.yaml").read_text(encoding="utf-8"))
    for name in BOTH:
        found |= {key: by_language[lang] for key, by_language in file_texts(name).items()}
    return {str(k): " ".join(str(v).split()) for k, v in found.items()}


@cache
def file_of(lang: str, key: str) -> str:
    """The file below ``text/`` that has the text ``key``."""
    return next((name for name in reversed(BOTH) if key in file_texts(name)), f"{lang}.yaml")


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    import yaml

    folder = files("trenza.render") / "text"
    names = (
        "phrases_es.yaml",
        "phrases_models_es.yaml",
        "phrases_compare_es.yaml",
        "phrases_audit_es.yaml",
        "phrases_qualitative_es.yaml",
        "phrases_weighting_es.yaml",
        "phrases_panels_es.yaml",
        "phrases_claims_es.yaml",
        "phrases_displays_es.yaml",
        "phrases_strands_es.yaml",
    )
    raw = [(folder / name).read_text(encoding="utf-8") for name in names]
    return tuple((re.compile(p["en"]), p["es"]) for part in raw for p in yaml.safe_load(part))


def text(lang: str, key: str, /, **fields: Any) -> str:
    """The text ``key`` with its ``{named}`` fields filled in; ``KeyError`` for an unknown key or field."""
    return _filled(texts(lang)[key], file_of(lang, key), key, fields)


def _filled(template: str, file: str, key: str, fields: Mapping[str, Any]) -> str:
    template = marked_template(template, Origin(f"text/{file}", key, ""))
    return comparable(template.format(**fields)) if fields else template


@cache
def file_texts(name: str) -> dict[str, dict[str, str]]:
    """Key -> language -> text of a file below ``text/`` that has both languages under each key."""
    import yaml

    raw = (files("trenza.render") / "text" / name).read_text(encoding="utf-8")
    return {str(key): by_language for key, by_language in yaml.safe_load(raw).items()}


def text_of(file: str, lang: str, key: str, /, **fields: Any) -> str:
    """``text`` from a file of its own: see ``file_texts``."""
    return _filled(file_texts(file)[key][lang], file, key, fields)


def has_text(lang: str, key: str) -> bool:
    """Whether a text of this key exists."""
    return key in texts(lang)


def is_missing(value: Any) -> bool:
    """None, NaN, pandas' NA and the empty string count as missing."""
    import pandas as pd

    if value is None or isinstance(value, str):
        return not value
    return bool(pd.isna(value))


def phrase(value: Any, lang: str) -> str:
    """What a computing room wrote in plain English (a method, a rule, a remark), in ``lang``.

    Rooms write English and join pieces by "; ". For each piece text/phrases_es.yaml has a pattern and its Spanish,
    in which numbers take the decimal comma. A piece without a translation stays as it was written.
    """
    return "" if is_missing(value) else marked_words(unmarked_phrase(value, lang), value)


def unmarked_phrase(value: Any, lang: str) -> str:
    """``phrase`` of a value that is there, for who still has to put labels in."""
    if lang == "en":
        counted = _COUNT.sub(lambda m: integer(m[0], "en"), str(value)).replace(" - ", f" {MINUS} ")
        return _NEGATIVE.sub(MINUS, counted)
    return "; ".join(_translated(piece) or piece for piece in str(value).split("; "))


def untranslated(value: Any) -> list[str]:
    """The pieces of a room's phrase for which text/phrases_es.yaml has no Spanish."""
    return [] if is_missing(value) else [p for p in str(value).split("; ") if _translated(p) is None]


def _translated(piece: str) -> str | None:
    for pattern, spanish in _phrases():
        match = pattern.fullmatch(piece.strip())
        if match:
            # A year, a seed and a version are no quantities.
            found = match.groupdict("")
            return spanish.format(
                **{k: v if k in ("year", "seed", "version") else _decimal_comma(v) for k, v in found.items()}
            )
    return None


def _decimal_comma(found: str) -> str:
    if found.isdigit() and len(found) > 3:
        return integer(found, "es")
    return _NEGATIVE.sub(MINUS, re.sub(r"(?<=\d)\.(?=\d)", ",", found))


def number(value: Any, lang: str, decimals: int = 2, sign: bool = False) -> str:
    """``value`` with ``decimals`` decimals, a true minus sign and the language's decimal sign."""
    return NO_VALUE if is_missing(value) else marked(_number(float(value), lang, decimals, sign), value)


def _number(v: float, lang: str, decimals: int, sign: bool = False) -> str:
    if math.isinf(v):
        return ("" if v > 0 else MINUS) + "\u221e"
    body = f"{abs(v):,.{decimals}f}"
    body = body.replace(",", "\0").replace(".", _POINT[lang]).replace("\0", _THOUSANDS[lang])
    negative = v < 0 and any(c in "123456789" for c in body)
    return (MINUS if negative else "+" if sign and any(c in "123456789" for c in body) else "") + body


def integer(value: Any, lang: str) -> str:
    """A count with the language's thousands sign."""
    return number(value, lang, 0)


def percent(value: Any, lang: str, decimals: int = 0) -> str:
    """A share 0 to 1 as a percentage: ``24%`` in English, ``24 %`` in Spanish."""
    if is_missing(value):
        return NO_VALUE
    written = isinstance(value, str)  # a share as it stands in a user's file
    hundredfold = 100 * (float(value) if written else value)
    body = _number(float(hundredfold), lang, decimals) + ("%" if lang == "en" else "\u00a0%")
    return marked(body, value if written else hundredfold)


def year(value: Any) -> str:
    """A year, which has no thousands sign."""
    return NO_VALUE if is_missing(value) else marked(str(int(value)), value)


def p_value(value: Any, lang: str) -> str:
    """A p value without its letter: ``.030`` or ``0,030``; never 0 and never 1."""
    if is_missing(value):
        return NO_VALUE
    return marked(_p_value(float(value), lang), value)


def _p_value(p: float, lang: str) -> str:
    if p < 0.001:
        return "< .001" if lang == "en" else "< 0,001"
    if p > 0.999:
        return "> .999" if lang == "en" else "> 0,999"
    body = _number(p, lang, 3)
    return body.removeprefix("0") if lang == "en" else body


def p_phrase(value: Any, lang: str) -> str:
    """A p value as a sentence has it: ``p = .030``, ``p < 0,001``."""
    glue = "\u00a0"
    if is_missing(value):
        return f"p{glue}={glue}{NO_VALUE}"
    body = _p_value(float(value), lang).replace(" ", glue)
    return f"p{glue}{'' if body[0] in '<>' else f'={glue}'}{marked(body, value)}"


def interval(low: Any, high: Any, lang: str, decimals: int = 2) -> str:
    """``[-0.22, 0.57]``; in Spanish ``[-0,22; 0,57]`` since the comma is taken."""
    if is_missing(low) or is_missing(high):
        return NO_VALUE
    separator = ", " if lang == "en" else "; "
    return f"[{number(low, lang, decimals)}{separator}{number(high, lang, decimals)}]"


def small_first(words: str) -> str:
    """The words with a small first letter, unless the first word is an abbreviation."""
    return words[0].lower() + words[1:] if len(words) > 1 and words[1].islower() else words


def listed(parts: list[str], lang: str) -> str:
    """``a, b and c`` or ``a, b y c`` (``e`` before a word that sounds like i); ``a, b; c; and d`` where a part has commas."""
    if len(parts) < 2:
        return comparable("".join(parts))
    last = parts[-1]
    conjunction = "and" if lang == "en" else "e" if re.match(r"(?i)h?i(?![aeo])", last) else "y"
    if len(parts) > 2 and any(", " in part for part in parts):
        return comparable(f"{'; '.join(parts[:-1])}; {conjunction} {last}")
    return comparable(f"{', '.join(parts[:-1])} {conjunction} {last}")


def plain(identifier: Any) -> str:
    """An id that nobody has labelled, made readable: ``joint_planning`` becomes ``joint planning``."""
    return marked_words(str(identifier).replace("_", " "), identifier)
