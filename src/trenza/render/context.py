"""What every part of the render room needs: the finished tables, the study's words, the language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trenza.contracts.tables import CONTRACTS, DIRECTIONS, empty
from trenza.render import language
from trenza.render.traced import current, marked_words

if TYPE_CHECKING:
    import pandas as pd


# Where a room's phrase names a level or an outcome by its id; elsewhere a word that happens to be an id stays.
_LEVEL = re.compile(r"((?:group|grupo)(?:: | '| «))(\w+)('|»|)")
_OUTCOME = re.compile(
    r"((?:baseline score|puntaje previo|window \||ventana \||repeats that of|repite el de)\s?)([a-z]\w*)((?= only| [-−]|;)|$)"
)


def _traced(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    from trenza.render.traced_frames import traced_table

    return traced_table(name, frame)


def _first_rows(frame: pd.DataFrame, column: str) -> dict[Any, dict[str, Any]]:
    """The first row of each id, or none where the frame has no such column."""
    if column not in frame.columns:
        return {}
    found: dict[Any, dict[str, Any]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(row[column], {str(k): v for k, v in row.items()})
    return found


@dataclass(frozen=True)
class Context:
    """Tables by contract name (any may be missing or empty), study.yaml as parsed, and one language.

    ``items``, ``codebook`` and ``links`` are the study's CSV files as frames. Besides the contracts'
    tables, ``tables`` may hold ``records``: the rows of a simulated source (columns source, the group
    column, one column an outcome). Rows of real people are never asked for and never drawn one by one.
    """

    tables: Mapping[str, pd.DataFrame]
    study: Mapping[str, Any]
    items: pd.DataFrame
    codebook: pd.DataFrame
    links: pd.DataFrame
    lang: str

    def table(self, name: str) -> pd.DataFrame:
        """The table, or an empty one with the contract's columns."""
        found = self.tables.get(name)
        if found is not None:
            return found if current() is None or name not in CONTRACTS else _traced(name, found)
        import pandas as pd

        return empty(name) if name in CONTRACTS else pd.DataFrame()

    def t(self, key: str, /, **fields: Any) -> str:
        """A fixed text in this context's language."""
        return language.text(self.lang, key, **fields)

    def say(self, value: Any) -> str:
        """A computing room's phrase in this context's language, with labels in place of the study's ids."""
        words = "" if language.is_missing(value) else language.unmarked_phrase(value, self.lang)
        words = _LEVEL.sub(lambda m: m[1] + self.group(m[2]) + m[3], words)
        return marked_words(_OUTCOME.sub(lambda m: m[1] + self.item(m[2]) + m[3], words), value)

    def told(self, value: Any) -> str:
        """The words of a cell as they stand there."""
        return marked_words(str(value), value)

    def how_many(self, things: Any, among: Any = None) -> str:
        """How many rows of a table, or things of a list, there are; ``among``: the table in which none was found."""
        return self.count(self.size(things, among))

    def size(self, things: Any, among: Any = None) -> Any:
        """``len`` of a table or a list, which knows the rows that were counted, or the table ``among`` that has none."""
        if current() is None:
            return len(things)
        from trenza.render.traced_frames import how_many

        return how_many(things, among)

    def num(self, value: Any, decimals: int = 2, sign: bool = False) -> str:
        """A number in this context's language."""
        return language.number(value, self.lang, decimals, sign)

    def count(self, value: Any) -> str:
        """A count in this context's language."""
        return language.integer(value, self.lang)

    def year(self, value: Any) -> str:
        """A year."""
        return language.year(value)

    def span(self, low: Any, high: Any, decimals: int = 2) -> str:
        """An interval in this context's language."""
        return language.interval(low, high, self.lang, decimals)

    @property
    def design(self) -> Mapping[str, Any]:
        """The study's declared design."""
        return dict(self.study.get("design") or {})

    def own(self, key: str) -> str:
        """A text that study.yaml gives in both languages, such as title and summary."""
        return self.own_words(self.study.get(key))

    def own_words(self, entry: Any) -> str:
        """An entry of study.yaml in this context's language; plain text stands for both languages."""
        entry = entry or {}
        words = entry.get(self.lang) or entry.get("en") or "" if isinstance(entry, Mapping) else entry
        return marked_words(" ".join(str(words).split()), words)

    def level(self, identifier: Any) -> str:
        """The label of a level, a role or a place: study.yaml's, else a general word, else the id."""
        entry = (self.study.get("labels") or {}).get(str(identifier))
        if entry:
            return self.own_words(entry) or str(identifier)
        general = f"level_{identifier}"
        return self.t(general) if language.has_text(self.lang, general) else language.plain(identifier)

    def group(self, identifier: Any) -> str:
        """The label of a level inside a sentence: small first letter, unless the word is written in capitals."""
        return language.small_first(self.level(identifier))

    def item(self, identifier: Any) -> str:
        """The label of an outcome or item."""
        return self._label(self.item_rows, identifier)

    def code(self, identifier: Any) -> str:
        """The label of a code; of one that says a direction as well, the label of the code and the direction."""
        if identifier in self._code_rows or not self.knows_code(identifier):
            return self._label(self._code_rows, identifier)
        code, _, direction = str(identifier).rpartition("_")
        return f"{self.code(code)}: {self.t(f'direction_{direction}')}"

    def knows_code(self, identifier: Any) -> bool:
        """Whether codebook.csv has the code, or one that it adds a direction to."""
        code, _, direction = str(identifier).rpartition("_")
        return identifier in self._code_rows or (code in self._code_rows and direction in DIRECTIONS)

    @cached_property
    def item_rows(self) -> dict[Any, dict[str, Any]]:
        """The rows of items.csv by id: looked up hundreds of times in a long instrument."""
        return _first_rows(self.items, "item")

    @cached_property
    def _code_rows(self) -> dict[Any, dict[str, Any]]:
        return _first_rows(self.codebook, "code")

    def _label(self, known: Mapping[Any, Mapping[str, Any]], identifier: Any) -> str:
        row = known.get(identifier)
        return self.told(row[f"label_{self.lang}"]) if row else language.plain(identifier)

    def unit(self, outcome: Any) -> str:
        """The unit of an outcome, in words; empty where items.csv has none."""
        rows = self.items.loc[self.items["item"] == outcome] if "item" in self.items.columns else self.items
        if not len(rows) or language.is_missing(rows.iloc[0]["unit"]):
            return ""
        unit = str(rows.iloc[0]["unit"])
        key = f"unit_{unit.replace('%', 'percent').replace(' ', '_')}"
        return self.t(key) if language.has_text(self.lang, key) else unit

    def proposition(self, link: Any) -> str:
        """The proposition of a link."""
        rows = self.links.loc[self.links["link"] == link]
        return self.told(rows.iloc[0][f"proposition_{self.lang}"]) if len(rows) else language.plain(link)

    def rationale(self, link: Any) -> str:
        """Why the two sides of a link speak of the same thing."""
        rows = self.links.loc[self.links["link"] == link]
        return self.told(rows.iloc[0][f"rationale_{self.lang}"]) if len(rows) else ""

    def word(self, number: str, identifier: Any) -> str:
        """A unit or cluster in a sentence (``number`` is one or many): ``school`` or ``schools``."""
        key = f"{number}_{identifier}"
        if key in (self.study.get("labels") or {}):
            return self.level(key)
        return self.t(key) if language.has_text(self.lang, key) else self.level(identifier).lower()

    def clusters(self, number: str = "many") -> str:
        """What a cluster of this study is called inside a sentence."""
        return self.word(number, str(self.design.get("cluster") or "cluster"))

    @property
    def segments_published(self) -> bool:
        """Whether the study's coded segments come from a publication."""
        segments = self.table("segments")
        kinds = (
            set(segments["source"])
            if len(segments)
            else {
                s.get("kind")
                for s in (self.study.get("sources") or {}).values()
                if s.get("holds") == "segments"
            }
        )
        return kinds == {"published"}

    def source(self, kind: Any) -> str:
        """published, simulated or real, as a word."""
        return self.t(f"source_{kind}") if language.has_text(self.lang, f"source_{kind}") else str(kind)

    def term(self, term: Any) -> str:
        """A contrast such as ``participant - control`` in words with a true minus sign."""
        parts = str(term).split(" - ")
        if len(parts) == 2:
            return f" {language.MINUS} ".join(self.level(p) for p in parts)
        return self.say(term)

    @property
    def compares(self) -> bool:
        """Whether the study compares groups; one that does not is descriptive."""
        return bool(self.design.get("group"))

    @property
    def participants(self) -> str:
        """The level of the group column that took part."""
        return str(self.design.get("participants") or "participant")

    @property
    def control(self) -> str:
        """The level of the group column that is compared with."""
        return str(self.design.get("control") or "control")

    @property
    def has_simulated(self) -> bool:
        """Whether any declared source or any table row is simulated."""
        declared = (s.get("kind") for s in (self.study.get("sources") or {}).values())
        return "simulated" in declared or any(
            "source" in t.columns and bool((t["source"] == "simulated").any()) for t in self.tables.values()
        )
