"""What researchers need and nobody else may see: the list for the consensus meeting with its words, and quotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.qualitative.coded_passages import passages_in
from trenza.qualitative.privacy import marked_names

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project


def private_files(
    project: Project, differences: pd.DataFrame, quotations: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """``consensus``: each disagreement with the words of both passages; ``quotations``: passages a code, names marked.

    Both hold words of interviews: they are never written below ``results/``.
    """
    text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
    paths = dict(zip(project.codes["code"], project.codes["path"], strict=True))

    def words(document: str, start: object, end: object) -> str | None:
        return None if pd.isna(start) else text[document][int(start) : int(end)]  # type: ignore[call-overload]

    found = differences.drop(columns=["study", "source_id", "source"])
    for side in ("a", "b"):
        places = found[["document", f"start_{side}", f"end_{side}"]].astype("object")
        found[f"words_{side}"] = [words(*row) for row in places.itertuples(index=False, name=None)]
    consensus = found.assign(code=found["code"].map(paths))
    return {"consensus": consensus, "quotations": _quotations(project, paths, words, quotations)}


def _quotations(
    project: Project, paths: Mapping[str, str], words: Any, settings: Mapping[str, Any]
) -> pd.DataFrame:
    """Up to ``per_code`` passages a code, of different documents first, with the names that the rules find marked."""
    passages = passages_in(project.codings, "union").dropna(subset=["start"])
    length = passages["end"] - passages["start"]
    own = passages.loc[(length <= settings["longest"]) & (length > 0)]
    turn = own.groupby(["code", "document"]).cumcount()
    own = own.assign(turn=turn).sort_values(["code", "turn", "document", "start"])
    own = own.groupby("code").head(settings["per_code"]).reset_index(drop=True)
    places = own[["document", "start", "end"]].astype("object")
    shown = pd.DataFrame(
        {
            "document": own["segment_id"] + "/" + own["code"],
            "text": [words(*row) for row in places.itertuples(index=False, name=None)],
        },
        dtype="str",
    )
    nobody = pd.DataFrame({"name": [], "pseudonym": []}, dtype="str")
    marked, _ = marked_names(shown, nobody)
    return pd.DataFrame(
        {"code": own["code"].map(paths), "passage": own["segment_id"], "words": marked["text"]}, dtype="str"
    )
