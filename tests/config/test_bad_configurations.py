"""A table of mistakes that users make in config/, each with the message that it gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trenza.contracts.faults import InputFaults
from trenza.io.study_files import read_yaml
from trenza.project import Project, load_project
from trenza.triangulate.rules import CALL_RULES

ROOT = Path(__file__).resolve().parents[2]
STUDY = "config/studies/cic2019/study.yaml"
ITEMS = "config/studies/cic2019/items.csv"
CODES = "config/studies/cic2019/codebook.csv"
LINKS = "config/studies/cic2019/links.csv"
CONFIG = "config/config.yaml"

# Name, file, what is replaced, by what, and words that the message must hold.
MISTAKES = [
    ("unknown study", CONFIG, "studies: all ", "studies: [cic2020] ", ["'cic2020'", "cic2019"]),
    ("unknown setting", CONFIG, "seed: 20190801", "seeds: 1", ["unknown key 'seeds'", "seed"]),
    ("level out of bounds", CONFIG, "ci_level: 0.95", "ci_level: 95", ["ci_level", "95", "less than 1"]),
    ("language", CONFIG, "languages: [en]", "languages: [en, fr]", ["languages.1", "'fr'", "en, es"]),
    ("format", CONFIG, "formats: [html]", "formats: [html, odt]", ["formats.1", "'odt'", "html, pdf, docx"]),
    ("wrong type", CONFIG, "min_cell: 5 ", "min_cell: five ", ["disclosure.min_cell", "'five'", "a whole number"]),
    ("unknown key", STUDY, "  unit: teacher", "  units: teacher", ["design", "unknown key 'units'"]),
    ("missing key", STUDY, "  unit: teacher\n", "", ["design", "no key 'unit'"]),
    ("design", STUDY, "assignment: same_clusters ", "assignment: same_schools ", ["'same_schools'", "same_clusters, different_clusters"]),
    ("label in one language", STUDY, "central: {en: Central zone, es: Zona central}", "central: {en: Central zone}", ["labels.central", "'es'"]),
    ("item of no checklist", STUDY, "  gramms:\n", "  strobe: {\"99\": {en: a, es: b}}\n  gramms:\n", ["checklists.strobe.99", "item '99'"]),
    ("group without label", STUDY, "  control: {en: Control, es: Control}\n", "", ["no label for 'control'"]),
    ("key twice", STUDY, "sources:\n", "sources:\nsources:\n", ["the key 'sources' stands twice"]),
    ("broken YAML", STUDY, "design:\n", "design\n", ["study.yaml", "row "]),
    ("file not there", STUDY, "table2_comparison.csv", "table3_comparison.csv", ["sources.table2.file", "does not exist"]),
    ("kind", STUDY, "    kind: published\n    holds: counts", "    kind: printed\n    holds: counts", ["sources.table1.kind", "'printed'", "published, simulated, real"]),
    ("simulated without the name", STUDY, "  teachers_simulated:\n", "  teachers:\n", ["'teachers'", "_simulated"]),
    ("simulate from nothing", STUDY, "      from: table2", "      from: table9", ["simulate.from", "'table9'", "table2"]),
    ("simulated without clusters", STUDY, "  cluster: school\n", "", ["no design.cluster"]),
    ("icc of one", STUDY, "      icc: 0.10", "      icc: 1", ["simulate.icc", "less than 1"]),
    ("range upside down", STUDY, "      reliability: 0.80\n", "      ranges: {comfort: [100, 0]}\n", ["simulate.ranges.comfort", "lower value first"]),
    ("outcome unknown", STUDY, "teachers_simulated]\n    outcomes: [collaboration, comfort, commitment, leadership, community]\n  - id: teachers_attentive", "teachers_simulated]\n    outcomes: [colaboration]\n  - id: teachers_attentive", ["comparisons.0", "'colaboration'", "collaboration"]),
    ("source unknown", STUDY, "    sources: [table2, teachers_simulated]", "    sources: [table7]", ["comparisons.0", "'table7'", "table2"]),
    ("model on a table", STUDY, "    source: teachers_simulated", "    source: table2", ["models.0", "'table2'", "records"]),
    ("cluster unknown", STUDY, "    formula: group + municipality + (1 | school)", "    cluster: escuela", ["models.0", "'escuela'", "school"]),
    ("item twice", ITEMS, "comfort,comfort,0", "collaboration,comfort,0", ["row 3", "'collaboration' a second time"]),
    ("empty range", ITEMS, "comfort,comfort,0,100", "comfort,comfort,100,100", ["row 3", "more than min"]),
    ("no number", ITEMS, "comfort,comfort,0,100", 'comfort,comfort,"0,5",100', ["row 3", "column min", "decimal point"]),
    ("reverse", ITEMS, "1,5,no,,points,yes,Instructional focus", "1,5,maybe,,points,yes,Instructional focus", ["row 2", "reverse", "'maybe'", "yes, no"]),
    ("column renamed", ITEMS, "item,scale,min", "item,scale,minimum", ["column minimum", "an unknown column"]),
    ("ragged row", ITEMS, "comfort,comfort,0,100,no,,", "comfort,comfort,0,100,no,", ["row 3", "cells"]),
    ("blank label", CODES, "trust,cic_project,yes,Trust,Confianza", "trust,cic_project,yes,Trust,", ["codebook.csv", "label_es", "blank"]),
    ("parent unknown", CODES, "trust,cic_project,", "trust,cic_proyect,", ["codebook.csv", "cic_proyect"]),
    ("circle of codes", CODES, "cic_project,,no", "cic_project,trust,no", ["codebook.csv", "cic_project"]),
    ("finding unknown", LINKS, "compare:teachers_comfort,higher", "compare:teachers_confort,higher", ["links.csv", "row 3", "teachers_confort"]),
    ("expectation", LINKS, "compare:teachers_comfort,higher", "compare:teachers_comfort,bigger", ["links.csv", "row 3", "'bigger'"]),
    ("simulated finding", LINKS, "compare:teachers_comfort,higher", "model:teachers_comfort,higher", ["links.csv", "row 3", "model:teachers_comfort"]),
    ("code unknown", LINKS, "deprivatisation;resistance", "deprivatisation;resistence", ["links.csv", "row 3", "resistence"]),
    ("folder as code", LINKS, "support_materials", "support", ["links.csv", "row 9", "support"]),
    ("too few draws", CONFIG, "draws: 9999 ", "draws: 99 ", ["draws", "99", "at least 199"]),
    ("icc out of order", STUDY, "  sesoi_sd: 0.25\n", "  sesoi_sd: 0.25\n  assumed_icc: [0.2, 0.1]\n", ["design.assumed_icc", "0.2, 0.1", "smallest first"]),
    ("icc assumed of one", STUDY, "  sesoi_sd: 0.25\n", "  sesoi_sd: 0.25\n  assumed_icc: [1]\n", ["design.assumed_icc.0", "less than 1"]),
    ("table 1 of a printed table", STUDY, "  teachers_simulated: [municipality]", "  table2: [municipality]", ["baseline.table2", "teachers_simulated"]),
    ("table 1 of no column", STUDY, "  teachers_simulated: [municipality]", "  teachers_simulated: [municipalidad]", ["baseline.teachers_simulated", "'municipalidad'", "municipality"]),
    ("table 1 by the group", STUDY, "  teachers_simulated: [municipality]", "  teachers_simulated: [group]", ["baseline.teachers_simulated", "'group'"]),
    ("level that cannot be joined", LINKS, "hindering,study", "hindering,school", ["links.csv", "row 7", "describe:time: no source of records"]),
    ("level of persons", LINKS, "hindering,study", "hindering,person", ["links.csv", "row 7", "name a school and a role"]),
    ("level of roles whom no segment names", LINKS, "leadership_support,enabling,study", "leadership_support,enabling,roles", ["links.csv", "row 6", "'roles'", "study, role"]),
    ("more words than findings", LINKS, "compare:teachers_comfort,higher", "compare:teachers_comfort,higher;lower", ["links.csv", "row 3", "as many words as findings"]),
    ("panel of no study", LINKS, "compare:teachers_comfort,higher", "panel:reading,higher", ["links.csv", "row 3", "the study has no panel finding"]),
    ("claim of no source", LINKS, "compare:teachers_comfort,higher", "compare:teachers_comfort;claims:c,higher", ["links.csv", "row 3", "the study has no claims finding"]),
    ("call left out", CONFIG, "{supports: agreement, mixed: partial_agreement, opposes: dissonance}", "{supports: agreement, opposes: dissonance}", ["convergence.calls.supports", "no key 'mixed'"]),
    ("silence declared", CONFIG, "    supports: {supports: agreement,", "    supports: {supports: silence,", ["convergence.calls.supports.supports", "'silence'", "agreement, partial_agreement, dissonance"]),
    ("silence taken away", CONFIG, "    supports: {supports: agreement,", "    absent: {supports: agreement, mixed: agreement, opposes: agreement}\n    supports: {supports: agreement,", ["convergence.calls", "unknown key 'absent'"]),
    ("dissonance of what is undecided", CONFIG, "uncertain: {supports: partial_agreement,", "uncertain: {supports: dissonance,", ["convergence.calls.uncertain.supports", "'dissonance'"]),
    ("meta-inference of no link", STUDY, "    propositions: [commitment]", "    propositions: [comitment]", ["meta_inferences.0.propositions", "'comitment'", "commitment"]),
    ("meta-inference of no fit", STUDY, "    fit: expansion", "    fit: agreement", ["meta_inferences.2.fit", "'agreement'", "confirmation, expansion"]),
    ("display by a group that no model has", STUDY, "    finding: teachers_commitment\n", "    finding: teachers_commitment\n    group: escuela\n", ["school_level.0.group", "'escuela'", "school"]),
    ("rule of a study", STUDY, "labels:\n", "convergence: {min_case: 3}\nlabels:\n", ["study.yaml", "convergence", "unknown key 'min_case'", "min_cases"]),
]  # fmt: skip


def load(folder: Path, studies: Any = None) -> Project:
    settings = read_yaml(folder / CONFIG, CONFIG)
    if studies:
        settings["studies"] = studies
    return load_project(settings, ROOT / "workflow" / "schemas", folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), [m[1:] for m in MISTAKES], ids=[m[0].replace(" ", "_") for m in MISTAKES]
)
def test_a_mistake_gets_its_message(
    make_project: Callable[..., Any], file: str, old: str, new: str, words: list[str]
) -> None:
    project = make_project("cic2019")
    project.replace(file, old, new)
    with pytest.raises(InputFaults) as caught:
        load(project.folder)
    message = str(caught.value)
    for word in words:
        assert word in message, message
    assert file.rsplit("/", 1)[-1] in message
    assert "Traceback" not in message


def test_the_bundled_configuration_has_no_fault(make_project: Callable[..., Any]) -> None:
    loaded = load(make_project("cic2019", "p900").folder)
    assert list(loaded.studies) == ["cic2019"]
    assert loaded.left_out == {"p900": ("p900/chile_full.dta", "p900/chile.csv")}
    assert loaded.studies["cic2019"].settings["models"][0]["covariates"] == []  # a default, filled in


def test_five_faults_in_five_files_come_in_one_message(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019", "p900")
    project.replace(CONFIG, "ci_level: 0.95", "ci_level: 95")
    project.replace(STUDY, "assignment: same_clusters ", "assignment: mixed ")
    project.replace(ITEMS, "comfort,comfort,0,100,no", "comfort,comfort,0,100,perhaps")
    project.replace(LINKS, "compare:teachers_comfort,higher", "compare:teachers_comfort,bigger")
    project.replace("config/studies/p900/study.yaml", "eligible: below", "eligible: under")
    with pytest.raises(InputFaults) as caught:
        load(project.folder)
    assert len(caught.value.faults) == 5, str(caught.value)
    for word in ("95", "'mixed'", "'perhaps'", "'bigger'", "'under'"):
        assert word in str(caught.value)


def test_a_study_may_have_a_rule_of_its_own(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.replace(STUDY, "labels:\n", "convergence: {min_cases: 3}\nlabels:\n")
    rule = load(project.folder).studies["cic2019"].settings["convergence"]
    assert (rule["min_cases"], rule["min_share"], rule["calls"]["opposes"]["opposes"]) == (
        3,
        0.6,
        "agreement",
    )


def test_overrides_are_checked_with_the_rest(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    file = project.folder / "config/studies/cic2019/overrides.csv"
    head = "link,call,name,date,reason\n"
    file.write_text(head + "time,silence,Ana Soto,2024-03-31,It is not said\n", encoding="utf-8")
    assert load(project.folder).studies["cic2019"].tables["overrides"].endswith("overrides.csv")
    file.write_text(head + "tiempo,silent,Ana Soto,31-03-2024,\n", encoding="utf-8")
    with pytest.raises(InputFaults, match="4 faults") as caught:
        load(project.folder)
    for words in (
        "overrides.csv, row 2, column call: found 'silent'",
        "'31-03-2024'",
        "column reason: found blank",
    ):
        assert words in str(caught.value)
    file.write_text(head + "tiempo,silence,Ana Soto,2024-03-31,It is not said\n", encoding="utf-8")
    with pytest.raises(
        InputFaults, match=r"row 2, column link: found 'tiempo'; allowed: a link of links.csv"
    ):
        load(project.folder)


def test_the_default_table_of_calls_is_that_of_the_rules() -> None:
    schema = read_yaml(ROOT / "workflow/schemas/config.schema.yaml", "schema")
    default = schema["properties"]["convergence"]["properties"]["calls"]["default"]
    cells = {(q, t): call for q, row in default.items() for t, call in row.items()}
    assert cells == {k: rule.call for k, rule in CALL_RULES.items() if "absent" not in k}
    assert read_yaml(ROOT / CONFIG, CONFIG)["convergence"]["calls"] == default


def test_codes_of_a_coded_project_are_looked_up_before_any_job(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("cic2019")
    table = "document,code,text,coder\nE1,Falta de tiempo,no hay tiempo,Ana\nE1,Clima,bien,Luis\n"
    (project.folder / "coded.csv").write_text(table, encoding="utf-8")
    made = "  coders_simulated:             # two made coders of the printed segments, only to show the page about agreement\n"
    own = "  coders:\n    kind: published\n    holds: coded_project\n    file: coded.csv\n    where: x\n"
    path = project.folder / STUDY
    text = path.read_text(encoding="utf-8")
    start, end = text.index(made), text.index("qualitative:\n")
    path.write_text(text[:start] + own + "\n" + text[end:], encoding="utf-8")
    project.replace(
        LINKS,
        "compare:teachers_comfort,higher,deprivatisation;resistance",
        "compare:teachers_comfort,higher,deprivatisation;Falta de tiempo = hindering",
    )
    assert "cic2019" in load(project.folder).studies
    project.replace(LINKS, "Falta de tiempo = hindering", "Falta de tempo")
    with pytest.raises(
        InputFaults, match=r"row 3, column codes: found 'Falta de tempo'.*Clima, Falta de tiempo"
    ):
        load(project.folder)


def test_a_wanted_study_without_its_files_says_which(make_project: Callable[..., Any]) -> None:
    with pytest.raises(InputFaults, match=r"p900/chile\.csv.*TRENZA_DATA"):
        load(make_project("cic2019", "p900").folder, ["p900"])


def test_a_data_root_that_does_not_exist(
    make_project: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRENZA_DATA", "no/such/folder")
    with pytest.raises(InputFaults, match=r"TRENZA_DATA.*no/such/folder"):
        load(make_project("cic2019").folder)


def test_a_cohort_extends_a_study(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.write(
        "config/studies/cohort/study.yaml",
        "extends: cic2019\ntitle: {en: Second cohort, es: Segunda cohorte}\ndesign: {sesoi_sd: 0.4}\n",
    )
    cohort = load(project.folder).studies["cohort"]
    assert cohort.settings["design"]["sesoi_sd"] == 0.4
    assert cohort.settings["design"]["unit"] == "teacher"
    assert cohort.tables["items"] == "config/studies/cic2019/items.csv"


def test_a_cohort_can_drop_a_source(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.write(
        "config/studies/cohort/study.yaml",
        "extends: cic2019\ntitle: {en: Second cohort, es: Segunda cohorte}\nsources: {table1: null}\n",
    )
    sources = load(project.folder).studies["cohort"].settings["sources"]
    assert "table1" not in sources and "table2" in sources


def test_two_sources_of_one_kind_need_two_comparisons(make_project: Callable[..., Any]) -> None:
    project = make_project("cic2019")
    project.replace(
        STUDY,
        "  figure6:\n",
        "  table2b:\n    kind: published\n    holds: group_summaries\n    file: data/published/cic2019/table2_comparison.csv\n  figure6:\n",
    )
    project.replace(STUDY, "sources: [table2, teachers_simulated]", "sources: [table2, table2b]")
    with pytest.raises(InputFaults, match="several published sources"):
        load(project.folder)


@pytest.mark.parametrize("parent", ["cohort", "nobody"])
def test_extending_itself_or_nothing_is_a_fault(make_project: Callable[..., Any], parent: str) -> None:
    project = make_project("cic2019")
    project.write("config/studies/cohort/study.yaml", f"extends: {parent}\n")
    with pytest.raises(InputFaults, match="extends"):
        load(project.folder)


NATIONAL = "config/studies/simce_national/study.yaml"
OFFICIAL_MISTAKES = [
    ("no folders", "    folders: [simce, idps, sac, mineduc, junaeb]", "    # none", ["folders", "nothing"]),
    (
        "a file",
        "    where:\n      en: files as",
        "    file: a.xlsx\n    where:\n      en: files as",
        ["sources.official.file", "folders instead"],
    ),
    (
        "half a group",
        "  unit: school\n",
        "  unit: school\n  group: took_part\n",
        ["'group' without 'assignment'", "together"],
    ),
    (
        "published",
        "    kind: real",
        "    kind: published",
        ["sources.official.kind", "real, for official files"],
    ),
    ("a policy rule that is none", "policy: {}", "policy: {sep_klass: {years: 3}}", ["sep_klass"]),
    (
        "a policy value that is none",
        "policy: {}",
        "policy: {sep_class: {years: none}}",
        ["sep_class", "years"],
    ),
    (
        "a comparison without groups",
        "labels:",
        "comparisons:\n  - {id: a, sources: [official], outcomes: [score]}\n\nlabels:",
        ["comparisons", "no design.group"],
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [m[1:] for m in OFFICIAL_MISTAKES],
    ids=[m[0].replace(" ", "_") for m in OFFICIAL_MISTAKES],
)
def test_a_mistake_about_official_files_gets_its_message(
    make_project: Callable[..., Any], old: str, new: str, words: list[str]
) -> None:
    project = make_project("simce_national")
    project.replace(NATIONAL, old, new)
    with pytest.raises(InputFaults) as caught:
        load(project.folder, ["simce_national"])
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_a_study_of_official_files_takes_whatever_lies_in_its_folders(
    make_project: Callable[..., Any],
) -> None:
    project = make_project("simce_national")
    assert load(project.folder).left_out["simce_national"][0].startswith("official files in simce or idps")
    project.write("data/raw/simce/b.xlsx", "")
    project.write("data/raw/simce/deep/a.csv", "")
    project.write("data/raw/simce/~$b.xlsx", "")
    project.write("data/raw/simce/.hidden", "")
    found = load(project.folder).studies["simce_national"].official["official"]
    assert list(found) == ["simce/b.xlsx", "simce/deep/a.csv"]
