"""Policy rules: what must hold for any scores, and all of SEP and PAC again in plain loops on random data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from official_policies import history, reading, simce

from trenza.official import policy
from trenza.official.policy_years import last_years


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.integers(1, 6),
        st.lists(st.none() | st.integers(150, 350), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    ).filter(lambda d: any(v is not None for row in d.values() for v in row)),
    st.integers(-50, 50),
    st.sampled_from([(3, 3), (3, 2), (2, 2)]),
)
def test_a_shift_of_all_scores_changes_nothing_and_a_mirror_swaps_the_ends(
    scores: dict[int, list[int | None]], shift: int, wanted: tuple[int, int]
) -> None:
    rules = reading("sep_class", years=wanted[0], years_required=wanted[1])

    def results(change: Any) -> list[str]:
        moved = {k: [None if v is None else change(v) for v in row] for k, row in scores.items()}
        return policy.sep_class(history(moved), rules)["result"].tolist()

    as_is = results(float)
    assert results(lambda v: v + shift) == as_is
    swap = {"autonomous": "in_recovery", "in_recovery": "autonomous"}
    assert results(lambda v: 500 - v) == [swap.get(r, r) for r in as_is]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([2014, 2015, 2016, 2017, 2018, 2022, 2023]), st.booleans()), max_size=7,
             unique_by=lambda t: t[0]),
    st.integers(1, 5),
    st.sampled_from(["tests", "calendar_years"]),
)  # fmt: skip
def test_windows_hold_only_years_up_to_the_verdict(
    years: list[tuple[int, bool]], length: int, window: str
) -> None:
    states = pd.DataFrame(
        [
            {"rbd": 1, "year": y, "usable": ok, "state": "above" if ok else "no result", "why": None}
            for y, ok in years
        ],
        columns=["rbd", "year", "usable", "state", "why"],
    )
    found = last_years(states, years=length, window=window, held=[2017, 2018, 2022], counted=["above"])
    assert len(found) == len(states)
    for row in found.itertuples():
        told = [int(piece[:4]) for piece in row.reason.split("; ")]
        assert told == sorted(told) and told[-1] == row.year and len(told) <= length
        assert row.n_years == row.above <= len(told)
        if window == "tests":
            assert not {2019, 2020, 2021} & set(told)


@pytest.mark.parametrize("seed", range(6))
def test_sep_and_pac_again_in_plain_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    combine, mean_of = ("mean", "each")[seed % 2], ("pupils", "schools")[seed // 2 % 2]
    margin, years, required = float(rng.integers(0, 8)), 3, int(rng.integers(2, 4))
    tests = [2014, 2015, 2016, 2017, 2018, 2022, 2023]
    rows = [
        {
            "rbd": rbd,
            "year": year,
            "subject": subject,
            # Schools keep their place over the years, so that every result comes up.
            "score_points": float(rng.integers(240, 261) + 12 * (rbd % 3 - 1)),
            "n_pupils": int(rng.integers(1, 40)),
            "score_status": str(rng.choice(["ok", "too_few"], p=[0.95, 0.05])),
            "ses_group": int(rng.integers(1, 4)),
            "dependency": str(rng.choice(["municipal", "private"], p=[0.9, 0.1])),
        }
        for rbd in range(1, 41)
        for year in tests
        for subject in ("lect", "mate")
        if rng.random() > 0.03
    ]
    for row in rows:  # a school has one group and one dependency a year
        twin = next(r for r in rows if (r["rbd"], r["year"]) == (row["rbd"], row["year"]))
        row["ses_group"], row["dependency"] = twin["ses_group"], twin["dependency"]
    shared = {"combine": combine, "mean_of": mean_of, "margin_points": margin}
    rules = policy.load_rules(
        {
            "sep_class": {**shared, "years": years, "years_required": required},
            "pac_eligibility": {**shared, "years": years},
        }
    )

    def state(rbd: int, year: int, by_group: bool) -> str | None:
        away = []
        for subject in ("lect", "mate"):
            own = [r for r in rows if (r["rbd"], r["year"], r["subject"]) == (rbd, year, subject)]
            if not own or own[0]["score_status"] != "ok":
                return None
            total = weight = 0.0
            for r in rows:
                if (r["year"], r["subject"], r["score_status"]) != (year, subject, "ok"):
                    continue
                if by_group and r["ses_group"] != own[0]["ses_group"]:
                    continue
                w = r["n_pupils"] if mean_of == "pupils" else 1
                total, weight = total + w * r["score_points"], weight + w
            away.append(own[0]["score_points"] - total / weight)
        if combine == "mean":
            away = [sum(away) / 2]
        if all(d > margin + 1e-9 for d in away):
            return "above"
        return "below" if all(d < -margin - 1e-9 for d in away) else "neither"

    for by_group, found in (
        (True, policy.sep_class(simce(rows), rules)),
        (False, policy.pac_eligibility(simce(rows), rules)),
    ):
        expected = {}
        for rbd, year in {(r["rbd"], r["year"]) for r in rows}:
            here = [r for r in rows if (r["rbd"], r["year"]) == (rbd, year)]
            # The rules' calendar holds 2006 to 2013 as well, of which there is no row.
            last = [t for t in [2012, 2013, *tests] if t <= year][-years:]
            states = [state(rbd, t, by_group) for t in last]
            if by_group and here[0]["dependency"] == "private":
                result = "not_covered"
            elif None in states:
                result = "not_enough_years"
            elif by_group:
                result = (
                    "autonomous"
                    if states.count("above") >= required
                    else "in_recovery"
                    if states.count("below") >= required
                    else "emergent"
                )
            elif states.count("below") < years:
                result = "not_below_mean"
            else:
                enough = max(r["n_pupils"] for r in here) >= 20
                result = "unknown_sanction" if enough else "too_few_pupils"
            expected[rbd, year] = (result, years - states.count(None))
        told = {(r.rbd, r.year): (r.result, r.n_years) for r in found.itertuples()}
        assert told == expected
        assert len(set(found["result"])) >= 3
