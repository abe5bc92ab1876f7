"""Each item of each list that fits a study: where the report answers it, what the analyst says of it, or not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trenza.checklists.wwc import ASKED, ID, SOURCE, TITLE, VERSION, wwc_found
from trenza.contracts.faults import Fault
from trenza.contracts.tables import CONTRACTS
from trenza.contracts.words import names_or

if TYPE_CHECKING:
    import pandas as pd

LISTS = ("gramms", "mmat", "strobe", "consort_cluster", "coreq")
NOTHING: tuple[Any, ...] = ("", None, [], {})


@cache
def lists() -> dict[str, dict[str, Any]]:
    """The lists by id, in the order in which they are printed."""
    import yaml

    folder = files("trenza.checklists") / "lists"
    return {n: yaml.safe_load((folder / f"{n}.yaml").read_text(encoding="utf-8")) for n in LISTS}


def said_faults(study: Mapping[str, Any], file: str) -> list[Fault]:
    """Faults of the key ``checklists`` of study.yaml: lists and items that do not exist."""
    found = []
    for name, items in (study.get("checklists") or {}).items():
        if name not in lists():
            found.append(
                Fault(file, f"checklists.{name}", "", f"list '{name}'", f"a list: {names_or(lists())}")
            )
            continue
        known = lists()[name]["items"]
        found += [
            Fault(file, f"checklists.{name}.{item}", "", f"item '{item}'", f"an item: {names_or(known)}")
            for item in items
            if item not in known
        ]
    return found


def fill(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], *, study_id: str) -> pd.DataFrame:
    """Table ``checklists``: a row an item of every list that fits the study.

    ``tables``: finished tables by name, ``study``: the settings of study.yaml. ``status``: ``answered`` where everything
    that the item's rule names is there, ``partly`` where the run answers a part of it (``rest`` names the other, or it
    is for a judge), ``analyst`` where study.yaml has words for it, ``not_done``. Simulated rows answer nothing. The last list
    is the rating of What Works Clearinghouse, ``computed``.
    """
    import pandas as pd

    kept = {name: _without_simulated(t) for name, t in tables.items()}
    rows: list[dict[str, Any]] = []
    for name, listed in lists().items():
        if not all(_holds(c, kept, study) for c in listed["applies"]):
            continue
        said = (study.get("checklists") or {}).get(name) or {}
        head = _head(study_id, name, listed["title"], listed["version"], listed["source"])
        for item, entry in listed["items"].items():
            rows.append(head | {"item": item, "text_en": entry["en"], "text_es": entry["es"]})
            rows[-1] |= _answer(entry, said.get(item), kept, study, bool(listed.get("judged")))
    rows += _wwc(kept, study, study_id)
    contract = CONTRACTS["checklists"]
    frame = pd.DataFrame(rows).reindex(columns=contract.names)
    return contract.check(frame.assign(position=range(1, len(frame) + 1)))


def _head(study_id: str, name: str, title: Mapping[str, str], version: str, source: str) -> dict[str, Any]:
    return {
        "study": study_id, "checklist": name, "title_en": title["en"], "title_es": title["es"],
        "version": version, "reference": source,
    }  # fmt: skip


def _answer(
    entry: Mapping[str, Any],
    said: Mapping[str, str] | None,
    tables: Mapping[str, pd.DataFrame],
    study: Mapping[str, Any],
    judged: bool,
) -> dict[str, Any]:
    """Status, place and evidence of one item. The analyst's words stand beside what the run answers."""
    words = {"said_en": said["en"], "said_es": said["es"]} if said else {}
    part = "part" in entry and not _whole(entry, tables, study)
    needs = entry["part"] if part else entry.get("needs") or [*entry["part"], *entry["whole"]]
    there = all(_holds(c, tables, study) for c in needs)
    if not there:
        return {"status": "analyst" if said else "not_done", **words}
    rest = (entry.get("rest") or {}) if part else {}
    return {
        "status": "partly" if part else "answered",
        "section": entry["section"],
        "evidence": "; ".join(dict.fromkeys(_seen(c, tables, study) for c in needs)),
        "rest_en": rest.get("en"),
        "rest_es": rest.get("es"),
        "judged": judged,
        **words,
    }


def _whole(entry: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any]) -> bool:
    """Whether the run answers the other part of an item as well, where its list says what shows that."""
    return "whole" in entry and all(_holds(c, tables, study) for c in [*entry["part"], *entry["whole"]])


def _holds(condition: str, tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any]) -> bool:
    return bool(_first(condition, tables, study))


def _seen(condition: str, tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any]) -> str:
    return _first(condition, tables, study) or ""


def _first(condition: str, tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any]) -> str | None:
    """What fulfils a condition, of alternatives joined by | the first; None where nothing does.

    ``table:x`` and ``real:x``: rows in table x that are not simulated (``real`` for figures that the study rests on,
    ``table`` for lists of what was read); ``has:x.c=v``: such a row of table x; ``key:a.b``: something under that key of study.yaml; ``is:a.b=c``; ``analyst``:
    nothing but the analyst's words.
    """
    for one in condition.split("|"):
        kind, _, name = one.partition(":")
        if kind in ("table", "real") and len(tables.get(name, ())):
            return name
        if kind == "has":
            table, column, value = name.replace("=", ".").split(".")
            if table in tables and len(tables[table]) and bool((tables[table][column] == value).any()):
                return table
        if kind == "key" and _key(study, name) not in NOTHING:
            return name
        if kind == "is" and _key(study, name.split("=")[0]) == name.split("=")[1]:
            return name
    return None


def _key(study: Mapping[str, Any], path: str) -> Any:
    value: Any = study
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _without_simulated(table: pd.DataFrame) -> pd.DataFrame:
    for column in ("source", "finding_source"):
        if column in table.columns:
            return table.loc[(table[column] != "simulated").fillna(True).astype(bool)]
    return table


def _wwc(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], study_id: str) -> Sequence[dict[str, Any]]:  # fmt: skip
    head = _head(study_id, ID, TITLE, VERSION, SOURCE)
    sections = {"design": "h-design", "attrition": "h-q-attrition", "baseline": "h-baseline"}
    if wwc_found(tables, study).get("attrition") == "missing":
        sections["attrition"] = "h-descriptives"
    nowhere = ("unknown", "not_shown")  # what a section shows then is simulated
    return [
        head
        | {"item": step, "text_en": ASKED[step][0], "text_es": ASKED[step][1], "status": "computed"}
        | {"evidence": finding, "section": None if finding in nowhere else sections.get(step)}
        for step, finding in wwc_found(tables, study).items()
    ]
