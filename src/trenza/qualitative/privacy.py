"""Before a text leaves: names and places marked, and quotations that would single out one person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache

import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.plain import plain
from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES

_CAPITAL = r"[A-ZÁÉÍÓÚÜÑ]"
_NAME = rf"{_CAPITAL}[\w'’-]*[^\W\d_]"
_JOINED = rf"{_NAME}(?:\s+(?:(?:de|del|la|las|los|y|of)\s+)*{_NAME})*"

# What the rule looks for: a word that people stand behind, or the shape of an address.
_RULES = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("id_number", re.compile(r"\b\d{1,2}\.?\d{3}\.?\d{3}-[\dkK]\b")),
    ("phone", re.compile(r"(?<!\d)(?:\+?56[\s-]?)?(?:\(?0?\d{1,2}\)?[\s-])?\d{4}[\s-]\d{4}(?!\d)|\+\d[\d\s-]{7,}\d|(?<!\d)9\d{8}(?!\d)")),
    ("title_and_name", re.compile(rf"(?i:\b(?:sra?|srta|don|doña|profe(?:sora?)?|profa?|tía|tío|miss|mr|mrs|ms|dra?|señora?|señorita)\b\.?)\s+({_JOINED})")),
    ("school", re.compile(rf"(?i:\b(?:escuela|liceo|colegio|instituto|jardín|school|college)\b)\s+((?:(?i:particular|municipal|básica|básico|de|del|la|el|los|las|nº|n°|n\.º|no\.)\s+)*(?:[A-Z]-?\d+|\d+|{_JOINED}))")),
    ("place", re.compile(rf"(?i:\b(?:comuna|ciudad|pueblo|población|villa|calle|avenida|sector|barrio|caleta|street|town)\b)\s+(?:(?i:de|del|la|el|los|las|of)\s+)*({_JOINED})")),
)  # fmt: skip
# Words that follow a title or a school without being a name.
_NO_NAME = frozenset(
    plain(w) for w in ("Jefe", "Jefa", "Director", "Directora", "UTP", "PIE", "SEP", "Yo", "Se")
)


def marked_names(
    documents: pd.DataFrame, listed: pd.DataFrame, keep: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(documents with names marked, table ``name_marks``): nothing is hidden that the table does not list.

    ``listed``: columns name, pseudonym (blank: marked as [NAME]), compared as whole words without regard to case
    and accents, longest first. Then a rule marks e-mail addresses, Chilean id numbers, telephones, a title with
    a name, schools and places; ``keep`` names words that it leaves. A rule does not find all names: the result
    is to be read before it leaves. Positions in the table are those of the old text; codings of it do not fit
    the new one. Raises ``InputFaults`` for blank or repeated names.
    """
    faults = []
    seen: dict[str, int] = {}
    for line, name in enumerate(listed["name"], 2):
        if not isinstance(name, str) or not plain(name):
            faults.append(Fault("list of names", str(line), "name", "a blank cell", "a name"))
        elif not re.match(r"\w", plain(name)):
            faults.append(
                Fault("list of names", str(line), "name", repr(name), "a name that begins with a letter")
            )
        elif plain(name) in seen:
            twice = f"{name!r}, as in row {seen[plain(name)]}"
            faults.append(Fault("list of names", str(line), "name", twice, "each name once"))
        else:
            seen[plain(name)] = line
    if faults:
        raise InputFaults(faults)
    known = {plain(n): p if isinstance(p, str) and p else "[NAME]" for n, p in zip(listed["name"], listed["pseudonym"], strict=True)}  # fmt: skip
    kept = {plain(w) for w in keep} | _NO_NAME
    by_word = _by_first_word(known)
    texts, rows = [], []
    for document, text in documents[["document", "text"]].itertuples(index=False, name=None):
        pieces, last = [], 0
        for start, end, why, by in _found(text, known, by_word, kept):
            pieces += [text[last:start], by]
            last = end
            rows.append((document, start, end, text[start:end], why, by))
        texts.append("".join([*pieces, text[last:]]))
    contract = QUALITATIVE_TABLES["name_marks"]
    table = pd.DataFrame(rows, columns=["document", "start", "end", "found", "why", "replaced_by"])
    table = table.sort_values(["document", "start"], ignore_index=True)
    return documents.assign(text=pd.Series(texts, index=documents.index, dtype="str")), contract.check(table)


def single_out(
    quotations: pd.DataFrame, people: pd.DataFrame, by: Sequence[str] = ("role", "school"), *, threshold: int
) -> pd.DataFrame:
    """Table ``quotation_checks``: for each quotation how many people share what is printed beside it.

    ``quotations``: quotation (id), person and the columns of ``by`` as they are to be printed, missing where not
    printed. ``people``: person and the same columns, all who could have been asked, not only who was quoted. A
    quotation ``singles_out`` where fewer than ``threshold`` people fit it. ``enough_without`` names the columns
    whose leaving out, one at a time, would be enough. Raises ``InputFaults`` for unknown people and columns, and
    where what is printed is not what is known of the person.
    """
    faults = [
        Fault(place, "", c, "no such column", "a column of this name")
        for place, table, names in (("quotations", quotations, ["quotation", "person", *by]), ("people", people, ["person", *by]))
        for c in names
        if c not in table.columns
    ]  # fmt: skip
    if faults:
        raise InputFaults(faults)
    known = people.set_index("person")[[*by]]
    rows = []
    for line, quoted in enumerate(quotations.to_dict("records"), 2):
        printed = {c: quoted[c] for c in by if not pd.isna(quoted[c])}
        person = quoted["person"]
        if person not in known.index:
            faults.append(
                Fault("quotations", str(line), "person", repr(person), "a person of the list of people")
            )
            continue
        faults += [
            Fault(
                "quotations",
                str(line),
                c,
                repr(v),
                f"{known.loc[person, c]!r}, as in the list of people, or blank",
            )
            for c, v in printed.items()
            if known.loc[person, c] != v
        ]
        fits = _fitting(known, printed)
        others = [
            c for c in printed if _fitting(known, {k: v for k, v in printed.items() if k != c}) >= threshold
        ]
        rows.append((str(quoted["quotation"]), ";".join(printed) or None, fits, fits < threshold,
                     ";".join(others) if fits < threshold and others else None, "people"))  # fmt: skip
    if faults:
        raise InputFaults(faults)
    contract = QUALITATIVE_TABLES["quotation_checks"]
    columns = ["quotation", "printed", "n_people", "singles_out", "enough_without", "counted"]
    return contract.check(pd.DataFrame(rows, columns=columns).sort_values("quotation", ignore_index=True))


def _fitting(known: pd.DataFrame, printed: dict[str, object]) -> int:
    fits = pd.Series(True, index=known.index)
    for column, value in printed.items():
        fits &= (known[column] == value).fillna(False)
    return int(fits.sum())


def _by_first_word(names: Iterable[str]) -> dict[str, list[str]]:
    """First word of a name -> the names, longest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        found.setdefault(re.split(r"\W", name, maxsplit=1)[0], []).append(name)
    return found


def _found(
    text: str, known: dict[str, str], by_word: dict[str, list[str]], kept: Collection[str]
) -> list[tuple[int, int, str, str]]:
    """(start, end, why, put in its place), not overlapping, in order; what is listed goes first."""
    taken: list[tuple[int, int, str, str]] = []

    def take(start: int, end: int, why: str, by: str) -> None:
        if all(end <= a or start >= b for a, b, _, _ in taken):
            taken.append((start, end, why, by))

    letters, at = _plain_with_places(text)
    for word in re.finditer(r"\w+", letters):
        for name in by_word.get(word.group(), ()):
            end = word.start() + len(name)
            if letters.startswith(name, word.start()) and not re.match(r"\w", letters[end : end + 1]):
                take(at[word.start()], at[end - 1] + 1, "listed", known[name])
                break
    for why, rule in _RULES:
        for m in rule.finditer(text):
            start, end = m.span(1) if m.lastindex else m.span()
            if plain(text[start:end]) not in kept and plain(text[start:end].split()[0]) not in kept:
                take(start, end, why, f"[{why.upper()}]")
    return sorted(taken)


def _plain_with_places(text: str) -> tuple[str, list[int]]:
    """The text as ``plain`` writes it, letter by letter, and where each letter stands in the old text."""
    letters: list[str] = []
    at: list[int] = []
    for i, c in enumerate(text):
        small = _letter(c)
        if small == " " and letters and letters[-1] == " ":
            continue
        letters += small
        at += [i] * len(small)
    return "".join(letters), at


@cache
def _letter(c: str) -> str:
    return " " if c.isspace() else plain(c)
