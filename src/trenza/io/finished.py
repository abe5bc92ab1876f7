"""Reading the finished results of a study, for the report, the notebooks, and anyone who looks later."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.contracts.configuration_tables import CONFIGURATION_CONTRACTS
from trenza.contracts.display_tables import DISPLAY_CONTRACTS
from trenza.contracts.faults import Fault, InputFaults
from trenza.io.files import read_frame, read_table, write_text
from trenza.io.study_files import read_study_table

if TYPE_CHECKING:
    import pandas as pd

# The stage that writes each table; a table keeps the contract of its own name.
FINISHED = {
    "inputs": "clean",
    "files": "clean",
    "ledger": "clean",
    "flow": "clean",
    "accounts": "clean",
    "participant_flow": "clean",
    "linked": "clean",
    "counts": "describe",
    "distribution": "describe",
    "ratings": "describe",
    "baseline": "describe",
    "ledger_counts": "describe",
    "missing": "describe",
    "score_distribution": "describe",
    "trends": "describe",
    "gaps": "describe",
    "year_changes": "describe",
    "checks": "describe",
    "check_failures": "describe",
    "policy_counts": "describe",
    "policy_parameters": "describe",
    "answers": "describe",
    "missingness": "describe",
    "item_statistics": "describe",
    "reliability": "describe",
    "reliability_difference": "describe",
    "school_agreement": "describe",
    "one_factor": "describe",
    "score_checks": "describe",
    "careless": "describe",
    "attrition": "describe",
    "school_scores": "describe",
    "shares": "describe",
    "groups": "compare",
    "design": "compare",
    "inferences": "compare",
    "effect_sizes": "compare",
    "verdicts": "compare",
    "detectable": "compare",
    "audit_findings": "compare",
    "audit_sizes": "compare",
    "audit_size_rows": "compare",
    "audit_rounding": "compare",
    "audit_decisions": "compare",
    "audit_conclusions": "compare",
    "coef": "model",
    "fit": "model",
    "varcomp": "model",
    "modes": "model",
    "influence": "model",
    "residual_bins": "model",
    "not_fitted": "model",
    "discontinuity": "model",
    "mean_reversion": "model",
    "bins": "model",
    "panel_flow": "model",
    "panel_overlap": "model",
    "panel_trends": "model",
    "panel_effects": "model",
    "panel_sensitivity": "model",
    "panel_diagnostics": "model",
    "panel_detectable": "model",
    "panel_balance": "model",
    "panel_specifications": "model",
    "panel_left_out": "model",
    "panel_placebo": "model",
    "panel_unmeasured": "model",
    "mean_noise": "model",
    "selection_rule": "model",
    "reversion_bins": "model",
    "rank_intervals": "model",
    "claims": "model",
    "claim_checks": "model",
    "segments": "qualitative",
    "codes": "qualitative",
    "cells": "qualitative",
    "coded_projects": "qualitative",
    "coded_loss": "qualitative",
    "code_nodes": "qualitative",
    "code_scores": "qualitative",
    "code_counts": "qualitative",
    "case_themes": "qualitative",
    "code_families": "qualitative",
    "code_concentration": "qualitative",
    "agreement": "qualitative",
    "agreement_documents": "qualitative",
    "agreement_disagreements": "qualitative",
    "kappa_lint": "qualitative",
    "kappa_pooled": "qualitative",
    "codebook_changes": "qualitative",
    "codebook_proposals": "qualitative",
    "code_matrix": "qualitative",
    "co_occurrence": "qualitative",
    "saturation": "qualitative",
    "prevalence": "qualitative",
    "manifest": "report",
    "disclosure": "report",
    "checklists": "report",
    "convergence": "triangulate",
    "link_findings": "triangulate",
    "call_overrides": "triangulate",
    "call_agreement": "triangulate",
    "call_grid": "triangulate",
    "call_flips": "triangulate",
    "call_coders": "triangulate",
    "meta_inferences": "triangulate",
    "joint_display": "triangulate",
    **dict.fromkeys((*DISPLAY_CONTRACTS, *CONFIGURATION_CONTRACTS), "triangulate"),
}
SETTINGS = "report/settings.json"
# What is made of the other tables, before a report may be written.
CHECKS = ("disclosure", "checklists")


def read_finished(results: Path, without: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """All finished tables below ``results/<study>`` by name, each checked against its contract, but for ``without``.

    Of the cleaned rows only simulated ones come along, as ``records``: a figure may draw them one by one,
    and real people's rows it may not.
    """
    wanted = tuple(name for name in FINISHED if name not in without)
    files = [results / FINISHED[name] / f"{name}.table.csv" for name in wanted]
    states = tuple((s.st_mtime_ns, s.st_size) for s in (path.stat() for path in files if path.is_file()))
    tables = dict(_read_once(results, wanted, states))
    simulated = sorted((results / "clean").glob("*_simulated.data.csv"))
    if simulated:
        tables["records"] = read_frame(simulated[0])
    return tables


@lru_cache(maxsize=1)
def _read_once(results: Path, names: tuple[str, ...], states: tuple[Any, ...]) -> dict[str, pd.DataFrame]:
    """The tables; read once by a process for as long as no file changes, since all notebooks ask for the same."""
    return {name: read_table(results / FINISHED[name] / f"{name}.table.csv", name) for name in names}


def write_settings(path: Path, study: str, settings: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Keep the study's settings as they ran, and where its CSV files lie, for ``open_results``."""
    kept = {"study_id": study, "settings": settings, "files": dict(files)}
    write_text(path, json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def open_language() -> str:
    """The language in which the workflow executes a notebook (TRENZA_LANG); English for one that is opened by hand."""
    return os.environ.get("TRENZA_LANG", "en")


def open_figures(lang: str) -> Path | None:
    """Where the workflow has the figures of the report in ``lang`` (below TRENZA_FIGURES); None for a notebook opened by hand."""
    return Path(os.environ["TRENZA_FIGURES"]) / lang if "TRENZA_FIGURES" in os.environ else None


def open_results(
    study: str | None = None, root: Path | None = None, without: Collection[str] = ()
) -> dict[str, Any]:
    """What a notebook needs of one finished study: ``tables``, ``study`` (settings), ``items``, ``codebook``, ``links``.

    ``study`` is by default the one that the workflow is executing (TRENZA_STUDY), else cic2019; ``root`` is
    the project's folder, by default TRENZA_ROOT or the folder above the notebooks; ``without`` names tables that are not made yet. Raises ``InputFaults``
    where the study has not been run.
    """
    root = root or Path(
        os.environ.get("TRENZA_ROOT")
        or next(p for p in (Path.cwd(), *Path.cwd().parents) if (p / "run.py").is_file() or p == p.parent)
    )
    study = study or os.environ.get("TRENZA_STUDY", "cic2019")
    results = root / "results" / study
    if not (results / SETTINGS).is_file():
        raise InputFaults(
            [Fault(f"results/{study}", "", "", "no finished results", f"run: python3 run.py --study {study}")]
        )
    kept = json.loads((results / SETTINGS).read_text(encoding="utf-8"))
    frames = {name: read_study_table(root / kept["files"][name]) for name in ("items", "codebook", "links")}
    return {"tables": read_finished(results, without), "study": kept["settings"], **frames}
