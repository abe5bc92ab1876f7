"""What a made questionnaire is when the study does not say: the schema has the defaults, the code has none."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from simulate_cases import CIC, LEVELS, PRINTED, instrument, make, table

from trenza.contracts.schema import with_defaults
from trenza.simulate.study import simulate_questionnaires

SCHEMA = Path(__file__).resolve().parents[2] / "workflow" / "schemas" / "study.schema.yaml"
HOW = {"from": "table2", "strata": {"central": 11, "southern": 11}, "icc": 0.1}


def made(how: dict[str, object]) -> object:
    """The rows of a made questionnaire, as the schema and the code complete ``how``."""
    source = {"kind": "simulated", "holds": "questionnaire", "simulate": how, "questionnaire": {}}
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    sources = with_defaults({"sources": {"q_simulated": source}}, schema)["sources"]
    design = {"unit": "teacher", "cluster": "school", "group": "group", **LEVELS}
    files = simulate_questionnaires(
        {"table2": table(PRINTED)},
        study="cic2019",
        sources=sources,
        design=design,
        items=instrument(CIC),
        seed=20190801,
    )
    return files["q_simulated"].rows


def test_left_out_keys_are_those_of_the_schema() -> None:
    assert made(HOW) == made({**HOW, "reliability": 0.8, "nonresponse": 0}) == make(nonresponse=0.0).rows
    assert made(HOW) != made({**HOW, "reliability": 0.7})
    assert made(HOW) != made({**HOW, "nonresponse": 0.02})


@pytest.mark.parametrize("key", ["reliability", "nonresponse"])
def test_the_code_has_no_default_of_its_own(key: str) -> None:
    simulate = {**HOW, "reliability": 0.8, "nonresponse": 0.0}
    del simulate[key]
    source = {"kind": "simulated", "holds": "questionnaire", "simulate": simulate}
    settings = {"version": "", "min_answered": 0.5}
    with pytest.raises(KeyError, match=key):
        simulate_questionnaires(
            {"table2": table(PRINTED)},
            study="s",
            sources={"q_simulated": {**source, "questionnaire": settings}},
            design={"unit": "teacher", "cluster": "school", "group": "group", **LEVELS},
            items=instrument(CIC),
            seed=1,
        )
