"""What the libraries that read workbooks do not tell: looked up in the XML of an .xlsx before they see it.

They give errors as blanks, take words such as NA for blanks, and reserve memory for every cell up to the farthest.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from trenza.io.grid import refusal

# What a number format shows as it stands: text in marks, a sign after a backslash, fill and width, conditions.
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]', re.S)
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
    with _opened(path, shown_as) as archive:
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
            n: _facts(archive.read(part), texts, shown_as, n) for n, part in _sheets(archive, set(members))
        }


def percents(path: Path, shown_as: str, sheet: str) -> dict[int, int]:
    """Columns (0 = A) of a sheet with numbers that it shows as percent, and the row of the first (1 = top).

    Such a cell holds 0.8 where people see 80 %. Raises ``InputFaults`` for a damaged workbook. Source: ECMA-376
    part 1, 18.8.30 (number formats; 9 and 10 are built in) and 18.3.1.4 (cells; without a place they follow on).
    """
    first: dict[int, int] = {}
    with _opened(path, shown_as) as archive:
        members = set(archive.namelist())
        styles = _percent_styles(archive, members)
        part = dict(_sheets(archive, members)).get(sheet)
        if not styles or part is None:
            return first
        row = column = 0
        for event, element in ElementTree.iterparse(archive.open(part), events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if event == "start" and tag == "row":
                row, column = int(element.get("r", row + 1)), 0
            elif event == "end" and tag == "c":
                place = re.match("[A-Z]+", element.get("r", ""))
                column = column_number(place[0]) if place else column + 1
                number = element.get("t", "n") == "n" and any(
                    child.tag.rpartition("}")[2] == "v" and child.text for child in element
                )
                if number and element.get("s", "0") in styles:
                    first.setdefault(column - 1, row)
            elif event == "end" and tag == "row":
                element.clear()
    return first


def column_number(letters: str) -> int:
    """The number of a column by its letters: A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _percent_styles(archive: zipfile.ZipFile, members: set[str]) -> set[str]:
    """Numbers of the cell styles whose number format multiplies by a hundred, as a sheet writes them."""
    part = next((t for kind, t in _links(archive, members).values() if kind.endswith("/styles")), "")
    if part not in members:
        return set()
    formats = {"9": "0%", "10": "0.00%"}
    styles: list[str] = []
    for element in ElementTree.fromstring(archive.read(part)).iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "numFmt":
            formats[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif tag == "cellXfs":
            styles = [xf.get("numFmtId", "0") for xf in element]
    return {str(i) for i, f in enumerate(styles) if "%" in _LITERAL.sub("", formats.get(f, ""))}


@contextmanager
def _opened(path: Path, shown_as: str) -> Iterator[zipfile.ZipFile]:
    """The archive that a workbook is; raises ``InputFaults`` for what goes wrong in reading it."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
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


def _links(archive: zipfile.ZipFile, members: set[str]) -> dict[str | None, tuple[str, str]]:
    """What the workbook's list of links points to: kind and part by id; nothing where it has no list."""
    book = _book(members)
    links = book.replace("xl/", "xl/_rels/") + ".rels"
    found: dict[str | None, tuple[str, str]] = {}
    for link in ElementTree.fromstring(archive.read(links)) if book and links in members else ():
        target = link.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[link.get("Id")] = (link.get("Type", ""), part)
    return found


def _book(members: set[str]) -> str:
    return next((n for n in sorted(members) if re.fullmatch(r"xl/workbook\w*\.xml", n)), "")


def _sheets(archive: zipfile.ZipFile, members: set[str]) -> list[tuple[str, str]]:
    """Name and file of every sheet, as the workbook's own two lists give them, visible ones only."""
    links = _links(archive, members)
    if not links:
        return [("", n) for n in sorted(members) if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)]
    found: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for element in ElementTree.fromstring(archive.read(_book(members))).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            _, part = links.get(key, ("", "xl/"))
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
