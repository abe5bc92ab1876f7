"""Known answers on real files: the P-900 programme and lme4's fit of the London school examinations.

The files are looked for in the folder that TRENZA_DATA names, else in ../shared/data beside the repository.
"""

from __future__ import annotations

import lzma
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.effects.discontinuity import discontinuity
from trenza.effects.mean_reversion import gain_without_programme
from trenza.multilevel.random_intercept import fit_random_intercept

TERM = "participant - other"


def real_file(name: str) -> Path:
    """The real file ``name``, or a skip that says where it was looked for."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    root = Path(os.environ["TRENZA_DATA"]) if os.environ.get("TRENZA_DATA") else beside
    path = root / name
    if not path.is_file():
        pytest.skip(f"real file not here: {path} (set TRENZA_DATA to the folder that holds {name})")
    return path


def with_group(schools: pd.DataFrame) -> pd.DataFrame:
    return schools.assign(group=schools["p90"].map({0: "other", 1: "participant"}))


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    records = with_group(pd.read_stata(real_file("p900/chile_full.dta")))
    return records.assign(
        gain_cas=records["cas92"] - records["cas88"], gain_mat=records["mat92"] - records["mat88"]
    )


@pytest.fixture(scope="module")
def near_cutoff() -> pd.DataFrame:
    records = with_group(pd.read_csv(real_file("p900/chile.csv")))
    return records.assign(gain_read=records["read92"] - records["read88"])


def test_p900_random_intercept_by_region(schools: pd.DataFrame) -> None:
    models, variance = fit_random_intercept(
        schools,
        study="p900",
        model="region",
        outcomes=["cas92", "mat92"],
        group="group",
        participants="participant",
        control="other",
        covariates=["cas88", "mat88"],
        cluster="region",
        source="real",
        ci_level=0.95,
    )
    CONTRACTS["models"].check(models)
    CONTRACTS["variance"].check(variance)
    row = models[(models["id"] == "region_cas92") & (models["term"] == TERM)].iloc[0]
    assert row["estimate"] == pytest.approx(2.181, abs=5e-4)
    assert row["se"] == pytest.approx(0.369, abs=5e-4)
    assert (row["n"], row["clusters"]) == (3929, 13)
    assert row["note"].startswith("13 clusters") and "2401 of 6330 rows left out" in row["note"]
    assert variance["converged"].all() and not variance["singular"].any()


def cut(records: pd.DataFrame, outcome: str) -> pd.DataFrame:
    results, bins = discontinuity(
        records,
        study="p900",
        id=outcome,
        source="real",
        outcome=outcome,
        group="group",
        participants="participant",
        running="rule2",
        cutoff=0,
        eligible="below",
        bandwidth=5,
        ci_level=0.95,
        min_cell=5,
    )
    CONTRACTS["discontinuity"].check(results)
    assert CONTRACTS["bins"].check(bins)["n"].min() >= 5
    return results.set_index("term")


def test_p900_take_up_and_what_each_estimate_is(near_cutoff: pd.DataFrame) -> None:
    gain, level = cut(near_cutoff, "gain_read"), cut(near_cutoff, "read92")
    assert gain.loc["take_up_jump", "n"] == 883
    assert gain.loc["take_up_not_eligible", "estimate"] == pytest.approx(0.0533, abs=5e-5)
    assert gain.loc["take_up_eligible", "estimate"] == pytest.approx(0.6061, abs=5e-5)
    for frame, term, estimate, se in (
        (gain, "wald_no_running_variable", 5.087, 0.881),
        (gain, "fuzzy_rd_linear", 7.36, 3.38),
        (level, "wald_no_running_variable", -4.37, 0.94),
    ):
        digits = 5e-4 if estimate == 5.087 else 5e-3
        assert frame.loc[term, "estimate"] == pytest.approx(estimate, abs=digits)
        assert frame.loc[term, "se"] == pytest.approx(se, abs=digits)


def test_p900_most_of_the_naive_gain_is_regression_to_the_mean(schools: pd.DataFrame) -> None:
    # beside the package: numpy's line through the schools outside the programme
    for score in ("cas", "mat"):
        models, bins = gain_without_programme(
            schools,
            study="p900",
            id=score,
            source="real",
            baseline=f"{score}88",
            gain=f"gain_{score}",
            group="group",
            participants="participant",
            control="other",
            min_cell=5,
            ci_level=0.95,
        )
        CONTRACTS["models"].check(models)
        CONTRACTS["bins"].check(bins)
        used = schools.dropna(subset=["group", f"{score}88", f"gain_{score}"])
        one, zero = (used[used["group"] == name] for name in ("participant", "other"))
        slope, intercept = np.polyfit(zero[f"{score}88"], zero[f"gain_{score}"], 1)
        naive = one[f"gain_{score}"].mean() - zero[f"gain_{score}"].mean()
        remainder = one[f"gain_{score}"].mean() - intercept - slope * one[f"{score}88"].mean()
        estimates = models.set_index("term")["estimate"]
        assert estimates["naive_gain_difference"] == pytest.approx(naive, rel=1e-9)
        assert estimates["remainder"] == pytest.approx(remainder, rel=1e-6)
        assert estimates["expected_gain_difference"] > estimates["remainder"] > 0
        assert bins["y_mean"].iloc[0] - bins["y_mean"].iloc[-1] > 10


def read_rda(path: Path) -> dict[str, Any]:
    """The one data frame of an R file saved as RDX2 and xz: columns as arrays, factors as their labels."""
    data = lzma.decompress(path.read_bytes())
    assert data[:7] == b"RDX2\nX\n"
    at, symbols = 7 + 12, []

    def integer() -> int:
        nonlocal at
        at += 4
        return int(struct.unpack_from(">i", data, at - 4)[0])

    def item() -> Any:
        nonlocal at
        flags = integer()
        kind, tagged, attributed = flags & 0xFF, bool(flags & 0x400), bool(flags & 0x200)
        if kind == 254:  # end of a pairlist
            return None
        if kind == 255:  # a symbol met before
            return symbols[(flags >> 8) - 1]
        if kind == 1:
            symbols.append(item())
            return symbols[-1]
        if kind == 2:
            attributes = item() if attributed else None
            tag = item() if tagged else None
            value = item()
            rest = item()
            assert attributes is None
            return {tag: value, **(rest or {})}
        if kind == 9:
            length = integer()
            at += max(length, 0)
            return data[at - length : at].decode("latin-1") if length >= 0 else None
        count = integer()
        if kind in (10, 13, 14):
            code, width = (">i4", 4) if kind != 14 else (">f8", 8)
            value = np.frombuffer(data, code, count, at)
            at += width * count
        else:
            assert kind in (16, 19), kind
            value = [item() for _ in range(count)]
        attributes = item() if attributed else None
        if attributes and "levels" in attributes:
            return np.array(attributes["levels"])[value - 1]
        if attributes and kind == 19 and "names" in attributes:
            return dict(zip(attributes["names"], value, strict=True))
        return value

    (frame,) = item().values()
    return dict(frame)


def test_lme4_on_4059_pupils_of_65_london_schools() -> None:
    """lme4 1.1-31, REML, tightened: normexam ~ standLRT + sex + schgend + (1 | school)."""
    pupils = pd.DataFrame(read_rda(real_file("multilevel/Exam.rda")))
    assert len(pupils) == 4059
    models, variance = fit_random_intercept(
        pupils.assign(
            boys=(pupils["schgend"] == "boys").astype(float),
            girls=(pupils["schgend"] == "girls").astype(float),
        ),
        study="london",
        model="exam",
        outcomes=["normexam"],
        group="sex",
        participants="M",
        control="F",
        covariates=["standLRT", "boys", "girls"],
        cluster="school",
        source="real",
        ci_level=0.95,
    )
    rows = models.set_index("term")
    for term, estimate, se in (
        ("intercept", -0.00104929328408159, 0.0555690098721202),
        ("M - F", -0.167391537412926, 0.0340995841042609),
        ("standLRT", 0.559754463215489, 0.01245001724161),
        ("boys", 0.177690739680991, 0.113474918333513),
        ("girls", 0.158996860817509, 0.0894030700980015),
    ):
        assert rows.loc[term, "estimate"] == pytest.approx(estimate, rel=1e-5, abs=1e-7)
        assert rows.loc[term, "se"] == pytest.approx(se, rel=1e-5)
    spread = variance.iloc[0]
    assert spread["cluster_variance"] == pytest.approx(0.0858288298391009, rel=1e-5)
    assert spread["residual_variance"] == pytest.approx(0.562533922894495, rel=1e-6)
    assert spread["loglik"] == pytest.approx(-4673.83673117464, abs=1e-6)
    assert (spread["n"], spread["clusters"]) == (4059, 65)
