"""Simulated interviews: declared shares, directions that lean on the schools' scores, and no words of anybody."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.directed_codes import directed, directed_codes
from trenza.contracts.study_interviews import check_interviews
from trenza.simulate.assumed import assumed_summaries
from trenza.simulate.coders import simulate_coders
from trenza.simulate.interviews import EN, ES, school_deviations, simulate_interviews
from trenza.simulate.study import simulate_segments

ROLES = {
    "teacher": {"segments": 3, "participant": "yes"},
    "colleague": {"segments": 1, "participant": "no"},
}
CODES = {
    "trust": {"share": 0.75, "enabling": 0.6, "hindering": 0.3},
    "time": {"share": 0.25, "enabling": 0.0, "hindering": 1.0},
}


def make(schools: dict[str, str], deviations: dict[str, float], **changes: Any) -> pd.DataFrame:
    given: dict[str, Any] = {"roles": ROLES, "codes": CODES, "between": 0.4, "lean": 0.8, "study": "x", "source_id": "i_simulated", "seed": 5}  # fmt: skip
    return simulate_interviews(schools, deviations, **{**given, **changes})


def many(n: int, **changes: Any) -> tuple[pd.DataFrame, dict[str, float]]:
    names = [f"s{i:04d}" for i in range(n)]
    drawn = np.random.default_rng(1).standard_normal(n)
    deviations = dict(zip(names, ((drawn - drawn.mean()) / drawn.std()).tolist(), strict=True))
    return make(dict.fromkeys(names, "north"), deviations, **changes), deviations


def test_every_segment_is_named_for_what_it_is() -> None:
    table = make({"b": "south", "a": "north"}, {})
    assert table["case"].tolist() == ["a"] * 4 + ["b"] * 4
    assert table["municipality"].tolist() == ["north"] * 4 + ["south"] * 4
    assert table["role"].tolist() == ["colleague", "teacher", "teacher", "teacher"] * 2
    assert table["participant"].tolist() == ["no", "yes", "yes", "yes"] * 2
    assert table["source"].eq("simulated").all()
    assert table["text"].tolist() == [EN.format(n=n) for n in range(1, 9)]
    assert table["text_es"].iloc[-1] == ES.format(n=8) == "Segmento simulado 8 (nadie dijo esto)"


def test_same_bytes_for_any_order_and_one_more_school_moves_no_other() -> None:
    schools, deviations = {"a": "m", "b": "m", "c": "n"}, {"a": 1.0, "b": -1.0, "c": 0.0}
    turned: dict[str, Any] = {"roles": dict(reversed(ROLES.items())), "codes": dict(reversed(CODES.items()))}
    one = make(schools, deviations)
    other = make(dict(reversed(schools.items())), dict(reversed(deviations.items())), **turned)
    assert one.to_csv() == other.to_csv()
    more = make({**schools, "d": "n"}, deviations)
    columns = ["case", "role", "code", "direction"]
    assert more.loc[more["case"] != "d", columns].to_csv() == one[columns].to_csv()
    assert make(schools, deviations, seed=6).to_csv() != one.to_csv()


def test_so_many_schools_are_visited() -> None:
    schools = {f"s{i}": "m" for i in range(9)}
    some = make(schools, {}, visited=4)
    assert some["case"].nunique() == 4
    assert make(schools, {}, visited=9).to_csv() == make(schools, {}).to_csv()
    turned = dict(reversed(schools.items()))
    assert make(turned, {}, visited=4).to_csv() == some.to_csv()


def test_shares_come_out_as_declared() -> None:
    table, _ = many(2000)
    trust = table[table["code"] == "trust"]
    # Schools share 0.4 of the variance: about n / (1 + 0.4 * 2) segments tell something of their own.
    error = math.sqrt(0.25 * 1.8 / len(trust))
    assert len(trust) / len(table) == pytest.approx(0.75, abs=4 * error)
    assert (trust["direction"] == "enabling").mean() == pytest.approx(0.6, abs=4 * error)
    assert (trust["direction"] == "hindering").mean() == pytest.approx(0.3, abs=4 * error)
    assert set(table.loc[table["code"] == "time", "direction"]) == {"hindering"}


@pytest.mark.parametrize(("lean", "between"), [(0.8, 1.0), (-0.8, 1.0), (0.0, 1.0), (1.0, 0.25)])
def test_directions_lean_on_the_schools_scores_as_declared(lean: float, between: float) -> None:
    half = {"trust": {"share": 1.0, "enabling": 0.5, "hindering": 0.5}}
    n = 3000
    table, deviations = many(n, lean=lean, between=between, codes=half, roles={"teacher": {"segments": 1, "participant": "yes"}})  # fmt: skip
    sign = table["direction"].map({"enabling": 1.0, "hindering": -1.0}).to_numpy()
    d = table["case"].map(deviations).to_numpy()
    # Of a normal pair with correlation r, E(sign(u) d) = r sqrt(2 / pi); here r = lean sqrt(between).
    truth = lean * math.sqrt(between) * math.sqrt(2 / math.pi)
    assert float((sign * d).mean()) == pytest.approx(truth, abs=4 / math.sqrt(n))


def test_segments_of_a_school_that_share_everything_point_one_way() -> None:
    half = {"trust": {"share": 1.0, "enabling": 0.5, "hindering": 0.5}}
    table, deviations = many(30, between=1.0, lean=1.0, codes=half)
    ways = table.groupby("case")["direction"].agg(set)
    assert all(w == {"enabling" if deviations[str(s)] > 0 else "hindering"} for s, w in ways.items())


def test_deviations_are_those_from_the_mean_of_ones_group() -> None:
    # a: +1 in its group of teachers, 0 in control; b the reverse of a: means 0.5 and -0.5, SD 0.5.
    rows = pd.DataFrame({"school": list("aabb"), "group": ["t", "c", "t", "c"], "y": [3.0, 7.0, 1.0, 7.0]})
    assert school_deviations(rows, "y", cluster="school", group="group") == {"a": 1.0, "b": -1.0}
    flat = school_deviations(rows.assign(y=2.0), "y", cluster="school", group="group")
    assert flat == {"a": 0.0, "b": 0.0}
    gone = rows.assign(y=[3.0, 7.0, math.nan, math.nan])
    assert school_deviations(gone, "y", cluster="school", group="group")["b"] == 0.0


def test_a_study_makes_its_interviews_beside_its_answers() -> None:
    how = {
        "beside": "t_simulated",
        "outcome": "y",
        "roles": ROLES,
        "codes": CODES,
        "between": 0.2,
        "lean": 0.5,
    }
    rows = pd.DataFrame({"school": ["b", "a"], "municipality": "m", "group": "g", "y": [1.0, 2.0]})
    sources = {"t_simulated": {"simulate": {}}, "i_simulated": {"simulate": {"interviews": how}}}
    design = {"cluster": "school", "group": "group"}
    made = simulate_segments({"t_simulated": rows}, study="x", sources=sources, design=design, seed=5)
    assert made.data["i_simulated"].to_csv() == make({"a": "m", "b": "m"}, {"a": 1.0, "b": -1.0}, between=0.2, lean=0.5).to_csv()  # fmt: skip
    assert made.flow["n"].tolist() == [8, 2]
    assert simulate_segments({}, study="x", sources={}, design=design, seed=5).data == {}


def test_assumed_means_look_like_printed_ones() -> None:
    group = {"n": 40, "mean": 3.1, "sd": 0.6}
    (row,) = assumed_summaries({"y": {"participants": group, "control": {**group, "n": 41}}}, study="x", source_id="t_simulated").to_dict("records")  # fmt: skip
    assert (row["n_participants"], row["n_control"], row["mean_control"], row["decimals_sd"]) == (
        40,
        41,
        3.1,
        2,
    )
    assert (row["source"], row["outcome"]) == ("simulated", "y")


def test_made_coders_can_say_directions() -> None:
    said = make({"a": "m", "b": "m"}, {})
    codebook = pd.DataFrame({"code": ["top", "trust", "time"], "parent": [None, "top", "top"], "codable": ["no", "yes", "yes"]})  # fmt: skip
    rates: dict[str, Any] = {"missed": 0.0, "other_code": 0.0, "moved": 0.0, "seed": 1}
    project = simulate_coders(said, codebook, **rates, directions=True)
    given = {directed(c, d) for c, d in zip(said["code"], said["direction"], strict=True)}
    assert set(project.codings["code"]) == given
    assert dict(zip(project.codes["code"], project.codes["parent"], strict=True))["time_hindering"] == "time"
    named = directed_codes({"c": {"simulate": {"coders": {"directions": True}}}}, {"trust", "time"})
    assert named == set(project.codes["code"]) - {"top", "trust", "time"}
    assert directed_codes({"c": {"simulate": {"coders": {"directions": False}}}}, {"trust"}) == set()
    # Another code of the same folder is the same theme said another way.
    alone = make({"a": "m", "b": "m"}, {}, codes={"trust": {"share": 1.0, "enabling": 0.4, "hindering": 0.4}})
    other = simulate_coders(alone, codebook, **{**rates, "other_code": 0.9}, directions=True)
    assert {c.rpartition("_")[0] for c in other.codings["code"]} == {"trust"}
    marked = {directed("trust", d) for d in alone["direction"]}
    assert set(other.codings["code"]) == marked and len(marked) > 1


def study(**how: Any) -> dict[str, Any]:
    interviews = {"beside": "t_simulated", "outcome": "y", "roles": ROLES, "codes": CODES, **how}
    made = {"strata": {"m": 4}, "ranges": {"y": [0, 1]}}
    return {
        "design": {"unit": "teacher", "cluster": "school", "group": "group"},
        "sources": {
            "t_simulated": {"kind": "simulated", "holds": "records", "simulate": made},
            "i_simulated": {"kind": "simulated", "holds": "segments", "simulate": {"interviews": interviews}},
        },
    }


def told(given: dict[str, Any]) -> str:
    return "\n".join(map(str, check_interviews(given, [{"item": "y"}], {"trust", "time"}, "study.yaml")))


def test_all_faults_of_interviews_at_once() -> None:
    assert told(study()) == ""
    wrong = told(
        study(
            outcome="z",
            visited=5,
            codes={"trust": {"share": 0.5, "enabling": 0.9, "hindering": 0.2}, "gone": {"share": 0.4, "enabling": 0, "hindering": 0}},
        )
    )  # fmt: skip
    for part in (
        "found 'z'",
        "found 5; allowed: at most 4",
        "found 'gone'",
        "add up to 0.9",
        "add up to 1.1",
    ):
        assert part in wrong
    assert "beside: found 'i_simulated'" in told(study(beside="i_simulated"))
    silent = study()
    silent["sources"]["i_simulated"]["simulate"] = {"coders": {}}
    assert "found no interviews" in told(silent)
    silent["sources"]["t_simulated"]["simulate"]["means"] = {"z": {}}
    assert "means.z: found 'z'" in told(silent)
