"""How many schools lack a score, a change or standards, and why (contract ``missing``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official.sittings import table, untested

if TYPE_CHECKING:
    import pandas as pd

_SITTING = ["grade", "year", "subject"]
# Seen in every file: standards are given from ten pupils on.
STANDARDS_FROM_PUPILS = 10
SCORE_WITHHELD = "score_withheld"
NOT_TESTED = "not_tested"


def missing(panel: pd.DataFrame) -> pd.DataFrame:
    """Schools by status of score, change and standards, in each grade, year and subject.

    ``panel``: the SIMCE frame, one row per school, grade, year and subject. Returns the columns of contract
    ``missing`` without study and source. ``reason`` is the cause that the file gives for the score's status. A
    school that sat the test but tested nobody in the subject is not_tested for score and standards
    (``trenza.official.sittings.untested``), whatever the file calls it. The files give no status for standards:
    else it is ok where they are there, did_not_sit, score_withheld (the score's status is not ok), too_few (fewer
    than 10 pupils, in a test that has standards) or no_value. No count is withheld: they are the publisher's own
    causes, at the level of the country, and hold no result.
    """
    import pandas as pd

    sitting = {c: panel[c] for c in _SITTING}
    score_status = panel["score_status"].astype("str").mask(untested(panel), NOT_TESTED)
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
                ("score", score_status, panel["status_reason"], "score_points"),
                ("change", panel["change_status"], blank, "change_points"),
                ("standards", _standards_status(panel), blank, "share_insufficient"),
            )
        ],
        ignore_index=True,
    ).sort_values([*_SITTING, "what", "status", "reason", "has_value"], ignore_index=True)
    of_schools = counts.groupby([*_SITTING, "what"])["schools"].transform("sum")
    counts = counts.assign(suppressed=False, of_schools=of_schools, share=counts["schools"] / of_schools)
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
    rules = [score == "did_not_sit", untested(panel), score != "ok", has, few]
    words = ["did_not_sit", NOT_TESTED, SCORE_WITHHELD, "ok", "too_few"]
    return pd.Series(
        np.select([r.to_numpy(bool) for r in rules], words, "no_value"), panel.index, dtype="str"
    )
