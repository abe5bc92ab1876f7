"""SAC index, inspection and years of insufficient performance: every branch on cases done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from official_policies import reading, simce, verdict

from trenza.official import policy


def sac(scores: list[float | None], other: list[float | None], **values: Any) -> pd.DataFrame:
    frame = simce(
        {"rbd": rbd, "year": 2018, "score_points": s} for rbd, s in enumerate(scores, 1) if s is not None
    )
    indicators = pd.DataFrame({"rbd": range(1, len(other) + 1), "year": 2018, "other": other})
    return policy.sac_index(frame, indicators, reading("sac_index", **values))


def test_sac_index_by_hand() -> None:
    as_given = sac([50, 80], [20, 90], scale="as_given")
    assert as_given["index"].tolist() == pytest.approx([0.67 * 50 + 0.33 * 20, 0.67 * 80 + 0.33 * 90])
    # Three values a step apart have SD 1 step, so z is -1, 0, 1 on both parts, in opposite order.
    z = sac([200, 250, 300], [80, 70, 60])
    assert z["index"].tolist() == pytest.approx([-0.67 + 0.33, 0, 0.67 - 0.33], abs=1e-12)
    assert set(z["result"]) == {"no_cutoffs"}
    assert not z["ses_adjusted"].any()
    assert z["not_considered"].str.contains("socio-economic status").all()


def test_sac_category_only_with_cutoffs_and_from_the_cut_off_on() -> None:
    found = sac([10, 20, 30, 40, 9], [10, 20, 30, 40, 9], scale="as_given", cutoffs=[10, 20, 40])
    assert found["result"].tolist() == ["medium_low", "medium", "medium", "high", "insufficient"]


def test_sac_index_needs_both_parts() -> None:
    found = sac([200, 250, None, 300, 220], [80, 70, 60, None, 50], cutoffs=[-1, 0, 1])
    assert found["rbd"].tolist() == [1, 2, 4, 5]  # school 3 has no row in the SIMCE frame
    assert verdict(found, 4) == ("no_index", "other missing")
    used = np.array([200.0, 250, 220])
    z = (used - used.mean()) / used.std(ddof=1)
    o = (np.array([80.0, 70, 50]) - 200 / 3) / np.std([80.0, 70, 50], ddof=1)
    assert found.loc[found["rbd"].isin([1, 2, 5]), "index"].to_numpy() == pytest.approx(0.67 * z + 0.33 * o)
    assert verdict(sac([200, 200], [80, 70]), 1) == ("no_index", "no spread among the year's schools")
    assert verdict(sac([200], [80]), 1)[0] == "no_index"


def test_sac_takes_an_adjustment_that_the_user_gives() -> None:
    frame = simce({"rbd": rbd, "year": 2018, "score_points": 50} for rbd in (1, 2))
    other = pd.DataFrame({"rbd": [1, 2], "year": 2018, "other": 20.0, "ses_adjustment": [4.0, None]})
    found = policy.sac_index(frame, other, reading("sac_index", scale="as_given"))
    assert found.loc[0, "index"] == pytest.approx(0.67 * 50 + 0.33 * 20 + 4)
    assert found["ses_adjusted"].all()
    assert not found["not_considered"].str.contains("socio-economic status").any()
    assert verdict(found, 2) == ("no_index", "ses_adjustment missing")


def test_sac_asks_for_all_subjects_and_usable_scores() -> None:
    rows = [
        {"rbd": 1, "year": 2018, "score_points": 50, "subject": "lect"},
        {"rbd": 1, "year": 2018, "score_points": 70, "subject": "mate"},
        {"rbd": 2, "year": 2018, "score_points": 50, "subject": "lect"},
        {"rbd": 3, "year": 2018, "score_points": 50, "subject": "lect", "n_pupils": 5},
        {"rbd": 3, "year": 2018, "score_points": 50, "subject": "mate", "score_status": "too_few"},
    ]
    other = pd.DataFrame({"rbd": [1, 2, 3], "year": 2018, "other": 20.0})
    rules = policy.load_rules({"sac_index": {"scale": "as_given"}})
    found = policy.sac_index(simce(rows), other, rules)
    assert found.loc[0, "index"] == pytest.approx(0.67 * 60 + 0.33 * 20)
    assert found["reason"].tolist() == ["", "simce missing", "simce missing"]
    floor = policy.load_rules(
        {"sac_index": {"scale": "as_given", "subjects": ["lect"]}, "simce": {"min_tested": 6}}
    )
    assert policy.sac_index(simce(rows), other, floor)["reason"].tolist() == ["", "", "simce missing"]


def categories(by_year: dict[int, str | None]) -> pd.DataFrame:
    return pd.DataFrame([{"rbd": 1, "year": y, "category": c} for y, c in by_year.items()])


@pytest.mark.parametrize(
    ("category", "result"),
    [
        ("insufficient", "every_two_years"),
        ("medium_low", "every_two_years"),
        ("medium", "no_fixed_visits"),
        ("high", "no_fixed_visits"),
        ("new", "no_category"),
        (None, "no_category"),
    ],
)
def test_inspection(category: str | None, result: str) -> None:
    found = policy.sac_inspection(categories({2017: category}), policy.load_rules())
    assert found["result"].tolist() == [result]


def test_insufficient_for_four_consecutive_years() -> None:
    rules = policy.load_rules()
    low = "insufficient"
    four = categories(dict.fromkeys((2016, 2017, 2018, 2019), low))
    assert verdict(policy.sac_insufficient(four, rules), 1, 2019) == (
        "support_compulsory",
        "2016 insufficient; 2017 insufficient; 2018 insufficient; 2019 insufficient",
    )
    assert verdict(policy.sac_insufficient(four, rules), 1, 2018)[0] == "not_enough_years"
    broken = categories({2016: low, 2017: "medium_low", 2018: low, 2019: low})
    assert verdict(policy.sac_insufficient(broken, rules), 1, 2019)[0] == "not_reached"
    unknown = categories({2016: low, 2017: "new", 2018: low, 2019: low})
    assert verdict(policy.sac_insufficient(unknown, rules), 1, 2019) == (
        "not_enough_years",
        "2016 insufficient; 2017 no category; 2018 insufficient; 2019 insufficient",
    )
    gap = categories(dict.fromkeys((2016, 2017, 2018, 2023), low))
    assert verdict(policy.sac_insufficient(gap, rules), 1, 2023) == (
        "not_enough_years",
        "2020 no file; 2021 no file; 2022 no file; 2023 insufficient",
    )
    published = policy.load_rules({"sac_insufficient": {"window": "published"}})
    assert verdict(policy.sac_insufficient(gap, published), 1, 2023)[0] == "support_compulsory"
