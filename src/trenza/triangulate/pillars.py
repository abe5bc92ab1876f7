"""The pillar integration table: all that both strands list, matched by links, checked for gaps, under its pillars.

The four steps of the Pillar Integration Process (Johnson, Grove & Clarke 2019, Journal of Mixed Methods Research 13(3):
301-320): listing, matching, checking, pillar building. Matching is what links.csv declares; the names of pillars are the
analyst's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trenza.contracts.directed_codes import directed
from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.contracts.rehearsal import rows_read
from trenza.contracts.strand_tables import DIRECTIONS
from trenza.contracts.tables import empty

_CELL = ("strand", "item", "value", "low", "high", "unit", "kind", "file", "row")


def pillars(
    declared: Sequence[Mapping[str, Any]],
    *,
    study: str,
    joint_display: pd.DataFrame,
    verdicts: pd.DataFrame,
    ratings: pd.DataFrame,
    claims: pd.DataFrame,
    codes: pd.DataFrame,
    case_themes: pd.DataFrame,
    rehearsal: bool = False,
) -> pd.DataFrame:
    """Table ``pillars``; empty where the study declares none.

    Rows of the joint display under the pillar of their link, in the order of ``declared``; then links without a pillar; then
    every finding and every code with segments that no link joins (``not_linked``: the gaps that checking is for).
    Simulated numbers are not listed, but in a ``rehearsal``.
    """
    if not declared:
        return empty("pillars")
    of_link = {link: p["id"] for p in declared for link in p["links"]}
    cells = joint_display[joint_display["strand"] != "call"]
    calls = joint_display[joint_display["strand"] == "call"].set_index("link")["item"]
    order = [*of_link, *(link for link in dict.fromkeys(joint_display["link"]) if link not in of_link)]
    records: list[dict[str, Any]] = []
    for link in order:
        own = cells[cells["link"] == link]
        heard = set(
            own.loc[own["kind"].notna() & ~((own["strand"] == "qualitative") & own["value"].eq(0)), "strand"]
        )
        check = {0: "neither", 2: "matched"}.get(len(heard)) or (
            "numbers_only" if "quantitative" in heard else "themes_only"
        )
        place = {
            "study": study,
            "pillar": of_link.get(link),
            "link": link,
            "check": check,
            "call": calls[link],
        }
        records += [place | {c: row[c] for c in _CELL} for row in own.to_dict("records")]
    joined = set(cells["item"])
    numbers = (rows_read(t, rehearsal) for t in (verdicts, ratings, claims, codes, case_themes))
    listed = _listed(study, *numbers)
    # A code is joined as well where a link names what coders made of it, the code with a direction.
    gaps = [r for r in listed if not joined & {r["item"], *(directed(r["item"], d) for d in DIRECTIONS)}]
    records += [{"study": study, "check": "not_linked", **row} for row in gaps]
    contract = DISPLAY_CONTRACTS["pillars"]
    return contract.check(pd.DataFrame(records, columns=contract.names))


def _listed(
    study: str,
    verdicts: pd.DataFrame,
    ratings: pd.DataFrame,
    claims: pd.DataFrame,
    codes: pd.DataFrame,
    case_themes: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Every finding that a link could name and every code that somebody speaks of, each once, in a fixed order."""
    found: dict[str, dict[str, Any]] = {}

    def add(item: str, strand: str, **cell: Any) -> None:
        found.setdefault(item, {"strand": strand, "item": item, **cell})

    for row in _real_first(verdicts, "id"):
        add(
            f"compare:{row['id']}", "quantitative", value=row["effect"], low=row["effect_ci_low"], high=row["effect_ci_high"], unit="SD",
            kind=row["source"], file=f"results/{study}/compare/verdicts.table.csv", row=f"id={row['id']};source={row['source']}",
        )  # fmt: skip
    for row in _real_first(ratings, "item"):
        add(
            f"describe:{row['item']}", "quantitative", value=row["mean"], unit="points", kind=row["source"],
            file=f"results/{study}/describe/ratings.table.csv", row=f"item={row['item']};source={row['source']}",
        )  # fmt: skip
    for row in _real_first(claims, "claim"):
        add(
            f"claims:{row['claim']}", "quantitative", value=row["estimate"], unit=row["unit"], kind=row["source"],
            file=f"results/{study}/model/claims.table.csv", row=f"source_id={row['source_id']};claim={row['claim']}",
        )  # fmt: skip
    for row in _real_first(codes, "code"):
        if row["n_segments"]:
            add(
                row["code"], "qualitative", value=row["n_segments"], unit="segments", kind=row["source"],
                file=f"results/{study}/qualitative/codes.table.csv", row=f"code={row['code']}",
            )  # fmt: skip
    for code, own in case_themes.sort_values(["code", "case"]).groupby("code", sort=True):
        add(
            str(code), "qualitative", value=len(own), unit="cases", kind=own["source"].iloc[0],
            file=f"results/{study}/qualitative/case_themes.table.csv", row=f"code={code}",
        )  # fmt: skip
    return list(found.values())


def _real_first(table: pd.DataFrame, by: str) -> list[dict[Any, Any]]:
    """The rows, real ones first, in the order of their ids."""
    order = table["source"].map({"real": 0}).fillna(1)
    found: list[dict[Any, Any]] = (
        table.assign(_order=order).sort_values([by, "_order"], kind="stable").to_dict("records")
    )
    return found
