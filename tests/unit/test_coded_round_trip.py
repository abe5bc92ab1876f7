"""Random projects through every writer and every reader: text, positions, coders and tree come back as they were."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from coded_projects import names, passages, projects, qualcoder, same, taguette, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.contracts.coded_project import FRAMES, Project
from trenza.qualitative import read_project, write_csv_folder, write_qdc, write_qdpx

MANY = settings(max_examples=200, deadline=None)
SOME = settings(max_examples=100, deadline=None)
FEW = settings(max_examples=20, deadline=None)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


# One random project goes through all three writers, since making it costs more than writing it.
@MANY
@given(project=projects())
def test_every_writer_gives_back_what_was_written(folder: Path, project: Project) -> None:
    check_refi_qda(folder, project)
    check_csv_folder(folder, project)
    check_codebook(folder, project)


def check_refi_qda(folder: Path, project: Project) -> None:
    left = write_qdpx(project, folder / "p.qdpx")
    again = read_project(folder / "p.qdpx")
    assert not any("cannot hold" in told for told in left)
    same(project, again)
    assert not again.loss["why"].str.contains("standard").any(), again.loss
    first = (folder / "p.qdpx").read_bytes()
    write_qdpx(again, folder / "p.qdpx")
    assert (folder / "p.qdpx").read_bytes() == first


def check_csv_folder(folder: Path, project: Project) -> None:
    write_csv_folder(project, folder / "csv")
    again = read_project(folder / "csv")
    same(project, again)
    pd.testing.assert_frame_equal(project.documents, again.documents)


def check_codebook(folder: Path, project: Project) -> None:
    write_qdc(project.codes, folder / "c.qdc")
    again = read_project(folder / "c.qdc")
    pd.testing.assert_frame_equal(project.codes, again.codes)
    assert not len(again.codings) and again.meta["format"] == "qdc"


@FEW
@given(project=projects())
def test_every_frame_keeps_its_contract(project: Project) -> None:
    for name, contract in FRAMES.items():
        frame = getattr(project, name)
        pd.testing.assert_frame_equal(contract.check(frame) if len(frame) else frame, frame)


coded = st.dictionaries(
    names, texts.filter(lambda t: len(t) > 1 and "\r" not in t), min_size=1, max_size=3
).flatmap(
    lambda documents: st.tuples(
        st.just(documents),
        st.lists(
            st.sampled_from([*documents]).flatmap(
                lambda d: st.tuples(
                    st.just(d),
                    st.integers(0, len(documents[d]) - 1),
                    st.integers(1, len(documents[d])),
                    names,
                    st.sampled_from(["Ana", "Luz", None]),
                )
            ),
            max_size=8,
        ),
    )
)


@MANY
@given(made=coded)
def test_taguette_shows_the_same_passages(folder: Path, made: tuple[dict[str, str], list[tuple]]) -> None:
    documents, rows = made
    codings = sorted({(d, min(a, b - 1), b, c) for d, a, b, c, _ in rows})
    project = read_project(taguette(folder / "t.sqlite3", documents, codings))
    assert dict(zip(project.documents["name"], project.documents["text"], strict=True)) == documents
    code = dict(zip(project.codes["code"], project.codes["code"], strict=True))
    told = project.codings[["document", "start", "end", "code"]].itertuples(index=False, name=None)
    assert sorted((d, a, b, code[c]) for d, a, b, c in told) == codings


@MANY
@given(made=coded, stored=st.sampled_from(["\n", "\r\n"]))
def test_qualcoder_shows_the_same_passages(
    folder: Path, made: tuple[dict[str, str], list[tuple]], stored: str
) -> None:
    documents, rows = made
    documents = {d: t + "." for d, t in documents.items()}
    codings = {
        (d, min(a, b - 1, len(documents[d]) - 1), min(b, len(documents[d])), c, k) for d, a, b, c, k in rows
    }
    folder_ = qualcoder(folder / "q.qda", documents, sorted(codings, key=str), stored=stored)
    from trenza.io.coded.offsets import Rule

    project = read_project(folder_, counting=Rule("code point", 0))
    expected = sorted((d, documents[d][a:b], c, k or "") for d, a, b, c, k in codings)
    assert passages(project) == expected


@SOME
@given(project=projects(), seed=st.randoms(use_true_random=False))
def test_the_order_in_the_file_changes_nothing(project: Project, seed) -> None:  # type: ignore[no-untyped-def]
    from trenza.io.coded.collect import Found
    from trenza.io.coded.refi_write_sources import rows_of

    found = Found("made")
    lists = {
        "documents": found.documents,
        "coders": found.coders,
        "cases": found.cases,
        "case_attributes": found.attributes,
        "case_spans": found.spans,
        "notes": found.notes,
    }
    for name, rows in lists.items():
        rows += rows_of(getattr(project, name))
    found.codes += [(c, p, n, k, o, d) for c, p, n, _, _, k, o, d in rows_of(project.codes)]
    found.codings += [(d, a, b, c, k, w) for d, a, b, c, k, _, w in rows_of(project.codings)]
    for rows in [*lists.values(), found.codes, found.codings]:
        seed.shuffle(rows)
    again = found.project()
    for name in {*FRAMES} - {"loss"}:
        pd.testing.assert_frame_equal(getattr(project, name), getattr(again, name))
