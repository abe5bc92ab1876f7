"""Markdown to one HTML file that asks nothing of the network: pandoc, the room's template and stylesheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from trenza.render.language import text
from trenza.render.pandoc import LOCALES, convert

_NOTES = re.compile(r'<aside (id="footnotes[^>]*) role="doc-footnote">(.*?)</aside>', re.DOTALL)
HERE = Path(__file__).resolve().parent
STYLESHEET = HERE / "report.css"
TEMPLATE = HERE / "report.template.html"


def to_html(
    markdown: str,
    css_path: Path | str,
    resource_dir: Path | str,
    lang: str,
    title: str,
    banner: str = "",
    kinds: Iterable[tuple[str, str]] = (),
) -> str:
    """A standalone page with stylesheet and figures inside, a table of contents, MathML for formulas.

    ``resource_dir`` is where relative figure paths start. ``banner`` is a line across the top of the
    page, and ``kinds`` (kind of number, its word) are badges that stay there; without them there are none.
    Raises ``RuntimeError`` with pandoc's words if pandoc fails, for example for a missing figure.
    """
    arguments = [
        "--standalone",
        "--embed-resources",
        "--toc",
        "--toc-depth=2",
        "--mathml",
        "--reference-location=section",
        f"--template={TEMPLATE}",
        f"--css={css_path}",
        f"--resource-path={resource_dir}",
        f"--metadata=lang:{LOCALES[lang]}",
        f"--metadata=pagetitle:{title}",
    ]
    words = {
        "heading": title,
        "toc-title": text(lang, "toc_title"),
        "skip": text(lang, "skip_to_text"),
        "kinds-title": text(lang, "kinds_title"),
        "banner": banner,
    }
    badges = [{"name": escape(kind), "word": escape(word)} for kind, word in kinds]
    variables = {key: escape(value, quote=False) for key, value in words.items() if value} | {"kinds": badges}
    page = convert(markdown, "html5", arguments, variables).decode("utf-8")
    # On a phone wide pictures scroll, and what scrolls must be within reach of the keyboard.
    page = page.replace("<figure", '<figure tabindex="0"')
    # Footnotes below each section are no landmarks: there would be several without a name.
    return _NOTES.sub(r"<div \1>\2</div>", page)
