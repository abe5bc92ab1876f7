"""The habits of survey tools: by which columns an export is known, and which of them the tool fills in itself.

All names are in the form of ``plain``; Spanish and English headers are told, whatever language the account has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trenza.contracts.plain import plain
from trenza.contracts.survey_file import Cell


@dataclass(frozen=True)
class Tool:
    """One survey tool.

    ``signs``: the header is the tool's where it has all names of one of them. ``roles``: names for each role,
    the first that is there is taken. ``own``: further columns that are no questions, as patterns of whole names.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: str = "(?!)"


QUALTRICS = Tool(
    "qualtrics",
    (
        frozenset({"startdate", "enddate", "finished"}),
        frozenset({"startdate", "enddate", "responseid"}),
        frozenset({"responseid", "recordeddate"}),
    ),
    {
        "submitted": ("recordeddate", "enddate"),
        "started": ("startdate",),
        "seconds": ("duration (in seconds)", "duration__in_seconds_", "duration"),
        "finished": ("finished",),
        "person": ("externalreference", "externaldatareference", "recipientemail"),
        "status": ("status",),
    },
    "progress|ipaddress|responseid|enddate|recipient(last|first)name|locationlatitude|locationlongitude"
    "|distributionchannel|userlanguage|q_(recaptchascore|relevantid.*|duplicate.*|ballotboxstuffing"
    "|totalduration|language)|.*_do(_.*)?|.*_(first click|last click|page submit|click count)",
)
LIMESURVEY = Tool(
    "limesurvey",
    (
        frozenset({"submitdate"}),
        frozenset({"startlanguage", "lastpage"}),
        frozenset({"date submitted", "last page"}),
        frozenset({"fecha de envio", "ultima pagina"}),
    ),
    {
        "submitted": ("submitdate", "date submitted", "fecha de envio"),
        "started": ("startdate", "date started", "fecha de inicio"),
        "seconds": ("interviewtime", "total time", "tiempo total"),
        "person": ("token", "access code", "codigo de acceso", "contrasena"),
    },
    "id|response id|id de (la )?respuesta|lastpage|last page|ultima pagina|startlanguage|start language"
    "|(lenguaje|idioma) inicial|seed|semilla|datestamp|date last action|fecha de la ultima accion"
    "|ipaddr|ip address|direccion ip|refurl|referrer url|url de referencia|grouptime[0-9]*|.*: group time"
    "|group time: .*|question time: .*|tiempo (del grupo|de la pregunta): .*",
)
REDCAP = Tool(
    "redcap",
    (
        frozenset({"redcap_event_name"}),
        frozenset({"redcap_survey_identifier"}),
        frozenset({"redcap_repeat_instrument"}),
        frozenset({"redcap_data_access_group"}),
        frozenset({"survey identifier", "complete?"}),
        frozenset({"survey timestamp", "complete?"}),
        frozenset({"record id", "complete?"}),
    ),
    {"person": ("redcap_survey_identifier", "survey identifier")},
    "redcap_.*|record_id|record id|event name|repeat instrument|repeat instance|data access group",
)
KOBO = Tool(
    "kobo",
    (frozenset({"_submission_time"}), frozenset({"_uuid", "_id"})),
    {
        "submitted": ("_submission_time", "end"),
        "started": ("start",),
        "status": ("_validation_status",),
    },
    "_.*|start|end|today|deviceid|username|phonenumber|subscriberid|simserial|imei|audit|meta/.*|formhub/.*",
)
GOOGLE_FORMS = Tool(
    "google_forms",
    (frozenset({"marca temporal"}), frozenset({"timestamp"})),
    {
        "submitted": ("marca temporal", "timestamp"),
        "person": (
            "direccion de correo electronico",
            "nombre de usuario",
            "email address",
            "username",
        ),
    },
)
PLAIN = Tool("plain", ())
# Google's one sign is weak, so it comes last.
TOOLS = (QUALTRICS, LIMESURVEY, REDCAP, KOBO, GOOGLE_FORMS, PLAIN)


def recognise(names: Sequence[str]) -> Tool:
    """The tool whose header this is; ``PLAIN`` where it is none's."""
    return next((tool for tool in TOOLS if fits(tool, names)), PLAIN)


def fits(tool: Tool, names: Sequence[str]) -> bool:
    """Whether the header has what the tool's exports are known by."""
    there = {plain(_code(name)) for name in names} | {plain(name) for name in names}
    if tool is GOOGLE_FORMS:
        return any(sign == {plain(name) for name in names[:1]} for sign in tool.signs)
    if tool is REDCAP and "record_id" in there and any(name.endswith("_complete") for name in there):
        return True
    return any(sign <= there for sign in tool.signs)


def own_columns(tool: Tool, names: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """The columns that the tool fills in: those with a role, by role, and the names of all of them."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(plain(name), name)
    roles = {
        role: next(by_name[name] for name in wanted if name in by_name)
        for role, wanted in tool.roles.items()
        if any(name in by_name for name in wanted)
    }
    own = {name for name in names if re.fullmatch(tool.own, plain(name))}
    if tool is LIMESURVEY:
        questions = {name.partition("[")[0] for name in names}
        own |= {name for name in names if name.endswith("Time") and name.removesuffix("Time") in questions}
    if tool is REDCAP:
        forms = [p.removesuffix("_complete") for p in by_name if p.endswith("_complete")]
        done = [by_name[f"{form}_complete"] for form in forms]
        done += [name for name in names if re.fullmatch(r"complete\?( \([0-9]+\))?", plain(name))]
        sent = [by_name[f"{form}_timestamp"] for form in forms if f"{form}_timestamp" in by_name]
        sent += [name for name in names if re.fullmatch(r"survey timestamp( \([0-9]+\))?", plain(name))]
        own |= {*done, *sent}
        # With several forms nobody but the analyst knows which of them counts.
        roles |= {r: found[0] for r, found in (("finished", done), ("submitted", sent)) if len(found) == 1}
        first = names[0]
        if plain(first) in ("record_id", "record id"):
            roles.setdefault("person", first)
    return roles, own | set(roles.values())


def qualtrics_header(rows: Sequence[Sequence[Cell]]) -> tuple[Sequence[Cell], int]:
    """The row of question texts below the names (empty where there is none), and how many rows are header.

    CSV files have a row of names, one of texts, one of ids (``{"ImportId":...}``); workbooks have no ids.
    """
    for place, row in enumerate(rows[1:3], 1):
        cells = [str(cell) for cell in row if cell is not None]
        if cells and all(re.match(r'\{\s*"ImportId"', cell) for cell in cells):
            return (rows[1] if place > 1 else ()), place + 1
    below = next(
        (rows[1][i] for i, name in enumerate(rows[0]) if plain(str(name)) == "startdate" and len(rows) > 1),
        None,
    )
    # A title such as "Start Date" where answers have a time.
    if isinstance(below, str) and not any(c.isdigit() for c in below):
        return rows[1], 2
    return (), 1


def limesurvey_parts(name: str) -> tuple[str, str]:
    """Code and text of a heading such as ``Q1[SQ001]. How often ...?``; text is blank where there is a code only."""
    found = re.fullmatch(r"([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)\.\s*(.*)", name, re.S)
    return (found[1], found[2].strip()) if found else (name, "")


def _code(name: str) -> str:
    return limesurvey_parts(name)[0]


# Numbers are Qualtrics' own: 0 answered through a link, 1 preview, 2 test, 4 imported, 8 possibly spam, 16 offline.
_STATUS = {
    "1": "preview",
    "2": "test",
    "8": "spam",
    "9": "preview",
    "12": "spam",
    "17": "preview",
    "40": "spam",
}
_WORDS = {"preview": "preview", "vista previa": "preview", "test": "test", "prueba": "test", "spam": "spam"}
_RULES = {
    "preview": "a preview of the questionnaire, no answer",
    "test": "made by the tool as a test, no answer",
    "spam": "marked by the tool as spam",
}


def no_answer(status: Cell) -> str:
    """Why a row of Qualtrics with this status is no answer; blank where it is one."""
    if status is None:
        return ""
    told = f"{status:g}" if isinstance(status, float) else plain(str(status))
    kind = _STATUS.get(told) or next((k for word, k in _WORDS.items() if word in told), "")
    return _RULES.get(kind, "")
