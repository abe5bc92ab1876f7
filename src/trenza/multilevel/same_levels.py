"""Grouping factors that say the same of the rows at hand, such as school and school-year where there is one year only."""

from __future__ import annotations

import pandas as pd

from trenza.multilevel.formula import Formula
from trenza.multilevel.source import DataError


def refuse_same_levels(used: pd.DataFrame, formula: Formula) -> None:
    """Raise ``DataError`` where two groups divide the complete rows ``used`` in the same way.

    Nothing in such rows says which of the two a difference belongs to: the likelihood has a ridge, not a maximum.
    """
    if not len(used):
        return
    names = {term.group_name: term.group for term in formula.random}
    # a name that is no column is told by the fit, with the nearest one
    there = {name: list(group) for name, group in names.items() if set(group) <= set(used.columns)}
    codes = {name: used.groupby(group, sort=False).ngroup() for name, group in there.items()}
    many = list(codes)
    for k, outer in enumerate(many):
        for inner in many[k + 1 :]:
            pairs = len(pd.DataFrame({"a": codes[outer], "b": codes[inner]}).drop_duplicates())
            if pairs == codes[outer].nunique() == codes[inner].nunique():
                raise DataError(
                    f"data: {outer} and {inner} have the same levels in the complete rows, so that their variances "
                    "cannot be told apart"
                )
