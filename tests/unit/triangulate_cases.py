"""Tables made by hand for the tests of the room triangulate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from trenza.contracts.coded_tables import CODED_CONTRACTS
from trenza.contracts.tables import CONTRACTS, empty
from trenza.qualitative.code_cases import COLUMNS
from trenza.triangulate.convergence import Rule, Study, converge, joint_display, link_findings
from trenza.triangulate.themes import Strand

ROOT = Path(__file__).resolve().parents[2]
RULE = {"alpha": 0.05, "min_cases": 2, "min_share": 0.6}
ABOVE = {"estimate": 1.0, "ci_low": 0.2, "ci_high": 1.8, "effect": 0.5}
AROUND = {"estimate": 0.1, "ci_low": -0.2, "ci_high": 0.4, "effect": 0.1}
BELOW = {"estimate": -1.0, "ci_low": -1.8, "ci_high": -0.2, "effect": -0.5}


def read(path: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / path, dtype="str")


def difference_row(name: str, source: str = "published", **numbers: Any) -> dict[str, Any]:
    known = dict.fromkeys(CONTRACTS["verdicts"].names)
    words = {"study": "cic2019", "term": "participant - control", "method": "welch", "effect_kind": "g"}
    base = {"id": name, "source": source, "n": 97, "ci_level": 0.95, "outcome": name.partition("_")[2]}
    told = {
        "called_for": "welch",
        "stands_in": False,
        "why": "no clusters",
        "reading": "holds_zero",
        "sd": 1.0,
    }
    counted = {"family": 1}
    return {**known, **words, **base, **told, **counted, **numbers}


def verdicts_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return CONTRACTS["verdicts"].check(pd.DataFrame(rows, columns=CONTRACTS["verdicts"].names))


def coef_of(*rows: dict[str, Any]) -> pd.DataFrame:
    names = CONTRACTS["coef"].names
    return CONTRACTS["coef"].check(pd.DataFrame(rows).reindex(columns=names))


def ratings_of(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """(source_id, source, item, mean)."""
    frame = pd.DataFrame(rows, columns=["source_id", "source", "item", "mean"])
    frame["rank"] = frame.groupby("source_id")["mean"].rank(ascending=False, method="min")
    frame["rank"] = frame["rank"].fillna(1)
    frame = frame.assign(study="x", scale_min=1.0, scale_max=4.0)
    return CONTRACTS["ratings"].check(frame.reindex(columns=CONTRACTS["ratings"].names))


def segments_of(*rows: tuple[str, str, str, str], source: str = "published") -> pd.DataFrame:
    """(segment_id, case, code, direction)."""
    frame = pd.DataFrame(rows, columns=["segment_id", "case", "code", "direction"]).assign(
        study="x",
        source_id="s",
        source=source,
        municipality="m",
        role="teacher",
        participant="yes",
        text="said",
        text_es=None,
    )
    return CONTRACTS["segments"].check(frame)


def codes_of(segments: pd.DataFrame, *paths: str, source: str = "published") -> pd.DataFrame:
    """A codes table by hand; paths that end in / are folders."""
    rows = []
    for path in paths:
        trail = path.rstrip("/").split("/")
        own = segments[segments["code"] == trail[-1]]
        by = {d: int((own["direction"] == d).sum()) for d in ("enabling", "hindering", "ambivalent")}
        rows.append(
            {
                "study": "x", "source": source, "code": trail[-1], "parent": trail[-2] if trail[1:] else None,
                "path": "/".join(trail), "depth": len(trail) - 1, "codable": not path.endswith("/"),
                "n_segments": len(own), "n_cases": own["case"].nunique(), **by,
                "n_segments_below": len(own), "n_cases_total": segments["case"].nunique(),
            }
        )  # fmt: skip
    return CONTRACTS["codes"].check(pd.DataFrame(rows))


def links_of(*rows: dict[str, str]) -> pd.DataFrame:
    base = {
        "proposition_en": "p", "proposition_es": "p", "finding": "compare:t_y", "expects": "higher",
        "codes": "theme", "code_expects": "enabling", "level": "study",
        "rationale_en": "r", "rationale_es": "r",
    }  # fmt: skip
    return pd.DataFrame([{"link": f"link{i}", **base, **row} for i, row in enumerate(rows)])


TWO_SAY_YES = segments_of(("s1", "A", "theme", "enabling"), ("s2", "B", "theme", "enabling"))


def nodes_of(*rows: tuple[str, str | None, str], source: str = "real") -> pd.DataFrame:
    """(code, parent, name)."""
    contract = next(c for c in CODED_CONTRACTS if c.name == "code_nodes")
    frame = pd.DataFrame(rows, columns=["code", "parent", "name"]).assign(
        study="x", source_id="p", source=source, depth=0, codable=True,
        n_segments=2, n_segments_below=2, n_documents=1, n_coders=1,
    )  # fmt: skip
    return contract.check(frame)


def carried(*rows: tuple[str | None, str, str | None, str], source: str = "real") -> pd.DataFrame:
    """(code, view, coder, case)."""
    frame = pd.DataFrame(rows, columns=["code", "view", "coder", "case"])
    return frame.assign(source_id="p", source=source)[COLUMNS]


PROJECT = {
    "code_nodes": nodes_of(("c1", None, "Clima"), ("c2", "c1", "Confianza"), ("c3", None, "Falta de tiempo")),
    "code_cases": carried(
        *((None, "union", None, case) for case in "ABCD"),
        ("c1", "union", None, "A"), ("c2", "union", None, "B"), ("c3", "union", None, "C"), ("c3", "union", None, "B"),
        *((None, "coder", coder, case) for coder in ("a", "b") for case in "ABCD"),
        ("c1", "coder", "a", "A"), ("c2", "coder", "a", "B"), ("c3", "coder", "b", "C"),
        *((None, "consensus", None, case) for case in "AB"),
    ),
}  # fmt: skip


def agreement_rows(*rows: tuple[str, str, float | None], source: str = "real") -> pd.DataFrame:
    """(code, statistic, estimate)."""
    contract = CONTRACTS["agreement"]
    frame = pd.DataFrame(rows, columns=["code", "statistic", "estimate"]).assign(
        study="x", source_id="p", source=source, unit="character", part="code", coder_a="a", coder_b="b",
        n_documents=2, uses=9, ci_level=0.95, samples=199, samples_defined=199, method="m",
    )  # fmt: skip
    return contract.check(frame.reindex(columns=contract.names))


def study_of(
    *,
    verdicts: pd.DataFrame | None = None,
    coef: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    panels: pd.DataFrame | None = None,
    claims: pd.DataFrame | None = None,
    segments: pd.DataFrame = TWO_SAY_YES,
    codes: pd.DataFrame | None = None,
    name: str = "x",
    strand: dict[str, Any] | None = None,
    **more: Any,
) -> Study:
    """A study of the given tables; the others are empty."""
    given = {"compare": verdicts, "model": coef, "describe": ratings, "panel": panels, "claims": claims}
    contracts = {
        "compare": "verdicts",
        "model": "coef",
        "describe": "ratings",
        "panel": "panel_effects",
        "claims": "claims",
    }
    tables = {
        "case_themes": empty("case_themes"),
        "code_nodes": empty("code_nodes"),
        "agreement": empty("agreement"),
    }
    return Study(
        name,
        {stage: empty(contracts[stage]) if frame is None else frame for stage, frame in given.items()},
        Strand(
            **{
                **tables,
                "segments": segments,
                "codes": codes_of(segments, "top/", "top/theme") if codes is None else codes,
                "code_cases": pd.DataFrame(columns=COLUMNS, dtype="str"),
                **(strand or {}),
            }
        ),
        **more,
    )


def join(*rows: dict[str, str], rule: dict[str, Any] | None = None, **tables: Any) -> pd.DataFrame:
    return converge(links_of(*rows), study_of(**tables), Rule(**{**RULE, **(rule or {})}))


def display_of(*rows: dict[str, str], **tables: Any) -> pd.DataFrame:
    """The joint display of the same."""
    links, study, rule = links_of(*rows), study_of(**tables), Rule(**RULE)
    return joint_display(
        converge(links, study, rule),
        links,
        study="x",
        codes=study.strand.codes,
        findings=link_findings(links, study, rule),
        nodes=study.strand.code_nodes,
        case_themes=study.strand.case_themes,
    )
