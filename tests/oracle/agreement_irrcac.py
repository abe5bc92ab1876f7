"""AC1, alpha and kappa of small tables by irrCAC, for tests/unit/test_qualitative_agreement.py.

irrCAC 0.4.4 wants scipy 1.12.0, so it is run by hand in an environment of its own (Python 3.11, irrCAC 0.4.4,
setuptools below 81):

    python tests/oracle/agreement_irrcac.py > tests/oracle/agreement_irrcac.csv

Each row is a table of 2 or 3 coders: ``patterns`` says how many units had which marks (10:3 is three units
that the first marked and the second did not).
"""

import sys
from collections import Counter

import pandas as pd
from irrCAC.raw import CAC

TABLES = [
    {"11": 20, "10": 5, "01": 10, "00": 15},
    {"11": 2, "10": 1, "01": 1, "00": 96},
    {"11": 1, "10": 9, "01": 0, "00": 40},
    {"11": 30, "10": 2, "01": 3, "00": 1},
    {"11": 7, "10": 11, "01": 13, "00": 29},
    {"111": 8, "110": 3, "101": 2, "011": 1, "100": 4, "010": 2, "001": 5, "000": 25},
    {"111": 1, "110": 0, "101": 3, "011": 0, "100": 6, "010": 1, "001": 0, "000": 60},
    {"111": 12, "110": 7, "101": 0, "011": 4, "100": 1, "010": 1, "001": 2, "000": 3},
]


def main() -> None:
    rows = []
    for table in TABLES:
        units = [[int(mark) for mark in marks] for marks, n in table.items() for _ in range(n)]
        cac = CAC(pd.DataFrame(units), digits=12)
        row = {"patterns": " ".join(f"{k}:{n}" for k, n in Counter(table).items())}
        row["ac1"] = cac.gwet()["est"]["coefficient_value"]
        row["alpha"] = cac.krippendorff()["est"]["coefficient_value"]
        row["kappa"] = cac.conger()["est"]["coefficient_value"]
        rows.append(row)
    pd.DataFrame(rows).to_csv(sys.stdout, index=False, lineterminator="\n")


main()
