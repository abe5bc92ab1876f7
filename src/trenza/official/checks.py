"""Does each file hold what is known of it from outside and from its own columns (contract ``checks``).

national_mean             pupil-weighted mean of all scores (any status) against the press figure, to the point
change_is_difference      the file's change is its score less that of the test before, school by school
standards_sum             the three shares of pupils add up to 1 within 0.002, and none of them is blank alone
standards_pupils          standards are given for schools with 10 pupils or more only
slep_commune              a SLEP school's commune was transferred in the year of the test or before
ive_formula               index = (first + second + third priority) / enrolment x 100, to the first decimal

Sources: the glosas of the Agencia, press reports of the official results, the formula of JUNAEB. A check is left out of the table where there is nothing to check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trenza.official.known import national_means, year_before
from trenza.official.missing import STANDARDS_FROM_PUPILS
from trenza.official.sittings import table

if TYPE_CHECKING:
    import pandas as pd

Files = Mapping[tuple[str, int], str]
"""Path below data_root of the SIMCE file of each (grade, year)."""

# Shares are printed to the thousandth: three of them miss 1 by at most 0.002; seen in every file.
STANDARDS_SLACK = 0.002
_EXACT = 1e-9  # slack of a binary fraction
_SHARES = ["share_insufficient", "share_elementary", "share_adequate"]
_ORIGINS = {
    "change_is_difference": "the file of the test before",
    "standards_sum": "shares of a whole",
    "standards_pupils": "the publisher's rule",
    "slep_commune": "list of transferred communes",
    "ive_formula": "the publisher's formula",
}


def checks(panel: pd.DataFrame, *, files: Files) -> pd.DataFrame:
    """All checks of the SIMCE files in ``panel``, by file and subject.

    ``panel``: the SIMCE frame; slep_commune needs ``slep``, ``commune_code`` and ``slep_transfer_year`` and
    is left out where no school has a transfer year. Returns the columns of contract ``checks`` without study
    and source. ``found`` is the mean in points, or the share of rows that hold.
    """
    by_row = row_checks(panel, files=files)
    rows = _national_means(panel, files)
    for (file, check, subject), of_check in by_row.groupby(
        ["file", "check", "subject"], dropna=False, sort=True
    ):
        rows.append(_row_check(file, check, subject, len(of_check), int(of_check["failed"].sum())))
    return table("checks", rows)


def failing_rows(panel: pd.DataFrame, *, files: Files, pseudonym: Callable[[int], str]) -> pd.DataFrame:
    """Rows that fail, for a folder that is not shared: file, check, grade, year, subject, school, found.

    ``school`` is ``pseudonym`` of the rbd; ``found`` the value that breaks the rule.
    """
    by_row = row_checks(panel, files=files)
    failed = by_row[by_row["failed"]]
    named = failed.assign(school=[pseudonym(int(rbd)) for rbd in failed["rbd"]])
    return named[["file", "check", "grade", "year", "subject", "school", "found"]].reset_index(drop=True)


def ive_formula(ive: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """The one check of an IVE file; columns first_priority, second_priority, third_priority, enrolment, ive_percent.

    Schools without enrolment or index are not checked. Returns the columns of contract ``checks`` without study
    and source; no row where no school can be checked.
    """
    names = ["first_priority", "second_priority", "third_priority", "enrolment", "ive_percent"]
    first, second, third, enrolment, printed = (ive[c].to_numpy(float, na_value=np.nan) for c in names)
    checked = (enrolment > 0) & ~np.isnan(printed)
    index = (first + second + third)[checked] / enrolment[checked] * 100.0
    # printed to one decimal: half a unit of it; a blank count fails
    failed = ~(np.abs(index - printed[checked]) <= 0.05 + _EXACT)
    rows = [_row_check(file, "ive_formula", None, len(failed), int(failed.sum()))] if len(failed) else []
    return table("checks", rows)


def row_checks(panel: pd.DataFrame, *, files: Files) -> pd.DataFrame:
    """Every row that a check applies to: file, check, grade, year, subject, rbd, found, failed.

    ``subject`` is blank and a school stands once where a check is of the school and not of a subject.
    """
    import pandas as pd

    frame = panel.assign(
        **{c: panel[c].astype("str") for c in ("grade", "subject", "score_status", "change_status")},
        **{c: panel[c].astype("float64") for c in ("n_pupils", "score_points", "change_points", *_SHARES)},
    ).reset_index(drop=True)
    frame = _with_files(frame, files)
    reported = frame[_SHARES].notna().any(axis=1)
    shares = frame[_SHARES].sum(axis=1, skipna=False)
    found = [
        _change_is_difference(frame),
        _of(frame, "standards_sum", reported, shares, ~((shares - 1.0).abs() <= STANDARDS_SLACK + _EXACT)),
        _of(
            frame,
            "standards_pupils",
            reported,
            frame["n_pupils"],
            ~(frame["n_pupils"] >= STANDARDS_FROM_PUPILS),
        ),
        _slep_commune(frame),
    ]
    # the empty ones would change the types of the others
    return pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)


def _of(
    frame: pd.DataFrame, check: str, applies: pd.Series, found: pd.Series, failed: pd.Series
) -> pd.DataFrame:
    """The rows that ``check`` applies to."""
    rows = frame.loc[applies, ["file", "grade", "year", "subject", "rbd"]]
    return rows.assign(check=check, found=found[applies], failed=failed[applies].astype(bool))


def _with_files(frame: pd.DataFrame, files: Files) -> pd.DataFrame:
    """``frame`` with each row's file."""
    names = np.empty(len(frame), dtype=object)
    for (grade, year), rows in frame.groupby(["grade", "year"]).indices.items():
        names[rows] = files[grade, int(year)]
    return frame.assign(file=names)


def _change_is_difference(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with a change whose score and score at the test before are both there; found: change - difference."""
    import pandas as pd

    years = frame.groupby(["grade", "subject"])["year"].unique()
    spans = pd.DataFrame(
        [
            (grade, subject, year, year_before(grade, subject, year, held.tolist()))
            for (grade, subject), held in years.items()
            for year in held.tolist()
        ],
        columns=["grade", "subject", "year", "before"],
    ).dropna()
    spans["before"] = spans["before"].astype(frame["year"].dtype)
    old = frame[["file", "grade", "subject", "year", "rbd", "score_points"]].rename(
        columns={"file": "file_before", "year": "before", "score_points": "score_before"}
    )
    pairs = frame.merge(spans, on=["grade", "subject", "year"]).merge(
        old, on=["grade", "subject", "before", "rbd"]
    )
    excess = pairs["change_points"] - (pairs["score_points"] - pairs["score_before"])
    valid = pairs["change_status"].isin(["ok", "not_representative"]) & excess.notna()
    pairs["file"] = pairs["file_before"] + " - " + pairs["file"]
    return _of(pairs, "change_is_difference", valid, excess, excess.abs() > _EXACT)


def _slep_commune(frame: pd.DataFrame) -> pd.DataFrame:
    """SLEP schools with a known commune, once a file; found: year of the transfer."""
    needed = ["slep", "commune_code", "slep_transfer_year"]
    if any(c not in frame.columns for c in needed) or frame["slep_transfer_year"].isna().all():
        return frame.iloc[:0]
    applies = frame["slep"].fillna(False).astype(bool) & frame["commune_code"].notna()
    schools = frame[applies].drop_duplicates(["grade", "year", "rbd"])
    transfer = schools["slep_transfer_year"].astype("float64")
    late = ~(transfer <= schools["year"])
    rows = _of(schools, "slep_commune", schools["slep"].astype(bool), transfer, late)
    return rows.assign(subject=None)


def _national_means(panel: pd.DataFrame, files: Files) -> list[dict[str, Any]]:
    """Rows of the press figures whose file is in the panel: right when the mean lies within half a point."""
    rows = []
    grade, subject = panel["grade"].astype("str"), panel["subject"].astype("str")
    for known in national_means():
        year, expected = int(known["year"]), float(known["mean_points"])
        rows_of = (grade == known["grade"]) & (panel["year"] == year) & (subject == known["subject"])
        scores, pupils = (
            panel.loc[rows_of, c].to_numpy(float, na_value=np.nan) for c in ("score_points", "n_pupils")
        )
        used = ~np.isnan(scores) & (pupils > 0)
        if not used.any():
            continue
        found = float(np.average(scores[used], weights=pupils[used]))
        rows.append(
            {
                "file": files[known["grade"], year],
                "check": "national_mean",
                "subject": known["subject"],
                "expected": expected,
                "found": found,
                "rows_checked": int(used.sum()),
                "agrees": expected - 0.5 <= found < expected + 0.5,
                "origin": known["origin"],
            }
        )
    return rows


def _row_check(file: str, check: str, subject: str | None, rows: int, failed: int) -> dict[str, Any]:
    return {
        "file": file,
        "check": check,
        "subject": subject,
        "found": 1.0 - failed / rows,
        "rows_checked": rows,
        "rows_failed": failed,
        "agrees": failed == 0,
        "origin": _ORIGINS[check],
    }
