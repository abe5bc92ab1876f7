"""Names and words compared as a reader would: case, accents and blanks make no difference."""

from __future__ import annotations

import unicodedata


def plain(name: str) -> str:
    """A name or word in small letters, without accents, breaks or blanks at the ends."""
    letters = unicodedata.normalize("NFKD", " ".join(name.split()).lower())
    return "".join(c for c in letters if not unicodedata.combining(c))
