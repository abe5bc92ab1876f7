"""Coded projects of a study as tables, and the private files beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from trenza.contracts.coded_tables import CODED_CONTRACTS
from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.qualitative_tables import NEVER_IN_RESULTS, QUALITATIVE_CONTRACTS
from trenza.contracts.study_coded import interviews_source
from trenza.contracts.tables import stacked
from trenza.qualitative.agreement import agree
from trenza.qualitative.co_occurrence import co_occurrence
from trenza.qualitative.code_cases import code_cases
from trenza.qualitative.code_scores import code_scores
from trenza.qualitative.codebook_versions import codebook_difference, similar_names
from trenza.qualitative.coded_counts import code_nodes, loss_rows, project_row
from trenza.qualitative.coded_matrices import code_matrix
from trenza.qualitative.coded_passages import passages_in, with_cases
from trenza.qualitative.disagreements import disagreements
from trenza.qualitative.kappa_linter import lint_nvivo
from trenza.qualitative.prevalence import prevalence
from trenza.qualitative.private_files import private_files
from trenza.qualitative.projects import without_names
from trenza.qualitative.quotations import too_long
from trenza.qualitative.saturation import saturation
from trenza.qualitative.typed_codes import code_count_tables

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project

TABLES = tuple(c.name for c in (*CODED_CONTRACTS, *QUALITATIVE_CONTRACTS) if c.name not in NEVER_IN_RESULTS)


@dataclass(frozen=True)
class CodedStudy:
    """Tables by name, for ``results/``; and files by name, which hold names or words and stay outside of it."""

    tables: dict[str, pd.DataFrame]
    private: dict[str, pd.DataFrame]


def count_coded(
    projects: Mapping[str, Project],
    comparisons: Mapping[str, pd.DataFrame],
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    unit: str,
    pseudonym: Callable[[str, str], str],
    seed: int,
    ci_level: float,
    min_cell: int,
) -> CodedStudy:
    """Every table of ``TABLES``, empty where the study has nothing for it.

    ``projects`` and ``comparisons`` (tables of NVivo) by source id; ``data``: cleaned sources by id, of which segments,
    themes by case, code counts and answers are used. ``settings``: the key ``qualitative`` of study.yaml; ``unit``: the
    column of people in answers. Raises ``InputFaults``.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}

    def keep(found: Mapping[str, pd.DataFrame]) -> None:
        for name, table in found.items():
            parts[name].append(table)

    private: dict[str, pd.DataFrame] = {}
    sid = interviews_source(sources)
    if sid is not None and sid in projects:
        source = sources[sid]
        place = {"study": study, "source_id": sid, "source": source["kind"]}
        project, private = projects[sid], {}
        chosen = _coders(project, settings["coders"], source.get("file", sid))
        real = source["kind"] == "real"
        person, n_asked = source["coded"].get("person"), None
        if person is not None:
            answers = person["answers"]
            scores = code_scores(project, data[answers], person["from"], unit, pseudonym, answers=answers,
                                 min_cell=min_cell if real else 0, **place)  # fmt: skip
            keep({"code_scores": scores})
            n_asked = int(scores["n_people"].max()) if len(scores) else None
        own_codes = project.codes
        if real:
            project, key = without_names(project)
            names = dict(zip(key["id"], key["called"], strict=True))
            chosen = [names[c] for c in chosen]
            private = {"who_is_who": key}
        found = _tables(project, chosen, place, settings, seed, ci_level, min_cell if real else 0)
        compared = project.codings.loc[project.codings["coder"].isin(chosen)] if chosen else project.codings
        cases = code_cases(compared, project.case_spans, source_id=sid, source=source["kind"])
        differences = found.get("agreement_disagreements", stacked("agreement_disagreements", []))
        private |= private_files(project, differences, settings["quotations"], settings["by"], n_asked)
        private["code_cases"] = cases
        withheld = int(private["quotation_checks"]["singles_out"].sum())
        long = too_long(project, settings["quotations"])
        found["coded_projects"] = found["coded_projects"].assign(n_withheld=withheld, n_too_long=long)
        keep(found)
        earlier = source["coded"].get("earlier")
        if earlier in projects:
            keep({"codebook_changes": codebook_difference(projects[earlier].codes, own_codes, **place)})
    for other, comparison in comparisons.items():
        place = {"study": study, "source_id": other, "source": sources[other]["kind"]}
        keep(lint_nvivo(comparison, seed=seed, ci_level=ci_level, resamples=settings["draws"], **place))
    keep_typed(data, sources, study, ci_level, min_cell, keep)
    return CodedStudy({name: stacked(name, tables) for name, tables in parts.items()}, private)


def _tables(
    project: Project,
    coders: list[str],
    place: dict[str, Any],
    settings: Mapping[str, Any],
    seed: int,
    ci_level: float,
    min_cell: int,
) -> dict[str, pd.DataFrame]:
    """The tables of one coded project."""
    passages = passages_in(project.codings, "union")
    found = {
        "coded_projects": project_row(project, **place),
        "coded_loss": loss_rows(project, **place),
        "code_nodes": code_nodes(project, **place),
        "codebook_proposals": similar_names(project.codes, project.codings, **place),
        "co_occurrence": co_occurrence(passages, **place).assign(segments=None),
        "saturation": saturation(passages, sorted(set(passages["document"])), **place),
    }
    if not len(project.codings):
        return found
    compared = project.codings.loc[project.codings["coder"].isin(coders)] if coders else project.codings
    frames = (compared, project.documents, project.codes)
    overlap = settings.get("overlap", 0.5)
    assigned = _everybody(compared, project) if settings["assigned"] == "all" else None
    found |= agree(
        *frames, unit=settings["unit"], min_uses=settings["min_uses"], resamples=settings["draws"], seed=seed,
        ci_level=ci_level, overlap=overlap,
        assignments=assigned, **place,
    )  # fmt: skip
    found["agreement_disagreements"] = disagreements(*frames, assignments=assigned, **place)
    found["prevalence"] = prevalence(
        compared, project.documents, project.case_spans, ci_level=ci_level, **place
    )
    cases = _cases(project)
    if settings["by"]:
        spoken = with_cases(passages, project.case_spans).dropna(subset=["case"])
        found["code_matrix"] = code_matrix(
            spoken, cases, settings["by"], min_cell=min_cell, ci_level=ci_level, **place
        )
    return found


def _everybody(codings: pd.DataFrame, project: Project) -> pd.DataFrame:
    """Every document with every coder who is compared."""
    coders = sorted(set(codings["coder"].dropna()))
    pairs = [(d, c) for d in project.documents["document"] for c in coders]
    return pd.DataFrame(pairs, columns=["document", "coder"], dtype="str")


def _cases(project: Project) -> pd.DataFrame:
    """A row a case, a column an attribute."""
    wide = project.case_attributes.pivot(index="case", columns="attribute", values="value")
    return project.cases[["case"]].merge(wide.reset_index(), on="case", how="left")


def _coders(project: Project, wanted: list[str], file: str) -> list[str]:
    """Ids of the coders that study.yaml names, by id or name; none where it names none."""
    by_name = dict(zip(project.coders["name"], project.coders["coder"], strict=True))
    known = {**by_name, **{c: c for c in project.coders["coder"]}}
    unknown = [c for c in wanted if c not in known]
    if unknown:
        there = ", ".join(sorted(by_name)) or "none at all"
        raise InputFaults(
            Fault(file, "qualitative.coders", "", repr(c), f"a coder of the project: {there}")
            for c in unknown
        )
    return [known[c] for c in wanted]


def keep_typed(
    data: Mapping[str, pd.DataFrame],
    sources: Mapping[str, Mapping[str, Any]],
    study: str,
    ci_level: float,
    min_cell: int,
    keep: Callable[[Mapping[str, pd.DataFrame]], None],
) -> None:
    """Matrices of typed segments and themes, and what counts of codes allow to say."""
    for sid, source in sources.items():
        place: dict[str, Any] = {
            "study": study,
            "source_id": sid,
            "source": source["kind"],
            "ci_level": ci_level,
        }
        least = min_cell if source["kind"] == "real" else 0
        if source["holds"] == "segments":
            own = data[sid]
            # A school where two roles speak is heard twice: what a role says is counted in the schools where it speaks.
            voices = own.assign(case=own["case"] + ", " + own["role"])
            cases = voices[["case", "role"]].drop_duplicates()
            keep({"code_matrix": code_matrix(voices, cases, ["role"], min_cell=least, **place)})
            if least < 2:
                keep({"code_matrix": code_matrix(own, own[["case"]].drop_duplicates(), ["case"], **place)})
        elif source["holds"] == "case_themes":
            keep({"case_themes": data[sid]})
            own = data[sid].assign(segment_id=data[sid]["code"] + ":" + data[sid]["case"])
            keep({"code_matrix": code_matrix(own, own[["case"]].drop_duplicates(), ["case"], **place)})
        elif source["holds"] == "code_counts":
            keep(code_count_tables(data[sid]))
