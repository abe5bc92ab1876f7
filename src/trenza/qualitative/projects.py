"""The coded projects of a study: read by what study.yaml says of them, and stripped of names before results are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.coded_project import Project
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.coded.nvivo_tables import read_nvivo_comparison
from trenza.io.coded.offsets import Rule
from trenza.qualitative.read import read_project

if TYPE_CHECKING:
    import pandas as pd


def read_projects(
    files: Mapping[str, str | Path], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, Project]:
    """Every coded project of ``files`` (source id -> path). Raises one ``InputFaults`` for all that cannot be read."""
    found: dict[str, Project] = {}
    faults: list[Fault] = []
    for sid, path in files.items():
        source = sources[sid]
        if source["holds"] != "coded_project":
            continue
        coded = source["coded"]
        counting = coded.get("counting")
        try:
            found[sid] = read_project(
                path,
                source["file"],
                project=coded.get("project"),
                counting=Rule(counting["unit"], counting["newline"]) if counting else None,
                tolerant=coded["tolerant"],
                headers=coded.get("headers"),
            )
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    return found


def read_comparisons(
    files: Mapping[str, str | Path], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, pd.DataFrame]:
    """Every coding comparison of NVivo among ``files``, as ``kappa_linter.lint_nvivo`` takes it."""
    return {
        sid: read_nvivo_comparison(path, sources[sid]["file"])
        for sid, path in files.items()
        if sources[sid]["holds"] == "coding_comparison"
    }


def without_names(project: Project) -> tuple[Project, pd.DataFrame]:
    """The project with documents, coders and cases called by numbers, and the key: kind, id, name, called.

    Names of interview files and of accounts are often names of people. Numbers go by the sorted ids. The text of
    documents stays.
    """
    import pandas as pd

    parts, called = [], {}
    for kind, frame in (("document", project.documents), ("coder", project.coders), ("case", project.cases)):
        ids = sorted(frame[kind])
        width = max(2, len(str(len(ids)))) if kind != "coder" else 1
        called[kind] = {i: f"{kind}_{n:0{width}d}" for n, i in enumerate(ids, 1)}
        names = dict(zip(frame[kind], frame["name"], strict=True))
        rows = [(kind, i, names[i], called[kind][i]) for i in ids]
        parts.append(pd.DataFrame(rows, columns=["kind", "id", "name", "called"], dtype="str"))
    document, coder, case = (called[k] for k in ("document", "coder", "case"))
    codings = project.codings.assign(
        document=project.codings["document"].map(document), coder=project.codings["coder"].map(coder)
    )
    spans = project.case_spans.assign(
        case=project.case_spans["case"].map(case), document=project.case_spans["document"].map(document)
    )
    named = {
        "documents": ("document", document),
        "coders": ("coder", coder),
        "cases": ("case", case),
    }
    frames: dict[str, Any] = {}
    for frame_name, (column, new) in named.items():
        frame = getattr(project, frame_name)
        frames[frame_name] = frame.assign(**{column: frame[column].map(new), "name": frame[column].map(new)})
    attributes = project.case_attributes.assign(case=project.case_attributes["case"].map(case))
    order = ["document", "start", "end", "code", "coder"]
    return (
        replace(
            project,
            **frames,
            codings=codings.sort_values(order, ignore_index=True),
            case_spans=spans,
            case_attributes=attributes,
        ),
        pd.concat(parts, ignore_index=True),
    )
