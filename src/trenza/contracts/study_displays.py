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


def check_school_level(
    study: Mapping[str, Any], results: Collection[str], codes: Collection[str], file: str
) -> list[Fault]:
    """Faults of the key ``school_level``; ``results``: ids of all results of models, ``codes``: those of the codebook."""
    entries = study["school_level"]
    found = repeated([e["id"] for e in entries], "school_level", file)
    for i, entry in enumerate(entries):
        place = f"school_level.{i}"
        found += unknown([entry["finding"]], results, f"{place}.finding", "a result of models", file)
        found += unknown(entry["codes"], codes, f"{place}.codes", "a code of codebook.csv", file)
    return found


def check_pillars(declared: Sequence[Mapping[str, Any]], links: Collection[str], file: str) -> list[Fault]:
    """Faults of the key ``pillars``: links that are not there, or that stand in two pillars."""
    found = repeated([p["id"] for p in declared], "pillars", file)
    taken: dict[str, str] = {}
    for i, pillar in enumerate(declared):
        found += unknown(pillar["links"], links, f"pillars.{i}.links", "a link of links.csv", file)
        for link in pillar["links"]:
            if link in taken:
                what = f"'{link}', which {taken[link]} has"
                found.append(Fault(file, f"pillars.{i}.links", "", what, "each link in one pillar"))
            taken.setdefault(link, pillar["id"])
    return found


def check_process_tests(
    hypotheses: Sequence[Mapping[str, Any]], links: Collection[str], file: str
) -> list[Fault]:
    """Faults of the key ``process_tests``.

    With probabilities a and b of the evidence, passing tells more than failing exactly where a + b < 1: such is a smoking gun,
    and a hoop is the reverse. Declared likelihoods that say otherwise than the kind of test are refused.
    """
    found = repeated([h["id"] for h in hypotheses], "process_tests", file)
    for i, hypothesis in enumerate(hypotheses):
        tests = hypothesis["tests"]
        found += repeated([t["id"] for t in tests], f"process_tests.{i}.tests", file)
        for j, test in enumerate(tests):
            place = f"process_tests.{i}.tests.{j}"
            found += unknown(
                [test["link"]] if "link" in test else [], links, f"{place}.link", "a link of links.csv", file
            )
            if ("link" in test) == ("passed" in test):
                both = "link and passed" if "link" in test else "neither link nor passed"
                found.append(Fault(file, place, "", both, "link (computed), or passed with where (declared)"))
            if "passed" in test and "where" not in test:
                found.append(
                    Fault(file, f"{place}.where", "", "nothing", "the place in the source that shows it")
                )
            if "likelihoods" in test:
                found += _likelihood_faults(test, "prior" in hypothesis, f"{place}.likelihoods", file)
    return found  # fmt: skip


def _likelihood_faults(test: Mapping[str, Any], prior: bool, place: str, file: str) -> list[Fault]:
    a, b = test["likelihoods"]["if_true"], test["likelihoods"]["if_false"]
    shown = f"if_true {a}, if_false {b}"
    found: list[Fault] = []
    if not prior:
        found.append(
            Fault(file, place, "", "no prior of the hypothesis", "prior, a probability between 0 and 1")
        )
    if a <= b:
        allowed = "if_true above if_false: the evidence is what the hypothesis predicts"
        found.append(Fault(file, place, "", shown, allowed))
    elif test["test"] == "smoking_gun" and a + b >= 1:
        found.append(
            Fault(file, place, "", shown, "a sum below 1: a smoking gun tells more when it is found")
        )
    elif test["test"] == "hoop" and a + b <= 1:
        found.append(Fault(file, place, "", shown, "a sum above 1: a hoop tells more when it is failed"))
    return found


def check_qca(
    entries: Sequence[Mapping[str, Any]], results: Collection[str], codes: Collection[str], file: str
) -> list[Fault]:
    """Faults of the key ``qca``: names that are not there, and anchors whose crossover lies, or is shifted, outside."""
    found = repeated([e["id"] for e in entries], "qca", file)
    for i, entry in enumerate(entries):
        place = f"qca.{i}"
        found += repeated([c["id"] for c in entry["conditions"]], f"{place}.conditions", file)
        sets = [(f"{place}.conditions.{j}", c) for j, c in enumerate(entry["conditions"])]
        for where, wanted in [*sets, (f"{place}.outcome", entry["outcome"])]:
            if "code" in wanted:
                found += unknown([wanted["code"]], codes, f"{where}.code", "a code of codebook.csv", file)
            else:
                found += unknown([wanted["finding"]], results, f"{where}.finding", "a result of models", file)
            out, middle, inside = wanted["anchors"]
            reach = [middle + shift * (inside - out) for shift in (0, *entry["shifts"])]
            if not all(min(out, inside) < m < max(out, inside) for m in reach):
                allowed = "a crossover between full out and full in, also when shifted by shifts"
                found.append(Fault(file, f"{where}.anchors", "", f"{wanted['anchors']}", allowed))
        if any(c["id"] in ("outcome", "case") for c in entry["conditions"]):
            found.append(
                Fault(file, f"{place}.conditions", "", "a condition called outcome or case", "another id")
            )
    return found


def check_displays(
    study: Mapping[str, Any],
    typed: Mapping[str, Sequence[Mapping[str, str]]],
    *,
    codes: Collection[str],
    file: str,
) -> list[Fault]:
    """Faults of the keys of joint displays that do not rest on links alone; ``typed``: rows of the published files that they name, by what a file holds."""
    results = {f"{model['id']}_{outcome}" for model in study["models"] for outcome in model["outcomes"]}
    return [
        *check_case_comparison(
            study["case_comparison"],
            cases={row.get("case", "") for row in typed.get("case_themes", ())},
            themes={row.get("code", "") for row in typed.get("case_themes", ())},
            claims={row.get("claim", "") for row in typed.get("claims", ())},
            labels=study["labels"],
            file=file,
        ),
        *check_school_level(study, results, codes, file),
        *check_qca(study["qca"], results, codes, file),
    ]
