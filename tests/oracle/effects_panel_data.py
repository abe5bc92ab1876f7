"""Makes effects_panel_data.csv: a made panel of 60 schools in 20 communes over 6 years, three starts and never treated.

    python tests/oracle/effects_panel_data.py

Effects grow with time and differ by start, so that two-way fixed effects and safe estimators disagree. Not real schools.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

STARTS = [0] * 8 + [2013] * 4 + [2014] * 4 + [2016] * 4  # of the 20 communes
YEARS = range(2011, 2017)


def main() -> None:
    random = np.random.default_rng(20)
    commune = np.repeat(np.arange(20), 3)
    level = random.normal(250.0, 15.0, 60) + random.normal(0.0, 5.0, 20)[commune]
    pupils = random.integers(8, 90, 60)
    rows = []
    for i in range(60):
        start = STARTS[commune[i]]
        for year in YEARS:
            shock = random.normal(0.0, 4.0)
            effect = 3.0 + 2.0 * (year - start) + (start == 2013) if start and year >= start else 0.0
            score = level[i] + 1.5 * (year - 2011) + effect + shock
            rows.append((i + 1, 100 + commune[i], year, start or None, round(score, 2), pupils[i]))
    names = ["rbd", "commune", "year", "treated_in", "score", "pupils"]
    frame = pd.DataFrame(rows, columns=names).astype({"treated_in": "Int64"})
    frame.to_csv(Path(__file__).with_suffix(".csv"), index=False)


if __name__ == "__main__":
    main()
