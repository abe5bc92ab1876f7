"""The fixed part of a formula as columns, by formulaic; the only file that imports it.

formulaic decides which columns a formula has and how categories are coded. Where each column is a product of plain
columns and 0/1 indicators, it is then built block by block from a recipe, which is checked against formulaic's own
matrix first; other formulas (transformations) are handed to formulaic as a whole.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import TrenzaError
from trenza.multilevel.source import Survey, numbers

_PLAIN = re.compile(r"^[^\W\d]\w*$")
_CATEGORY = re.compile(r"^C\(\s*([^\W\d]\w*|`[^`]+`)\s*(?:,.*)?\)$")
_DECLARED = re.compile(r"\bC\(\s*([^\W\d]\w*|`[^`]+`)\s*[,)]")
# What a formula may call: it comes from a configuration file, and is evaluated
_CALLS = frozenset(
    {"C", "log", "log10", "log2", "exp", "sqrt", "abs", "center", "scale", "poly", "bs", "cr", "cs", "I"}
    | {"treatment", "sum", "helmert", "diff", "poly", "SAS"}
)
# ... and what formulaic does not know by itself
_FUNCTIONS = {"sqrt": np.sqrt}


@dataclass(frozen=True)
class Piece:
    """A plain column (``level`` is None) or the indicator of one of its levels (a code)."""

    source: str
    level: int | None


@dataclass(frozen=True)
class FixedPart:
    """Columns of the fixed part.

    ``names`` as formulaic names them, ``recipes`` one tuple of pieces a column (empty: the intercept), or None where
    formulaic has to build the columns; ``coding`` says in words how each category is coded; ``spec`` is formulaic's, None
    where it was not needed to read the formula.
    """

    names: tuple[str, ...]
    recipes: tuple[tuple[Piece, ...], ...] | None
    coding: Mapping[str, str]
    spec: Any

    @property
    def intercept(self) -> int | None:
        """Position of the column of ones."""
        return self.names.index("Intercept") if "Intercept" in self.names else None


def with_quotes(fixed: str, names: Sequence[str]) -> str:
    """The fixed part with backquotes around columns whose names hold a dot, as R's do."""
    for name in sorted((n for n in names if "." in n), key=len, reverse=True):
        fixed = re.sub(rf"(?<![\w.`]){re.escape(name)}(?![\w.`(])", f"`{name}`", fixed)
    return fixed


def _plain_sum(fixed: str) -> list[str] | None:
    """The columns of a fixed part that is nothing but a sum of different columns, in order; None for all others.

    Most are so; formulaic takes longer for its words than a small model for everything else.
    """
    names = [name for part in fixed.split("+") if (name := part.strip()) != "1"]
    plain = all(_PLAIN.match(name) for name in names) and len(set(names)) == len(names)
    return names if plain else None


def variables_of(fixed: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Columns that the fixed part names, and those among them that it declares to be categories with ``C()``."""
    plain = _plain_sum(fixed)
    if plain is not None:
        return tuple(sorted(plain)), frozenset()
    formula = _formula(fixed)
    declared = frozenset(name.strip("`") for name in _DECLARED.findall(fixed))
    found: set[str] = set()
    for term in formula:
        for factor in term.factors:
            expression = str(factor.expr)
            if factor.eval_method.value == "lookup":
                found.add(expression)
            elif factor.eval_method.value == "python":
                found |= _names_called_safely(expression, fixed)
    return tuple(sorted(found)), declared


def _formula(fixed: str) -> Any:
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        formula = Formula(fixed)
    except FormulaicError as error:
        raise TrenzaError(
            f"formula: the fixed part {fixed!r} cannot be read: {_pointed(str(error))}"
        ) from error
    if not hasattr(formula, "required_variables") or hasattr(formula, "lhs"):
        raise TrenzaError(f"formula: the fixed part {fixed!r} has more than one part")
    return formula


def _pointed(said: str) -> str:
    """What formulaic says, with a mark under the place that it puts between brackets of its own."""
    if "__formulaic_variables_available__" in said:
        return "a dot does not stand for all columns; name them"
    *words, last = re.sub(r"\x1b\[[0-9;]*m", "", said).strip().splitlines()
    if "⧛" not in last:
        return " ".join([*words, last])
    words, at = [" ".join(words).strip()], last.index("⧛")
    return "\n  ".join([*words, re.sub("[⧛⧚]", "", last), " " * at + "^"])


def _names_called_safely(expression: str, fixed: str) -> set[str]:
    """Columns that an expression names; only functions in ``_CALLS``, since a formula is evaluated."""
    quoted = re.findall(r"`([^`]+)`", expression)
    try:
        tree = ast.parse(re.sub(r"`[^`]+`", "_quoted", expression), mode="eval")
    except SyntaxError as error:
        raise TrenzaError(f"formula: {expression!r} in the fixed part {fixed!r} cannot be read") from error
    functions, names = set(), set(quoted)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "?")
            functions.add(called)
            if called not in _CALLS:
                raise TrenzaError(
                    f"formula: {called}() may not be called in the fixed part {fixed!r}; "
                    f"allowed: {', '.join(sorted(_CALLS))}"
                )
        elif isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id == "contr"
        ):
            raise TrenzaError(
                f"formula: {expression!r} in the fixed part {fixed!r} is no column and no function"
            )
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names - functions - {"contr", "_quoted"}


def fixed_part(fixed: str, found: Survey, categorical: frozenset[str]) -> FixedPart:
    """Columns for the levels that the complete rows have. ``found`` is the first pass over them."""
    named = variables_of(fixed)[0]
    single = [name for name, levels in found.levels.items() if len(levels) < 2 and name in named]
    if single:
        raise TrenzaError(
            f"data: {', '.join(single)} has one level in the complete rows and explains nothing; leave it out"
        )
    plain = _plain_sum(fixed)
    if plain is not None:
        return _sum_of_columns(plain, found)
    sample = _sample(found, categorical)
    matrix = _matrix(_formula(fixed), sample, found)
    spec = matrix.model_spec
    names = tuple(str(name) for name in spec.column_names)
    if not names:
        raise TrenzaError(f"formula: the fixed part {fixed!r} has no column; leave the intercept in")
    coding = {
        str(factor): _said(str(factor), state, found) for factor, state in spec.factor_contrasts.items()
    }
    recipes = _recipes(spec, found)
    if recipes is not None:
        built = np.column_stack([_product(pieces, sample, found) for pieces in recipes])
        if not np.array_equal(built, np.asarray(matrix, dtype=float)):
            recipes = None
    return FixedPart(names, recipes, coding, spec)


def _sum_of_columns(plain: list[str], found: Survey) -> FixedPart:
    """What formulaic makes of a sum of columns: an intercept, numbers as they are, categories by treatment coding."""
    columns: dict[str, tuple[Piece, ...]] = {"Intercept": ()}
    coding: dict[str, str] = {}
    for name in plain:
        if name not in found.levels:
            columns[name] = (Piece(name, None),)
            continue
        levels = list(found.levels[name])
        coding[name] = f"treatment, reference {levels[0]}"
        columns |= {f"{name}[T.{level}]": (Piece(name, i),) for i, level in enumerate(levels) if i}
    return FixedPart(tuple(columns), tuple(columns.values()), coding, None)


def _sample(found: Survey, categorical: frozenset[str]) -> pd.DataFrame:
    """A few rows with every level, on which formulaic learns the columns."""
    longest = max([len(levels) for name, levels in found.levels.items() if name in found.head] + [2])
    rows = np.arange(max(len(found.head), longest)) % len(found.head)
    sample = found.head.iloc[rows].reset_index(drop=True)
    for shift, (name, levels) in enumerate(found.levels.items()):
        if name in sample.columns and (name in categorical or not name.startswith("group ")):
            codes = (np.arange(len(sample)) + shift * (np.arange(len(sample)) // len(levels))) % len(levels)
            sample[name] = pd.Categorical.from_codes(codes, categories=levels)
    return sample


def _said(factor: str, state: Any, found: Survey) -> str:
    kind = type(state.contrasts).__name__.removesuffix("Contrasts").lower()
    levels = list(state.levels)
    if kind == "treatment":
        base = getattr(state.contrasts, "base", None)
        reference = base if base in levels else levels[0]
        return f"treatment, reference {reference}"
    return f"{kind} over {', '.join(map(str, levels))}"


def _recipes(spec: Any, found: Survey) -> tuple[tuple[Piece, ...], ...] | None:
    """One tuple of pieces a column, by formulaic's own names; None where a factor is no plain column."""
    by_name: dict[str, tuple[Piece, ...]] = {}
    for structure in spec.structure:
        for scoped in structure.scoped_terms:
            if scoped.scale != 1:
                return None
            choices: list[list[tuple[str, Piece]]] = []
            for item in scoped.factors:
                expression = str(item.factor.expr)
                match = _CATEGORY.match(expression)
                source = (match.group(1) if match else expression).strip("`")
                if (
                    not match
                    and item.factor.factor.eval_method.value == "python"
                    and not _PLAIN.match(expression)
                ):
                    return None
                if source in found.levels:
                    mark = "T." if item.reduced else ""
                    levels = list(enumerate(found.levels[source]))
                    choices.append(
                        [(f"{expression}[{mark}{level}]", Piece(source, i)) for i, level in levels]
                    )
                else:
                    choices.append([(expression, Piece(source, None))])
            for combination in itertools.product(*choices):
                name = ":".join(part for part, _ in combination) or "Intercept"
                by_name[name] = tuple(piece for _, piece in combination)
    if any(name not in by_name for name in spec.column_names):
        return None
    return tuple(by_name[name] for name in spec.column_names)


def _product(pieces: tuple[Piece, ...], frame: pd.DataFrame, found: Survey) -> np.ndarray:
    out = np.ones(len(frame))
    for piece in pieces:
        column = frame[piece.source]
        if piece.level is None:
            out = out * numbers(column)
        else:
            out = out * (column.cat.codes.to_numpy() == piece.level)
    return out


def learned(part: FixedPart, frame: pd.DataFrame, found: Survey) -> FixedPart:
    """The part with what ``scale``, ``poly``, ``bs`` and the like learn from ``frame``, the complete rows of the fit.

    Rows to predict later are transformed by the means, ranges and knots of these rows, not by their own.
    """
    if part.spec is None or not part.spec.transform_state:
        return part
    return replace(part, spec=_matrix(part.spec.formula, frame, found).model_spec)


def whole_matrix(part: FixedPart, frame: pd.DataFrame, found: Survey) -> np.ndarray:
    """All columns (n, p), by formulaic where it read the formula; ``frame`` holds complete rows."""
    if part.spec is None:
        assert part.recipes is not None
        typed = _typed(frame, found)
        return np.column_stack([_product(pieces, typed, found) for pieces in part.recipes])
    return np.asarray(_matrix(part.spec, frame, found), dtype=float)


def _typed(frame: pd.DataFrame, found: Survey) -> pd.DataFrame:
    typed = frame.copy(deep=False)
    for name, levels in found.levels.items():
        if name in typed.columns:
            typed[name] = pd.Categorical(typed[name], categories=levels)
    return typed


def _matrix(said: Any, frame: pd.DataFrame, found: Survey) -> Any:
    """formulaic's matrix of a formula, or of a specification that has learned; raises ``TrenzaError``."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    try:
        # what is not finite is told by the caller, with the name of the column
        with np.errstate(all="ignore"):
            return model_matrix(said, _typed(frame, found), na_action="ignore", context=_FUNCTIONS)
    except (FormulaicError, ValueError, TypeError) as error:
        raise TrenzaError(f"formula: the fixed part cannot be built: {error}") from error
