"""What the libraries that read workbooks do not tell: looked up in the XML of an .xlsx before they see it.

They give errors as blanks, take words such as NA for blanks, and reserve memory for every cell up to the farthest.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from trenza.io.grid import refusal

# No official file unpacks to a tenth of this; a file made to fill the memory does to far more.
MOST_UNPACKED_BYTES = 400_000_000
# Letters to A, digits to 0, either quotation mark to ": the shape of the XML.
_SHAPES = bytes(65 if 65 <= b <= 90 else 48 if 48 <= b <= 57 else 34 if b == 39 else b for b in range(256))
_FAR_ROW = re.compile(rb'<row\b[^>]*\br="0{6,}"')
_FIRST_CELL = re.compile(rb'<row\b[^>]*\br="1"[^>]*><c r="A1"[^>]*><(?:v|is)>')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?>(?!</)")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*\bt\s*=\s*[\"']e[\"'])[^>]*>.*?<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<", re.S
)
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)(\d+)[\"']")
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass(frozen=True)
class SheetFacts:
    """What the XML of a sheet says.

    ``values``: cells that are not blank. ``plain``: whether the table begins in A1 and nothing in it is true,
    false or an error. ``errors``: column letters, row and error of each cell with one. ``empty_formulas``:
    formulas that were saved without their value.
    """

    values: int
    plain: bool
    errors: tuple[tuple[str, int, str], ...]
    empty_formulas: int


def look_inside(path: Path, shown_as: str) -> dict[str, SheetFacts]:
    """Facts of every visible sheet by name, in the workbook's order (of the hidden ones where none is visible).

    Raises ``InputFaults`` for what is no workbook, is cut short or damaged, would unpack to more than
    ``MOST_UNPACKED_BYTES``, or has a cell beyond column ZZ or row 99,999.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {i.filename: i for i in archive.infolist()}
            unpacked = sum(i.file_size for i in members.values())
            if unpacked > MOST_UNPACKED_BYTES:
                found = f"a workbook that unpacks to {unpacked / 1e6:,.0f} MB"
                raise refusal(shown_as, found, f"at most {MOST_UNPACKED_BYTES / 1e6:,.0f} MB")
            if "[Content_Types].xml" not in members and "xl/workbook.xml" not in members:
                raise refusal(shown_as, "a zip archive that is no .xlsx workbook", "an .xlsx workbook")
            # Read in full although nobody looks at it: a part that is longer than it says is found out here.
            texts = archive.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in members else b""
            return {
                n: _facts(archive.read(part), texts, shown_as, n)
                for n, part in _sheets(archive, set(members))
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        EOFError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise refusal(
            shown_as, "a workbook that is cut short, locked or damaged", "a whole file; fetch it again"
        ) from error


def _sheets(archive: zipfile.ZipFile, members: set[str]) -> list[tuple[str, str]]:
    """Name and file of every sheet, as the workbook's own two lists give them, visible ones only."""
    book = next((n for n in sorted(members) if re.fullmatch(r"xl/workbook\w*\.xml", n)), "")
    links = book.replace("xl/", "xl/_rels/") + ".rels"
    if not book or links not in members:
        return [("", n) for n in sorted(members) if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)]
    targets = {r.get("Id"): r.get("Target", "") for r in ElementTree.fromstring(archive.read(links))}
    found: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for element in ElementTree.fromstring(archive.read(book)).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            target = targets.get(key, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in members and "worksheets" in part:
                visible = element.get("state", "visible") == "visible"
                found[visible].append((element.get("name", ""), part))
    return found[True] or found[False]


def _facts(xml: bytes, texts: bytes, shown_as: str, sheet: str) -> SheetFacts:
    # Every look at the whole XML costs as much as a tenth of reading it: there are few, and plain ones.
    shapes = xml.translate(_SHAPES)
    # Rows stand in their order, columns anywhere.
    if b' r="AAA' in shapes or _FAR_ROW.match(shapes, max(shapes.rfind(b"<row "), 0)):
        raise refusal(
            shown_as,
            f"a cell far outside the table on sheet '{sheet}'",
            "at most 702 columns and 99,999 rows",
        )
    values = xml.count(b"<v>") + xml.count(b"<is>")
    strict = values > 0
    if strict:
        values -= _blank_values(xml, texts)
    else:
        values = len(_VALUE.findall(xml))
    wrong = b't="e"' in shapes
    errors: list[tuple[str, int, str]] = []
    for cell in _ERROR.finditer(xml) if wrong else ():
        place = _PLACE.search(cell[0])
        letters, row = (place[1].decode(), int(place[2])) if place else ("", 0)
        errors.append((letters, row, cell[1].decode(errors="replace")))
    first = xml[: xml.find(b"</row>") + 1]
    plain = strict and not wrong and b't="b"' not in shapes and _FIRST_CELL.search(first) is not None
    formulas = len(_EMPTY_FORMULA.findall(xml)) if b"<f" in xml or (not strict and b":f" in xml) else 0
    return SheetFacts(values, plain, tuple(errors), formulas)


def _blank_values(xml: bytes, texts: bytes) -> int:
    """Cells that have a value which shows nothing: an empty one, or a blank text of the workbook's list of texts."""
    blank = xml.count(b"<v></v>")
    for empty in (b"<t/>", b"<t></t>", b'<t xml:space="preserve"> </t>', b'<t xml:space="preserve"/>'):
        at = texts.find(b"<si>" + empty + b"</si>")
        if at >= 0:
            blank += xml.count(b't="s"><v>%d</v>' % texts.count(b"<si>", 0, at))
    return blank
