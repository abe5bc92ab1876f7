"""Markdown to one HTML file that asks nothing of the network: pandoc, the room's template and stylesheet."""

from __future__ import annotations

from html import escape
from pathlib import Path

from trenza.render.language import text

HERE = Path(__file__).resolve().parent
STYLESHEET = HERE / "report.css"
TEMPLATE = HERE / "report.template.html"
# Off: what could turn plain words into markup (citations, math between dollars, typographic quotes).
READER = (
    "markdown-smart-citations-tex_math_dollars-example_lists-yaml_metadata_block-raw_html-raw_tex+pipe_tables"
)


def to_html(
    markdown: str, css_path: Path | str, resource_dir: Path | str, lang: str, title: str, banner: str = ""
) -> str:
    """A standalone page with stylesheet and figures inside, a table of contents, MathML for formulas.

    ``resource_dir`` is where relative figure paths start. ``banner`` is a line across the top of the
    page; without it there is none. Raises ``RuntimeError`` with pandoc's words if pandoc fails, for
    example for a missing figure.
    """
    import pypandoc

    arguments = [
        "--standalone",
        "--embed-resources",
        "--toc",
        "--toc-depth=2",
        "--mathml",
        "--wrap=none",
        "--columns=10000",  # keeps pandoc from giving every column of a wide table the same width
        "--fail-if-warnings",
        f"--template={TEMPLATE}",
        f"--css={css_path}",
        f"--resource-path={resource_dir}",
        f"--metadata=lang:{ {'en': 'en', 'es': 'es-CL'}[lang] }",
        f"--metadata=pagetitle:{title}",
        f"--variable=heading:{escape(title, quote=False)}",
        f"--variable=toc-title:{text(lang, 'toc_title')}",
        f"--variable=skip:{text(lang, 'skip_to_text')}",
    ]
    if banner:
        arguments.append(f"--variable=banner:{escape(banner, quote=False)}")
    return str(pypandoc.convert_text(markdown, "html5", format=READER, extra_args=arguments))


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
