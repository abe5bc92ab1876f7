"""What the report says that it withholds, and what it does not."""

from __future__ import annotations

import pytest

from trenza.render import language


@pytest.mark.parametrize(("lang", "exempt"), [("en", "Exempt are counts over a whole source"), ("es", "Se exceptúan los recuentos sobre una fuente entera")])  # fmt: skip
def test_the_rule_names_what_it_lets_pass(lang: str, exempt: str) -> None:
    """Of 17 people, 16 with a code are printed over the whole strand, so that 1 follows: the sentence may not deny it."""
    assert exempt in language.text(lang, "disclosure_rule", most="4")
