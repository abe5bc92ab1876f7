"""Tables for the audit's tests: Table 2 of the CIC study as a user would type it, and tables made from data."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from compare_tables import PUBLISHED
from scipy import stats

from trenza.compare.audit_input import parse_table
from trenza.io.raw import read_csv_rows

TABLE2 = PUBLISHED / "table2_comparison.csv"


def typed(text: str, file: str = "table.csv", **options: Any) -> pd.DataFrame:
    """Contract audit_input of a CSV given as text."""
    header, *body = [line.split(";" if ";" in text else ",") for line in text.strip().splitlines()]
    return parse_table(header, body, file, **options)[0]


def table2_typed() -> pd.DataFrame:
    header, *body = read_csv_rows(Path(TABLE2), TABLE2.name)
    return parse_table(header, body, TABLE2.name)[0]


def as_printed(value: float, decimals: int, rule: str) -> str:
    """The number as a journal prints it; the last bits of a float, 3.1999999999999997 for 3.2, are noise."""
    way = ROUND_HALF_EVEN if rule == "rounded" else ROUND_DOWN
    return format(
        Decimal(repr(round(float(value), 12))).quantize(Decimal(1).scaleb(-decimals), rounding=way), "f"
    )


def made_from(
    samples: Sequence[tuple[Sequence[float], Sequence[float]]],
    *,
    rule: str = "rounded",
    equal_var: bool = False,
    decimals: int = 2,
    fine: int = 3,
    turned: bool = False,
    p_decimals: int | None = None,
) -> pd.DataFrame | None:
    """The table that a journal would print for pairs of samples; None where an SD prints as 0 in both groups."""
    lines = ["outcome,n1,mean1,sd1,n2,mean2,sd2,t,df,p"]
    for k, pair in enumerate(samples):
        x, y = (np.asarray(s, dtype=float) for s in pair)
        test = stats.ttest_ind(x, y, equal_var=equal_var)
        sds = [as_printed(s.std(ddof=1), decimals, rule) for s in (x, y)]
        if all(float(sd) == 0 for sd in sds):
            return None
        cells = [f"y{k}"]
        for s, sd in zip((x, y), sds, strict=True):
            cells += [str(len(s)), as_printed(s.mean(), decimals, rule), sd]
        t = -test.statistic if turned else test.statistic
        df = len(x) + len(y) - 2 if equal_var else test.df
        cells += [as_printed(t, fine, rule), as_printed(df, 0 if equal_var else fine, rule)]
        cells += [as_printed(test.pvalue, fine if p_decimals is None else p_decimals, rule)]
        lines.append(",".join(cells))
    return typed("\n".join(lines))
