"""Fuzzy-set QCAs of made cases by setqca, for tests/unit/test_configurations.py.

setqca 0.2.0 (MIT) wants pandas below 3, so it is run by hand in an environment of its own:

    python tests/oracle/qca_setqca.py > tests/oracle/qca_setqca.csv

Each row is an analysis: ``data`` has the cases joined by |, each with its memberships in a, b, c and in the outcome.
"""

import csv
import random
import sys

import pandas as pd
from setqca import FSQCA

CONDITIONS = ("a", "b", "c")


def main() -> None:
    rng = random.Random(20)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["data", "consistency", "complex", "intermediate", "parsimonious", "fit"])
    for k in range(24):
        rows = [[rng.choice([0.05, 0.2, 0.35, 0.6, 0.7, 0.9]) for _ in CONDITIONS] for _ in range(14)]
        # An outcome that follows one rule with noise, so that some rows are sufficient.
        rows = [
            [*r, round(min(1, max(0, max(min(r[0], r[1]), 1 - r[2]) + rng.gauss(0, 0.12))), 2)] for r in rows
        ]
        data = pd.DataFrame(rows, columns=[*CONDITIONS, "y"])
        cut = (0.8, 0.9)[k % 2]
        found = FSQCA(
            consistency=cut, pri=0.0, frequency=1, directional_expectations=dict.fromkeys(CONDITIONS, "+")
        ).fit(data, outcome="y", conditions=list(CONDITIONS))
        said = [[";".join(sorted(str(s.boolean.as_expression(CONDITIONS)) for s in getattr(found, kind)))
                 for kind in ("conservative", "intermediate", "parsimonious")]]  # fmt: skip
        table = found.truth_table.to_frame()
        fit = "|".join(
            f"{r['a']}{r['b']}{r['c']}:{r['consistency']:.10f}:{r['PRI']:.10f}"
            for _, r in table.iterrows()
            if r["n"] > 0
        )
        writer.writerow(["|".join(" ".join(map(str, r)) for r in rows), cut, *said[0], fit])


main()
