"""What researchers need and nobody else may see: the list for the consensus meeting with its words, and quotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.qualitative.quotations import quotations

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project


def private_files(
    project: Project,
    differences: pd.DataFrame,
    settings: Mapping[str, Any],
    by: list[str],
    n_asked: int | None = None,
) -> dict[str, pd.DataFrame]:
    """``consensus``: each disagreement with the words of both passages; ``quotations`` and ``quotation_checks``.

    They hold words of interviews, or say who speaks in them: they are never written below ``results/``. ``settings``,
    ``by`` and ``n_asked`` as in ``quotations.quotations``.
    """
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    paths = dict(zip(project.codes["code"], project.codes["path"], strict=True))

    def words(document: str, start: object, end: object) -> str | None:
        return None if pd.isna(start) else text[document][int(start) : int(end)]  # type: ignore[call-overload]

    found = differences.drop(columns=["study", "source_id", "source"])
    for side in ("a", "b"):
        places = found[["document", f"start_{side}", f"end_{side}"]].astype("object")
        found[f"words_{side}"] = [words(*row) for row in places.itertuples(index=False, name=None)]
    quoted, checks = quotations(project, settings, by, n_asked)
    consensus = found.assign(code=found["code"].map(paths))
    return {"consensus": consensus, "quotations": quoted, "quotation_checks": checks}
