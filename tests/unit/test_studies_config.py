"""The bundled studies: each loads, and each holds what its source says and no more."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.study import findings
from trenza.io.study_files import read_yaml
from trenza.project import Project, load_project
from trenza.questionnaire.instrument import Instrument, instrument_of
from trenza.questionnaire.published import read_counts, read_segments

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "config/studies"
PUBLISHED = ROOT / "data/published"
# Studies of the project; a user's own may lie beside them.
NAMES = ["blackwell2010", "cic2019", "gti2018", "p900", "simce_national", "slep"]
DIMENSIONS = ["collaboration", "comfort", "commitment", "leadership", "community"]
# Items of the teacher file whose answers run against their scale.
REVERSED = {*(f"tqa07{c}" for c in "abch"), *(f"tqb11{c}" for c in "abch"), *(f"tqa22{c}" for c in "cdf")}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings(study: str) -> Any:
    return read_yaml(STUDIES / study / "study.yaml", "study.yaml")


def items(study: str) -> list[dict[str, str]]:
    return rows(STUDIES / study / "items.csv")


def instrument(study: str, version: str = "") -> Instrument:
    return instrument_of(pd.DataFrame(items(study)), answer_words={}, version=version)


def load(tmp_path: Path, studies: Any = "all") -> Project:
    run = {"studies": studies, "data_root": str(tmp_path)}
    return load_project(run, ROOT / "workflow/schemas", ROOT)


@pytest.fixture(autouse=True)
def _without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRENZA_DATA", raising=False)


def test_every_study_loads_and_the_bundled_ones_need_no_further_file(tmp_path: Path) -> None:
    project = load(tmp_path, NAMES[:2])
    assert set(project.studies) == {"blackwell2010", "cic2019"}
    project = load(tmp_path)
    assert {*project.studies, *project.left_out} >= set(NAMES)
    assert {"cic_online", "ilt2012"} <= set(project.studies)
    assert set(project.left_out) >= {"gti2018", "p900", "simce_national"}
    assert project.left_out["gti2018"] == ("gti2018/GTI-Teacher-Data-CHL-MEX.csv",)


def test_gti_is_taken_up_once_its_file_is_there(tmp_path: Path) -> None:
    file = tmp_path / "gti2018/GTI-Teacher-Data-CHL-MEX.csv"
    file.parent.mkdir()
    file.write_text("COUNTRY,T_ID\n", encoding="utf-8")
    study = load(tmp_path, ["gti2018"]).studies["gti2018"]
    assert study.files == dict.fromkeys(("teachers_pre", "teachers_post"), file.as_posix())
    for source in study.settings["sources"].values():
        assert source["questionnaire"]["eligible"] == [{"from": "COUNTRY", "in": ["Chile"]}]
        assert source["questionnaire"]["min_answered"] == 0.5


@pytest.mark.parametrize("study", NAMES)
def test_labels_differ_between_items_in_each_language(study: str) -> None:
    for column in ("label_en", "label_es"):
        told = [(i["scale"], i[column]) for i in items(study)]
        # p900 has the same test in two files of different schools.
        assert study == "p900" or len(set(told)) == len(told)


@pytest.mark.parametrize("file", sorted(PUBLISHED.glob("*/*.csv")), ids=lambda f: f.name)
def test_the_data_statement_names_every_published_file_with_its_rows_and_hash(file: Path) -> None:
    line = f"| {len(rows(file))} | `{hashlib.sha256(file.read_bytes()).hexdigest()}` |"
    told = (ROOT / "data/README.md").read_text(encoding="utf-8").splitlines()
    assert any(t.startswith(f"| `{file.name}` |") and t.endswith(line) for t in told)


# --- gti2018 --------------------------------------------------------------------------------------------------------


def test_gti_has_the_61_published_means_and_every_item_of_theirs() -> None:
    both = instrument("gti2018")
    assert len(both.scales) == 61 and len(both.items) == 215
    assert all(s.score == "mean" and s.published == s.id.upper() for s in both.scales)
    assert all(i.headers == (i.id.upper(),) for i in both.items)
    assert {s for i in both.items for s in i.scales} == {s.id for s in both.scales}
    assert all(i.missing_codes == ("9998", "9999") for i in both.items)
    for scale in both.scales:
        assert {(i.low, i.high) for i in scale.items} == {(scale.low, scale.high)}, scale.id


def test_gti_asks_before_and_after() -> None:
    pre, post = instrument("gti2018", "pre"), instrument("gti2018", "post")
    assert (len(pre.scales), len(post.scales)) == (38, 23)
    assert {i.id[:3] for i in pre.items} == {"tqa"} and {i.id[:3] for i in post.items} == {"tqb"}
    asked = {s.id: len(s.items) for s in (*pre.scales, *post.scales)}
    wanted = {
        "ta_collab": 4, "ta_autonomy": 6, "ta_selfeff": 12, "tb_selfeff": 12,
        "ta_genselfeff": 6, "ta_job_satisfaction": 10, "ta_satschool": 4, "ta_satprof": 6,
    }  # fmt: skip
    assert {k: asked[k] for k in wanted} == wanted
    assert [i.id for s in pre.scales if s.id == "ta_selfeff_eng" for i in s.items] == [
        *("tqa11a", "tqa11b", "tqa11e", "tqa11g"),
    ]


def test_gti_turns_round_eleven_items_that_touch_seven_scales() -> None:
    both = instrument("gti2018")
    assert {i.id for i in both.items if i.reverse} == REVERSED
    assert {s.id for s in both.scales if any(i.reverse for i in s.items)} == {
        *("ta_classman", "ta_cm_disrupt", "tb_classman", "tb_cm_disrupt"),
        *("ta_job_satisfaction", "ta_satschool", "ta_satprof"),
    }
    assert {(i.low, i.high) for i in both.items if i.reverse} == {(1, 4)}


def test_gti_presents_no_range_as_documented() -> None:
    assert {i["stand_in"] for i in items("gti2018")} == {"yes"}
    told = " ".join(note["en"] for note in settings("gti2018")["design"]["notes"])
    for needed in ("TQA07", "TQB11", "TQA22", "TB_CM_TEACHMAN", "TB_DESIRABILITY", "TA_SELFEFF", "no effect"):
        assert needed in told


# --- blackwell2010 --------------------------------------------------------------------------------------------------


def test_blackwell_has_26_items_in_one_purpose_and_three_roles() -> None:
    scales = pd.Series([i["scale"] for i in items("blackwell2010")]).value_counts().to_dict()
    assert scales == {"purpose": 5, "expert": 8, "facilitator": 7, "critical_friend": 6}
    roles = [i for i in items("blackwell2010") if i["scale"] != "purpose"]
    assert [i["item"] for i in roles] == [f"role_{k}" for k in range(1, 22)]


def test_blackwell_says_that_roles_by_number_are_assumed_and_knows_four_contents() -> None:
    for item in items("blackwell2010"):
        role = item["scale"] != "purpose"
        assert (item["stand_in"] == "yes") == role
        assert ("(assumed: " in item["label_en"]) == role and ("(supuesto: " in item["label_es"]) == role
    known = {i["item"] for i in items("blackwell2010") if "): " in i["label_en"]}
    assert known == {"role_3", "role_14", "role_20", "role_21"}
    assert not instrument("blackwell2010").scales  # nobody's answers are there to be scored


def test_blackwell_prints_six_shares_of_fifteen_teachers() -> None:
    shares = rows(PUBLISHED / "blackwell2010/shares.csv")
    told = {s["item"]: (s["relation"], float(s["printed"])) for s in shares}
    assert told == {
        "purpose_development": ("about", 66), "purpose_improvement": ("about", 75),
        "role_3": ("over", 90), "role_14": ("over", 90), "role_20": ("over", 90), "role_21": ("over", 90),
    }  # fmt: skip
    assert set(told) <= {i["item"] for i in items("blackwell2010")}
    assert {s["n"] for s in shares} == {"15"} and all(0 < int(s["n_min"]) <= 15 for s in shares)


def test_blackwell_informants_and_segments() -> None:
    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(PUBLISHED / f"blackwell2010/{name}.csv", dtype="str")

    counts = read_counts(read("informants"), file="informants.csv")
    cells = counts[counts["printed_as"] == "cell"].groupby("unit")["n"].sum().to_dict()
    assert cells == {"interview": 6, "questionnaire": 15, "adviser_team": 5}
    codable = {c["code"] for c in rows(STUDIES / "blackwell2010/codebook.csv") if c["codable"] == "yes"}
    segments = read_segments(
        read("segments"), study="b", source_id="s", source="published", file="s.csv", codes=sorted(codable)
    )
    # Themes across cases are typed as a matrix of their own.
    assert set(segments["code"]) | set(read("case_themes")["code"]) == codable
    assert set(segments["case"]) == {"Blackwell"}
    speakers = set(segments["role"]) - {"proposal"}
    shown = {*speakers, *counts["role"], *counts["unit"], *counts["municipality"], *segments["municipality"]}
    assert {*shown, "proposal"} - {"all"} <= set(settings("blackwell2010")["labels"])
    assert not rows(STUDIES / "blackwell2010/links.csv")


def test_blackwell_says_who_collected_the_forms() -> None:
    notes = settings("blackwell2010")["design"]["notes"]
    assert any("handed out the forms" in n["en"] and "repartió" in n["es"] for n in notes)


# --- cic2019 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["teacher", "leader"])
def test_cic_has_five_scales_of_stand_in_items(version: str) -> None:
    asked = instrument("cic2019", version)
    assert {s.id: len(s.items) for s in asked.scales} == dict(zip(DIMENSIONS, (6, 5, 5, 6, 5), strict=True))
    assert all(s.score == "mean" and s.min_answered == 0.6 and s.stand_in for s in asked.scales)
    for item in asked.items:
        assert item.stand_in
        assert item.labels["en"].startswith("Stand-in item ")
        assert item.labels["es"].startswith("Ítem sustituto ")
    assert {i.id for i in asked.items if i.reverse} == {"coll_4", "commit_3", "community_2"}
    assert {(i.low, i.high) for i in asked.items if i.scales == ("comfort",)} == {(0, 100)}


def test_cic_sensitivity_run_is_declared_and_is_no_finding(tmp_path: Path) -> None:
    study = load(tmp_path, ["cic2019"]).studies["cic2019"].settings
    plain, attentive = study["comparisons"]
    assert plain["without_flagged"] == [] and attentive["without_flagged"]
    assert attentive["sources"] == ["teachers_simulated"] and attentive["outcomes"] == plain["outcomes"]
    named = findings(study, set())
    assert "compare:teachers_commitment" in named
    assert not any(n.startswith("compare:teachers_attentive") or n.startswith("model:") for n in named)


# --- the thesis on policy and three programmes ----------------------------------------------------------------------

THESIS = ("policy2013", "redes2012", "lht2011", "pac2011_case")
MARKS = {"enabling": "E", "hindering": "H", "ambivalent": "A"}


def test_the_printed_codes_add_up_to_what_the_thesis_says() -> None:
    codes = pd.read_csv(PUBLISHED / "thesis2016_codes/coding_matrix.csv")
    assert (len(codes), codes["references"].sum(), codes["sources"].sum()) == (232, 2166, 1008)
    assert (codes["references"] >= codes["sources"]).all() and codes["code"].is_unique


def test_statements_of_the_thesis_have_codes_and_labels() -> None:
    for study in THESIS:
        segments = pd.read_csv(PUBLISHED / study / "segments.csv", dtype="str")
        codable = {c["code"] for c in rows(STUDIES / study / "codebook.csv") if c["codable"] == "yes"}
        themes = PUBLISHED / study / "case_themes.csv"
        told = set(pd.read_csv(themes)["code"]) if themes.is_file() else set()
        assert set(segments["code"]) | told == codable, study
        assert {*segments["role"], *segments["municipality"]} <= set(settings(study)["labels"]), study


def test_the_matrix_of_themes_by_case_is_the_printed_one() -> None:
    # Section 4.3 of the facts: filled cells by school, E enabling, H hindering, A ambivalent, in the order of the themes.
    expected = {
        "EP": "EHAHHEHH", "CP": "EHAHHHH", "WP": "EHAHHAHAH", "WBY": "HAHEEEEA", "GM": "HAHEEEEH", "MF": "EAEEEA",
        "HF": "EEAEEAEH", "Blackwell": "EAEAH",
    }  # fmt: skip
    found: dict[str, str] = {}
    for study in ("redes2012", "lht2011", "pac2011_case", "blackwell2010"):
        for row in rows(PUBLISHED / study / "case_themes.csv"):
            found[row["case"]] = found.get(row["case"], "") + MARKS[row["direction"]]
    assert found == expected


def test_serdif_is_taken_up_once_its_files_are_there(tmp_path: Path) -> None:
    assert set(load(tmp_path).left_out["serdif"]) == {
        "taguette/SERDIF_PSSUQ_P2.csv", "taguette/SERDIF_P2_ThematicAnalysis.sqlite3",
    }  # fmt: skip
