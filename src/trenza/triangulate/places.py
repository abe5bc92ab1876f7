"""Where results stand, and which codes lie below a code."""

from __future__ import annotations

import pandas as pd

# Where the findings of a stage stand, below results/<study>/.
TABLES = {
    "compare": "compare/verdicts.table.csv",
    "model": "model/coef.table.csv",
    "describe": "describe/ratings.table.csv",
    "panel": "model/panel_effects.table.csv",
    "claims": "model/claims.table.csv",
    "qualitative": "qualitative/codes.table.csv",
    "coded": "qualitative/code_nodes.table.csv",
    "themes": "qualitative/case_themes.table.csv",
    "triangulate": "triangulate/convergence.table.csv",
}


def table_file(study: str, stage: str) -> str:
    """The file, from the project's folder, that holds the results of ``stage`` (a key of ``TABLES``)."""
    return f"results/{study}/{TABLES[stage]}"


def contrasts(coef: pd.DataFrame) -> pd.Series:
    """Which rows of ``coef`` are the contrast of the two groups: the term ``a - b``, and no interaction with it."""
    terms = coef["term"].astype("str")
    return terms.str.contains(" - ", regex=False) & ~terms.str.contains(":", regex=False)


def codes_under(named: list[str], codes: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``codes`` for the named codes and every code below one of them."""
    inside = [not {*str(path).split("/")}.isdisjoint(named) for path in codes["path"]]
    return codes.loc[pd.Series(inside, index=codes.index, dtype="bool")]
