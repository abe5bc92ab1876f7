"""Passages for quoting: those whose role and school could be one person are withheld, and names in the others marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES
from trenza.qualitative.coded_passages import passages_in, with_cases
from trenza.qualitative.privacy import marked_names, single_out

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project

# What a report prints beside a quotation, as attributes of cases are called; more by ``qualitative.by``.
BESIDE = ("role", "school", "rol", "cargo", "escuela", "colegio", "establecimiento")


def quotations(
    project: Project, settings: Mapping[str, Any], by: list[str], n_asked: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(private file ``quotations``, table ``quotation_checks`` of all passages that were looked at).

    ``settings``: ``per_code`` passages a code at most, of different documents first, of ``longest`` characters;
    ``threshold``: people who must fit what is printed beside one; ``people``, where the study knows them: rows with
    attributes of cases and ``n``, how many people have them. Else the cases of the project are counted, which are no more
    than those who could have spoken, and where it has none the ``n_asked`` people with codings and answers. Where none
    of these is known the check says so, and the passage is kept with nothing beside it but its document's number.
    Raises ``InputFaults`` for declared people with an attribute that no case has.
    """
    spoken = with_cases(passages_in(project.codings, "union").dropna(subset=["start"]), project.case_spans)
    length = spoken["end"] - spoken["start"]
    spoken = spoken.loc[(length <= settings["longest"]) & (length > 0)]
    beside, fits = _speakers(project, settings, by)
    keys = ["code", "document", "start", "end", "segment_id"]
    # With several speakers in a passage the one who is told most easily decides.
    told = spoken.merge(fits, left_on="case", right_on="quotation", how="left")
    told["easy"] = told["n_people"].astype("Float64").fillna(float("inf"))
    own = told.sort_values([*keys, "easy", "case"]).drop_duplicates(keys).reset_index(drop=True)
    nobody = own["counted"].isna()
    known = n_asked is not None
    own["n_people"] = own["n_people"].astype("Int64").mask(nobody, n_asked if known else pd.NA)
    own["counted"] = own["counted"].mask(nobody, "answers" if known else "unknown")
    own["singles_out"] = (own["n_people"] < settings["threshold"]).fillna(False).astype(bool)
    own["turn"] = own.loc[~own["singles_out"]].groupby(["code", "document"]).cumcount()
    own["turn"] = own["turn"].fillna(-1)
    own = own.sort_values(["code", "turn", "document", "start", "end"], ignore_index=True)
    kept = own.loc[~own["singles_out"]].groupby("code").head(settings["per_code"])
    looked = own.loc[own["singles_out"] | own.index.isin(kept.index)] if settings["per_code"] else own.head(0)
    checks = looked.assign(quotation=looked["segment_id"] + "/" + looked["code"])
    contract = QUALITATIVE_TABLES["quotation_checks"]
    checks = contract.check(checks[list(contract.names)].sort_values("quotation", ignore_index=True))
    return _words(project, kept.reset_index(drop=True), beside), checks


def too_long(project: Project, settings: Mapping[str, Any]) -> int | None:
    """Passages under a code that ``quotations`` passes over for their length; None where it looks for none."""
    if not settings["per_code"]:
        return None
    placed = passages_in(project.codings, "union").dropna(subset=["start"])
    return int((placed["end"] - placed["start"] > settings["longest"]).sum())


def _speakers(
    project: Project, settings: Mapping[str, Any], by: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(a row a case with what is printed of it, the checks of the cases as quotations, with what was counted)."""
    wide = project.case_attributes.pivot(index="case", columns="attribute", values="value")
    named = {a for group in settings.get("people", []) for a in group if a != "n"}
    if unknown := sorted(named - {*wide.columns}):
        there = ", ".join(wide.columns) or "none at all"
        raise InputFaults(
            Fault("study.yaml", "qualitative.quotations.people", "", repr(a), f"an attribute of cases of the project: {there}")
            for a in unknown
        )  # fmt: skip
    beside = [a for a in wide.columns if a in by or a in named or plain(a) in BESIDE]
    cases = project.cases[["case"]].merge(wide[beside].reset_index(), on="case", how="left")
    cases = cases.rename(columns={"case": "person"})
    declared, told = _declared(settings.get("people", []), beside)
    printed = cases.assign(quotation=cases["person"])
    one = {tuple(v): p for p, *v in declared[["person", *told]].itertuples(index=False, name=None)}
    printed["declared"] = [
        one.get(tuple(v)) if told else None for v in printed[told].itertuples(index=False, name=None)
    ]
    parts = []
    by_word = printed["declared"].notna()
    # Of declared people only what the declaration tells apart can be counted; the rest of what is printed is not known of them.
    whole = by_word & printed[[b for b in beside if b not in told]].isna().all(axis=1)
    if whole.any():
        asked = printed.loc[whole].assign(person=printed["declared"])
        found = single_out(asked, declared, told, threshold=settings["threshold"])
        parts.append(found.assign(counted="declared"))
    rest = printed.loc[~whole]
    if len(rest):
        found = single_out(rest, cases, beside, threshold=settings["threshold"])
        parts.append(found.assign(counted="cases"))
    names = ["quotation", "printed", "n_people", "enough_without", "counted"]
    fits = pd.concat(parts)[names] if parts else pd.DataFrame(columns=names, dtype="str")
    return cases, fits


def _declared(people: list[Mapping[str, Any]], beside: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """A row a declared person, and the attributes that tell them apart."""
    told = [b for b in beside if any(b in group for group in people)]
    rows = [(f"declared {i}.{k}", *(group.get(b) for b in told)) for i, group in enumerate(people) for k in range(group["n"])]  # fmt: skip
    return pd.DataFrame(rows, columns=["person", *told], dtype="str"), told


def _words(project: Project, kept: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """The file: code, passage, who speaks by number and what may be printed of them, words with names marked."""
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    paths = dict(zip(project.codes["code"], project.codes["path"], strict=True))
    places = kept[["document", "start", "end"]].astype("object").itertuples(index=False, name=None)
    words = [text[d][int(a) : int(b)] for d, a, b in places]
    shown = pd.DataFrame({"document": kept["segment_id"] + "/" + kept["code"], "text": words}, dtype="str")
    marked, _ = marked_names(shown, pd.DataFrame({"name": [], "pseudonym": []}, dtype="str"))
    speaker = kept[["case"]].merge(beside, left_on="case", right_on="person", how="left").drop(columns=["person", "case"])  # fmt: skip
    own = {"code": kept["code"].map(paths), "passage": kept["segment_id"], "speaker": kept["case"]}
    return pd.DataFrame({**own, **{f"speaker_{c}": speaker[c] for c in speaker}, "words": marked["text"]}, dtype="str")  # fmt: skip
