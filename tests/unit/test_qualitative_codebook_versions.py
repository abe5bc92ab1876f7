"""Two codebooks: changes, codings under codes that are gone, names that may be one."""

from __future__ import annotations

import pandas as pd
import pytest
from agreement_cases import PLACE, codes, codings

from trenza.qualitative.codebook_versions import (
    codebook_difference,
    codebook_version,
    similar_names,
    under_retired_codes,
)

OLD = codes({"f": None, "a": "f", "b": "f", "g": None}, folders=["f"])


def named(**names: str) -> pd.DataFrame:
    table = codes(dict.fromkeys(names))
    return table.assign(name=list(names.values()), path=list(names.values()))


def test_all_changes_of_a_small_codebook() -> None:
    new = codes({"f": None, "a": None, "b": "f", "h": "f"}, folders=["f", "b"])
    new.loc[new["code"] == "b", ["name", "description"]] = ["bb", "now said"]
    found = codebook_difference(OLD, new, **PLACE)
    assert [tuple(r) for r in found[["code", "change"]].to_numpy()] == [
        ("a", "moved"), ("b", "folder_or_code"), ("b", "redefined"), ("b", "renamed"), ("g", "removed"), ("h", "added"),
    ]  # fmt: skip
    moved = found.iloc[0]
    assert moved["before"] == "f" and pd.isna(moved["after"])


def test_a_new_id_of_the_same_path_is_said_and_not_joined() -> None:
    new = OLD.assign(code=OLD["code"].replace("g", "g2"))
    found = codebook_difference(OLD, new, **PLACE).set_index("code")
    assert found.loc["g", ["change", "counterpart"]].tolist() == ["removed", "g2"]
    assert found.loc["g2", ["change", "counterpart"]].tolist() == ["added", "g"]


def test_the_version_follows_what_counts() -> None:
    assert codebook_version(OLD) == codebook_version(OLD.iloc[::-1].assign(colour="#ff0000"))
    assert codebook_version(OLD) != codebook_version(OLD.assign(description="said"))
    assert len(codebook_difference(OLD, OLD.iloc[::-1], **PLACE)) == 0


def test_codings_under_retired_codes() -> None:
    new = codes({"f": None, "a": "f", "b": None}, folders=["f", "b"])
    rows = [("d", 0, 4, "a", "A"), ("d", 0, 4, "b", "A"), ("d", 0, 4, "g", "A"), ("d", 0, 4, "z", "A")]
    found = under_retired_codes(codings(rows), OLD, new).set_index("code")
    assert found["why"].to_dict() == {
        "b": "only a folder in the new codebook", "g": "not in the new codebook", "z": "in neither codebook",
    }  # fmt: skip
    assert found.loc["g", "name"] == "g"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Evaluación", "evaluacion ", "same_words"),
        ("Trust in agents", "Agents, in trust", "word_order"),
        ("Reunión", "Reuniones", "plural"),
        ("Meeting", "Meetings", "plural"),
        ("Class", "Classes", "plural"),
        ("Leadership", "Leadershp", "spelling"),
        ("Grade 1", "Grade 2", None),
        ("Parents", "Sustainability", None),
        ("!!", "??", None),
    ],
)
def test_names_that_may_be_one(first: str, second: str, reason: str | None) -> None:
    found = similar_names(named(a=first, b=second), codings([("d", 0, 4, "b", "A")]), **PLACE)
    assert found["reason"].tolist() == ([reason] if reason else [])
    assert found["uses_b"].tolist() == ([1] if reason else [])


def test_a_code_below_one_of_its_name_is_no_proposal() -> None:
    tree = codes({"a": None, "b": "a"}).assign(name="Trust")
    assert len(similar_names(tree, codings([("d", 0, 4, "b", "A")]), **PLACE)) == 0
