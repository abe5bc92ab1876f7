"""All questionnaires of one study: cleaned one by one, then linked; and the tables that describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.items import parts_of
from trenza.contracts.questionnaire_tables import QUESTIONNAIRE_CONTRACTS
from trenza.contracts.survey_file import SurveyFile
from trenza.contracts.tables import stacked
from trenza.questionnaire.attrition import attrition_between, attrition_of_source
from trenza.questionnaire.clean import CleanQuestionnaire, clean_questionnaire
from trenza.questionnaire.describe import describe_questionnaire
from trenza.questionnaire.export import read_export
from trenza.questionnaire.instrument import instrument_of, rows_of
from trenza.questionnaire.linked import linked_people

if TYPE_CHECKING:
    import pandas as pd

CLEAN_TABLES = ("accounts", "participant_flow", "linked")
DESCRIBE_TABLES = tuple(c.name for c in QUESTIONNAIRE_CONTRACTS if c.name not in CLEAN_TABLES)


@dataclass(frozen=True)
class Questionnaires:
    """What became of every questionnaire, the tables of all (ledger, flow and ``CLEAN_TABLES``), linked people."""

    cleaned: dict[str, CleanQuestionnaire]
    tables: dict[str, pd.DataFrame]
    linked: pd.DataFrame

    @property
    def read(self) -> dict[str, tuple[int, int]]:
        """Rows of data and columns of every file, by source id."""
        return {sid: (int(c.flow["n"].iloc[0]), len(c.accounts)) for sid, c in self.cleaned.items()}

    @property
    def data(self) -> dict[str, pd.DataFrame]:
        """Clean answers and scores by source id."""
        return {sid: clean.data for sid, clean in self.cleaned.items()}


def clean_questionnaires(
    surveys: Mapping[str, SurveyFile],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    items: pd.DataFrame,
    answer_words: Mapping[str, Any],
    schools: Mapping[str, pd.DataFrame],
    pseudonym: Callable[[str, str], str],
    min_cell: int,
) -> Questionnaires:
    """Clean every file in ``surveys`` (by source id) by its settings in study.yaml, and link people by their id.

    ``schools``: what official files say of schools, by the source id of the questionnaire that asks for it.
    Raises one ``InputFaults`` with the faults of all files.
    """
    cleaned: dict[str, CleanQuestionnaire] = {}
    faults: list[Fault] = []
    for sid, survey in surveys.items():
        source = sources[sid]
        settings = source["questionnaire"]
        try:
            cleaned[sid] = clean_questionnaire(
                read_export(survey, tool=settings["tool"]),
                study=study,
                source_id=sid,
                source=source["kind"],
                settings=settings,
                columns=source.get("columns", {}),
                decimal=source["decimal"],
                out_of_range=source["out_of_range"],
                items=items,
                answer_words=answer_words,
                unit=design["unit"],
                cluster=design.get("cluster"),
                group=design.get("group"),
                levels=_levels(design),
                pseudonym=None if source["kind"] == "simulated" else pseudonym,
                official=schools.get(sid),
                min_cell=min_cell,
            )
        except InputFaults as error:
            faults += error.faults
            continue
        if not len(cleaned[sid].data):
            told = [f"{row['n']} {row['rule']}" for row in cleaned[sid].flow.to_dict("records")]
            faults.append(Fault(survey.file, "", "", "; ".join(told), "at least one row that is kept"))
    if faults:
        raise InputFaults(faults)
    named = {sid: c.data for sid, c in cleaned.items() if "person" in sources[sid]["questionnaire"]}
    linked, wide = linked_people(
        named,
        study=study,
        sources=sources,
        unit=design["unit"],
        cluster=design.get("cluster"),
        min_cell=min_cell,
    )
    # Who stands in one file only is linked with nobody.
    wide = wide if len(named) > 1 else wide.iloc[:0]
    place = {sid: {"study": study, "source_id": sid} for sid in cleaned}
    tables = {
        "ledger": stacked("ledger", [c.ledger.assign(**place[sid]) for sid, c in cleaned.items()]),
        "flow": stacked(
            "flow",
            [c.flow.assign(**place[sid], source=sources[sid]["kind"]) for sid, c in cleaned.items()],
        ),
        "accounts": stacked("accounts", [c.accounts for c in cleaned.values()]),
        "participant_flow": stacked("participant_flow", [c.participant_flow for c in cleaned.values()]),
        "linked": linked,
    }
    return Questionnaires(cleaned, tables, wide)


def outcomes_of(items: pd.DataFrame) -> list[str]:
    """Rows of items.csv that are outcomes: all but the items from which a scale is scored."""
    rows = rows_of(items)
    scored = {row["item"] for row in rows if row["score"]}
    return [row["item"] for row in rows if row["score"] or not scored.intersection(parts_of(row["scale"]))]


def describe_questionnaires(
    data: Mapping[str, pd.DataFrame],
    reasons: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    items: pd.DataFrame,
    answer_words: Mapping[str, Any],
    ci_level: float,
    min_cell: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Every table of ``DESCRIBE_TABLES`` for the sources that hold questionnaires or published shares."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in DESCRIBE_TABLES}
    held = [sid for sid, source in sources.items() if source["holds"] == "questionnaire"]
    for sid in held:
        settings = sources[sid]["questionnaire"]
        found = describe_questionnaire(
            data[sid],
            reasons[sid],
            study=study,
            source_id=sid,
            source=sources[sid]["kind"],
            instrument=instrument_of(items, answer_words=answer_words, version=settings["version"]),
            settings=settings,
            group=design.get("group"),
            participants=design.get("participants"),
            control=design.get("control"),
            cluster=design.get("cluster"),
            unit=design["unit"],
            ci_level=ci_level,
            min_cell=min_cell,
            seed=seed,
        )
        for name, table in found.items():
            parts[name].append(table)
    parts["attrition"] += _attrition(data, held, study, sources, design, min_cell)
    parts["shares"] += [data[sid] for sid, source in sources.items() if source["holds"] == "shares"]
    return {name: stacked(name, tables) for name, tables in parts.items()}


def _levels(design: Mapping[str, Any]) -> list[str]:
    """The levels of the group, participants first; none where the study has no groups."""
    return [design[key] for key in ("participants", "control") if key in design]


def _attrition(
    data: Mapping[str, pd.DataFrame],
    held: list[str],
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    min_cell: int,
) -> list[pd.DataFrame]:
    """Attrition from those asked to those analysed, and from a wave to the one that follows it."""
    group = design.get("group")
    if group is None:
        return []
    common: dict[str, Any] = {"study": study, "group": group}
    common |= {key: design[key] for key in ("participants", "control", "assignment")}

    grouped = [sid for sid in held if group in data[sid].columns]
    found = [
        attrition_of_source(
            data[sid],
            id=sid,
            source=sources[sid]["kind"],
            asked=sources[sid]["questionnaire"]["asked"],
            min_cell=min_cell,
            **common,
        )
        for sid in grouped
        if sources[sid]["questionnaire"]["asked"]
    ]
    for sid in grouped:
        first = sources[sid]["questionnaire"].get("follows")
        if first in grouped:
            found.append(
                attrition_between(
                    data[first],
                    data[sid],
                    id=f"{first}_{sid}",
                    source=sources[first]["kind"],
                    unit=design["unit"],
                    min_cell=min_cell,
                    **common,
                )
            )
    return found
