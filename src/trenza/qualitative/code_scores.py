"""Codings and answers of the same person: who has a code, and how they answered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS
from trenza.qualitative.coded_passages import passages_in

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project


def code_scores(
    project: Project,
    answers_data: pd.DataFrame,
    pattern: str,
    unit: str,
    pseudonym: Callable[[str, str], str],
    *,
    study: str,
    source_id: str,
    source: str,
    answers: str,
    min_cell: int,
) -> pd.DataFrame:
    """Table ``code_scores``: mean score of people with and without each code, and Spearman's rank correlation.

    ``pattern``: its one group is the person's id in a document's name. ``answers_data``: cleaned answers with the
    pseudonym of each person under ``unit`` and scores as numbers. A description of the people asked: no interval, since
    codes and answers of so few people are many looks at the same few. With fewer than ``min_cell`` people on a
    side the row is withheld. Raises ``InputFaults`` where no document names a person with answers.
    """
    found = [re.search(pattern, n) for n in project.documents["name"]]
    people = pd.Series([m[1] if m else None for m in found], index=project.documents["document"], dtype="str")
    coded = people.dropna().map(lambda i: pseudonym("P", _as_answered(i)))
    scores = answers_data.set_index(unit)
    numbers = [
        c for c in scores.columns if pd.api.types.is_numeric_dtype(scores[c]) and not c.startswith("flag_")
    ]
    coded = coded.loc[coded.isin(scores.index)]
    if not len(coded):
        allowed = f"documents whose names hold ids of people in {answers}"
        raise InputFaults(
            [Fault(source_id, "coded.person.from", "", f"{pattern!r}, which finds none", allowed)]
        )
    passages = passages_in(project.codings, "union")
    passages = passages.assign(person=passages["document"].map(coded)).dropna(subset=["person"])
    counts = passages.groupby(["person", "code"]).size().unstack(fill_value=0)
    counts = counts.reindex(sorted(set(coded)), fill_value=0)
    rows = []
    for code in sorted(counts.columns):
        for outcome in numbers:
            score = scores.loc[counts.index, outcome].astype("float64")
            there = score.notna()
            times, own = counts.loc[there, code], score[there]
            has = times > 0
            hidden = bool(min(has.sum(), (~has).sum()) < min_cell)
            rows.append(
                {
                    "code": code, "outcome": outcome, "n_people": int(there.sum()), "suppressed": hidden,
                    "n_with": None if hidden else int(has.sum()), "n_without": None if hidden else int((~has).sum()),
                    "mean_with": np.nan if hidden else own[has].mean(), "mean_without": np.nan if hidden else own[~has].mean(),
                    "rank_correlation": _ranks(times, own) if there.sum() >= min_cell else np.nan,
                }
            )  # fmt: skip
    contract = CONTRACTS["code_scores"]
    table = pd.DataFrame(rows).reindex(columns=contract.names)
    return contract.check(table.assign(study=study, source_id=source_id, source=source, answers=answers))


def _as_answered(identifier: str) -> str:
    """The one way of writing an id of a questionnaire: letter case, forms of letters and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", identifier).split()).casefold()


def _ranks(a: pd.Series[int], b: pd.Series[float]) -> float:
    """Spearman's rank correlation (Pearson's of mean ranks); NaN where one side does not vary."""
    if len(a) < 3 or a.nunique() < 2 or b.nunique() < 2:
        return float("nan")
    return float(np.corrcoef(a.rank(), b.rank())[0, 1])
