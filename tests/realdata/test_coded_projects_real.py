"""Coded projects that real programs wrote: a REFI-QDA export of NVivo 12.6 and a study in Taguette."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from trenza.contracts.coded_project import FRAMES, Project
from trenza.qualitative import read_project, write_csv_folder, write_qdpx

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRENZA_DATA", ROOT.parent / "shared" / "data"))
NVIVO = DATA / "qdpx" / "nvivo12_windows.qdpx"
TAGUETTE = DATA / "taguette"
needs_nvivo = pytest.mark.skipif(not NVIVO.is_file(), reason=f"no NVivo export in {DATA} (set TRENZA_DATA)")
needs_taguette = pytest.mark.skipif(
    not TAGUETTE.is_dir(), reason=f"no Taguette study in {DATA} (set TRENZA_DATA)"
)


@pytest.fixture(scope="module")
def nvivo() -> Project:
    return read_project(NVIVO)


@pytest.fixture(scope="module")
def taguette() -> Project:
    return read_project(TAGUETTE / "SERDIF_P2_ThematicAnalysis.sqlite3")


def passages(project: Project) -> Counter[tuple[str, str, str]]:
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    cells = project.codings[["document", "start", "end", "code"]].itertuples(index=False, name=None)
    return Counter((d, c, " ".join(text[d][a:b].split())) for d, a, b, c in cells)


@needs_nvivo
def test_every_selection_is_the_text_that_nvivo_counted_in_utf16(nvivo: Project) -> None:
    space = {"q": "urn:QDA-XML:project:1.0"}
    told: Counter[tuple[str, str, str]] = Counter()
    with zipfile.ZipFile(NVIVO) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
        for source in root.iterfind(".//q:TextSource", space):
            raw = archive.read(f"Sources/{source.attrib['guid']}.txt").decode("utf-8-sig").encode("utf-16-le")
            for selection in source.iterfind("q:PlainTextSelection", space):
                a, b = (int(selection.attrib[k]) for k in ("startPosition", "endPosition"))
                code = selection.find("q:Coding/q:CodeRef", space)
                assert code is not None
                text = raw[2 * a : 2 * b].decode("utf-16-le")
                told[source.attrib["guid"], code.attrib["targetGUID"], " ".join(text.split())] += 1
    assert sum(told.values()) == len(nvivo.codings) == 303
    assert passages(nvivo) == told


@needs_nvivo
def test_all_selections_but_one_begin_at_a_word(nvivo: Project) -> None:
    text = dict(zip(nvivo.documents["document"], nvivo.documents["text"], strict=True))
    inside = [
        text[d][a - 1 : a + 9]
        for d, a in nvivo.codings[["document", "start"]].itertuples(index=False, name=None)
        if a and text[d][a - 1].isalnum() and text[d][a].isalnum()
    ]
    # The one was marked so by hand, without the first letter of its word: no rule of counting puts it elsewhere.
    assert inside == ["Javitsatok"]


@needs_nvivo
def test_the_rule_is_found_with_a_wide_margin(nvivo: Project) -> None:
    meta = nvivo.meta
    assert (meta["unit"], meta["newline"], meta["bom"], meta["end"]) == ("UTF-16", 2, 0, "exclusive")
    assert meta["score"] > 0.98 and meta["margin"] > 0.5  # type: ignore[operator]
    assert (len(nvivo.codes), len(nvivo.coders), len(nvivo.documents), len(nvivo.loss)) == (152, 2, 2, 0)


@needs_nvivo
def test_the_rule_is_found_without_knowing_the_program(nvivo: Project, tmp_path: Path) -> None:
    with zipfile.ZipFile(NVIVO) as old, zipfile.ZipFile(tmp_path / "p.qdpx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"NVivo for Windows 12.6", b"Somebody"))
    again = read_project(tmp_path / "p.qdpx")
    assert again.codings.equals(nvivo.codings) and again.meta["margin"] == nvivo.meta["margin"]


@needs_nvivo
def test_what_is_written_comes_back(nvivo: Project, tmp_path: Path) -> None:
    assert write_qdpx(nvivo, tmp_path / "p.qdpx") == []
    write_csv_folder(nvivo, tmp_path / "folder")
    for again in (read_project(tmp_path / "p.qdpx"), read_project(tmp_path / "folder")):
        for name in {*FRAMES} - {"loss"}:
            one, two = (
                f.drop(columns="path") if name == "documents" else f
                for f in (getattr(nvivo, name), getattr(again, name))
            )
            pd.testing.assert_frame_equal(one, two)


@needs_taguette
def test_taguette_database_export_and_codebook_agree(taguette: Project) -> None:
    export = read_project(TAGUETTE / "all_tags_20220303.csv")
    book = pd.read_csv(TAGUETTE / "codebook_20220303_8.csv")
    assert len(taguette.codings) == len(export.codings) == book["number of highlights"].sum() == 1930
    counts = book.set_index("tag")["number of highlights"].to_dict()
    assert taguette.codings.groupby("code").size().to_dict() == counts
    assert passages(taguette) == passages(export)
    assert taguette.codes["code"].tolist() == export.codes["code"].tolist() and len(taguette.documents) == 17


@needs_taguette
def test_the_coder_is_the_one_person_whom_the_log_names(taguette: Project) -> None:
    assert taguette.coders["coder"].tolist() == ["admin"] and taguette.codings["coder"].notna().all()


@needs_taguette
def test_taguette_goes_through_refi_qda(taguette: Project, tmp_path: Path) -> None:
    write_qdpx(taguette, tmp_path / "p.qdpx")
    again = read_project(tmp_path / "p.qdpx")
    assert len(again.codings) == 1930 and not len(again.loss)
    one = {(t, n) for (_, _, t), n in passages(taguette).items()}
    assert one == {(t, n) for (_, _, t), n in passages(again).items()}
