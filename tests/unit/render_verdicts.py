"""Verdicts, table 1 and audit as the computing room makes them, for the demos and tests of the render room."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.compare.audit_source import audit_source
from trenza.compare.baseline import baseline_table
from trenza.compare.contrast import Group
from trenza.compare.verdict import Settings
from trenza.compare.verdict_tables import verdicts_from_records, verdicts_from_summaries

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = ("collaboration", "comfort", "commitment", "leadership", "community")
PARTICIPANTS = {"collaboration": (3.13, 0.61), "comfort": (91.17, 10.38), "commitment": (2.48, 0.77),
                "leadership": (3.18, 0.78), "community": (2.74, 0.60)}  # fmt: skip
CONTROL = {"collaboration": (3.02, 0.61), "comfort": (88.70, 14.28), "commitment": (2.15, 0.73),
           "leadership": (3.24, 0.66), "community": (2.74, 0.77)}  # fmt: skip
FEW = Settings(draws=199, sesoi_sd=0.25)
DECIMALS = {"mean": 2, "sd": 2, "t": 3, "df": 3, "p_value": 3}


@cache
def published(outcomes: tuple[str, ...] = OUTCOMES) -> dict[str, pd.DataFrame]:
    """Table 2 of the bundled study: same schools, printed figures only."""
    pairs = {o: (Group(48, *PARTICIPANTS[o]), Group(49, *CONTROL[o])) for o in outcomes}
    return verdicts_from_summaries(
        pairs, study="cic2019", comparison="teachers", source="published", participants="participant",
        control="control", clusters=22, assignment="same_clusters", settings=FEW,
    )  # fmt: skip


def people(assignment: str = "same_clusters", shift: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """97 teachers in 22 schools with the moments of Table 2; ``shift`` SDs added to participants."""
    random = np.random.default_rng(seed)
    school = np.arange(97) % 22
    by_school = school % 2 == 0
    first = by_school if assignment == "different_clusters" else np.arange(97) < 48
    frame = pd.DataFrame(
        {"school": [f"s{s}" for s in school], "group": np.where(first, "participant", "control")}
    )
    for o in OUTCOMES:
        z = random.normal(0, 1, 97) + 0.33 * random.normal(0, 1, 22)[school]
        mean = np.where(first, PARTICIPANTS[o][0], CONTROL[o][0])
        sd = np.where(first, PARTICIPANTS[o][1], CONTROL[o][1])
        frame[o] = mean + sd * (z + shift * first)
    return frame


@cache
def simulated(
    assignment: str = "same_clusters", source: str = "simulated", shift: float = 0.0
) -> dict[str, pd.DataFrame]:
    """Every inference about rows in either design."""
    return verdicts_from_records(
        people(assignment, shift), study="cic2019", comparison="teachers", outcomes=OUTCOMES, source=source,
        source_id="teachers_simulated", group="group", participants="participant", control="control", cluster="school",
        assignment=assignment, settings=FEW,
    )  # fmt: skip


@cache
def baseline(source: str = "simulated") -> pd.DataFrame:
    """Age and service in years, gender and zone, by group."""
    random = np.random.default_rng(7)
    frame = people()
    frame["age"] = random.normal(42, 9, 97) + 1.2 * (frame["group"] == "participant")
    frame["years_of_service"] = random.gamma(3, 4, 97)
    frame["gender"] = random.choice(["female", "male"], 97, p=[0.7, 0.3])
    frame["zone"] = np.where(np.arange(97) % 22 < 11, "central", "southern")
    return baseline_table(
        frame, study="cic2019", source_id="teachers_simulated", source=source, group="group",
        participants="participant", control="control", variables=["age", "years_of_service", "gender", "zone"],
        min_cell=None,
    )  # fmt: skip


@cache
def audited() -> dict[str, pd.DataFrame]:
    """The audit of Table 2 of the bundled study."""
    raw = pd.read_csv(ROOT / "data/published/cic2019/table2_comparison.csv", dtype=str, keep_default_na=False)
    numbers = [c for c in raw.columns if c.rpartition("_")[0] in ("n", "mean", "sd")]
    table = raw.assign(**{c: pd.to_numeric(raw[c]) for c in [*numbers, "df", "p_value"]})
    table["t"] = -pd.to_numeric(raw["t"])  # printed as control - participants
    table = table.assign(**{f"decimals_{name}": n for name, n in DECIMALS.items()})
    return audit_source(table, study="cic2019", source_id="table2", ci_level=0.95)


def joined(*parts: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Several comparisons or sources in one set of tables."""
    return {
        name: pd.concat([part[name] for part in parts if name in part], ignore_index=True)
        for name in dict.fromkeys(n for part in parts for n in part)
    }
