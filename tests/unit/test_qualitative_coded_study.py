"""Coded projects of a study: names that stay out of results, tables by person, made coders, printed counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from agreement_cases import PLACE

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.io.coded.csv_folder import write_csv_folder
from trenza.qualitative.code_scores import code_scores
from trenza.qualitative.coded_study import TABLES, count_coded
from trenza.qualitative.projects import read_projects, without_names
from trenza.qualitative.read import read_project
from trenza.qualitative.typed_codes import code_count_tables, families_of
from trenza.simulate.coders import CODERS, simulate_coders

SETTINGS = {
    "unit": "character", "min_uses": 1, "coders": [], "assigned": "coded", "draws": 199, "by": [],
    "quotations": {"per_code": 2, "longest": 400, "threshold": 3},
}  # fmt: skip
CODEBOOK = pd.DataFrame(
    {
        "code": ["work", "time", "trust", "rules"],
        "parent": [None, "work", "work", None],
        "codable": ["no", "yes", "yes", "yes"],
    }
)
TABLE = """document,code,text,coder
Entrevista Rosa Pinto,time,Doña Rosa no tiene tiempo,Ana Soto
Entrevista Rosa Pinto,time,Doña Rosa no tiene tiempo,Luis Vera
Entrevista Rosa Pinto,trust,Confía en su equipo,Ana Soto
Entrevista Juan Mora,trust,Sin confianza nada resulta,Ana Soto
Entrevista Juan Mora,time,Sin confianza nada resulta,Luis Vera
"""


def segments() -> pd.DataFrame:
    rows = [
        (f"s{i}", f"I_{i % 4}", "central", "teacher", "yes", code, "enabling", f"Words of segment number {i} are here")
        for i, code in enumerate(["time", "trust", "rules", "time", "trust", "time", "rules", "time"])
    ]  # fmt: skip
    names = ["segment_id", "case", "municipality", "role", "participant", "code", "direction", "text"]
    return CONTRACTS["segments"].check(
        pd.DataFrame(rows, columns=names).assign(**PLACE | {"source": "published", "text_es": None})
    )


def counted(path: Path, kind: str = "real", **settings: object):
    sources = {
        "interviews": {
            "holds": "coded_project",
            "kind": kind,
            "file": path.name,
            "coded": {"tolerant": False},
        }
    }
    return count_coded(
        read_projects({"interviews": path}, sources), {}, {}, study="made", sources=sources, settings=SETTINGS | settings,
        unit="person", pseudonym=lambda prefix, i: prefix + i, seed=1, ci_level=0.95, min_cell=5,
    )  # fmt: skip


def test_no_name_and_no_word_of_an_interview_is_in_a_table_of_real_people(tmp_path: Path) -> None:
    path = tmp_path / "entrevistas.csv"
    path.write_text(TABLE, encoding="utf-8")
    found = counted(path)
    assert set(found.tables) == set(TABLES)
    everything = "\n".join(t.to_csv() for t in found.tables.values())
    for word in ("Rosa", "Pinto", "Mora", "Ana Soto", "Vera", "confianza", "tiempo"):
        assert word not in everything
    assert {"document_01", "coder_1"} <= set(found.private["who_is_who"]["called"])
    # The private files hold what the meeting needs, with names that the rules find marked.
    assert "Sin confianza nada resulta" in set(found.private["consensus"]["words_a"])
    assert any("[TITLE_AND_NAME]" in w for w in found.private["quotations"]["words"])
    kept = found.tables["agreement"]
    whole = kept.loc[(kept["part"] == "segmentation") & (kept["statistic"] == "positive"), "estimate"].item()
    # By hand: 25 + 26 characters marked by both, 19 by one alone; the two of time and trust are marked by both.
    assert whole == pytest.approx(2 * 51 / (2 * 51 + 19))


def test_coders_are_found_by_name_and_unknown_ones_are_told(tmp_path: Path) -> None:
    path = tmp_path / "entrevistas.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert len(counted(path, coders=["Ana Soto", "Luis Vera"]).tables["agreement"]) > 0
    with pytest.raises(InputFaults, match=r"Pedro.*Ana Soto, Luis Vera"):
        counted(path, coders=["Ana Soto", "Pedro"])


def test_a_document_without_marks_counts_where_everybody_read_everything(tmp_path: Path) -> None:
    path = tmp_path / "entrevistas.csv"
    path.write_text(TABLE + "Entrevista Eva Paz,trust,Nadie más marcó esto,Ana Soto\n", encoding="utf-8")
    documents = {
        who: counted(path, assigned=who).tables["agreement"]["n_documents"].max() for who in ("coded", "all")
    }
    assert documents == {"coded": 2, "all": 3}


def test_headers_of_no_known_program_are_read_by_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "egen.csv"
    path.write_text("Fil;Kod;Utdrag\nA;x > y;ord\nB;x > y;andra ord\n", encoding="utf-8")
    project = read_project(path, headers={"document": "Fil", "code": "Kod", "text": "Utdrag"})
    assert list(project.codes["path"]) == ["x", "x > y"]
    assert len(project.codings) == 2
    with pytest.raises(InputFaults, match="Fil, Nod"):
        read_project(path, headers={"document": "Fil", "code": "Nod"})


def test_numbers_in_place_of_names_keep_every_coding() -> None:
    made = simulate_coders(segments(), CODEBOOK, missed=0.2, other_code=0.2, moved=0.5, seed=3)
    bare, key = without_names(made)
    assert len(bare.codings) == len(made.codings)
    back = dict(zip(key["called"], key["id"], strict=True))
    columns = ["document", "start", "end", "code", "coder"]
    again = bare.codings.assign(
        document=bare.codings["document"].map(back), coder=bare.codings["coder"].map(back)
    )
    expected = made.codings[columns].sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(again[columns].sort_values(columns, ignore_index=True), expected)


def test_made_coders_keep_their_text_and_err_as_often_as_declared(tmp_path: Path) -> None:
    perfect = simulate_coders(segments(), CODEBOOK, missed=0.0, other_code=0.0, moved=0.0, seed=1)
    assert len(perfect.codings) == 16 and set(perfect.codings["coder"]) == set(CODERS)
    text = dict(zip(perfect.documents["document"], perfect.documents["text"], strict=True))
    for row in perfect.codings.itertuples():
        assert text[row.document][row.start : row.end].startswith("Words of segment")
    # It is a project like any other: what the writer writes the reader reads.
    write_csv_folder(perfect, tmp_path / "made")
    pd.testing.assert_frame_equal(read_project(tmp_path / "made").codings, perfect.codings)
    many = pd.concat(
        [segments().assign(segment_id=lambda t, i=i: f"{i}" + t["segment_id"]) for i in range(150)]
    )
    sloppy = simulate_coders(many, CODEBOOK, missed=0.25, other_code=0.0, moved=0.0, seed=1)
    # 2,400 chances: three standard errors are 0.027.
    assert len(sloppy.codings) / 2400 == pytest.approx(0.75, abs=0.027)
    shuffled = simulate_coders(many.sample(frac=1, random_state=2), CODEBOOK, missed=0.25, other_code=0.0, moved=0.0, seed=1)  # fmt: skip
    pd.testing.assert_frame_equal(shuffled.codings, sloppy.codings)


def test_codes_and_scores_of_the_same_person() -> None:
    made = simulate_coders(segments(), CODEBOOK, missed=0.0, other_code=0.0, moved=0.0, seed=1)
    scores = pd.DataFrame({"person": ["Pi_0", "Pi_1", "Pi_2", "Pi_9"], "ease": [1.0, 2.0, 6.0, 9.0]})
    asked = {"pattern": r"^(i_\d)_", "unit": "person", "pseudonym": lambda p, i: p + i, "answers": "q"}
    found = code_scores(
        made, scores, asked["pattern"], "person", asked["pseudonym"], answers="q", min_cell=0, **PLACE
    )
    # Schools 0, 1, 2 have segments 0 and 4 (time, trust), 1 and 5 (trust, time), 2 and 6 (rules, rules).
    row = found.set_index("code").loc["time"]
    assert (row["n_with"], row["n_without"], row["mean_with"], row["mean_without"]) == (2, 1, 1.5, 6.0)
    # Ranks of (1, 1, 0) are 2.5, 2.5, 1; of (1, 2, 6) 1, 2, 3.
    assert row["rank_correlation"] == pytest.approx(np.corrcoef([2.5, 2.5, 1], [1, 2, 3])[0, 1])
    few = code_scores(
        made, scores, asked["pattern"], "person", asked["pseudonym"], answers="q", min_cell=2, **PLACE
    )
    assert few.set_index("code").loc["time", "suppressed"] and few["mean_with"].isna().all()
    with pytest.raises(InputFaults, match="finds none"):
        code_scores(made, scores, r"^(Q\d+)", "person", asked["pseudonym"], answers="q", min_cell=0, **PLACE)


def test_concentration_of_printed_counts_by_hand() -> None:
    names = ["Teacher Role", "Teachers Voice", "Teacher Pay", "Trust", "SIMCE"]
    counts = pd.DataFrame({"name": names, "sources": [1, 2, 1, 1, 5], "references": [1, 2, 1, 1, 5]})
    tables = code_count_tables(counts.assign(**PLACE))
    value = tables["code_concentration"].set_index("statistic")["value"]
    assert value["codes"] == 5 and value["references"] == 10 and value["codes_in_one_source"] == 3
    # 1, 1, 1, 2, 5: sum of (2 i - 6) x = -4 - 2 + 0 + 4 + 20 = 18, over 5 times 10.
    assert value["gini"] == pytest.approx(18 / 50)
    assert value["effective_codes"] == pytest.approx(100 / (1 + 1 + 1 + 4 + 25))
    assert value["codes_to_half"] == 1
    assert families_of(names) == ["Teacher", "Teacher", "Teacher", None, None]
    families = tables["code_families"]
    assert families["references"].sum() == 10 and families["share"].sum() == pytest.approx(1)
