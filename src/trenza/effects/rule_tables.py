"""Regression to the mean of a selection rule on a panel of schools, as tables: noise, split of the gain, bins, ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.selection_tables import SELECTION_CONTRACTS
from trenza.effects.intervals import symmetric
from trenza.effects.rule_panel import RulePanel, rule_panel
from trenza.effects.score_noise import Noise, school_noise, shared_noise
from trenza.effects.score_ranks import RANKS, binned_ranks, rank_intervals
from trenza.effects.selection_rule import Drawn, NoiseOnly, expected_gains, simulated_gains

Row = dict[str, Any]
PUPILS = (10, 20, 46, 90)
_NOISE = (
    "variances by REML: year, school, and a rest of variance s2 (r + 1 / pupils tested)"
    "; a school that truly moved between these years counts as noisy"
)
_SEEN = "mean gain from the rule's last year to the outcome year; schools as independent, Welch's t"
_ANALYTIC = (
    "gain that noise alone gives: truncated normal in every year of the rule, over the lasting levels by quadrature"
    "; levels and noise are taken as normal, variances as known"
)
_SIMULATED = (
    "gain that noise alone gives: the schools at hand with new levels and new noise, the rule applied anew"
    "; interval: where panels without any programme lie"
)
_REST = (
    "observed minus expected difference: what noise does not explain"
    "; other programmes, catching up and unlike trends are in it; interval of the observed difference alone"
)
_OTHER_LENGTH = "the same formula for a rule of this many tests, each with the pupils and the bound of the last year at hand"


@dataclass(frozen=True)
class RuleResult:
    """Tables of one entry by contract name, and what checks of claims need of it."""

    tables: dict[str, pd.DataFrame]
    panel: RulePanel
    noise: Noise
    by_tests: dict[int, NoiseOnly]
    drawn: Drawn


def rule_tables(
    schools: pd.DataFrame,
    entry: Mapping[str, Any],
    *,
    study: str,
    source: str,
    ci_level: float,
    min_cell: int,
    draws: int,
    seed: int,
) -> RuleResult:
    """``mean_noise``, ``selection_rule``, ``reversion_bins`` and ``rank_intervals`` of one entry of ``selection_rules``.

    ``schools`` as in ``rule_panel``, which names the faults. Results are for the entry's ``outcome``; the rule may look at the
    mean of several subjects, whose noise the outcome shares in part.
    """
    panel = rule_panel(schools, entry, study=study, min_cell=min_cell)
    long, one = panel.rows, [entry["outcome"]] == list(entry["subjects"])
    noise = school_noise(long)
    own = noise if one else school_noise(long.assign(score=long["own"]))
    carried = (
        None
        if one
        else shared_noise(noise, own, school_noise(long.assign(score=long["own"] + long["score"])))
    )
    tests = len(entry["years"])
    lengths = sorted({tests, *entry["tests"]})
    by_tests = {
        k: expected_gains(*_stretched(panel, k), noise, carried) if k != tests
        else expected_gains(panel.bounds, panel.pupils, noise, carried)
        for k in lengths
    }  # fmt: skip
    drawn = simulated_gains(
        panel.bounds,
        panel.pupils,
        panel.pupils_later,
        noise,
        None if one else own,
        carried,
        draws=draws,
        seed=seed,
    )
    first: Row = {"study": study, "id": entry["id"], "source": source, "outcome": entry["outcome"]}
    made = {
        "mean_noise": _noise_rows(own, tests),
        "selection_rule": _rule_rows(panel, entry, by_tests, drawn, ci_level),
        "reversion_bins": _bin_rows(panel, own, min_cell),
        "rank_intervals": _rank_rows(panel, entry, own, ci_level, min_cell, draws, seed),
    }
    tables = {
        name: SELECTION_CONTRACTS[name].check(
            pd.DataFrame([first | r for r in rows], columns=SELECTION_CONTRACTS[name].names)
        )
        for name, rows in made.items()
    }
    return RuleResult(tables, panel, own, by_tests, drawn)


def _stretched(panel: RulePanel, tests: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(panel.bounds[-1], tests), np.repeat(panel.pupils[:, -1:], tests, axis=1)


def _noise_rows(noise: Noise, tests: int) -> list[Row]:
    return [
        {
            "pupils": pupils,
            "tests": k,
            "reliability": float(noise.reliability(pupils, k)),
            "sd_of_mean": float(np.sqrt(noise.of_mean(pupils))),
            "sd_of_change": float(noise.sd_of_change(pupils)),
            "lasting_sd": float(np.sqrt(max(noise.lasting, 0.0))),
            "school_year_sd": float(np.sqrt(noise.school_year)),
            "pupil_sd": float(np.sqrt(noise.pupil)),
            "schools": noise.schools,
            "rows": noise.rows,
            "method": _NOISE,
        }
        for pupils in PUPILS
        for k in sorted({1, tests})
    ]


def _rule_rows(
    panel: RulePanel,
    entry: Mapping[str, Any],
    by_tests: Mapping[int, NoiseOnly],
    drawn: Drawn,
    ci_level: float,
) -> list[Row]:
    chosen, gain = panel.chosen, panel.later - panel.own[:, -1]
    n1, n0 = int(chosen.sum()), int((~chosen).sum())
    tests = len(entry["years"])
    shared: Row = {
        "tests": tests,
        "years": ", ".join(str(y) for y in sorted(entry["years"])),
        "outcome_year": entry["outcome_year"],
        "n_chosen": n1,
        "n_rest": n0,
        "share_chosen": n1 / (n1 + n0),
        "ci_level": ci_level,
    }
    left = "; ".join(panel.left_out)
    v1, v0 = float(gain[chosen].var(ddof=1)) / n1, float(gain[~chosen].var(ddof=1)) / n0
    se = (v1 + v0) ** 0.5
    df = se**4 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1)) if se > 0.0 else None
    observed = float(gain[chosen].mean() - gain[~chosen].mean())
    expected = by_tests[tests]

    def told(term: str, method: str, values: Mapping[str, Any], **more: Any) -> Row:
        kept = {k: values.get(k) for k in ("estimate", "ci_low", "ci_high")}
        return shared | kept | {"term": term, "method": method} | more

    low, high = np.quantile(drawn.differences, [(1.0 - ci_level) / 2.0, (1.0 + ci_level) / 2.0])
    return [
        told(
            "gain_chosen", _SEEN, symmetric(float(gain[chosen].mean()), v1**0.5, ci_level, n1 - 1), note=left
        ),
        told(
            "gain_rest", _SEEN, symmetric(float(gain[~chosen].mean()), v0**0.5, ci_level, n0 - 1), note=left
        ),
        told("observed_difference", _SEEN, symmetric(observed, se, ci_level, df), note=left),
        told("expected_analytic", _ANALYTIC, {"estimate": expected.difference}, share_chosen=expected.share),
        told(
            "expected_simulated",
            _SIMULATED,
            {"estimate": float(drawn.differences.mean()), "ci_low": float(low), "ci_high": float(high)},
            share_chosen=drawn.share,
        ),
        told("remainder", _REST, symmetric(observed - expected.difference, se, ci_level, df)),
        *(
            {
                "term": "expected_by_tests",
                "tests": k,
                "share_chosen": found.share,
                "estimate": found.difference,
                "ci_level": ci_level,
                "method": f"{_ANALYTIC}; {_OTHER_LENGTH}",
            }
            for k, found in by_tests.items()
            if k != tests
        ),
    ]


def _bin_rows(panel: RulePanel, own: Noise, min_cell: int, bins: int = 20) -> list[Row]:
    """Gain by the outcome's own score of the last baseline year, both minus the pool's mean."""
    x = panel.own[:, -1] - panel.own[:, -1].mean()
    gain = panel.later - panel.own[:, -1]
    gain = gain - gain.mean()
    expected = -(1.0 - own.reliability(panel.pupils[:, -1])) * x
    order = np.lexsort((panel.units, x))
    many = max(1, min(bins, len(x) // max(min_cell, 2)))
    rows = []
    split = np.array_split(order, many)
    taken = np.array([[int(panel.chosen[part].sum()), int((~panel.chosen[part].astype(bool)).sum())] for part in split])  # fmt: skip
    # A share with its n is a count of schools.
    few = hidden_cells(taken, min_cell)
    for number, part in enumerate(split, 1):
        rows.append(
            {
                "bin": number,
                "n": len(part),
                "x_mean": float(x[part].mean()),
                "gain_mean": float(gain[part].mean()),
                "gain_se": float(gain[part].std(ddof=1) / len(part) ** 0.5),
                "expected": float(expected[part].mean()),
                "share_chosen": None if few[number - 1] else float(panel.chosen[part].mean()),
            }
        )
    return rows


def _rank_rows(
    panel: RulePanel,
    entry: Mapping[str, Any],
    own: Noise,
    ci_level: float,
    min_cell: int,
    draws: int,
    seed: int,
) -> list[Row]:
    found = rank_intervals(
        panel.own[:, -1], panel.pupils[:, -1], own, ci_level=ci_level, draws=draws, seed=seed
    )
    table = binned_ranks(found, bins=40, min_cell=min_cell)
    more = {"year": max(entry["years"]), "ci_level": ci_level, "method": RANKS}
    return [{**{str(k): v for k, v in r.items()}, **more} for r in table.to_dict("records")]
