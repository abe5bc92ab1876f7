"""What a contract is made of: columns with their kind, unit and meaning. pandera does the checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import ContractBroken

if TYPE_CHECKING:
    import pandas as pd

SOURCES = ("published", "simulated", "real")


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is text, int, float or bool; ``meaning`` says the unit."""

    name: str
    kind: str
    meaning: str
    blank: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A table's columns in their order, and the columns that together name a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Column names in the order in which they are written."""
        return [c.name for c in self.columns]

    @property
    def text_columns(self) -> list[str]:
        """Columns that must be read as text (an id ``007`` stays ``007``)."""
        return [c.name for c in self.columns if c.kind == "text"]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return ``frame`` with this contract's column order and types.

        Raises ``ContractBroken`` that lists every breach: missing or unknown columns, blanks,
        values outside a closed list, wrong types, repeated keys.
        """
        import pandera.pandas as pa

        missing = [n for n in self.names if n not in frame.columns]
        unknown = [n for n in frame.columns if n not in self.names]
        if missing or unknown:
            raise ContractBroken(f"table {self.name}: missing columns {missing}, unknown columns {unknown}")
        dtypes: dict[str, Any] = {"text": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
        schema = pa.DataFrameSchema(
            {
                c.name: pa.Column(
                    dtypes[c.kind],
                    nullable=c.blank,
                    coerce=True,
                    checks=[pa.Check.isin([*c.allowed])] if c.allowed else None,
                )
                for c in self.columns
            },
            unique=list(self.key) or None,
        )
        try:
            checked: pd.DataFrame = schema.validate(frame[self.names], lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases[["column", "check", "failure_case", "index"]].head(20)
            raise ContractBroken(f"table {self.name}:\n{cases.to_string(index=False)}") from error
        return checked.reset_index(drop=True)


def text_column(name: str, meaning: str, blank: bool = False, allowed: tuple[str, ...] = ()) -> Column:
    """A column of text."""
    return Column(name, "text", meaning, blank, allowed)


def int_column(name: str, meaning: str, blank: bool = False) -> Column:
    """A column of whole numbers."""
    return Column(name, "int", meaning, blank)


def float_column(name: str, meaning: str, blank: bool = True) -> Column:
    """A column of numbers."""
    return Column(name, "float", meaning, blank)


def bool_column(name: str, meaning: str, blank: bool = False) -> Column:
    """A column of true or false."""
    return Column(name, "bool", meaning, blank)


STUDY = text_column("study", "id of the study")
SOURCE = text_column("source", "what kind of number it is", allowed=SOURCES)
SOURCE_ID = text_column("source_id", "id of the source in study.yaml")
