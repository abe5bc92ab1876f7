"""Calls of researchers beside the computed ones: their file's checks, and the table in which names are not told.

A researcher's call is never put in place of the computed one: a reader sees both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

import pandas as pd

from trenza.contracts.faults import Fault
from trenza.contracts.tables import CONTRACTS, empty
from trenza.contracts.words import names_or

COLUMNS = ["link", "call", "name", "date", "reason", "reason_en", "reason_es", "shown_as"]
# The columns of a reason: one for both languages, or one for each.
REASONS = ({"reason"}, {"reason_en", "reason_es"})
COMPUTED = "computed"

Row = Mapping[str, str]


def initials(name: str) -> str:
    """``Ana María Soto`` becomes ``AMS``."""
    return "".join(part[0].upper() for part in name.replace("-", " ").replace(".", " ").split())


def shown_name(row: Row) -> str:
    """What the report calls the researcher of a row: the declared name, else initials."""
    return (row.get("shown_as") or "").strip() or initials(row["name"])


def check_overrides(rows: Sequence[Row], links: AbstractSet[str], file: str) -> list[Fault]:
    """Everything wrong in overrides.csv that its schema cannot see, row by row.

    Links that there are not, days that there are not, a second call of one researcher, names that tell nobody apart
    or tell too much, a reason in one language of two.
    """
    faults: list[Fault] = []
    given = {c for c in (rows[0] if rows else {}) if c.startswith("reason")}
    if rows and given not in REASONS:
        found = ", ".join(sorted(given)) or "no such column"
        faults.append(Fault(file, "1", "reason", found, "reason, or reason_en and reason_es"))
    seen: dict[tuple[str, str], str] = {}
    named: dict[str, str] = {}
    called: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        line, who = str(number), row["name"]
        if row["link"] not in links:
            faults.append(
                Fault(file, line, "link", repr(row["link"]), f"a link of links.csv: {names_or(links)}")
            )
        try:
            date.fromisoformat(row["date"])
        except ValueError:
            faults.append(Fault(file, line, "date", repr(row["date"]), "a day of the calendar"))
        if not who:  # its schema tells it
            continue
        faults += [
            Fault(file, line, c, "the researcher's name", "a reason without it: the report shows it")
            for c in ("reason", "reason_en", "reason_es")
            if len(who.split()) > 1 and who.casefold() in row.get(c, "").casefold()
        ]
        key = (row["link"], who)
        if key in seen:
            what = f"a second call of {row['link']} by the person of row {seen[key]}"
            faults.append(Fault(file, line, "link", what, "one call a link and researcher"))
        seen.setdefault(key, line)
        shown = shown_name(row)
        if not shown or shown == COMPUTED:
            faults.append(Fault(file, line, "shown_as", repr(shown), "initials or a pseudonym"))
        elif shown.casefold() == who.strip().casefold() and len(who.split()) > 1:
            faults.append(Fault(file, line, "shown_as", "the name itself", "initials or a pseudonym"))
        elif named.setdefault(shown, who) != who:
            what = f"'{shown}' for two people"
            faults.append(Fault(file, line, "shown_as", what, "a pseudonym that tells them apart"))
        elif called.setdefault(who, shown) != shown:
            what = f"'{shown}' for the person who is '{called[who]}' in another row"
            faults.append(Fault(file, line, "shown_as", what, "one pseudonym a person"))
    return faults


def call_overrides(overrides: pd.DataFrame, calls: pd.DataFrame, *, study: str) -> pd.DataFrame:
    """One row a link and researcher, keeping contract ``call_overrides``, in the order of the links.

    ``overrides`` has the columns of overrides.csv, ``calls`` those of ``convergence``. Names do not come along.
    """
    computed = dict(zip(calls["link"], calls["call"], strict=True))
    order = {link: i for i, link in enumerate(calls["link"])}
    overrides = overrides.reindex(columns=COLUMNS)
    cells = overrides.astype("object").where(overrides.notna(), "").astype("str").to_dict("records")
    rows: list[dict[str, Any]] = [{str(k): v for k, v in cell.items()} for cell in cells]
    records = [
        {
            "study": study,
            "link": row["link"],
            "researcher": shown_name(row),
            "call": row["call"],
            "computed": computed[row["link"]],
            "same": row["call"] == computed[row["link"]],
            "date": row["date"],
            **{f"reason_{lang}": row[f"reason_{lang}"] or row["reason"] for lang in ("en", "es")},
        }
        for row in sorted(rows, key=lambda r: (order[r["link"]], shown_name(r)))
    ]
    contract = CONTRACTS["call_overrides"]
    return contract.check(pd.DataFrame(records)) if records else empty("call_overrides")
