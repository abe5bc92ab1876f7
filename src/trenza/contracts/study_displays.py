"""Checks of the joint displays that study.yaml declares, against its other parts and the files that they name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from trenza.contracts.faults import Fault
from trenza.contracts.words import names_or


def check_case_comparison(
    settings: Mapping[str, Any],
    *,
    cases: Collection[str],
    themes: Collection[str],
    claims: Collection[str],
    labels: Collection[str],
    file: str,
) -> list[Fault]:
    """Faults of the key ``case_comparison``.

    ``cases`` and ``themes`` are those of the study's sources of themes by case, ``claims`` those of its sources of claims.
    """
    found: list[Fault] = []
    if not settings:
        return found
    dimensions = [d["id"] for d in settings["dimensions"]]
    found += repeated(dimensions, "case_comparison.dimensions", file)
    programmes = settings["programmes"]
    found += repeated([p["id"] for p in programmes], "case_comparison.programmes", file)
    taken: dict[str, str] = {}
    for i, programme in enumerate(programmes):
        place = f"case_comparison.programmes.{i}"
        if programme["id"] not in labels:
            allowed = f"a label in en and es for '{programme['id']}'"
            found.append(Fault(file, "labels", "", f"no label for '{programme['id']}'", allowed))
        found += unknown(programme["cases"], cases, f"{place}.cases", "a case of the themes by case", file)
        found += unknown(
            programme["claims"], claims, f"{place}.claims", "a claim of a source of claims", file
        )
        found += unknown(programme["said"], dimensions, f"{place}.said", "an entry of dimensions", file)
        for case in programme["cases"]:
            if case in taken:
                found.append(
                    Fault(file, f"{place}.cases", "", f"'{case}', which {taken[case]} has", "each case once")
                )
            taken.setdefault(case, programme["id"])
        if bool(programme["claims"]) == ("no_claims" in programme):
            both = "claims and no_claims" if programme["claims"] else "neither claims nor no_claims"
            found.append(
                Fault(file, place, "", both, "claims, or no_claims with what the source says instead")
            )
    found += unknown(
        settings["themes"], themes, "case_comparison.themes", "a code of the themes by case", file
    )
    return found  # fmt: skip


def repeated(ids: Sequence[str], place: str, file: str) -> list[Fault]:
    """A fault for each id that stands before it already."""
    return [
        Fault(file, f"{place}.{i}.id", "", f"'{name}' a second time", "each id once")
        for i, name in enumerate(ids)
        if ids.index(name) < i
    ]


def unknown(named: Collection[str], known: Collection[str], place: str, what: str, file: str) -> list[Fault]:
    """A fault for each name that is not known."""
    return [
        Fault(file, place, "", f"'{name}'", f"{what}: {names_or(set(known))}") for name in named if name not in known
    ]  # fmt: skip


def check_displays(
    study: Mapping[str, Any], typed: Mapping[str, Sequence[Mapping[str, str]]], file: str
) -> list[Fault]:
    """Faults of all keys of joint displays; ``typed``: rows of the published files that they name, by what a file holds."""
    return check_case_comparison(
        study["case_comparison"],
        cases={row.get("case", "") for row in typed.get("case_themes", ())},
        themes={row.get("code", "") for row in typed.get("case_themes", ())},
        claims={row.get("claim", "") for row in typed.get("claims", ())},
        labels=study["labels"],
        file=file,
    )
