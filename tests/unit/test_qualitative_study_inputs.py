"""The qualitative stage with what few studies have: an NVivo comparison, an earlier codebook, three coders."""

from __future__ import annotations

from pathlib import Path

import pytest

from trenza.qualitative.coded_study import CodedStudy, count_coded
from trenza.qualitative.projects import read_comparisons, read_projects

SETTINGS = {
    "unit": "character", "min_uses": 1, "coders": [], "assigned": "coded", "draws": 199, "by": [],
    "quotations": {"per_code": 2, "longest": 400, "threshold": 3, "people": []},
}  # fmt: skip
COMPARISON = """Node,File,File Folder,File Size,Kappa,Agreement (%),A and B (%),Not A and Not B (%),Disagreement (%),A and Not B (%),B and Not A (%)
trust,e1,Files,1000 chars,0.7802,98,4,94,2,1,1
trust,e2,Files,500 chars,1,100,10,90,0,0,0
"""


def counted(folder: Path, files: dict[str, str], sources: dict[str, dict[str, object]]) -> CodedStudy:
    paths = {}
    for sid, content in files.items():
        paths[sid] = folder / f"{sid}.csv"
        paths[sid].write_text(content, encoding="utf-8")
        sources[sid] |= {"kind": "real", "file": f"{sid}.csv"}
    return count_coded(
        read_projects(paths, sources), read_comparisons(paths, sources), {}, study="made", sources=sources, settings=SETTINGS,
        unit="person", pseudonym=lambda prefix, i: prefix + i, seed=1, ci_level=0.95, min_cell=5,
    )  # fmt: skip


def test_a_comparison_of_nvivo_is_recomputed_and_pooled_in_the_stage(tmp_path: Path) -> None:
    found = counted(tmp_path, {"nvivo": COMPARISON}, {"nvivo": {"holds": "coding_comparison"}})
    lint = found.tables["kappa_lint"].set_index("file")
    assert lint[["both", "only_a", "only_b", "neither"]].loc["e1"].tolist() == [40, 10, 10, 940]
    # By hand: 0.98 observed, 0.05 x 0.05 + 0.95 x 0.95 = 0.905 expected.
    assert lint.loc["e1", "kappa"] == pytest.approx((0.98 - 0.905) / (1 - 0.905))
    pooled = found.tables["kappa_pooled"].set_index("code").loc["trust"]
    assert pooled[["both", "only_a", "only_b", "neither"]].tolist() == [90, 10, 10, 1390]
    assert not found.private and not len(found.tables["agreement"])


def test_what_changed_since_an_earlier_codebook_is_told_in_the_stage(tmp_path: Path) -> None:
    old = "document,code,text\nd1,trust,all trust\nd1,time,no time\n"
    sources = {
        "sessions": {"holds": "coded_project", "coded": {"tolerant": False, "earlier": "first"}},
        "first": {"holds": "coded_project", "coded": {"tolerant": False}},
    }
    found = counted(tmp_path, {"sessions": old.replace("time,no", "hours,no"), "first": old}, sources)
    changes = found.tables["codebook_changes"]
    assert dict(zip(changes["code"], changes["change"], strict=True)) == {"hours": "added", "time": "removed"}
    assert set(found.tables["coded_projects"]["source_id"]) == {"sessions"}


def test_three_coders_are_compared_two_by_two_and_all_together(tmp_path: Path) -> None:
    rows = [f"d{d},{code},passage {d} of {code},{who}" for d in (1, 2, 3) for code in ("trust", "time") for who in ("Ana", "Luis", "Eva") if (d, who) != (3, "Eva")]  # fmt: skip
    content = "document,code,text,coder\n" + "\n".join(rows) + "\n"
    sources = {"sessions": {"holds": "coded_project", "coded": {"tolerant": False}}}
    table = counted(tmp_path, {"sessions": content}, sources).tables["agreement"]
    pairs = set(table[["coder_a", "coder_b"]].dropna().itertuples(index=False, name=None))
    assert pairs == {("coder_1", "coder_2"), ("coder_1", "coder_3"), ("coder_2", "coder_3")}
    kappa = table.loc[(table["part"] == "code") & (table["statistic"] == "kappa") & table["coder_a"].notna()]
    assert kappa["estimate"].tolist() == pytest.approx([1.0] * 6)
    # Coder 2 is Eva by the alphabet, who did not work on the third document.
    assert kappa.groupby(["coder_a", "coder_b"])["n_documents"].max().tolist() == [2, 3, 2]
    together = table.loc[
        table["coder_a"].isna() & (table["statistic"] == "alpha") & (table["part"] == "code")
    ]
    assert together["estimate"].tolist() == pytest.approx([1.0, 1.0])


def test_a_project_without_codings_is_counted_and_has_nothing_to_compare(tmp_path: Path) -> None:
    from dataclasses import replace

    path = tmp_path / "sessions.csv"
    path.write_text("document,code,text\nd1,trust,all trust\n", encoding="utf-8")
    sources = {"sessions": {"holds": "coded_project", "kind": "real", "file": path.name, "coded": {"tolerant": False}}}  # fmt: skip
    project = read_projects({"sessions": path}, sources)["sessions"]
    found = count_coded(
        {"sessions": replace(project, codings=project.codings.head(0))}, {}, {}, study="made", sources=sources, settings=SETTINGS,
        unit="person", pseudonym=lambda prefix, i: prefix + i, seed=1, ci_level=0.95, min_cell=5,
    )  # fmt: skip
    assert found.tables["coded_projects"]["n_codings"].tolist() == [0]
    assert not len(found.private["quotations"]) and not len(found.tables["agreement"])
