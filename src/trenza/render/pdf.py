"""Markdown to PDF: pandoc puts Typst into the room's template, Typst sets it. The same text gives the same bytes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from trenza.render.language import text
from trenza.render.masthead import Masthead
from trenza.render.pandoc import LOCALES, PAPERS, convert

TEMPLATE = Path(__file__).resolve().parent / "report.template.typ"
ACCESSIBLE: Any = "ua-1"  # PDF/UA: tags, language, title and alternative texts, checked by Typst as it writes


def to_pdf(markdown: str, folder: Path | str, head: Masthead) -> bytes:
    """A tagged PDF with the masthead on each page; ``folder`` is where relative figure paths start.

    Fonts are those inside Typst and matplotlib, so that pages are the same on every machine. Raises
    ``RuntimeError`` with the words of pandoc or Typst, for example for a missing figure.
    """
    import typst

    source = convert(
        markdown,
        "typst",
        ["--standalone", f"--template={TEMPLATE}", f"--lua-filter={PAPERS}"],
        _variables(head),
    )
    try:
        compiler = typst.Compiler(source, root=str(Path(folder).resolve()), font_paths=_fonts())
        made: Any = compiler.compile(format="pdf", timestamp=0, pdf_standards=[ACCESSIBLE])
        return bytes(made)
    except typst.TypstError as error:
        raise RuntimeError(str(error)) from error


def _variables(head: Masthead) -> dict[str, Any]:
    lang, _, region = LOCALES[head.lang].partition("-")
    words = {
        "heading": head.title,
        "study": head.study,
        "banner": head.banner,
        "toc-title": text(head.lang, "toc_title"),
    }
    return {
        **{key: quoted(value) for key, value in words.items() if value},
        "kinds": [{"name": kind, "word": quoted(word)} for kind, word in head.kinds],
        "lang": lang,
        "region": region,
    }


def quoted(words: str) -> str:
    """Words as a string of Typst, in which nothing is markup."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def _fonts() -> Any:
    """Typst's own fonts and matplotlib's, none of the machine."""
    import matplotlib as mpl
    import typst

    return typst.Fonts(
        include_system_fonts=False, font_paths=[str(Path(mpl.get_data_path()) / "fonts" / "ttf")]
    )
