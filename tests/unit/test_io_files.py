"""Atomic writing, exact numbers there and back, and the reading of raw files as they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trenza.contracts.faults import ContractBroken, InputFaults
from trenza.contracts.tables import CONTRACTS, empty
from trenza.io import files
from trenza.io.raw import read_raw
from trenza.io.study_files import read_yaml


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=20))
def test_numbers_come_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    path = tmp_path_factory.mktemp("f") / "x.csv"
    files.write_frame(pd.DataFrame({"x": values}), path)
    back = files.read_frame(path)["x"].to_numpy(dtype=float)
    assert np.array_equal(back, np.array(values))


def test_a_failed_write_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    files.write_text(path, "old\n")

    def broken(self: Path, data: bytes) -> int:
        with self.open("wb") as handle:
            handle.write(data[:2])
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="disk full"):
        files.write_text(path, "new\n")
    assert path.read_text(encoding="utf-8") == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_a_table_keeps_its_contract_on_the_way_out_and_in(tmp_path: Path) -> None:
    flow = pd.DataFrame(
        {
            "study": "s",
            "source_id": ["a", "a"],
            "source": "real",
            "step": [1, 2],
            "rule": ["read", "kept"],
            "n": [3, 3],
        }
    )
    files.write_table(flow, tmp_path / "flow.csv", "flow")
    assert files.read_table(tmp_path / "flow.csv", "flow").equals(CONTRACTS["flow"].check(flow))
    for wrong in (
        flow.assign(step=1),
        flow.assign(source="guessed"),
        flow.assign(n="many"),
        flow.drop(columns="n"),
        flow.assign(extra=1),
    ):
        with pytest.raises(ContractBroken, match="table flow"):
            files.write_table(wrong, tmp_path / "wrong.csv", "flow")
    assert not (tmp_path / "wrong.csv").exists()


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_empty_table_keeps_every_contract(tmp_path: Path, name: str) -> None:
    files.write_table(empty(name), tmp_path / "t.csv", name)
    assert len(files.read_table(tmp_path / "t.csv", name)) == 0


TIDY = "study id term n clusters estimate se ci_low ci_high ci_level statistic df p_value effect effect_kind method note"


@pytest.mark.parametrize("name", ["groups", "coef", "discontinuity", "mean_reversion"])
def test_results_begin_with_the_tidy_columns(name: str) -> None:
    assert CONTRACTS[name].names[:17] == TIDY.split()
    assert "source" in CONTRACTS[name].names


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_csv_of_any_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "x.csv"
    rows = [["id", "rol"], ["007", "Ñuñoa é"], ["8", ""]]
    path.write_bytes("\r\n".join(delimiter.join(r) for r in rows).encode(encoding))
    frame = read_raw(path, "x.csv")
    assert frame["id"].tolist() == ["007", "8"]
    assert frame["rol"].tolist() == ["Ñuñoa é", None]
    assert frame.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b\n1,"x\n2,y\n3,z"\n4,w\n', "row 2, column b: found a quotation mark that swallows whole rows"),
        ('a,b\n1,"x\n2,y\n', "a broken CSV"),
        ("a,b\n", "no rows below the header"),
        ("", "no header"),
        ("a,a\n1,2\n", "stands twice"),
        ("a,\n1,2\n", "blank"),
        ("a,b\n1,2,3\n4\n", "3 cells"),
        ("a,b\n1,2\n,\n3,4\n", "row 3: found a blank row"),
    ],
)
def test_a_broken_csv_is_told_by_row(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFaults, match=words):
        read_raw(path, "x.csv")


def test_a_quoted_line_break_stays_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"one\ntwo",2\n3,4\n', encoding="utf-8")
    assert read_raw(path, "x")["a"].tolist() == ["one\ntwo", "3"]


def test_a_file_that_is_not_what_its_ending_says(tmp_path: Path) -> None:
    for name, words in (("x.dta", "cannot be read"), ("x.docx", r"\.csv or \.dta")):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(InputFaults, match=words):
            read_raw(tmp_path / name, name)


def test_yaml_words_are_words_and_dates_are_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: yes\nb: no\nc: true\nd: 2019-03-01\ne: 1.5\n", encoding="utf-8")
    assert read_yaml(path, "x") == {"a": "yes", "b": "no", "c": True, "d": "2019-03-01", "e": 1.5}


def test_what_excel_saves_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("sep=;\r\na;b;;\r\n“Hola”;2;;\r\n".encode("cp1252"))
    assert read_raw(path, "x").to_dict("list") == {"a": ["“Hola”"], "b": ["2"]}
    path.write_bytes("a\tb\r\nñ\t2\r\n".encode("utf-16"))
    assert read_raw(path, "x").to_dict("list") == {"a": ["ñ"], "b": ["2"]}
