"""How many schools lack a score, a change or standards, and why (contract ``missing``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official.sittings import table
from trenza.official.suppression import hidden_cells

if TYPE_CHECKING:
    import pandas as pd

_SITTING = ["grade", "year", "subject"]
# Seen in every file: standards are given from ten pupils on.
STANDARDS_FROM_PUPILS = 10
SCORE_WITHHELD = "score_withheld"
# Schools that sat and schools with a score are counted in the file table and the trends, so these are known.
_KNOWN_TOTALS = {
    "score": {"ok", "did_not_sit"},
    "change": {"did_not_sit"},
    "standards": {SCORE_WITHHELD, "did_not_sit"},
}


def missing(panel: pd.DataFrame, *, min_cell: int) -> pd.DataFrame:
    """Schools by status of score, change and standards, in each grade, year and subject.

    ``panel``: the SIMCE frame, one row per school, grade, year and subject. Returns the columns of contract
    ``missing`` without study and source. ``reason`` is the cause that the file gives for the score's status. The
    files give no status for standards: it is ok where they are there, did_not_sit, score_withheld (the score's
    status is not ok), too_few (fewer than 10 pupils, in a test that has standards) or no_value. Small counts are
    withheld by ``hidden_cells`` over the statuses, with one mask for score and change, and then over the reasons
    within each status.
    """
    import pandas as pd

    sitting = {c: panel[c] for c in _SITTING}
    blank = pd.Series(pd.NA, index=panel.index, dtype="str")
    counts = pd.concat(
        [
            _count(
                {
                    **sitting,
                    "what": what,
                    "status": status,
                    "reason": reason,
                    "has_value": panel[value].notna(),
                }
            )
            for what, status, reason, value in (
                ("score", panel["score_status"], panel["status_reason"], "score_points"),
                ("change", panel["change_status"], blank, "change_points"),
                ("standards", _standards_status(panel), blank, "share_insufficient"),
            )
        ],
        ignore_index=True,
    ).sort_values([*_SITTING, "what", "status", "reason", "has_value"], ignore_index=True)
    hidden = np.zeros(len(counts), dtype=bool)
    for places in counts.groupby(_SITTING).indices.values():
        hidden[places] = _hidden(counts.iloc[places], min_cell)
    of_schools = counts.groupby([*_SITTING, "what"])["schools"].transform("sum")
    schools = counts["schools"].astype("Int64").mask(hidden)
    counts = counts.assign(
        suppressed=hidden, schools=schools, of_schools=of_schools, share=schools / of_schools
    )
    return table("missing", counts.to_dict("records"))


def _count(columns: dict[str, Any]) -> pd.DataFrame:
    """Schools in each combination of ``columns``, with text as text."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    counts = frame.groupby([*columns], dropna=False, observed=True).size().rename("schools").reset_index()
    return counts.astype(dict.fromkeys(("grade", "subject", "status", "reason"), "str"))


def _standards_status(panel: pd.DataFrame) -> pd.Series:
    """Status of the standards, by rule: the first that holds."""
    import pandas as pd

    has = panel["share_insufficient"].notna()
    any_school = has.groupby([panel[c] for c in _SITTING], observed=True).transform("any")
    score = panel["score_status"]
    few = any_school & (panel["n_pupils"] < STANDARDS_FROM_PUPILS).fillna(False).astype(bool)
    rules = [score == "did_not_sit", score != "ok", has, few]
    words = ["did_not_sit", SCORE_WITHHELD, "ok", "too_few"]
    return pd.Series(
        np.select([r.to_numpy(bool) for r in rules], words, "no_value"), panel.index, dtype="str"
    )


def _hidden(rows: pd.DataFrame, min_cell: int) -> np.ndarray:
    """Mask of the cells of one sitting to withhold."""
    what, status, schools = (rows[c].to_numpy(dtype=object) for c in ("what", "status", "schools"))
    known = np.array([s in _KNOWN_TOTALS[w] for w, s in zip(what, status, strict=True)])
    # Score and change of one status can be the same schools; the statuses of standards are of other schools.
    names, place = np.unique(np.where(what == "standards", "standards: ", "") + status, return_inverse=True)
    by_status = np.zeros((len(names), len(_KNOWN_TOTALS)), dtype=int)
    column = np.array([[*_KNOWN_TOTALS].index(w) for w in what])
    np.add.at(by_status, (place[~known], column[~known]), schools[~known].astype(int))
    # One status, or a total that is small and known anyway, cannot hide behind the other tables: do not try.
    alone = (by_status > 0).sum(axis=0) == 1
    by_status[:, alone | (by_status.sum(axis=0) < min_cell)] = 0
    # Their totals are known, so a reader can subtract score from change and has a table more.
    subtracted = np.abs(by_status[:, 1] - by_status[:, 0])
    by_status = np.column_stack([by_status, subtracted])
    hidden = np.asarray(~known & hidden_cells(by_status, min_cell)[place])
    for key in set(zip(what, status, strict=True)):
        cells = (what == key[0]) & (status == key[1])
        if not hidden[cells].any():
            hidden[cells] = hidden_cells(schools[cells].astype(int), min_cell)
    return hidden
