"""Meta-inferences stop the build where the computed calls do not bear them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from triangulate_cases import (
    ABOVE,
    BELOW,
    RULE,
    TWO_SAY_YES,
    codes_of,
    difference_row,
    join,
    links_of,
    study_of,
    verdicts_of,
)

from trenza.contracts.faults import InputFaults
from trenza.contracts.tables import empty
from trenza.triangulate.convergence import Rule
from trenza.triangulate.meta import check_meta_inferences, meta_inferences
from trenza.triangulate.study import triangulate

VERDICTS = verdicts_of(difference_row("t_y", **ABOVE), difference_row("t_z", **BELOW))
# link0 agreement, link1 dissonance, link2 silence of the numbers, link3 silence of both.
ROWS = (
    {},
    {"finding": "compare:t_z"},
    {"finding": "compare:t_u"},
    {"finding": "compare:t_u", "codes": "aside"},
)


def entry(fit: str, *links: str) -> dict[str, Any]:
    text = {"en": "t", "es": "t"}
    return {"id": "claim", "fit": fit, "propositions": [*links], "text": text, "limits": text}


def calls() -> pd.DataFrame:
    return join(*ROWS, verdicts=VERDICTS, codes=codes_of(TWO_SAY_YES, "theme", "aside"))


@pytest.mark.parametrize(
    ("fit", "links", "said"),
    [
        ("confirmation", ["link0", "link2"], None),
        ("confirmation", ["link0", "link1"], "confirmation, though link link1 is dissonance (numbers: opposes, theme: supports)"),
        ("confirmation", ["link2", "link3"], "confirmation, though all its links are silence (link2: silence, link3: silence)"),
        ("expansion", ["link2"], None),
        ("expansion", ["link3"], "expansion, though neither strand speaks of its links"),
        ("expansion", ["link1"], "expansion, though link link1 is dissonance"),
        ("complementarity", ["link0", "link3"], None),
        ("complementarity", ["link1", "link0"], "complementarity, though link link1 is dissonance"),
        ("discordance", ["link0", "link1"], None),
        ("discordance", ["link0", "link2"], "discordance, though no link is dissonance (link0: agreement, link2: silence)"),
    ],
)  # fmt: skip
def test_a_fit_is_held_against_the_calls(fit: str, links: list[str], said: str | None) -> None:
    assert calls()["call"].tolist() == ["agreement", "dissonance", "silence", "silence"]
    if said is None:
        table = meta_inferences([entry(fit, *links)], calls(), study="x")
        assert table["link"].tolist() == links
        return
    with pytest.raises(InputFaults, match="1 fault") as caught:
        meta_inferences([entry(fit, *links)], calls(), study="x")
    message = str(caught.value)
    assert "study x, study.yaml, meta_inferences, claim: found " + said in message


def test_all_that_do_not_fit_are_told_at_once_and_no_override_saves_them() -> None:
    entries = [entry("confirmation", "link1"), {**entry("discordance", "link0"), "id": "other"}]
    with pytest.raises(InputFaults, match="2 faults"):
        meta_inferences(entries, calls(), study="x")
    said = {"link": "link1", "call": "agreement", "name": "A B", "date": "2024-01-01", "reason": "r"}
    with pytest.raises(InputFaults, match="link link1 is dissonance"):
        triangulate(
            links_of(*ROWS[:2]),
            study_of(verdicts=VERDICTS),
            Rule(**RULE),
            pd.DataFrame([said]),
            None,
            entries[:1],
        )
    assert meta_inferences([], empty("convergence"), study="x").empty


def test_links_of_meta_inferences_are_looked_up_before_any_job() -> None:
    entries = [entry("confirmation", "link0", "nowhere"), entry("expansion", "link0")]
    faults = check_meta_inferences(entries, {"link0"}, "study.yaml")
    assert [(f.row, f.found) for f in faults] == [
        ("meta_inferences.0.propositions", "'nowhere'"),
        ("meta_inferences.1.id", "'claim' a second time"),
    ]
