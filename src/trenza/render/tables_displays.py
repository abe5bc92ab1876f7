"""The tables of joint displays for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import case_comparison as cases
from trenza.render import selection
from trenza.render.cells import Row, Shown, plain_cell
from trenza.render.language import NO_VALUE, is_missing

if TYPE_CHECKING:
    from trenza.render.context import Context


def _where(c: Context, r: Row) -> str:
    return NO_VALUE if is_missing(r["where"]) else selection.told(c, r["where"])


PROGRAMME = Shown("col_programme", lambda c, r: c.level(r["programme"]))
FILE = (Shown("col_file", plain_cell("file")), Shown("col_file_row", plain_cell("row")))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "case_comparison": (
        PROGRAMME, Shown("col_case_item", cases.item), Shown("col_case_cell", cases.value), Shown("col_where", _where), *FILE,
    ),
    "case_effects": (
        PROGRAMME, Shown("col_case_claim", cases.effect_name), Shown("col_case_size", cases.outcome),
        Shown("col_case_quality", cases.quality), Shown("col_where", _where),
    ),
}  # fmt: skip
