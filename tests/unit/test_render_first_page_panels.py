"""What panels say on the first page: values of what is not decided, and what is left among all looks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.render.context import Context
from trenza.render.first_page_panels import panels_told
from trenza.render.rows import is_gain


def told(*rows: dict[str, Any], lang: str = "en") -> str:
    fixed = {"source": "real", "outcome": "mat", "estimator": "group_time", "aggregation": "overall"}
    table = pd.DataFrame([fixed | {"role": "called_for", "ci_level": 0.95} | r for r in rows])
    table = table.reindex(columns=CONTRACTS["panel_effects"].names)
    items = pd.DataFrame({"item": ["mat"], "scale": ["m"], "unit": ["points"]})
    nothing = pd.DataFrame()
    return " ".join(panels_told(Context({"panel_effects": table}, {}, items, nothing, nothing, lang)))


def one(name: str, estimate: float, half: float, p: float) -> dict[str, Any]:
    return {
        "id": name,
        "estimate": estimate,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "p_value": p,
    }


def test_where_nothing_is_decided_each_estimate_comes_with_its_range() -> None:
    said = told(one("a", 0.9, 3.3, 0.5), one("b", 1.5, 2.8, 0.3))
    assert "Not decided in 2: " in said and "(0.9 points; from \u22122.4 to 4.2)" in said
    assert "After allowing" not in said and "programme" not in said


def test_one_clear_look_of_four_with_p_of_three_in_a_hundred_does_not_stand_out() -> None:
    """Holm: 4 x .030 is .12; 4 x .010 is .04, and then 3 x .020 is .06."""
    others = [one(name, 1.0, 2.0, 0.3) for name in "bc"]
    said = told(one("a", 7.4, 6.6, 0.03), *others, one("d", 1.0, 2.0, 0.3))
    assert "A rise in 1: " in said and "After allowing for 4 looks none stands out clearly" in said
    said = told(one("a", 7.4, 6.6, 0.01), one("d", -3.0, 2.5, 0.02), *others)
    assert "After allowing for 4 looks, what still stands out: 1." in said
    assert "ninguna destaca" in told(one("a", 7.4, 6.6, 0.03), one("d", 1.0, 2.0, 0.3), lang="es")


@pytest.mark.parametrize(("sign", "way"), [(1, "A rise"), (-1, "A fall")])
def test_the_range_over_windows_has_the_direction_of_its_amount(sign: int, way: str) -> None:
    windows = {
        "fuzzy_rd_linear": 7.0,
        "fuzzy_rd_linear_bandwidth_0_6": 11.0,
        "fuzzy_rd_linear_bandwidth_2": 3.0,
    }
    jumps = pd.DataFrame(
        [
            {
                "id": "cut",
                "term": t,
                "outcome": "mat",
                "source": "real",
                "n": 90,
                "ci_level": 0.95,
                "p_value": 0.02,
            }
            | {"estimate": sign * v, "ci_low": sign * v - 2, "ci_high": sign * v + 2}
            for t, v in windows.items()
        ]
    ).reindex(columns=CONTRACTS["discontinuity"].names)
    entry = {"id": "a", "outcome": "mat", "chosen_by": "cutoff", "discontinuities": ["cut"]}
    items = pd.DataFrame({"item": ["mat"], "scale": ["m"], "unit": ["points"]})
    effects = pd.DataFrame(
        [
            one("a", sign * 5.0, 1.0, 0.3)
            | {
                "role": "beside",
                "source": "real",
                "outcome": "mat",
                "estimator": "gain",
                "aggregation": "overall",
                "ci_level": 0.95,
            }
        ]
    )
    tables = {
        "panel_effects": effects.reindex(columns=CONTRACTS["panel_effects"].names),
        "discontinuity": jumps,
    }
    said = " ".join(
        panels_told(Context(tables, {"panels": [entry]}, items, pd.DataFrame(), pd.DataFrame(), "en"))
    )
    assert f"{way} in 1: " in said and "by about 7.0 points; between 3.0 and 11.0 depending" in said


def test_a_gain_is_a_later_score_minus_one_from_before() -> None:
    columns = {
        "gain": {"difference": ["after", "before"]},
        "after": {"from": "x"},
        "other": {"difference": ["b", "c"]},
    }
    study = {"sources": {"s": {"columns": columns}}, "models": [{"covariates": ["before"]}]}
    assert [is_gain(study, name) for name in ("gain", "after", "other")] == [True, False, False]
