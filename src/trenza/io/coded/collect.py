"""What a reader found, row by row, and how it becomes a ``Project``: checked, without repeats, sorted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trenza.contracts.coded_project import FRAMES, META, Project
from trenza.contracts.faults import ContractBroken, Fault, InputFaults

if TYPE_CHECKING:
    import pandas as pd

SEPARATOR = " > "
MOST_LEVELS = 200
_BROKEN = "the reference leads nowhere"


@dataclass
class Found:
    """Rows in the order of the columns of ``contracts.coded_project``; a reader fills it, ``project`` ends it.

    ``codes`` leave out path and depth. ``tolerant``: what leads nowhere (a passage beyond the
    text) is left out and counted instead of refused; a coder who is not in the list is kept by the id alone. ``faults``: what the user has to mend.
    """

    file: str
    tolerant: bool = False
    documents: list[tuple[str, str, str, str, str | None]] = field(default_factory=list)
    codes: list[tuple[str, str | None, str, bool, str | None, str | None]] = field(default_factory=list)
    coders: list[tuple[str, str]] = field(default_factory=list)
    codings: list[tuple[str, int | None, int | None, str, str | None, str | None]] = field(
        default_factory=list
    )
    cases: list[tuple[str, str]] = field(default_factory=list)
    attributes: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    spans: list[tuple[str, str, int | None, int | None]] = field(default_factory=list)
    notes: list[tuple[str, str | None, str | None, str, str | None]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    meta: dict[str, str | int | float | None] = field(default_factory=lambda: dict.fromkeys(META))
    lost: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def lose(self, place: str, what: str, why: str, count: int = 1) -> None:
        """Count something that is not imported, or not as it stands."""
        if count:
            self.lost[place, what, why] += count

    def refuse(self, place: str, found: str, allowed: str, column: str = "") -> None:
        """Note a fault; ``project`` raises all of them."""
        self.faults.append(Fault(self.file, place, column, found, allowed))

    def broken(self, place: str, found: str, allowed: str) -> None:
        """Something leads nowhere: a fault, or where the reader is tolerant a row of the loss report."""
        if self.tolerant:
            self.lose(place, found, _BROKEN)
        else:
            self.refuse(place, found, allowed)

    def project(self) -> Project:
        """The project; raises ``InputFaults`` with all that was found wrong, and then gives nothing."""
        self._unique("code", [c[:1] + c[2:3] for c in self.codes], "codes")
        self._unique("document", [d[:2] for d in self.documents], "documents")
        self._unique("case", self.cases, "cases")
        self.coders = self._one_name("coder", self.coders)
        paths = self._paths()
        self._references()
        if self.faults:
            raise InputFaults(self.faults)
        codings = self._codings()
        notes = self._first(self.notes, (0, 3, 4), "notes", "the same note twice about one thing")
        attributes = self._first(self.attributes, (0, 1), "cases", "a second value of one attribute")
        codes = [
            (c, parent, name, SEPARATOR.join(paths[c]), len(paths[c]) - 1, codable, colour, description)
            for c, parent, name, codable, colour, description in self.codes
        ]
        spans = [*dict.fromkeys(self.spans)]
        loss = [(self.file, place, what, n, why) for (place, what, why), n in self.lost.items()]
        return Project(
            documents=_frame("documents", self.documents),
            codes=_frame("codes", codes, ["path", "code"]),
            coders=_frame("coders", self.coders),
            codings=_frame("codings", codings),
            cases=_frame("cases", self.cases),
            case_attributes=_frame("case_attributes", attributes),
            case_spans=_frame("case_spans", spans),
            notes=_frame("notes", notes),
            loss=_frame("loss", loss),
            meta=self.meta,
        )

    def _unique(self, what: str, rows: Iterable[tuple[Any, ...]], place: str) -> None:
        names: dict[str, list[str]] = {}
        for row in rows:
            names.setdefault(row[0], []).append(str(row[1]))
        for key, shared in sorted(names.items()):
            if len(shared) > 1:
                told = ", ".join(repr(n) for n in sorted(shared)[:5])
                self.refuse(
                    place, f"{len(shared)} with the id {key}: {told}", f"an id of its own for each {what}"
                )

    def _one_name(self, what: str, rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Coders once each; one id with two names is a fault."""
        rows = sorted(set(rows))
        self._unique(what, rows, "coders")
        return rows

    def _paths(self) -> dict[str, tuple[str, ...]]:
        """Names from the root to each code; faults for parents that do not exist, circles and too many levels."""
        parents = {c[0]: c[1] for c in self.codes}
        names = {c[0]: c[2] for c in self.codes}
        for child, parent in sorted(parents.items()):
            if parent is not None and parent not in parents:
                self.refuse(
                    "codes", f"{names[child]!r} below {parent}, which does not exist", "a code of the file"
                )
        paths: dict[str, tuple[str, ...]] = {}
        reported: set[str] = set()
        for start in sorted(parents):
            trail: list[str] = []
            code: str | None = start
            while code is not None and code in parents and code not in paths and code not in trail:
                trail.append(code)
                if len(trail) > MOST_LEVELS:
                    self.refuse("codes", f"more than {MOST_LEVELS} levels of codes", "a codebook for people")
                    return dict.fromkeys(parents, ())
                code = parents[code]
            if code in trail:
                ring = trail[trail.index(code) :]
                if not reported & {*ring}:
                    first = ring.index(min(ring))
                    told = " below ".join(names[c] for c in [*ring[first:], *ring[:first], min(ring)])
                    self.refuse("codes", f"a circle: {told}", "a tree: every code ends at a root")
                    reported |= {*ring}
                paths.update(dict.fromkeys(trail, ()))
                continue
            above: tuple[str, ...] = paths.get(code, ()) if code is not None else ()
            for step in reversed(trail):
                above = (*above, names[step])
                paths[step] = above
        return paths

    def _references(self) -> None:
        """Codings, spans and attributes that name something that is not there; passages beyond the text."""
        sizes = {d[0]: len(d[2]) for d in self.documents}
        titles = {d[0]: d[1] for d in self.documents}
        kept = {"code": {c[0] for c in self.codes}, "coder": {c[0] for c in self.coders}}
        bad: Counter[tuple[str, str, str]] = Counter()
        codings: list[tuple[str, int | None, int | None, str, str | None, str | None]] = []
        strangers: set[str] = set()
        for row in self.codings:
            document, start, end, code, coder, _ = row
            if document not in sizes:
                bad[
                    "codings",
                    f"a coding of the document {document}, which is not there",
                    "a document of the file",
                ] += 1
            elif code not in kept["code"]:
                bad[
                    "codings", f"a coding with the code {code}, which is not there", "a code of the file"
                ] += 1
            elif not _within(start, end, sizes[document]):
                bad["codings", _beyond(titles[document], sizes[document]), _WITHIN] += 1
            elif coder is not None and coder not in kept["coder"]:
                bad[
                    "codings", f"a coding by {coder}, who is not in the list of coders", "a coder of the list"
                ] += 1
                strangers.add(coder)
                codings.append(row)
            else:
                codings.append(row)
        self.codings = codings
        # Where the reader is tolerant, coders whom the file does not list are told apart by their ids.
        self.coders += [(c, c) for c in sorted(strangers)]
        spans = []
        for case, document, start, end in self.spans:
            if document not in sizes:
                bad[
                    "cases",
                    f"a case in the document {document}, which is not there",
                    "a document of the file",
                ] += 1
            elif not _within(start, end, sizes[document]):
                bad["cases", _beyond(titles[document], sizes[document]), _WITHIN] += 1
            else:
                spans.append((case, document, start, end))
        self.spans = spans
        for (place, found, allowed), n in sorted(bad.items()):
            if self.tolerant:
                self.lose(place, found, _BROKEN, n)
            else:
                self.refuse(place, found + (f" ({n} times)" if n > 1 else ""), allowed)

    def _codings(self) -> list[tuple[Any, ...]]:
        """Each (document, start, end, code, coder) once, with the earliest date."""
        first: dict[tuple[Any, ...], str | None] = {}
        for *key, created in self.codings:
            place = (*key,)
            if place in first:
                self.lose("codings", "the same passage twice under one code by one coder", "kept once")
                known = first[place]
                created = min(known, created) if known and created else known or created
            first[place] = created
        return [(d, a, b, code, coder, a is None, when) for (d, a, b, code, coder), when in first.items()]

    def _first(
        self, rows: Iterable[tuple[Any, ...]], key: tuple[int, ...], place: str, what: str
    ) -> list[tuple[Any, ...]]:
        """One row a key: that which comes first when all are sorted, whatever their order in the file."""
        kept: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for row in sorted(set(rows), key=lambda r: [(v is not None, v or "") for v in r]):
            name = tuple(row[k] for k in key)
            if name in kept:
                self.lose(place, what, "only the first is kept")
            kept.setdefault(name, row)
        return [*kept.values()]


_WITHIN = "passages within the text, the end after the start"


def _within(start: int | None, end: int | None, size: int) -> bool:
    if start is None or end is None:
        return start is None and end is None
    return 0 <= start < end <= size


def _beyond(title: str, size: int) -> str:
    return f"a passage beyond the text of {title!r} ({size:,} characters), or one without characters"


def _frame(name: str, rows: Iterable[tuple[Any, ...]], by: list[str] | None = None) -> pd.DataFrame:
    """A frame that keeps its contract: blanks missing, sorted by its key (blanks first), typed.

    By hand and not by ``Contract.check``, which costs more than all the rest of reading a small project; a test
    compares the two.
    """
    import pandas as pd

    contract = FRAMES[name]
    order = [contract.names.index(c) for c in by or contract.key]
    ready = sorted(rows, key=lambda r: [(r[i] is not None, r[i]) for i in order])
    columns = [*zip(*ready, strict=True)] or [()] * len(contract.names)
    dtypes = {"text": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
    series = {}
    for column, values in zip(contract.columns, columns, strict=True):
        if column.kind == "text" and (name, column.name) != ("documents", "text"):
            values = tuple(v or None for v in values)
        if not column.blank and None in values:
            raise ContractBroken(f"table {name}: a blank in the column {column.name}")
        if column.allowed and not {*values} <= {*column.allowed, None}:
            raise ContractBroken(f"table {name}: unknown values in the column {column.name}")
        series[column.name] = pd.Series([*values], dtype=dtypes[column.kind])
    return pd.DataFrame(series)
