"""Footnotes stand where a report first uses a term of method, and nowhere else."""

from __future__ import annotations

import re

import pytest

from trenza.render.footnotes import terms, with_footnotes
from trenza.render.language import LANGUAGES

TEXT = """## On one page {#h-page}

The interval on the first page stays as it is.

## Findings {#h-found}

### About the interval {#h-interval}

| interval | kappa |
|:---|---:|
| CR2 | 1 |

: Table 1. An interval

![interval](x.svg)

::: {.note}
[kappa]{.kind .real} and [kappa](#h-kappa) and `kappa` and kappa.
:::

- Intervals, then an interval.

Another interval and ICC 0.20.
"""


def test_the_first_use_in_prose_after_the_first_page_has_the_note() -> None:
    noted = with_footnotes(TEXT, "en")
    assert "`kappa` and kappa[^kappa].\n" in noted
    assert "- Intervals[^interval], then an interval.\n" in noted
    assert "Another interval and ICC[^icc] 0.20.\n" in noted
    assert noted.count("[^interval]") == 2  # the mark and the note
    plain = re.sub(r"\n\[\^\w+\]: .*\n|\[\^\w+\]", "", noted)
    assert plain.split() == TEXT.split()
    assert with_footnotes("## A\n\nNothing.\n", "en") == "## A\n\nNothing.\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_terms_have_a_note_without_numbers_in_both_languages(lang: str) -> None:
    ids = [t[0] for t in terms(lang)]
    assert ids == [t[0] for t in terms("en")] and len(ids) == len(set(ids)) > 10
    for identifier, _, told in terms(lang):
        # A mark with a digit could be read as a number of the report, and so could one in a note.
        assert identifier.isalpha() and not any(c.isdigit() for c in told)
