"""Meta-inferences: what an analyst concludes from several links together, checked against the computed calls.

Fit is that of Fetters, Curry & Creswell (2013): the strands confirm each other, one expands the other, or they are
discordant; complementarity (Greene, Caracelli & Graham 1989) is where they tell different sides of one matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.tables import CONTRACTS, empty
from trenza.contracts.words import names_or

Entries = Sequence[Mapping[str, Any]]
_HEARD = ("agreement", "partial_agreement", "dissonance")


def check_meta_inferences(entries: Entries, links: AbstractSet[str], file: str) -> list[Fault]:
    """Ids that stand twice and propositions that are no links, before anything is computed."""
    faults: list[Fault] = []
    ids = [entry["id"] for entry in entries]
    for i, entry in enumerate(entries):
        place = f"meta_inferences.{i}"
        if ids.index(entry["id"]) < i:
            faults.append(Fault(file, f"{place}.id", "", f"'{entry['id']}' a second time", "each id once"))
        allowed = f"links of links.csv: {names_or(links)}"
        faults += [
            Fault(file, f"{place}.propositions", "", f"'{link}'", allowed)
            for link in entry["propositions"]
            if link not in links
        ]
    return faults


def meta_inferences(entries: Entries, calls: pd.DataFrame, *, study: str) -> pd.DataFrame:
    """One row a meta-inference and link, keeping contract ``meta_inferences``, in their order.

    ``entries``: the key ``meta_inferences`` of study.yaml; ``calls`` keeps contract ``convergence``. Researchers' calls
    do not count: a claim is held against the rule. Raises ``InputFaults`` for every entry that its calls do not bear:

    - confirmation, expansion, complementarity: no link may be a dissonance, which contradicts;
    - confirmation: nor may all be silence, since where one strand is silent there is nothing to confirm by;
    - expansion, complementarity: nor may both strands be silent on all links;
    - discordance: one link at least is a dissonance.
    """
    judged: dict[str, dict[str, Any]] = {
        str(row["link"]): {str(k): v for k, v in row.items()} for row in calls.to_dict("records")
    }
    faults: list[Fault] = []
    records: list[dict[str, Any]] = []
    for entry in entries:
        rows = [judged[link] for link in entry["propositions"]]
        faults += _unfit(entry, rows, study)
        records += [
            {
                "study": study, "meta_inference": entry["id"], "fit": entry["fit"], "link": row["link"],
                "quantitative_side": row["quantitative_side"], "qualitative_side": row["qualitative_side"],
                "call": row["call"],
            }
            for row in rows
        ]  # fmt: skip
    if faults:
        raise InputFaults(faults)
    contract = CONTRACTS["meta_inferences"]
    return contract.check(pd.DataFrame(records)) if records else empty("meta_inferences")


def _unfit(entry: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], study: str) -> list[Fault]:
    """Why the calls do not bear an entry's fit."""
    fit, place = entry["fit"], f"meta_inferences, {entry['id']}"
    told = ", ".join(f"{row['link']}: {row['call']}" for row in rows)

    def fault(found: str, allowed: str) -> Fault:
        return Fault(f"study {study}, study.yaml", place, "", f"{fit}, though {found}", allowed)

    if fit == "discordance":
        if any(row["call"] == "dissonance" for row in rows):
            return []
        return [fault(f"no link is dissonance ({told})", "a proposition that is dissonance, or another fit")]
    found = [
        fault(
            f"link {row['link']} is dissonance (numbers: {row['quantitative_side']}, theme: {row['qualitative_side']})",
            "discordance, or propositions without that link",
        )
        for row in rows
        if row["call"] == "dissonance"
    ]
    if fit == "confirmation" and not any(row["call"] in _HEARD for row in rows):
        found.append(
            fault(f"all its links are silence ({told})", "a link of which both strands say something")
        )
    silent = all("absent" == row["quantitative_side"] == row["qualitative_side"] for row in rows)
    if fit != "confirmation" and silent:
        found.append(
            fault(f"neither strand speaks of its links ({told})", "a link of which one strand says something")
        )
    return found
