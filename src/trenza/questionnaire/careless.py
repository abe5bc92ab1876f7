"""Careless answering: five indices a person, and how many people each one flags. Nobody is left out here.

Sources: Johnson 2005, Ascertaining the validity of individual protocols from Web-based personality inventories,
Journal of Research in Personality 39 (long string, even-odd); Dunn, Heggestad, Shanock & Theilgard 2018,
Intra-individual response variability as an indicator of insufficient effort responding, Journal of Business and
Psychology 33; Meade & Craig 2012, Identifying careless responses in survey data, Psychological Methods 17
(Mahalanobis distance); Huang, Curran, Keeney, Poposki & DeShon 2012, Detecting and deterring insufficient effort
responding to surveys, Journal of Business and Psychology 27 (two seconds an item). Even-odd is computed as in
Yentes & Wilhelm's R package careless, with the sign of its versions before 1.2: high means consistent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from trenza.questionnaire.disclosure import share_withheld

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from trenza.questionnaire.instrument import Item

INDICES = ("long_string", "variability", "even_odd", "mahalanobis", "speed")
# A correlation of two halves over fewer scales is 1, -1 or nothing.
_SCALES_NEEDED = 3
# Somebody who stopped early is not judged by the few answers given.
_SHARE_ANSWERED = 0.5


def flags(
    answers: pd.DataFrame,
    items: Sequence[Item],
    *,
    seconds: pd.Series[Any] | None,
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """``flag_<index>`` for each person (row): 1 flagged, 0 not flagged, nan where the index is not defined.

    ``answers``: one column an item, as answered (nan = missing), in any order; ``items``: in the order in which
    the questionnaire asks them. ``seconds``: time taken, same rows as ``answers``, or None. ``settings``: the keys
    of ``careless`` in study.yaml.
    """
    import pandas as pd

    if not items:
        return pd.DataFrame(float("nan"), index=answers.index, columns=[f"flag_{k}" for k in INDICES])
    values = _indices(answers, items, seconds)
    if not _can_flag(answers[[i.id for i in items]], settings["mahalanobis_p"]):
        values["mahalanobis"] = float("nan")
    flagged = {
        "long_string": values["long_string"] >= settings["long_string_share"],
        "variability": values["variability"] < settings["variability_below"],
        "even_odd": values["even_odd"] < settings["even_odd_below"],
        "mahalanobis": values["mahalanobis"] < settings["mahalanobis_p"],
        "speed": values["speed"] < settings["seconds_per_item"],
    }
    out = {f"flag_{k}": flagged[k].astype("float64").where(values[k].notna()) for k in INDICES}
    return pd.DataFrame(out, index=answers.index)


def _indices(answers: pd.DataFrame, items: Sequence[Item], seconds: pd.Series[Any] | None) -> pd.DataFrame:
    """The five indices of each person, in their own units (mahalanobis: its p value)."""
    import numpy as np
    import pandas as pd

    asked = [i.id for i in items]
    ordered = answers[asked].astype("float64")
    alike = _of_one_range(items)
    low, high = alike[0].low, alike[0].high
    same = (ordered[[i.id for i in alike]] - low) / (high - low)
    enough = same.notna().mean(axis=1) >= _SHARE_ANSWERED
    out = pd.DataFrame(index=answers.index)
    out["long_string"] = np.array([long_string(row) for row in same.to_numpy()])
    out["variability"] = same.std(axis=1, ddof=1)
    out.loc[~enough, ["long_string", "variability"]] = np.nan
    out["even_odd"] = even_odd(answers, items)
    out["mahalanobis"] = mahalanobis_p(ordered.to_numpy())
    answered = ordered.notna().sum(axis=1)
    # Nobody answers in less than no time: a negative time is a clock that was set in between.
    known = np.nan if seconds is None else seconds.where(seconds >= 0)
    out["speed"] = known / answered.where(answered > 0)
    return out


def _of_one_range(items: Sequence[Item]) -> list[Item]:
    """The items of the range that most items have (the first such range), in their order."""
    ranges = [(i.low, i.high) for i in items]
    usual = max(ranges, key=ranges.count)
    return [i for i, r in zip(items, ranges, strict=True) if r == usual]


def long_string(row: np.ndarray) -> float:
    """Longest run of equal answers as a share of the answers (Johnson 2005); nan for fewer than two answers.

    ``row``: one person's answers in the order of the questionnaire. A missing answer is passed over: it neither
    ends a run nor counts in it.
    """
    given = row[row == row]
    if len(given) < 2:
        return float("nan")
    longest = run = 1
    for before, now in pairwise(given):
        run = run + 1 if now == before else 1
        longest = max(longest, run)
    return longest / len(given)


def even_odd(answers: pd.DataFrame, items: Sequence[Item]) -> np.ndarray:
    """Even-odd consistency of each person, -1 to 1 (Johnson 2005); shape (people,).

    Within each scale the mean of the first, third, ... item and that of the second, fourth, ... item, keyed as
    declared, each put to its own range; r over the scales between these two, stepped up to 2r / (1 + r)
    (Spearman-Brown), not below -1. An item of several scales stands in the smallest. nan for a person with fewer
    than three scales in which both halves are answered, or whose halves do not differ between scales.
    """
    import numpy as np

    size = {s: sum(s in i.scales for i in items) for i in items for s in i.scales}
    members: dict[str, list[np.ndarray]] = {}
    for item in items:
        if item.scales:
            share = (answers[item.id].to_numpy(dtype="float64") - item.low) / (item.high - item.low)
            keyed = 1 - share if item.reverse else share
            members.setdefault(min(item.scales, key=size.__getitem__), []).append(keyed)
    scales = [np.array(m) for m in members.values() if len(m) > 1]
    if len(scales) < _SCALES_NEEDED:
        return np.full(len(answers), np.nan)
    odd, even = (np.column_stack([_row_means(s[start::2]) for s in scales]) for start in (0, 1))
    return np.array([_stepped_up(o, e) for o, e in zip(odd, even, strict=True)])


def _row_means(values: np.ndarray) -> np.ndarray:
    """Mean over the answered items (rows of ``values``) of each person; nan for none."""
    import numpy as np

    n = np.isfinite(values).sum(axis=0)
    means: np.ndarray = np.where(n > 0, np.nansum(values, axis=0), np.nan) / np.maximum(n, 1)
    return means


def _stepped_up(odd: np.ndarray, even: np.ndarray) -> float:
    import numpy as np

    both = np.isfinite(odd + even)
    # Equal means of unequal answers can differ in the last bit; a spread of that size is none.
    if both.sum() < _SCALES_NEEDED or min(np.ptp(odd[both]), np.ptp(even[both])) < 1e-12:
        return float("nan")
    r = float(np.corrcoef(odd[both], even[both])[0, 1])
    return max(2 * r / (1 + r), -1.0) if r > -1 else -1.0


def mahalanobis_p(values: np.ndarray) -> np.ndarray:
    """p of each person's squared Mahalanobis distance on chi-squared with df = items; shape (people,).

    ``values``: people by items. Mean and covariance are those of the people who answered all items; others have
    nan, and everybody where these are no more than the items or the covariance is singular.
    """
    import numpy as np
    from scipy.stats import chi2

    p = np.full(len(values), np.nan)
    complete = np.isfinite(values).all(axis=1)
    centred = values[complete] - values[complete].mean(axis=0) if complete.any() else values[complete]
    n, k = centred.shape
    if n <= k or np.linalg.matrix_rank(centred) < k:
        return p
    covariance = centred.T @ centred / (n - 1)
    squared = (centred * np.linalg.solve(covariance, centred.T).T).sum(axis=1)
    p[complete] = chi2.sf(squared, k)
    return p


def _can_flag(answers: pd.DataFrame, p: float) -> bool:
    """Whether a distance with this ``p`` can occur: none exceeds (n - 1)^2 / n (Gath & Hayes 2006,
    Bounds for the largest Mahalanobis distance, Linear Algebra and its Applications 419).
    """
    from scipy.stats import chi2

    n, k = int(answers.notna().all(axis=1).sum()), answers.shape[1]
    return n > k and bool((n - 1) ** 2 / n > chi2.isf(p, k))


def careless_table(
    data: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    group: str | None,
    levels: Sequence[str],
    min_cell: int | None,
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """How many people each index flags, by group, as contract ``careless``.

    ``data``: clean data with the ``flag_`` columns; ``group``: its column of groups, or None; ``levels``: groups in
    the order of the rows. People of no group are rows of ``unknown``. There is no row for all beside groups.
    ``any``: flagged by at least one index, of those in whom at least one is defined. With ``min_cell`` (real data)
    ``n`` is withheld where it, or the rest of the group, is from 1 to ``min_cell`` - 1; ``n_flagged`` where it, or
    the rest of ``n``, is, and for ``any`` where another one of the group is.
    """
    import pandas as pd

    from trenza.contracts.tables import stacked

    names = data[group].astype("object") if group else pd.Series("all", data.index, dtype="object")
    names = names.where(names.notna(), "unknown")
    wanted = [*levels, "unknown"] if group else ["all"]
    rules = _rules(settings)
    rows: list[dict[str, Any]] = []
    for name in wanted:
        people = data.loc[names == name, [f"flag_{k}" for k in INDICES]]
        if name == "unknown" and people.empty:
            continue
        marks = people.assign(flag_any=people.max(axis=1))
        of_group = [_row(marks[f"flag_{k}"], k, min_cell) for k in (*INDICES, "any")]
        if any(row["n_flagged"] is None for row in of_group):
            of_group[-1] |= {"n_flagged": None, "share": None, "suppressed": True}
        rows += [{"group": name, "rule": rules[row["index"]], **row} for row in of_group]
    frame = pd.DataFrame(rows).assign(study=study, source_id=source_id, source=source)
    frame = frame.astype({"n": "Int64", "n_flagged": "Int64", "share": "float64"})
    return stacked("careless", [frame])


def _row(marks: pd.Series[Any], index: str, min_cell: int | None) -> dict[str, Any]:
    """One index in one group; ``marks``: 1, 0 or nan by person."""
    people, n, flagged = len(marks), int(marks.count()), int(marks.sum())
    hide_n, hide_flagged = share_withheld(n, people, min_cell), share_withheld(flagged, n, min_cell)
    known = n > 0 and not (hide_n or hide_flagged)
    return {
        "index": index,
        "n": None if hide_n else n,
        "n_flagged": None if hide_flagged else flagged,
        "share": flagged / n if known else None,
        "suppressed": hide_n or hide_flagged,
        "note": None if n or not people else _UNDEFINED[index],
    }


_UNDEFINED = {
    "long_string": "not defined: nobody answered at least half of the items of one range",
    "variability": "not defined: nobody answered at least half of the items of one range",
    "even_odd": "not defined: needs three scales with two items each and answers that differ between scales",
    "mahalanobis": "not defined: too few people answered all items, or items depend on each other",
    "speed": "not defined: the time taken is not known",
    "any": "not defined: no index is",
}


def _rules(settings: Mapping[str, float]) -> dict[str, str]:
    """When a person is flagged, in words, by index."""
    return {
        "long_string": f"longest run of equal answers at least {settings['long_string_share']:g} of the answers",
        "variability": f"SD of the answers below {settings['variability_below']:g} of the range",
        "even_odd": f"even-odd consistency below {settings['even_odd_below']:g}",
        "mahalanobis": f"p of the Mahalanobis distance below {settings['mahalanobis_p']:g}",
        "speed": f"less than {settings['seconds_per_item']:g} seconds for each item answered",
        "any": "flagged by at least one index",
    }
