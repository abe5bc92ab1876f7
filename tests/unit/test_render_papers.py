"""The report as PDF and Word: what is published, simulated or real stands on every page; the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from trenza.render.masthead import Masthead
from trenza.render.pdf import to_pdf
from trenza.render.style import save
from trenza.render.word import to_word

BANNER = 'Este informe contiene "números" simulados & nunca hallazgos.'
HEAD = Masthead(
    "toy", "Título #1 & <otro>", "es", (("published", "publicado"), ("simulated", "simulado")), BANNER
)
ROWS = "\n".join(f"| escuela {i} | {i},5 |" for i in range(90))
TEXT = f"""::: {{.caution}}
Cuidado.
:::

## Primera {{#h-first}}

- [simulado]{{.kind .simulated}} Un punto \\#1.

:::: {{.scroll tabindex="0" role="region" aria-label="x"}}

| Nombre | Valor |
|:---|---:|
{ROWS}

: Tabla 1. Noventa filas

::::

![Figura 1. Dibujo](<toy.figure.es.svg>){{#fig-toy alt="Una línea que sube"}}
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    drawing = Figure(figsize=(2, 1))
    drawing.subplots().plot([0, 1])
    save(drawing, folder, "toy", "es")
    return folder


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, in the order in which they are written."""
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_a_pdf_says_on_every_page_what_kind_its_numbers_are(pictures: Path) -> None:
    pdf = to_pdf(TEXT, pictures, HEAD)
    assert pdf == to_pdf(TEXT, pictures, HEAD)
    pages = pages_of(pdf)
    assert len(pages) > 2
    for words in pages:
        flat = " ".join(words.split())
        assert BANNER in flat and HEAD.title in flat and "publicado" in flat and "simulado" in flat
    assert sum("Nombre" in words for words in pages) > 1, "the head of a table is repeated on its next page"
    assert "escuela 89" in " ".join(pages)
    assert b"/Lang" in pdf and b"pdfuaid" in pdf


def test_the_first_page_stands_alone_with_its_picture_and_no_words_are_cut_from_it(pictures: Path) -> None:
    tall = Figure(figsize=(4, 8))
    tall.subplots().plot([0, 1])
    save(tall, pictures, "tall", "es")
    page = "## En una página {#h-page}\n\n" + "Dicho. " * 700 + "\n\nÚltima palabra.\n\n"
    picture = '![Imagen: alta](<tall.figure.es.svg>){#fig-page alt="Una línea"}\n\n::: {.page-end}\n:::\n\n'
    first, second, *_ = pages_of(to_pdf(page + picture + TEXT, pictures, HEAD))
    assert "Última palabra" in first and "Imagen: alta" in first and "Contenido" not in first
    assert "Contenido" in second and "Cuidado" in second


def test_a_pdf_without_a_simulated_number_has_no_banner(pictures: Path) -> None:
    pdf = to_pdf("Texto.\n", pictures, HEAD._replace(kinds=(("real", "real"),), banner=""))
    assert "simulad" not in " ".join(pages_of(pdf))


def test_a_word_document_says_it_in_header_and_footer(pictures: Path) -> None:
    made = to_word(TEXT, pictures, HEAD)
    assert made == to_word(TEXT, pictures, HEAD)
    parts = zipfile.ZipFile(io.BytesIO(made))
    body = parts.read("word/document.xml").decode("utf-8")
    header = next(
        parts.read(n).decode("utf-8") for n in parts.namelist() if re.fullmatch(r"word/header\d+\.xml", n)
    )
    words = re.sub(r"<[^>]+>", "", header)
    assert "publicado" in words and "simulado" in words and "simulados &amp; nunca" in words
    assert "headerReference" in body and "footerReference" in body
    assert 'descr="Una línea que sube"' in body
    assert any(n.endswith(".png") for n in parts.namelist()) and not any(
        n.endswith(".svg") for n in parts.namelist()
    )
    assert '<w:tblStyle w:val="Table"' in body and "<w:tblHeader" in body
    assert all(f'w:val="{style}"' in body for style in ("Caution", "Simulated", "Contents", "TableCaption"))
    assert 'w:anchor="h-first"' in body, "the contents lead to the sections"


def test_the_contents_of_a_word_document_follow_its_first_page(pictures: Path) -> None:
    page = "## En una página {#h-page}\n\nDicho.\n\n::: {.page-end}\n:::\n\n"
    made = (
        zipfile.ZipFile(io.BytesIO(to_word(page + TEXT, pictures, HEAD))).read("word/document.xml").decode()
    )
    order = ["Dicho.", 'w:br w:type="page"', 'w:val="TOCHeading"', 'w:anchor="h-page"', "Cuidado."]
    places = [made.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("write", [to_pdf, to_word])
def test_a_missing_picture_stops_the_paper(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RuntimeError, match=r"toy\.figure"):
        write(TEXT, tmp_path, HEAD)
