"""Provenance as PROV-JSON: what it names exists, has the right hashes, and is the same every time."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from trenza.io.provenance_document import cited_by, document, inputs_of, write_provenance

# Sections 3.1 to 3.3 of the member submission: relations and the keys of their ends.
ENDS = {
    "used": ("activity", "entity"),
    "wasGeneratedBy": ("entity", "activity"),
    "wasAssociatedWith": ("activity", "agent"),
    "wasDerivedFrom": ("generatedEntity", "usedEntity"),
}
TABLE, REPORT = "results/demo/compare/groups.table.csv", "results/demo/report/report.en.html"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in {
        "results/demo/clean/inputs.table.csv": "file,sha256,holds\nraw/a.csv,aa,counts\nraw/b.sqlite3,bb,coded_project\nraw/c.csv,,counts\n",
        "results/demo/clean/files.table.csv": "file,sha256\nraw/d.xlsx,dd\n",
        TABLE: "id\n1\n",
        REPORT: "<p>1</p>",
        "results/demo/report/figures/en/x.figure.en.svg": "<svg/>",
        "results/demo/report/claims.ledger.csv": f"lang,file\nen,{TABLE}\nen,\nen,{TABLE}\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def told(project: Path) -> dict[str, Any]:
    clean = "results/demo/clean"
    rules = {
        "clean_sources": {"inputs": [], "outputs": [clean], "params": {"code": "c0", "files": {"a": "/home/x"}}},
        "compare_groups": {"inputs": [clean], "outputs": [TABLE], "params": {"code": "c1", "seed": 7}},
        "report_study": {"inputs": [TABLE], "outputs": [REPORT, "results/demo/report/figures/en"], "params": {}},
    }  # fmt: skip
    cited = cited_by(project / "results/demo/report/claims.ledger.csv")
    return document("demo", rules, inputs_of(project / clean), cited, project)


def test_every_relation_joins_what_the_document_names(project: Path) -> None:
    found = told(project)
    known = {k: set(found[k]) for k in ("entity", "activity", "agent")}
    kinds = {"generatedEntity": "entity", "usedEntity": "entity"}
    for relation, ends in ENDS.items():
        assert found[relation]
        for named in found[relation].values():
            assert tuple(named) == tuple(f"prov:{e}" for e in ends)
            for end in ends:
                kind = kinds.get(end, end)
                wanted = known[kind] | ({"rule:qualitative_matrices"} if kind == "activity" else set())
                assert named[f"prov:{end}"] in wanted
    prefixes = {name.partition(":")[0] for names in known.values() for name in names}
    assert prefixes <= set(found["prefix"])


def test_files_have_their_hashes_and_the_report_its_tables(project: Path) -> None:
    found = told(project)
    for path in (TABLE, REPORT, "results/demo/report/figures/en/x.figure.en.svg"):
        digest = hashlib.sha256((project / path).read_bytes()).hexdigest()
        assert found["entity"][f"file:{path}"]["trenza:sha256"] == digest
    assert found["entity"]["source:raw/a.csv"]["trenza:sha256"] == "aa"
    assert "source:raw/c.csv" not in found["entity"]
    assert [*found["wasDerivedFrom"].values()] == [
        {"prov:generatedEntity": f"file:{REPORT}", "prov:usedEntity": f"file:{TABLE}"}
    ]
    used = {(u["prov:activity"], u["prov:entity"]) for u in found["used"].values()}
    assert {("rule:clean_sources", "source:raw/d.xlsx"), ("rule:qualitative_matrices", "source:raw/b.sqlite3")} <= used  # fmt: skip
    assert found["activity"]["rule:compare_groups"]["trenza:code"] == "c1"
    assert json.loads(found["activity"]["rule:compare_groups"]["trenza:settings"]) == {"seed": 7}


def test_it_is_the_same_bytes_every_time_without_a_clock_or_a_private_path(
    project: Path, tmp_path: Path
) -> None:
    written = []
    for name in ("one.prov.json", "two.prov.json"):
        write_provenance(tmp_path / name, told(project))
        written.append((tmp_path / name).read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert not re.search(r"\d\d:\d\d|prov:(start|end)?[tT]ime|/home/x", written[0])
    assert str(project) not in written[0]
    (project / TABLE).write_text("id\n2\n")
    assert told(project)["entity"][f"file:{TABLE}"] != json.loads(written[0])["entity"][f"file:{TABLE}"]
