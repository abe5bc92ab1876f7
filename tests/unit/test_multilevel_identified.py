"""Variances that the rows cannot tell are refused by name; those that they can tell, on the boundary too, are not."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.fit import fit


def table(spread: float = 1.0) -> pd.DataFrame:
    r = np.random.default_rng(7)
    g = np.repeat(np.arange(12), 10)
    d = pd.DataFrame({"g": g, "x": r.normal(size=120), "treat": g % 2, "dose": g % 4, "town": g // 3})
    d["again"] = "s" + d["g"].astype(str)
    d["twice"] = 2.0 * d["x"] - 1.0
    return d.assign(y=d["x"] + spread * r.normal(size=12)[g] + r.normal(size=120))


RIDGES = {
    "y ~ C(g) + (1 | g)": "the fixed part takes up all that differs by (1 | g)",
    "y ~ C(town) + (1 | town/g)": "the fixed part takes up all that differs by (1 | town),",
    "y ~ x + (1 | g) + (1 | again)": "the variances of (1 | g), (1 | again) cannot be told apart",
    "y ~ x + (1 | again/g)": "the variances of (1 | again), (1 | again:g) cannot be told apart",
    "y ~ treat + (1 + treat | g)": "the variances of (1 | g), (treat | g) cannot be told apart",
    "y ~ x + (1 + x + twice | g)": "cannot be told apart",
}


@pytest.mark.parametrize("formula", RIDGES)
def test_variances_that_the_rows_cannot_tell_are_refused_by_name(formula: str) -> None:
    with pytest.raises(TrenzaError, match=re.escape(RIDGES[formula])):
        fit(formula, table())


@pytest.mark.parametrize("spread", [0.0, 1.0])
@pytest.mark.parametrize(
    "formula",
    [
        "y ~ x + (1 | town/g)",
        "y ~ treat + (1 + dose | g)",
        "y ~ treat + (1 + treat || g)",
        "y ~ C(town) + (1 | g)",
    ],
)
def test_variances_that_the_rows_can_tell_are_not(formula: str, spread: float) -> None:
    assert fit(formula, table(spread)).converged


def test_weights_of_other_rows_are_refused() -> None:
    d = table()
    with pytest.raises(TrenzaError, match="the index of the weights is not that of the rows"):
        fit("y ~ x + (1 | g)", d, weights=pd.Series(1.0, index=d.index[::-1]))
