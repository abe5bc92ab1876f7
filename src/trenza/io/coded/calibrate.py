"""Finding out how the program that wrote a project counted its positions, from the passages themselves.

People mark whole words. Under the right rule nearly all passages begin and end where words do; under a wrong one
they drift away from them, the more the further down the text. Where the file quotes the passages, the quotations
decide. No rule is taken on a thin margin: the reader stops and says what it was torn between.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import InputFaults
from trenza.io.coded.offsets import RULES, Rule, Text, places
from trenza.io.grid import refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How programs were found to count, by what their files say wrote them.
KNOWN = {
    "nvivo for windows": Rule("UTF-16", 0),
    "qualcoder": Rule("code point", 1),
    "qualitative-coding": Rule("code point", 1),
}
# What a rule has to win, of the ends of passages that it reads otherwise: less is chance.
CLEAR_SHARE = 0.5
# Ends that it has to win at least before it is taken against what is known or usual.
CLEAR_ENDS = 3
# The same between two rules that are both usual.
THIN_SHARE = 0.2
_SPACE, _WORD, _OTHER = 1, 2, 3


@dataclass(frozen=True)
class Passage:
    """A passage as the file counts it; ``quote`` is its text where the file has it, else blank."""

    document: str
    start: int
    end: int
    quote: str = ""


@dataclass(frozen=True)
class Calibration:
    """The rule taken; places of every passage in the LF text (in the order given), and whether both are whole.

    ``score``: share of the ends of passages at the edge of a word (of passages that read as quoted); ``margin``:
    score less that of the best rule that reads any passage otherwise. ``None`` where there is nothing to compare.
    """

    rule: Rule
    starts: NDArray[Any]
    ends: NDArray[Any]
    whole: NDArray[Any]
    score: float | None
    margin: float | None


@dataclass(frozen=True)
class _Reading:
    """One way to read all passages: the rules that give it, and which ends (or quotations) are right under it.

    ``told``: the passages that say something of it; where quotations decide, those that are quoted.
    """

    rules: tuple[Rule, ...]
    starts: NDArray[Any]
    ends: NDArray[Any]
    whole: NDArray[Any]
    right: NDArray[Any]
    told: NDArray[Any]

    @property
    def score(self) -> float:
        """Share that is right."""
        return float(self.right[self.told].mean()) if self.told.any() else 0.0

    def won(self, other: _Reading) -> tuple[int, int]:
        """Ends won from ``other`` less those lost to it, and how many the two read otherwise."""
        import numpy as np

        places = [self.starts != other.starts, self.ends != other.ends]
        unlike = np.stack(places if self.right.shape[1] == 2 else [places[0] | places[1]], axis=1)
        unlike &= self.told[:, None]
        return int((self.right.astype(int) - other.right.astype(int))[unlike].sum()), int(unlike.sum())


def calibrate(
    texts: Mapping[str, Text],
    passages: Sequence[Passage],
    exporter: str,
    file: str,
    given: Rule | None = None,
) -> Calibration:
    """The rule by which ``passages`` are counted.

    ``given``: the rule, where the user or the file itself says it; then only its score is found out.
    Raises ``InputFaults`` where two rules read the passages otherwise and the passages do not say which is right.
    """
    readings = _readings(texts, passages)
    known = next((r for name, r in KNOWN.items() if exporter.lower().startswith(name)), None)
    if given or known:
        usual = [next(r for r in readings if (given or known) in r.rules)]
    else:
        usual = [r for r in readings if {*r.rules} & {*_usual_rules(texts)}]
    best = max(usual, key=_rank)
    if given is None:
        best = _proved(file, best, usual, readings, known is not None)
    others = [r.score for r in readings if r is not best]
    score = best.score if passages else None
    rule = given or (known if known in best.rules else None) or best.rules[0]
    margin = best.score - max(others) if passages and others else None
    return Calibration(rule, best.starts, best.ends, best.whole, score, margin)


def _rank(reading: _Reading) -> tuple[float, int]:
    return reading.score, -RULES.index(reading.rules[0])


def _proved(
    file: str, best: _Reading, usual: Sequence[_Reading], readings: Sequence[_Reading], known: bool
) -> _Reading:
    """``best`` of the usual readings, or one out of the ordinary that clearly beats it; it stops where that is not
    clear, and where another reading of the same standing is as good.
    """
    won = [(r, *r.won(best)) for r in readings if r not in usual]
    better = [(r, n) for r, n, unlike in won if n > CLEAR_SHARE * unlike]
    # An end at the edge of a word may be chance, a quotation is not.
    clear = [r for r, n in better if n >= (CLEAR_ENDS if r.right.shape[1] == 2 else 1)]
    rivals = usual
    if clear:
        best, rivals = max(clear, key=_rank), readings
    elif better and not known:
        raise _thin(file, best, better[0][0])
    for rival in rivals:
        if rival is not best:
            n, unlike = best.won(rival)
            if n <= THIN_SHARE * unlike:
                raise _thin(file, best, rival)
    return best


def _usual_rules(texts: Mapping[str, Text]) -> list[Rule]:
    """Programs as they are: end exclusive, no mark counted, breaks of two characters only where they are stored."""
    stored = any(t.crlf.size for t in texts.values())
    return [r for r in RULES if r.end == "exclusive" and not r.bom and (stored or r.newline != 2)]


def _readings(texts: Mapping[str, Text], passages: Sequence[Passage]) -> list[_Reading]:
    """The rules that read at least one passage otherwise, in the order of ``RULES``."""
    import numpy as np

    order: dict[str, list[int]] = {}
    for i, passage in enumerate(passages):
        order.setdefault(passage.document, []).append(i)
    starts = np.array([p.start for p in passages], dtype=np.int64)
    ends = np.array([p.end for p in passages], dtype=np.int64)
    found: dict[bytes, tuple[list[Rule], NDArray[Any], NDArray[Any], NDArray[Any]]] = {}
    for rule in RULES:
        at, to = starts.copy(), ends + (rule.end == "inclusive")
        whole = np.ones(len(passages), dtype=bool)
        for document, rows in order.items():
            at[rows], first = places(texts[document], rule, at[rows])
            to[rows], last = places(texts[document], rule, to[rows])
            whole[rows] = first & last
        key = at.tobytes() + to.tobytes() + whole.tobytes()
        found.setdefault(key, ([], at, to, whole))[0].append(rule)
    ways = [(tuple(rules), at, to, whole) for rules, at, to, whole in found.values()]
    told = np.array([bool(p.quote.strip()) for p in passages], dtype=bool)
    if told.any():
        quoted = [_quoted(texts, passages, at, to) for _, at, to, _ in ways]
        if 2 * max(int(q.sum()) for q in quoted) >= told.sum():
            return [_Reading(*way, right, told) for way, right in zip(ways, quoted, strict=True)]
    kinds = {document: _kinds(texts[document].lf) for document in order}
    told = np.ones(len(passages), dtype=bool)
    return [_Reading(*way, _at_edges(kinds, order, *way[1:]), told) for way in ways]


def _quoted(
    texts: Mapping[str, Text], passages: Sequence[Passage], at: NDArray[Any], to: NDArray[Any]
) -> NDArray[Any]:
    """Passages x 1: whether the text is what the file quotes, or begins so where the quotation is cut short."""
    import numpy as np

    right = []
    for passage, a, b in zip(passages, at.tolist(), to.tolist(), strict=True):
        quote = " ".join(passage.quote.split())
        text = " ".join(texts[passage.document].lf[max(a, 0) : max(b, 0)].split()) if quote else ""
        cut = quote.removesuffix("...").removesuffix("…").rstrip()
        right.append(
            bool(quote)
            and (text == quote or (len(cut) > 7 and len(cut) < len(quote) and text.startswith(cut)))
        )
    return np.array(right, dtype=bool).reshape(len(right), 1)


def _at_edges(
    kinds: Mapping[str, NDArray[Any]],
    order: Mapping[str, list[int]],
    at: NDArray[Any],
    to: NDArray[Any],
    whole: NDArray[Any],
) -> NDArray[Any]:
    """Passages x (start, end): whether it is at the edge of a word, with no space inside the passage there."""
    import numpy as np

    right = np.zeros((len(at), 2), dtype=bool)
    for document, rows in order.items():
        # A space stands before and after the text, so its characters are one further on.
        kind = kinds[document]
        a, b = at[rows], to[rows]
        good = whole[rows] & (a >= 0) & (a < b) & (b <= kind.size - 2)
        a, b = np.where(good, a, 0), np.where(good, b, 0)
        first, last = kind[a + 1], kind[b]
        right[rows, 0] = good & ((first == _OTHER) | ((first == _WORD) & (kind[a] != _WORD)))
        right[rows, 1] = good & ((last == _OTHER) | ((last == _WORD) & (kind[b + 1] != _WORD)))
    return right


def _kinds(text: str) -> NDArray[Any]:
    """The kind of each character of a text, between two spaces."""
    import numpy as np

    points = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), dtype="<u4")
    seen = {*text, " "}
    table = np.zeros(max(map(ord, seen)) + 1, dtype=np.uint8)
    for character in seen:
        table[ord(character)] = _kind(character)
    kinds: NDArray[Any] = table[points]
    return kinds


@cache
def _kind(character: str) -> int:
    if character.isspace():
        return _SPACE
    # Marks that combine with a letter belong to its word.
    return _WORD if character.isalnum() or unicodedata.category(character).startswith("M") else _OTHER


def _thin(file: str, best: _Reading, rival: _Reading) -> InputFaults:
    found = (
        f"positions that can be counted in two ways: {best.rules[0]} (score {best.score:.3f}) or "
        f"{rival.rules[0]} (score {rival.score:.3f})"
    )
    return refusal(
        file, found, "passages that tell them apart; or say the rule: read_project(..., counting=Rule(...))"
    )
