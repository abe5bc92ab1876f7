"""What a fit was made from: everything that the parts of a result need, and no result itself."""

from __future__ import annotations

from dataclasses import dataclass

from trenza.multilevel.accumulate import Columns, CrossProducts
from trenza.multilevel.basis import Basis
from trenza.multilevel.coding import FixedPart
from trenza.multilevel.formula import Formula
from trenza.multilevel.search import Found, Search
from trenza.multilevel.source import Needs, Source, Survey


@dataclass(frozen=True)
class Machinery:
    """What the tables were made from; not for reading."""

    formula: Formula
    needs: Needs
    source: Source
    survey: Survey
    part: FixedPart
    columns: Columns
    products: CrossProducts
    basis: Basis
    search: Search
    found: Found
