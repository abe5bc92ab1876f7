"""Process tracing: what each test says of a hypothesis, and how declared likelihoods move its odds.

A hoop test must be passed for the hypothesis to stand; a smoking gun confirms it and says little when it is missing; a
doubly decisive test does both; a straw in the wind does neither (Van Evera 1997, Guide to Methods, pp. 31-32; Collier
2011, PS: Political Science & Politics 44(4):823-830). With the probabilities a of the evidence if the hypothesis holds and b
if it does not, the odds are multiplied by a / b where it is found and by (1 - a) / (1 - b) where it is not (Bayes; Bennett
2015 in Process Tracing: From Metaphor to Analytic Tool, appendix; Humphreys & Jacobs 2015, APSR 109(4):653-673). Tests of a
hypothesis are taken as independent given whether it holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trenza.contracts.display_tables import DISPLAY_CONTRACTS

INFERENCE = {
    ("straw_in_the_wind", "yes"): "strengthened",
    ("straw_in_the_wind", "no"): "weakened",
    ("hoop", "yes"): "stands",
    ("hoop", "no"): "eliminated",
    ("smoking_gun", "yes"): "confirmed",
    ("smoking_gun", "no"): "not_confirmed",
    ("doubly_decisive", "yes"): "confirmed_alone",
    ("doubly_decisive", "no"): "eliminated",
}
# What a link's side says of the evidence that its proposition predicts.
_BY_SIDE = {"supports": "yes", "opposes": "no", "equivalent": "no"}


def likelihood_ratio(passed: str, if_true: float, if_false: float) -> float:
    """a / b of a passed test, (1 - a) / (1 - b) of a failed one; 1 where it is undecided, which moves nothing."""
    if passed == "undecided":
        return 1.0
    return if_true / if_false if passed == "yes" else (1 - if_true) / (1 - if_false)


def process_tests(
    hypotheses: Sequence[Mapping[str, Any]], *, study: str, convergence: pd.DataFrame
) -> pd.DataFrame:
    """Table ``process_tests``: one row a test, in the declared order; the odds go on from test to test.

    A test on a link is passed where the side of the named strand supports the link's proposition, failed where that side
    opposes it or is equivalent to zero, else undecided: a strand that says nothing, or cannot tell, decides nothing.
    """
    judged = convergence.set_index("link")
    records: list[dict[str, Any]] = []
    for hypothesis in hypotheses:
        prior = hypothesis.get("prior", math.nan)
        odds = prior / (1 - prior)
        for test in hypothesis["tests"]:
            key = f"process_tests.{hypothesis['id']}.tests.{test['id']}"
            row: dict[str, Any] = {
                "study": study, "hypothesis": hypothesis["id"], "test": test["id"], "kind": test["test"], "link": test.get("link"),
                "where": test.get("where"), "passed_by": "declared", "passed": test.get("passed"), "file": "study.yaml", "row": key,
            }  # fmt: skip
            if "link" in test:
                side = judged.loc[test["link"], f"{test['strand']}_side"]
                place = {
                    "file": f"results/{study}/triangulate/convergence.table.csv",
                    "row": f"link={test['link']}",
                }
                row |= {"passed_by": "computed", "passed": _BY_SIDE.get(side, "undecided"), **place}
            row["inference"] = INFERENCE.get((test["test"], row["passed"]), "undecided")
            if "likelihoods" in test:
                ratio = likelihood_ratio(row["passed"], **test["likelihoods"])
                row |= {**test["likelihoods"], "likelihood_ratio": ratio, "prior_odds": odds}
                odds *= ratio
                row |= {"posterior_odds": odds, "posterior": odds / (1 + odds)}
            records.append(row)
    contract = DISPLAY_CONTRACTS["process_tests"]
    return contract.check(pd.DataFrame(records, columns=contract.names))
