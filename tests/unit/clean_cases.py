"""A small questionnaire for the tests of cleaning: an instrument, settings, and files made of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from trenza.contracts.faults import InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.questionnaire.clean import CleanQuestionnaire, clean_questionnaire
from trenza.questionnaire.export import read_export

CARELESS = {
    "long_string_share": 0.9,
    "variability_below": 0.02,
    "even_odd_below": 0.3,
    "mahalanobis_p": 0.001,
    "seconds_per_item": 2,
}
SETTINGS: dict[str, Any] = {
    "version": "",
    "tool": "plain",
    "dates": "auto",
    "eligible": [],
    "repeated": "stop",
    "min_answered": 0.5,
    "asked": {},
    "careless": CARELESS,
}
GROUP = {"group": {"from": "Grupo", "levels": {"P": "participant", "C": "control"}}}


def row(item: str, scale: str, low: float, high: float, **more: str) -> dict[str, str]:
    """A row of items.csv as text."""
    fixed = {"unit": "points", "stand_in": "no", "label_en": item, "label_es": item}
    plain = {"reverse": "no", "missing_codes": "", "version": "", "words": "", "score": "", "published": ""}
    place = {"item": item, "scale": scale, "min": f"{low:g}", "max": f"{high:g}", "from": ""}
    return {**fixed, **plain, "min_answered": "", **place, **{k.rstrip("_"): v for k, v in more.items()}}


ITEMS = [
    row("calm", "mood", 1, 4, words="agree_4", missing_codes="99"),
    row("tense", "mood", 1, 4, words="agree_4", missing_codes="99", reverse="yes"),
    row("hours", "load", 0, 60, missing_codes="-9;no sabe", from_="Horas por semana"),
    row("mood", "mood", 1, 4, score="mean"),
    row("load", "load", 0, 100, score="percent"),
]
HEADER = ["RUT", "RBD", "acepta", "Grupo", "calm", "tense", "Horas por semana", "Comentario"]
IDS = {"person": {"from": "RUT", "type": "rut"}, "school": {"from": "RBD", "type": "rbd"}}
CONSENT = {"consent": {"from": "acepta", "in": ["sí"]}}


def pseudonym(prefix: str, identifier: str) -> str:
    """A stand-in for the salted pseudonym: says nothing of the id and differs between ids."""
    import hashlib

    return prefix + hashlib.sha256(f"{prefix}:{identifier}".encode()).hexdigest()[:12].translate(
        str.maketrans("0123456789", "ghijklmnop")
    )


def clean(
    rows: Sequence[Sequence[Any]],
    *,
    header: Sequence[str] = HEADER,
    items: Sequence[dict[str, str]] = ITEMS,
    source: str = "real",
    names: Callable[[str, str], str] | None = pseudonym,
    min_cell: int = 5,
    columns: dict[str, Any] | None = None,
    group: str | None = "group",
    schools: pd.DataFrame | None = None,
    decimal: str = ".",
    out_of_range: str = "stop",
    words: dict[str, Any] | None = None,
    cluster: str | None = "school",
    **settings: Any,
) -> CleanQuestionnaire:
    """Clean a file of ``rows`` below ``header``."""
    survey = SurveyFile("survey.csv", "", [list(header), *map(list, rows)])
    return clean_questionnaire(
        read_export(survey, tool="plain"),
        study="study",
        source_id="q",
        source=source,
        settings={**SETTINGS, **settings},
        columns=GROUP if columns is None else columns,
        decimal=decimal,
        out_of_range=out_of_range,
        items=pd.DataFrame(list(items)),
        answer_words=words or {},
        unit="teacher",
        cluster=cluster,
        group=group,
        levels=["participant", "control"] if group else [],
        pseudonym=names,
        official=schools,
        min_cell=min_cell,
    )


def faults_of(*args: Any, **how: Any) -> list[tuple[str, str, str]]:
    """Row, column and what was found of each fault that stops the cleaning."""
    with pytest.raises(InputFaults) as error:
        clean(*args, **how)
    return [(f.row, f.column, f.found) for f in error.value.faults]


def steps(done: CleanQuestionnaire) -> dict[str, int]:
    """The flow as counts by rule."""
    return dict(zip(done.flow["rule"], done.flow["n"], strict=True))
