"""A study of simulated sources alone is a rehearsal: its strands are joined and each row says simulated. No other study changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from triangulate_cases import (
    ABOVE,
    RULE,
    codes_of,
    difference_row,
    links_of,
    nodes_of,
    segments_of,
    verdicts_of,
)
from triangulate_cases import PROJECT as REAL_PROJECT

from trenza.contracts.rehearsal import is_rehearsal, kinds_read, rows_read, sources_read
from trenza.contracts.study import findings
from trenza.contracts.study_links import findings_with_schools
from trenza.contracts.tables import empty
from trenza.io.clean_folder import read_schools
from trenza.triangulate.convergence import Rule
from trenza.triangulate.pillars import pillars
from trenza.triangulate.study import joined_study, triangulate

MADE: dict[str, Any] = {"kind": "simulated", "holds": "records", "simulate": {"ranges": {"y": [0, 4]}}}
PRINTED: dict[str, Any] = {"kind": "published", "holds": "ratings"}


def settings(**sources: dict[str, Any]) -> dict[str, Any]:
    return {
        "sources": sources,
        "design": {"unit": "teacher", "cluster": "school", "group": "group"},
        "comparisons": [{"id": "t", "sources": ["made_simulated"], "outcomes": ["y"]}],
        "models": [{"id": "t", "source": "made_simulated", "outcomes": ["y"]}],
        "panels": [],
    }


def tables(source: str) -> dict[str, pd.DataFrame]:
    """One finding above zero, two schools that say so, and two coders, all of one kind of number."""
    said = segments_of(("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"), source=source)
    names = ("coef", "panel_effects", "claims", "ratings", "case_themes", "agreement")
    return {
        **{name: empty(name) for name in names},
        "verdicts": verdicts_of(difference_row("t_y", source, **ABOVE, p_value=0.01)),
        "segments": said,
        "codes": codes_of(said, "top/", "top/theme", source=source),
        "code_nodes": nodes_of(
            ("c1", None, "Clima"), ("c2", "c1", "Confianza"), ("c3", None, "Falta de tiempo"), source=source
        ),
    }


LINKS = links_of({}, {"level": "school"}, {"codes": "c1"})


def made(source: str, **sources: dict[str, Any]) -> dict[str, pd.DataFrame]:
    joined = joined_study(
        tables(source),
        study="x",
        settings=settings(made_simulated=MADE, **sources),
        codebook=pd.DataFrame({"code": ["top", "theme"], "parent": ["", "top"]}),
        code_cases=REAL_PROJECT["code_cases"].assign(source=source),
        schools={"made_simulated": frozenset("A")},
    )
    return triangulate(LINKS, joined, Rule(**RULE), ranges={"alpha": [0.001]})


@pytest.mark.parametrize(
    ("kinds", "rehearsal"),
    [([], False), (["simulated"], True), (["simulated"] * 2, True), (["simulated", "published"], False), (["real"], False)],
)  # fmt: skip
def test_a_rehearsal_has_simulated_sources_alone(kinds: list[str], rehearsal: bool) -> None:
    sources = {f"s{i}": {"kind": kind} for i, kind in enumerate(kinds)}
    assert is_rehearsal(sources) is rehearsal
    rows = pd.DataFrame({"source": ["real", "published", "simulated"]})
    assert rows_read(rows, rehearsal)["source"].tolist() == [*kinds_read(rehearsal)]
    assert sources_read(sources) == {s for s, v in sources.items() if rehearsal or v["kind"] != "simulated"}


def test_in_a_rehearsal_simulated_rows_are_joined_and_say_so() -> None:
    found = made("simulated")
    calls = found["convergence"]
    assert calls["finding_source"].eq("simulated").all()
    assert calls["quantitative_side"].tolist() == ["supports"] * 3
    # At the level of schools one school has numbers, at the level of the study both schools and both cases speak.
    assert calls["n_segments"].tolist() == [2, 1, 2]
    assert calls["call"].tolist() == ["agreement", "partial_agreement", "agreement"]
    display = found["joint_display"]
    assert set(display.loc[display["strand"] != "call", "kind"]) == {"simulated"}
    coders = found["call_coders"]
    assert set(coders["link"]) == {"link2"}
    assert len(coders) == 4
    assert found["call_flips"]["first_threshold"].tolist()[0] == "alpha"


def test_the_calls_of_a_rehearsal_are_those_that_real_rows_would_get() -> None:
    real, rehearsed = made("real", other=PRINTED), made("simulated")
    columns = ["link", "quantitative_side", "qualitative_side", "call"]
    # Schools are those of sources by kind, and the real study here names none for its finding.
    keep = [0, 2]
    one, other = (t["convergence"][columns].iloc[keep] for t in (real, rehearsed))
    assert one.to_dict("records") == other.to_dict("records")


def test_beside_any_other_source_simulated_rows_stay_unread() -> None:
    found = made("simulated", other=PRINTED)
    calls = found["convergence"]
    assert calls["call"].eq("silence").all()
    assert calls["quantitative_reason"].eq("only_simulated").all()
    assert set(calls["qualitative_reason"]) == {"only_simulated", "no_school_in_both"}
    assert found["joint_display"]["value"].isna().all()
    assert found["call_coders"].empty


def test_pillars_list_simulated_numbers_in_a_rehearsal_alone() -> None:
    found = tables("simulated")
    given: dict[str, Any] = {
        "study": "x",
        "joint_display": empty("joint_display"),
        **{name: found[name] for name in ("verdicts", "ratings", "claims", "codes", "case_themes")},
    }
    declared = [{"id": "p", "links": []}]
    assert pillars(declared, **given).empty
    listed = pillars(declared, **given, rehearsal=True)
    assert listed["item"].tolist() == ["compare:t_y", "theme"]
    assert set(listed["kind"]) == {"simulated"}
    # What a link names of a code with a direction is no gap.
    cell = {"study": "x", "link": "a", "file": "f", "row": "r", "kind": "simulated", "value": 1.0}
    rows = [
        {**cell, "strand": "qualitative", "item": "theme_hindering"},
        {**cell, "strand": "call", "item": "agreement"},
    ]
    display = pd.DataFrame(rows, columns=empty("joint_display").columns)
    listed = pillars(declared, **{**given, "joint_display": display}, rehearsal=True)
    assert listed.loc[listed["check"] == "not_linked", "item"].tolist() == ["compare:t_y"]


def test_links_may_name_simulated_findings_in_a_rehearsal_alone(tmp_path: Path) -> None:
    (tmp_path / "made_simulated.data.csv").write_text("school,y\nA,1\nB,2\n", encoding="utf-8")
    alone, beside = settings(made_simulated=MADE), settings(made_simulated=MADE, other=PRINTED)
    both = {"compare:t_y", "model:t_y"}
    assert findings(alone, set()) == findings_with_schools(alone, []) == both
    assert findings(beside, set()) == findings_with_schools(beside, []) == set()
    schools = {"made_simulated": frozenset("AB")}
    assert read_schools(tmp_path, alone["sources"], "school") == schools
    assert read_schools(tmp_path, beside["sources"], "school") == {}
