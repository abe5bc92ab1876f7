"""Which rows of the finished tables a figure or a sentence speaks of. Selects, never computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


def analysis_of(row: Mapping[str, Any] | pd.Series) -> str:
    """The comparison or model of a result row, whose id is ``<analysis>_<outcome>``."""
    identifier, outcome = str(row["id"]), str(row["outcome"])
    return identifier.removesuffix(f"_{outcome}")


def by_analysis(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each comparison or model, in the order of their first row."""
    found: dict[str, list[int]] = {}
    for position, (_, row) in enumerate(frame.iterrows()):
        found.setdefault(analysis_of(row), []).append(position)
    return {name: frame.iloc[positions] for name, positions in found.items()}


def main(study: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of sensitivity runs, in which people flagged as careless are left out."""
    runs = {e["id"] for e in study.get("comparisons") or [] if e.get("without_flagged")}
    if not len(frame) or not runs:
        return frame
    return frame.loc[[analysis_of(r) not in runs for _, r in frame.iterrows()]]


def primary(frame: pd.DataFrame, needs: str = "estimate") -> pd.DataFrame:
    """The first row of each id and source that has ``needs``: rooms write the main procedure first."""
    if not len(frame):
        return frame
    return frame.loc[frame[needs].notna()].drop_duplicates(["id", "source"]).reset_index(drop=True)


def contrasts(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that compare two groups (term ``a - b``), without intercepts, covariates and interactions."""
    if not len(frame):
        return frame
    terms = frame["term"].astype("str").str
    return frame.loc[terms.contains(" - ", regex=False) & ~terms.contains(":", regex=False)]


def in_order(frame: pd.DataFrame, column: str) -> list[Any]:
    """The distinct values of a column in the order of their first row."""
    return list(dict.fromkeys(frame[column]))


def baselines(study: Mapping[str, Any]) -> set[str]:
    """Outcomes that were measured before the programme: declared as baselines, covariates or running variables."""
    found: set[str] = set()
    for entry in study.get("regression_to_the_mean") or []:
        found |= set(first_scores(entry))
    for model in study.get("models") or []:
        found |= {str(c) for c in model.get("covariates") or []}
    return found | running_variables(study)


def is_gain(study: Mapping[str, Any], outcome: str) -> bool:
    """Whether an outcome is declared as a later score minus one from before the programme."""
    before = baselines(study)
    columns = [(source.get("columns") or {}).get(outcome) for source in (study.get("sources") or {}).values()]
    pairs = [c.get("difference") for c in columns if isinstance(c, Mapping)]
    return any(pair and str(pair[-1]) in before for pair in pairs)


def first_scores(entry: Mapping[str, Any]) -> list[str]:
    """The scores of an entry of regression_to_the_mean; it may name one or several."""
    declared = entry["baseline"]
    return [declared] if isinstance(declared, str) else [str(score) for score in declared]


def running_variables(study: Mapping[str, Any]) -> set[str]:
    """The scores that decided who was eligible."""
    return {str(jump["running"]) for jump in study.get("discontinuities") or []}


def scale_of(ctx: Context, outcome: str) -> tuple[str, str]:
    """Scale and unit of an outcome: only estimates that share both may stand on one axis."""
    rows = ctx.items.loc[ctx.items["item"] == outcome]
    return (str(rows.iloc[0]["scale"]), str(rows.iloc[0]["unit"])) if len(rows) else ("", "")


def outcomes(ctx: Context) -> list[str]:
    """Items of items.csv that are results of their own: not those that a scale's score is made of."""
    items = ctx.items
    if "score" not in items.columns:
        return [str(i) for i in items["item"]]
    scored = set(items.loc[items["score"].fillna("") != "", "item"])
    parts = [
        bool(scored & set(str(s).split(";")) - {i})
        for i, s in zip(items["item"], items["scale"], strict=True)
    ]
    return [str(i) for i, part in zip(items["item"], parts, strict=True) if not part]


def stand_ins(ctx: Context) -> list[str]:
    """Labels of items whose wording is a stand-in because the instrument is not published."""
    if "stand_in" not in ctx.items.columns:
        return []
    return [str(v) for v in ctx.items.loc[ctx.items["stand_in"] == "yes", f"label_{ctx.lang}"]]


def inferred(ratings: pd.DataFrame, item: str) -> bool:
    """Whether the remark on a rated item says that its label was paired with its mean by inference."""
    notes = ratings.loc[ratings["item"] == item, "note"].dropna() if len(ratings) else []
    return any("inferred" in str(note) for note in notes)


def kinds(frame: pd.DataFrame) -> list[str]:
    """published, simulated and real, as far as the table holds them, in that order."""
    there = set(frame["source"]) if "source" in frame.columns else set()
    return [k for k in ("published", "simulated", "real") if k in there]


def tree_order(codes: pd.DataFrame) -> list[str]:
    """Codes depth first, brothers and sisters in the table's order."""
    children: dict[str, list[str]] = {}
    known = set(codes["code"])
    for _, row in codes.iterrows():
        parent = row["parent"] if isinstance(row["parent"], str) and row["parent"] in known else ""
        children.setdefault(parent, []).append(str(row["code"]))

    def below(code: str) -> list[str]:
        return [code, *(c for child in children.get(code, []) for c in below(child))]

    return [c for root in children.get("", []) for c in below(root)]


def used_codes(codes: pd.DataFrame) -> pd.DataFrame:
    """Codes with segments and their ancestors, in tree order; index is the code."""
    table = codes.set_index("code", drop=False).loc[tree_order(codes)] if len(codes) else codes
    return table.loc[table["n_segments_below"] > 0] if len(table) else table
