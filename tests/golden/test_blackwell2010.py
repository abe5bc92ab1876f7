"""The bundled case of 2010: which whole numbers of 15 teachers, or fewer, could give the printed shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def shares(make_project: Callable[..., Any]) -> pd.DataFrame:
    project = make_project("blackwell2010")
    ran = project.snakemake("results/blackwell2010/describe/shares.table.csv")
    assert ran.returncode == 0, ran.stderr[-4000:]
    frame = pd.read_csv(
        project.folder / "results/blackwell2010/describe/shares.table.csv", dtype={"counts": "str"}
    )
    return frame.set_index(["item", "n"])


def test_the_known_counts_come_out(shares: pd.DataFrame) -> None:
    assert set(shares["source"]) == {"published"} and set(shares.reset_index()["n"]) == {12, 13, 14, 15}
    counts = shares["counts"].fillna("")
    # 10/15 = 66.7 % and 8/12 = 66.7 %.
    assert counts["purpose_development", 15] == "10" and counts["purpose_development", 12] == "8"
    # 11/15 = 73.3 % is no 75 %; 9/12 is.
    assert counts["purpose_improvement", 15] == "" and counts["purpose_improvement", 12] == "9"
    # Over 90 %: 14 or 15 of 15.
    for item in ("role_3", "role_14", "role_20", "role_21"):
        assert counts[item, 15] == "14;15"
    assert len(shares.index.get_level_values("item").unique()) == 6
