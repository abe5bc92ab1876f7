"""Agreement of researchers on the calls of links, and of each with the computed calls: Cohen's kappa over links."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from trenza.contracts.strand_tables import CALLS
from trenza.contracts.tables import CONTRACTS, empty
from trenza.qualitative.bootstrap import percentile_limits, resampled

METHOD = "Cohen's kappa of calls; percentile interval over resampled links"
COMPUTED = "computed"


def call_agreement(
    overrides: pd.DataFrame, *, study: str, ci_level: float, seed: int, draws: int
) -> pd.DataFrame:
    """One row a pair out of all researchers and the computed calls, keeping contract ``call_agreement``.

    ``overrides`` keeps contract ``call_overrides``. A pair is compared on the links that both called. kappa = (o - e) /
    (1 - e), o the share of equal calls and e that expected from how often each used each call (Cohen 1960). Links are
    resampled with replacement ``draws`` times; there is no interval from fewer than two links.
    """
    if not len(overrides):
        return empty("call_agreement")
    said = overrides.pivot(index="link", columns="researcher", values="call")
    said = said.assign(**{COMPUTED: overrides.drop_duplicates("link").set_index("link")["computed"]})
    names = [*sorted(c for c in said.columns if c != COMPUTED), COMPUTED]
    records = []
    for a, b in combinations(names, 2):
        both = said[[a, b]].dropna()
        counts = _counted(both[a].tolist(), both[b].tolist())
        kappa, percent = _kappa(counts.sum(axis=0))
        low = high = np.nan
        defined = 0
        note = None
        if len(both) < 2:
            note = "fewer than two links: no interval"
        elif not np.isfinite(kappa):
            note = "undefined: both used one and the same call alone"
        else:
            samples, _ = _kappa(resampled(counts, draws, seed))
            low, high, defined = (x.item() for x in percentile_limits(samples, ci_level))
            note = f"undefined in {draws - defined} of {draws} samples" if defined < draws else None
        records.append(
            {
                "study": study, "researcher_a": a, "researcher_b": b, "n_links": len(both),
                "percent": percent, "kappa": kappa, "ci_low": low, "ci_high": high, "ci_level": ci_level,
                "samples_defined": defined, "method": METHOD, "note": note,
            }
        )  # fmt: skip
    contract = CONTRACTS["call_agreement"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _counted(first: list[str], second: list[str]) -> np.ndarray:
    """(links, calls, calls): a one where the two calls of a link stand."""
    counts = np.zeros((len(first), len(CALLS), len(CALLS)))
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        counts[i, CALLS.index(a), CALLS.index(b)] = 1
    return counts


def _kappa(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kappa and the share of equal calls from counts (..., calls, calls); NaN where chance leaves nothing to agree on."""
    n = counts.sum(axis=(-2, -1))
    agreed = np.trace(counts, axis1=-2, axis2=-1)
    products = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # In whole counts, so that chance is exactly 1 where both used one call.
        kappa = np.where(products < n * n, (agreed * n - products) / (n * n - products), np.nan)
        return kappa, np.where(n > 0, agreed / n, np.nan)
