"""Formulas in the language of lme4: ``score ~ treat * post + (1 + post | school/teacher)``.

Only the outcome and the random part are read here; the fixed part goes as text to ``coding.py``. A random term is
``(columns | group)`` or, with independent columns, ``(columns || group)``. ``a:b`` is the crossing of two columns and
``a/b`` stands for ``a + a:b``. Source of the language: Bates, Maechler, Bolker & Walker 2015, J. Stat. Softw. 67(1),
section 2.1 and table 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trenza.contracts.faults import TrenzaError

_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*|`[^`]+`")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class FormulaError(TrenzaError):
    """A formula that cannot be read; the message shows it with a mark under the place."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text, self.position, self.problem = text, position, problem
        super().__init__(f"formula: {problem} (character {position + 1})\n  {text}\n  {' ' * position}^")


@dataclass(frozen=True)
class RandomTerm:
    """Columns that vary together over the levels of one group.

    ``columns`` are column names in order, ``"1"`` for the intercept. Their covariance matrix is free.
    ``group`` holds the crossed columns, one name in most cases; ``position`` is its place in the formula.
    """

    columns: tuple[str, ...]
    group: tuple[str, ...]
    position: int

    @property
    def group_name(self) -> str:
        """The group as it is named in tables."""
        return ":".join(self.group)


@dataclass(frozen=True)
class Formula:
    """``outcome ~ fixed + random``, with the text as it was written."""

    text: str
    outcome: str
    fixed: str
    random: tuple[RandomTerm, ...]


def parse_formula(text: str) -> Formula:
    """Read a formula; raises ``FormulaError`` that points at the first character that is wrong."""
    if not isinstance(text, str) or not text.strip():
        raise FormulaError(str(text), 0, "the formula is empty; write outcome ~ fixed + (1 | group)")
    if text.count("~") != 1:
        where = text.find("~", text.find("~") + 1) if "~" in text else len(text)
        raise FormulaError(text, where, "one ~ between outcome and terms is needed")
    tilde = text.index("~")
    outcome = _outcome(text, tilde)
    _balanced(text)
    bars = _bars(text, tilde + 1)
    if not bars:
        raise FormulaError(text, len(text), "no random term; write (1 | group)")
    fixed = _without(text, tilde + 1, bars)
    random: list[RandomTerm] = []
    for start, end in bars:
        random += _Bar(text, start + 1, end - 1).terms()
    seen: dict[tuple[str, frozenset[str]], RandomTerm] = {}
    for term in random:
        for column in term.columns:
            key = (column, frozenset(term.group))
            if key in seen:
                what = "intercept" if column == "1" else column
                raise FormulaError(text, term.position, f"{what} varies twice over {term.group_name}")
            seen[key] = term
    return Formula(text, outcome, fixed, tuple(random))


def _outcome(text: str, tilde: int) -> str:
    left = text[:tilde]
    begin = len(left) - len(left.lstrip())
    match = _NAME.match(left, begin)
    if not match:
        raise FormulaError(text, begin, "the outcome before ~ has to be the name of a column")
    if left[match.end() :].strip():
        at = match.end() + len(left[match.end() :]) - len(left[match.end() :].lstrip())
        raise FormulaError(text, at, "the outcome has to be one column; transform it before the fit")
    return match.group().strip("`")


def _balanced(text: str) -> None:
    """Brackets close in order; a ``|`` stands inside of them."""
    opened: list[int] = []
    for i, character in _outside_quotes(text):
        if character == "(":
            opened.append(i)
        elif character == ")":
            if not opened:
                raise FormulaError(text, i, "this ) closes nothing")
            opened.pop()
        elif character == "|" and not opened:
            raise FormulaError(text, i, "a random term needs brackets around it: (1 | group)")
    if opened:
        raise FormulaError(text, opened[-1], "this ( is never closed")


def _outside_quotes(text: str) -> list[tuple[int, str]]:
    """Characters of the formula that are not part of a quoted name or string."""
    quote, kept = "", []
    for i, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "`'\"":
            quote = character
        else:
            kept.append((i, character))
    if quote:
        raise FormulaError(text, text.rindex(quote), f"this {quote} is never closed")
    return kept


def _bars(text: str, begin: int) -> list[tuple[int, int]]:
    """Spans (start, end) of the outermost brackets that hold a ``|``."""
    depth, start, has_bar, spans = 0, 0, False, []
    for i, character in _outside_quotes(text):
        if i < begin:
            continue
        if character == "(":
            if depth == 0:
                start, has_bar = i, False
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0 and has_bar:
                spans.append((start, i + 1))
        elif character == "|":
            has_bar = True
            if depth > 1:
                raise FormulaError(text, i, "a random term cannot stand inside other brackets")
    return spans


def _without(text: str, begin: int, bars: list[tuple[int, int]]) -> str:
    """The fixed part: what is left when the random terms and their plus signs are taken away."""
    pieces, at = [], begin
    for start, end in bars:
        before = text[at:start]
        if before.strip():
            if not before.rstrip().endswith("+"):
                raise FormulaError(text, start, "a + is missing before this random term")
            before = before.rstrip()[:-1]
            if not before.strip() and at == begin:
                raise FormulaError(text, begin, "a term is missing before this +")
        elif at != begin:
            raise FormulaError(text, start, "a + is missing before this random term")
        pieces.append(before)
        at = end
    tail = text[at:]
    if tail.strip():
        if not tail.lstrip().startswith(("+", "-")):
            skipped = len(tail) - len(tail.lstrip())
            raise FormulaError(text, at + skipped, "a + is missing after the random term")
        if not any(piece.strip() for piece in pieces) and tail.lstrip().startswith("+"):
            tail = tail.lstrip()[1:]
            if not tail.strip():
                raise FormulaError(text, len(text.rstrip()) - 1, "a term is missing after this +")
        elif not tail.strip()[1:].strip():
            raise FormulaError(text, len(text.rstrip()) - 1, "a term is missing after this sign")
    fixed = "".join([*pieces, tail]).strip()
    return fixed or "1"


class _Bar:
    """One ``(columns | group)``, read from ``text[at:end]`` without its brackets."""

    def __init__(self, text: str, at: int, end: int) -> None:
        self.text, self.at, self.end = text, at, end

    def fail(self, problem: str, position: int | None = None) -> FormulaError:
        return FormulaError(self.text, self.at if position is None else position, problem)

    def space(self) -> None:
        while self.at < self.end and self.text[self.at].isspace():
            self.at += 1

    def take(self, token: str) -> bool:
        self.space()
        found = self.at < self.end and self.text.startswith(token, self.at)
        self.at += len(token) if found else 0
        return found

    def name(self, what: str) -> str:
        self.space()
        match = _NAME.match(self.text, self.at, self.end)
        if not match:
            raise self.fail(f"{what} is missing here")
        self.at = match.end()
        return match.group().strip("`")

    def terms(self) -> list[RandomTerm]:
        columns = self.columns()
        if not self.take("|"):
            raise self.fail("after the columns that vary a | is needed")
        independent = self.take("|")
        if not independent and self.at < self.end and self.text[self.at] == "|":
            raise self.fail("one | or two || are allowed")
        self.space()
        position = self.at
        groups = self.groups()
        self.space()
        if self.at < self.end:
            raise self.fail("a group is a column, a:b or a/b")
        sets = [(column,) for column in columns] if independent else [tuple(columns)]
        return [RandomTerm(chosen, group, position) for group in groups for chosen in sets]

    def columns(self) -> list[str]:
        """``1 + x``, ``x`` (with the intercept, as in lme4), ``0 + x`` or ``x - 1``."""
        intercept, columns, sign, first = True, [], "+", True
        while True:
            self.space()
            if first and self.take("-"):
                sign = "-"
            number = _NUMBER.match(self.text, self.at, self.end)
            if number:
                if number.group() not in ("0", "1"):
                    raise self.fail("only 0 and 1 stand for the intercept")
                intercept = (number.group() == "1") == (sign == "+")
                self.at = number.end()
            else:
                if sign == "-":
                    raise self.fail("only the intercept can be taken away, with - 1")
                name = self.name("a column or 1")
                if name in columns:
                    raise self.fail(f"{name} stands here twice", self.at - len(name))
                columns.append(name)
            self.space()
            if self.take("+"):
                sign = "+"
            elif self.take("-"):
                sign = "-"
            else:
                break
            first = False
        if not intercept and not columns:
            raise self.fail("nothing varies: neither the intercept nor a column")
        return ["1", *columns] if intercept else columns

    def groups(self) -> list[tuple[str, ...]]:
        """Each group of ``a/b:c/d``: a; a, b, c; a, b, c, d."""
        groups, path = [], [self.crossing()]
        groups.append(path[0])
        while self.take("/"):
            path.append(self.crossing())
            groups.append(tuple(dict.fromkeys(name for part in path for name in part)))
        return groups

    def crossing(self) -> tuple[str, ...]:
        names = [self.name("the group")]
        while self.take(":"):
            names.append(self.name("a group"))
        return tuple(dict.fromkeys(names))
