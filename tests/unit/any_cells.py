"""Any cell that a file may hold, and what it means, read by other code than the room's own."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import trenza.questionnaire.words as words_module
from trenza.questionnaire.words import known_sets

JUNK = [
    *(
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e400",
        "-1e400",
        "1e-400",
        "TRUE",
        "Verdadero",
        "None",
        "null",
        "#N/A",
    ),
    *(
        "99",
        "99.0",
        "99,0",
        "9 9",
        "no sabe",
        "N/A",
        ".a",
        ".",
        "-",
        "4 - Agree",
        "3 = Muy de acuerdo",
        "(4) agree",
    ),
    *(
        "1 2",
        "1;2",
        "1,5",
        "2.5",
        "1.234,5",
        "0x1F",
        "1_000",
        "４",
        "٣",
        "²",
        "½",
        "3 %",
        "=1+1",
        "'3",
        "3\u200b",
    ),
    *(
        "13/02/2019",
        "2019-02-13 10:00",
        "12:30",
        "\u0000",
        "\ud7ff",
        "Ana",
        "a@b.cl",
        "x" * 60,
        "\n",
        "\u00a0",
        "\u2028",
    ),
]
WORDS = sorted(
    {w for one in known_sets().values() for ways in one.words.values() for ws in ways.values() for w in ws}
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.,-+eE %()kK[]=:", max_size=9),
    st.sampled_from(JUNK),
    st.sampled_from(WORDS),
    st.builds(
        "{}{}{}".format,
        st.integers(0, 9),
        st.sampled_from([" - ", " = ", ". ", ") ", " ", ""]),
        st.sampled_from(WORDS),
    ),
    st.integers(-20, 120).map(str),
)
CELLS = st.one_of(
    TEXTS,
    st.floats(),
    st.floats(0, 6).map(lambda x: round(x * 2) / 2),
    st.none(),
    st.booleans(),
    st.datetimes(),
)
FOLDER = Path(words_module.__file__).parent / "words"


def bare(text: str) -> str:
    """Small letters without accents and needless blanks."""
    folded = unicodedata.normalize("NFD", re.sub(r"\s+", " ", text).strip().lower())
    return unicodedata.normalize("NFKC", "".join(c for c in folded if unicodedata.category(c) != "Mn"))


def word_table(name: str) -> dict[str, float]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {
            bare(w): float(r["number"])
            for r in csv.DictReader(file)
            for k in ("en", "es", "other")
            for w in r[k].split("|")
            if w
        }


AGREE = word_table("agree_4")


def second_reading(cell: Any, decimal: str, table: dict[str, float]) -> float | None:
    """The number in a cell, by plain means; None where it has none."""
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    text = bare(cell)
    try:
        if (
            text.isascii()
            and not re.search(r"[a-df-z_ ]", text)
            and ("." if decimal == "," else ",") not in text
        ):
            number = Decimal(text.replace(decimal, "."))
            return float(number) if number.is_finite() and math.isfinite(float(number)) else None
    except InvalidOperation:
        pass
    if text in table:
        return table[text]
    begin = re.match(r"[(\[]?([+-]?\d+([.,]\d+)?)", text, re.ASCII)
    rest = text[begin.end() :].lstrip(" )]-–—=:.") if begin else ""
    return (
        float(begin[1].replace(",", "."))
        if begin and table.get(rest) == float(begin[1].replace(",", "."))
        else None
    )


def is_empty(cell: Any) -> bool:
    return (
        cell is None
        or (isinstance(cell, float) and math.isnan(cell))
        or (isinstance(cell, str) and not cell.split())
    )
