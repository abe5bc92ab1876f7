"""An executed notebook as one page in the report's own style: its words, its tables and figures, its code folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trenza.render.html import STYLESHEET, to_html
from trenza.render.language import text_of
from trenza.render.markdown import escape
from trenza.render.masthead import Masthead

TEXTS = "notebooks.yaml"
# One for each stage, in the order of the files in notebooks/.
NOTEBOOKS = (
    "01_overview",
    "02_clean",
    "03_describe",
    "04_compare",
    "05_model",
    "06_qualitative",
    "07_triangulate",
    "08_report",
)
_CODE = re.compile(r'<pre class="python"><code>(.*?)</code></pre>', re.S)


def in_language(cells: Iterable[Mapping[str, Any]], lang: str) -> list[Any]:
    """The cells that are of no language or of this one: words of a notebook stand in it in both."""
    return [cell for cell in cells if cell["metadata"].get("lang", lang) == lang]


def title_of(name: str, lang: str) -> str:
    """What the notebook ``name`` is called."""
    return text_of(TEXTS, lang, f"title_{name}")


def links_to(names: Iterable[str], lang: str, folder: str = "") -> list[str]:
    """Markdown links to the pages of notebooks in ``folder``."""
    return [f"[{escape(title_of(name, lang))}]({folder}{name}.{lang}.html)" for name in names]


def notebook_page(
    cells: Iterable[Mapping[str, Any]], name: str, head: Masthead, figures: Path, report: str = ""
) -> str:
    """HTML of the executed cells of one language.

    ``figures`` is the folder of the report's figures, ``report`` the address of the report, for the way back.
    """
    lines = [_markdown(cell) for cell in cells]
    ways = links_to((other for other in NOTEBOOKS if other != name), head.lang)
    if report:
        ways = [f"[{escape(text_of(TEXTS, head.lang, 'to_report'))}]({report})", *ways]
    lines += [f"## {escape(text_of(TEXTS, head.lang, 'h_ways'))}", "", *(f"- {way}" for way in ways)]
    page = to_html(
        "\n\n".join(lines[: -len(ways)]) + "\n\n" + "\n".join(lines[-len(ways) :]) + "\n",
        STYLESHEET,
        figures,
        head.lang,
        f"{title_of(name, head.lang)} · {head.title}",
        head.banner,
        head.kinds,
    )
    label = text_of(TEXTS, head.lang, "code")
    return _CODE.sub(
        rf'<details class="code"><summary>{label}</summary><pre tabindex="0"><code>\1</code></pre></details>',
        page,
    )


def _markdown(cell: Mapping[str, Any]) -> str:
    source = str(cell["source"])
    if cell["cell_type"] == "markdown":
        # The notebook's own title is the page's.
        return re.sub(r"\A# .*\n", "", source + "\n")
    told = [_output(output) for output in cell.get("outputs", [])]
    return "\n\n".join([f"```python\n{source}\n```", *told])


def _output(output: Mapping[str, Any]) -> str:
    """What a cell left: the report's Markdown, else what it printed, as it stands."""
    data = output.get("data", {})
    if "text/markdown" in data:
        return str(data["text/markdown"])
    printed = str(output.get("text") or data.get("text/plain", ""))
    return f"```\n{printed.rstrip()}\n```" if printed.strip() else ""
