"""Markdown to one HTML file that asks nothing of the network: pandoc, the room's template and stylesheet."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from trenza.render.language import text
from trenza.render.pandoc import LOCALES, convert

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
    return convert(markdown, "html5", arguments, variables).decode("utf-8")


def notebook_css() -> str:
    """The stylesheet of the report with what a notebook's cells need besides."""
    return STYLESHEET.read_text(encoding="utf-8") + _NOTEBOOK


_NOTEBOOK = """
.notebook main { max-width: 58rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
.notebook pre { overflow-x: auto; background: var(--tint); padding: .6rem .8rem; font-size: .84rem; line-height: 1.45; }
.notebook table.dataframe, .notebook .dataframe th, .notebook .dataframe td { border-left: 0; border-right: 0; border-top: 0; }
.notebook .anchor-link { display: none; }
.notebook .jp-OutputArea-output, .notebook .output_subarea { overflow-x: auto; }
.notebook .jp-RenderedSVG svg, .notebook .output_svg svg { max-width: 100%; height: auto; }
"""
