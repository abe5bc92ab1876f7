"""Markdown to Word: pandoc with a reference document that is made from the room's styles and the report's masthead."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from trenza.render.language import text
from trenza.render.masthead import Masthead
from trenza.render.pandoc import PAPERS, convert

STYLES = Path(__file__).resolve().parent / "report.styles.xml"
LANGUAGE = {"en": "en-GB", "es": "es-CL"}
_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# A4 with the margins of the PDF, in twentieths of a point.
_PAGE = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/><w:footerReference w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1700" w:right="1247" w:bottom="1247" w:left="1247" '
    'w:header="624" w:footer="624" w:gutter="0"/></w:sectPr>'
)


def to_word(markdown: str, folder: Path | str, head: Masthead) -> bytes:
    """A .docx with the masthead on each page and PNG pictures (beside the SVG ones that the Markdown names).

    The same text gives the same bytes. Raises ``RuntimeError`` with pandoc's words if pandoc fails.
    """
    with tempfile.TemporaryDirectory(prefix="trenza") as here:
        reference = Path(here) / "reference.docx"
        reference.write_bytes(_reference(head))
        arguments = [
            f"--reference-doc={reference}",
            f"--resource-path={Path(folder).resolve()}",
            f"--lua-filter={PAPERS}",
            "--shift-heading-level-by=-1",
            f"--metadata=lang:{LANGUAGE[head.lang]}",
            f"--metadata=title:{head.title}",
            f"--metadata=contents:{text(head.lang, 'toc_title')}",
        ]
        return convert(markdown, "docx", arguments)


def _reference(head: Masthead) -> bytes:
    """Pandoc's own reference document with the room's styles, page, header and footer."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    plain = zipfile.ZipFile(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    parts = {name: plain.read(name).decode("utf-8") for name in plain.namelist()}
    parts["word/styles.xml"] = STYLES.read_text(encoding="utf-8").replace("@LANG@", LANGUAGE[head.lang])
    parts["word/header1.xml"] = f"<w:hdr {_SPACES}>{_header(head)}</w:hdr>"
    parts["word/footer1.xml"] = f"<w:ftr {_SPACES}>{_footer(head)}</w:ftr>"
    parts["word/document.xml"] = re.sub(
        r"<w:sectPr>.*?</w:sectPr>", _PAGE, parts["word/document.xml"], flags=re.S
    )
    for name in ("header", "footer"):
        parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(
            "</Relationships>",
            f'<Relationship Type="{_OFFICE}/{name}" Id="rId{name.title()}" Target="{name}1.xml"/></Relationships>',
        )
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            "</Types>",
            f'<Override PartName="/word/{name}1.xml" ContentType="{_TYPE}.{name}+xml"/></Types>',
        )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _header(head: Masthead) -> str:
    kinds = _run(" ").join(_run(f" {word} ", kind.title()) for kind, word in head.kinds)
    line = _paragraph("Header", f"{_run(head.title)}<w:r><w:tab/></w:r>{kinds}")
    return line + (_paragraph("Banner", _run(f" {head.banner}")) if head.banner else "")


def _footer(head: Masthead) -> str:
    pages = f"{_field('PAGE')}{_run(' / ')}{_field('NUMPAGES')}"
    return _paragraph("Footer", f"{_run(head.study)}<w:r><w:tab/></w:r>{pages}")


def _paragraph(style: str, inside: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inside}</w:p>'


def _run(words: str, style: str = "") -> str:
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
