"""Agreement between coders as tables: by code, by document, pooled, marking apart from naming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES, STATISTICS, TWO_CODERS
from trenza.qualitative.agreement_rows import Plan, below_floor, estimate_rows, joined, whole
from trenza.qualitative.agreement_statistics import (
    alpha,
    binary_u_alpha,
    cu_alpha,
    pooled_kappa,
    two_coders,
)
from trenza.qualitative.bootstrap import resampled
from trenza.qualitative.families import family_sums
from trenza.qualitative.marks import Marks, marks_of, rolled_up, under_any_code
from trenza.qualitative.matched_segments import segment_counts
from trenza.qualitative.pair_counts import (
    PairCounts,
    all_coder_sums,
    pair_counts,
    uses_of_all,
    within_both,
)
from trenza.qualitative.units import SPEAKER

# A segment that neither coder marked does not exist, so these two alone are left for segments.
WITHOUT_NEITHER = ("positive", "jaccard")


def agree(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    unit: str = "character",
    min_uses: int,
    resamples: int = 1000,
    seed: int,
    ci_level: float = 0.95,
    assignments: pd.DataFrame | None = None,
    overlap: float = 0.5,
    min_share: float = 0.0,
    speaker: str = SPEAKER,
) -> dict[str, pd.DataFrame]:
    """Tables ``agreement`` and ``agreement_documents``, keeping their contracts; empty without two coders of a document.

    ``codings``, ``documents``, ``codes`` as in ``contracts.coded_project``; codings of unknown coders are left
    out. ``overlap``: share of text in common from which two segments are one (unit segment alone).
    Raises ``InputFaults`` as ``marks_of`` does.
    """
    plan = Plan(min_uses, resamples, seed, ci_level)
    cut = "character" if unit == "segment" else unit
    marks = marks_of(codings, documents, codes, unit=cut, assignments=assignments, min_share=min_share, speaker=speaker)  # fmt: skip
    any_code = under_any_code(marks)
    levels = {"code": marks, "code_and_below": rolled_up(marks, codes), "segmentation": any_code}
    rows: list[pd.DataFrame] = []
    by_document: list[pd.DataFrame] = []
    names = WITHOUT_NEITHER if unit == "segment" else TWO_CODERS
    for part, level in levels.items():
        pairs = segment_counts(level, overlap) if unit == "segment" else pair_counts(level)
        shown = [""] if part == "segmentation" else list(level.codes)
        for pair in pairs:
            rows.append(_pooled(part, shown, pair, names, plan))
            by_document.append(_documents(part, shown, pair, level, min_uses))
            if part == "code":
                rows.append(_all_codes(shown, pair, unit, plan))
        if unit != "segment":
            if len(pairs) > 1:
                rows.append(_all_coders(part, shown, level, pairs, plan))
            if part == "code":
                inside = within_both(level, any_code, pairs)
                rows += [_pooled("categorisation", shown, pair, names, plan) for pair in inside]
            if part == "segmentation" and unit == "character":
                rows.append(_binary_u_alpha(level, pairs, plan))
    if unit == "character":
        rows += _families(marks, codes, plan)
    place = {"study": study, "source_id": source_id, "source": source, "unit": unit}
    return {
        "agreement": _kept("agreement", rows, place, ci_level),
        "agreement_documents": _kept("agreement_documents", by_document, place, None),
    }


def _kept(
    name: str, parts: Sequence[pd.DataFrame], place: Mapping[str, str], ci_level: float | None
) -> pd.DataFrame:
    contract = QUALITATIVE_TABLES[name]
    filled = [p for p in parts if len(p)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=contract.names)
    table = table.assign(**place, **({} if ci_level is None else {"ci_level": ci_level}))
    table = table.reindex(columns=contract.names)
    for column in ("code", "coder_a", "coder_b", "note"):
        table[column] = table[column].replace("", None)
    if name == "agreement":
        rank = {s: i for i, s in enumerate(STATISTICS)}
        table = table.assign(rank=table["statistic"].map(rank))
        table = table.sort_values(
            ["part", "coder_a", "coder_b", "code", "rank"], na_position="last", ignore_index=True
        )
        table = table.drop(columns="rank")
    else:
        table = table.sort_values(["part", "document", "coder_a", "coder_b", "code"], ignore_index=True)
    return contract.check(table)


def _pooled(part: str, codes: list[str], pair: PairCounts, names: Sequence[str], plan: Plan) -> pd.DataFrame:
    """A row a code and statistic, over all documents of the pair."""
    used = np.flatnonzero(pair.uses.sum(axis=(0, 2)) > 0)
    sums = np.concatenate([pair.counts, _sizes(pair)[..., None]], axis=-1)[:, used]
    total, uses = sums.sum(axis=0), pair.uses.sum(axis=(0, 2))[used]
    point = two_coders(*_table(total))
    samples = two_coders(*_table(resampled(sums, plan.resamples, plan.seed)))
    head = {
        "part": part,
        "code": np.array(codes, dtype=object)[used],
        "coder_a": pair.coder_a,
        "coder_b": pair.coder_b,
        "n_documents": len(pair.documents),
        "n_units": whole(total[:, 3]),
        "uses": uses,
        "both": whole(total[:, 0]),
        "only_a": whole(total[:, 1]),
        "only_b": whole(total[:, 2]),
        "neither": whole(total[:, 3] - total[:, :3].sum(axis=1)),
    }
    return pd.concat(
        [estimate_rows(head, name, point[name], samples[name], len(pair.documents), plan) for name in names]
    )


def _all_codes(codes: list[str], pair: PairCounts, unit: str, plan: Plan) -> pd.DataFrame:
    """One row a statistic over all codes that reach the floor: pooled kappa, and shares of summed counts."""
    enough = np.flatnonzero(pair.uses.sum(axis=(0, 2)) >= max(plan.min_uses, 1))
    if not len(enough):
        return pd.DataFrame()
    sums = np.concatenate([pair.counts, _sizes(pair)[..., None]], axis=-1)[:, enough]
    drawn = resampled(sums, plan.resamples, plan.seed)
    uses = np.array([pair.uses[:, enough].sum()])
    head = {"part": "all_codes", "code": "", "coder_a": pair.coder_a, "coder_b": pair.coder_b,
            "n_documents": len(pair.documents), "uses": uses}  # fmt: skip
    names = WITHOUT_NEITHER if unit == "segment" else ("percent", "positive", "jaccard")
    added = two_coders(*_table(sums.sum(axis=(0, 1))))
    samples = two_coders(*_table(drawn.sum(axis=1)))
    rows = [
        estimate_rows(head, name, added[name][None], samples[name][:, None], len(pair.documents), plan)
        for name in names
    ]
    if unit != "segment":
        value, many = pooled_kappa(*_table(sums.sum(axis=0))), pooled_kappa(*_table(drawn))
        rows.append(
            estimate_rows(head, "kappa_pooled", value[None], many[:, None], len(pair.documents), plan)
        )
    return pd.concat(rows).assign(
        note=lambda t: joined(t["note"], f"codes that reach the floor: {len(enough)}")
    )


def _all_coders(
    part: str, codes: list[str], marks: Marks, pairs: list[PairCounts], plan: Plan
) -> pd.DataFrame:
    docs, sums = all_coder_sums(marks, pairs)
    uses = uses_of_all(marks)[docs].sum(axis=0)
    used = np.flatnonzero(uses > 0)
    sums = sums[:, used]
    value = alpha(*np.moveaxis(sums.sum(axis=0), -1, 0))
    samples = alpha(*np.moveaxis(resampled(sums, plan.resamples, plan.seed), -1, 0))
    head = {"part": part, "code": np.array(codes, dtype=object)[used], "coder_a": "", "coder_b": "",
            "n_documents": len(docs), "n_units": int(marks.sizes[docs].sum()), "uses": uses[used]}  # fmt: skip
    return estimate_rows(head, "alpha", value, samples, len(docs), plan)


def _binary_u_alpha(marks: Marks, pairs: list[PairCounts], plan: Plan) -> pd.DataFrame:
    """|u-alpha of every pair and, with three coders or more, of all."""
    length = (marks.table["end"] - marks.table["start"]).to_numpy(dtype=np.float64)
    squares = np.zeros(marks.worked.shape)
    np.add.at(squares, (marks.table["coder"].to_numpy(), marks.table["doc"].to_numpy()), length**2)
    parts = []
    for pair in pairs:
        a, b = marks.coders.index(pair.coder_a), marks.coders.index(pair.coder_b)
        both, only_a, only_b = np.moveaxis(pair.counts[:, 0], -1, 0)
        sums = np.stack(
            [2 * pair.sizes[:, 0], 2 * both + only_a + only_b, only_a + only_b, squares[[a, b]].sum(axis=0)[pair.documents]],
            axis=-1,
        )  # fmt: skip
        parts.append((pair.coder_a, pair.coder_b, pair.documents, sums, int(pair.uses.sum())))
    if len(pairs) > 1:
        docs, three = all_coder_sums(marks, pairs)
        own = np.where(marks.worked, squares, 0).sum(axis=0)[docs]
        parts.append(("", "", docs, np.concatenate([three[:, 0], own[:, None]], axis=-1),
                      int(uses_of_all(marks)[docs].sum())))  # fmt: skip
    rows = []
    for coder_a, coder_b, docs, sums, uses in parts:
        head = {"part": "segmentation", "code": "", "coder_a": coder_a, "coder_b": coder_b, "n_documents": len(docs),
                "n_units": int(marks.sizes[docs].sum()), "uses": np.array([uses])}  # fmt: skip
        value = binary_u_alpha(*np.moveaxis(sums.sum(axis=0), -1, 0))[None]
        drawn = resampled(sums, plan.resamples, plan.seed)
        samples = binary_u_alpha(*np.moveaxis(drawn, -1, 0))[:, None]
        rows.append(estimate_rows(head, "u_alpha_binary", value, samples, len(docs), plan))
    return pd.concat(rows) if rows else pd.DataFrame()


def _families(marks: Marks, codes: pd.DataFrame, plan: Plan) -> list[pd.DataFrame]:
    rows = []
    for family in family_sums(marks, codes):
        if not family.uses:
            continue
        values = (family.sums.shape[1] - 1) // 2
        drawn = resampled(family.sums, plan.resamples, plan.seed)
        value, samples = (
            cu_alpha(s[..., 0], s[..., 1 : 1 + values], s[..., 1 + values :])
            for s in (family.sums.sum(axis=0)[None], drawn)
        )
        head = {"part": "family", "code": family.root, "coder_a": family.coder_a, "coder_b": family.coder_b,
                "n_documents": len(family.documents), "uses": np.array([family.uses])}  # fmt: skip
        table = estimate_rows(head, "cu_alpha", value, samples[:, None], len(family.documents), plan)  # fmt: skip
        if family.left_out:
            words = f"{family.left_out} characters with two codes of the family left out"
            table = table.assign(note=joined(table["note"], words))
        rows.append(table)
    return rows


def _documents(part: str, codes: list[str], pair: PairCounts, marks: Marks, min_uses: int) -> pd.DataFrame:
    """A row a document and code that either coder used there; no interval: one document is one observation."""
    uses = pair.uses.sum(axis=-1)
    d, c = np.nonzero(uses)
    size = _sizes(pair)[d, c]
    both, only_a, only_b = np.moveaxis(pair.counts[d, c], -1, 0)
    neither = size - both - only_a - only_b
    enough = uses[d, c] >= min_uses
    found = two_coders(both, only_a, only_b, neither)
    return pd.DataFrame(
        {
            "part": part,
            "document": np.array(marks.documents, dtype=object)[pair.documents[d]],
            "code": np.array(codes, dtype=object)[c],
            "coder_a": pair.coder_a,
            "coder_b": pair.coder_b,
            "n_units": whole(size),
            "uses": uses[d, c],
            "both": whole(both),
            "only_a": whole(only_a),
            "only_b": whole(only_b),
            "neither": whole(neither),
            **{
                s: np.where(enough, found[s], np.nan) for s in ("percent", "positive", "jaccard", "kappa", "alpha")
            },
            "note": np.where(enough, "", below_floor(uses[d, c], min_uses)),
        }
    )  # fmt: skip


def _sizes(pair: PairCounts) -> np.ndarray:
    return np.broadcast_to(pair.sizes, pair.counts.shape[:2])


def _table(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Both, only the first, only the second, neither; the last axis of ``sums`` ends with the number of units."""
    both, only_a, only_b, size = np.moveaxis(sums, -1, 0)
    return both, only_a, only_b, size - both - only_a - only_b
