"""How many codes are new in each further interview: in the given order, and expected over all orders."""

from __future__ import annotations

from collections.abc import Sequence
from math import lgamma

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES


def saturation(
    passages: pd.DataFrame, order: Sequence[str], *, study: str, source_id: str, source: str
) -> pd.DataFrame:
    """Table ``saturation``: one row an interview in ``order`` (document ids; those without codes belong to it).

    ``codes_expected`` is the mean number of different codes in n interviews over all orders, in closed form:
    the sum over codes of 1 - C(N - m, n) / C(N, n), a code being in m of N interviews (Hurlbert 1971). A curve
    that still rises at the end says that codes were still coming; one that is flat does not say that none is left.
    Raises ``InputFaults`` for documents that stand in ``order`` twice or not at all.
    """
    place = "order of documents"
    faults = [Fault(place, "", "", repr(d), "each document once") for d in sorted({d for d in order if list(order).count(d) > 1})]  # fmt: skip
    faults += [Fault(place, "", "", f"no {d!r}", "every coded document") for d in sorted(set(passages["document"]) - set(order))]  # fmt: skip
    if faults:
        raise InputFaults(faults)
    total = len(order)
    by_code = passages.groupby("code")["document"].agg(set)
    first = pd.Series([min(order.index(d) for d in docs) for docs in by_code], dtype="int64")
    new = np.bincount(first, minlength=total)
    spread = np.array([len(docs) for docs in by_code], dtype=np.int64)
    steps = np.arange(1, total + 1)
    expected = np.array(
        [sum(1 - _none(total, int(m), int(n)) for m in spread) for n in steps], dtype=np.float64
    )
    contract = QUALITATIVE_TABLES["saturation"]
    table = pd.DataFrame(
        {
            "step": steps,
            "document": pd.Series(list(order), dtype="str"),
            "codes_new": new,
            "codes_so_far": np.cumsum(new),
            "codes_expected": expected,
            "new_expected": np.diff(expected, prepend=0.0),
        }
    )
    return contract.check(table.assign(study=study, source_id=source_id, source=source)[contract.names])


def _none(total: int, holding: int, drawn: int) -> float:
    """Chance that ``drawn`` of ``total`` interviews hold none of the ``holding`` ones with a code."""
    if drawn > total - holding:
        return 0.0
    return float(np.exp(_log_choose(total - holding, drawn) - _log_choose(total, drawn)))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
