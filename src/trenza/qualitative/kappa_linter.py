"""Kappas that programs report, computed again: QualCoder's from the codings, NVivo's from its percentages.

What is said is where a printed kappa comes from, with the assumption behind it: nothing about who printed it.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.qualitative_tables import QUALITATIVE_TABLES
from trenza.qualitative.agreement_statistics import pooled_kappa, two_coders
from trenza.qualitative.bootstrap import percentile_limits, resampled
from trenza.qualitative.marks import check_codings
from trenza.qualitative.spans import merged

NVIVO_COLUMNS = (
    "node",
    "file",
    "size",
    "kappa",
    "agreement",
    "both",
    "neither",
    "disagreement",
    "only_a",
    "only_b",
)
_SHARES = ("both", "only_a", "only_b", "neither")
_NVIVO = (
    "units as the file counts them; counts are percentages of the file's size, each right to its last decimal"
)
_QUALCODER = "all text documents of the project; passages of one coder are added up as they are, overlaps counted twice"


def qualcoder_kappa(coded_a: int, coded_b: int, dual: int) -> float:
    """The figure under "Kappa" in QualCoder's coder comparison (reports.py, version 3.x); NaN for no coding.

    ``coded_a`` and ``coded_b`` are lengths of passages added up, ``dual`` characters under exactly two passages.
    With u = coded_a + coded_b - dual: Po = dual / u, Pe = (coded_a coded_b / u²) ((u - coded_a)(u - coded_b) / u²).
    Cohen's Pe is the sum of two such products over all characters, not the product over the coded ones.
    """
    u = coded_a + coded_b - dual
    if not u:
        return float("nan")
    chance = (coded_a / u * coded_b / u) * ((u - coded_a) / u * (u - coded_b) / u)
    return (dual / u - chance) / (1 - chance)


def lint_qualcoder(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    codes: pd.DataFrame,
    reported: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
) -> pd.DataFrame:
    """Table ``kappa_lint``: each kappa of ``reported`` (code, coder_a, coder_b, kappa) beside both formulas.

    Raises ``InputFaults`` for codings outside their text and for reported codes or coders that have no coding.
    """
    faults = check_codings(codings, documents, codes)
    coders = set(codings["coder"].dropna())
    for number, r in enumerate(reported.itertuples(), 2):
        if r.code not in set(codes["code"]):
            faults.append(
                Fault("reported kappas", str(number), "code", repr(r.code), "a code of the project")
            )
        faults += [
            Fault("reported kappas", str(number), "coder", repr(c), ", ".join(sorted(coders)))
            for c in (r.coder_a, r.coder_b)
            if c not in coders
        ]
    if faults:
        raise InputFaults(faults)
    size = int(documents["text"].str.len().sum())
    passages = codings.loc[~codings["whole_document"].astype(bool)]
    rows = []
    for r in reported.itertuples():
        own = [
            passages.loc[(passages["code"] == r.code) & (passages["coder"] == c)]
            for c in (r.coder_a, r.coder_b)
        ]
        added = [int((p["end"] - p["start"]).sum()) for p in own]
        length = [_length(p) for p in [*own, pd.concat(own)]]
        both = length[0] + length[1] - length[2]
        counts = (both, length[0] - both, length[1] - both, size - length[2])
        cohen = float(two_coders(*counts)["kappa"])
        theirs = qualcoder_kappa(added[0], added[1], _under_two(pd.concat(own)))
        rows.append(
            {"tool": "QualCoder", "code": r.code, "coder_a": r.coder_a, "coder_b": r.coder_b, "n_units": size,
             **dict(zip(_SHARES, counts, strict=True)), "reported": r.kappa, "kappa": cohen, "kappa_low": cohen,
             "kappa_high": cohen, "tool_formula": theirs, "verdict": _verdict(r.kappa, cohen, cohen, theirs, 4),
             "assumption": _QUALCODER}
        )  # fmt: skip
    return _lint_table(rows, study, source_id, source)


def lint_nvivo(
    comparison: pd.DataFrame,
    *,
    study: str,
    source_id: str,
    source: str,
    decimals: int = 2,
    kappa_decimals: int = 4,
    resamples: int = 1000,
    seed: int,
    ci_level: float = 0.95,
) -> dict[str, pd.DataFrame]:
    """Tables ``kappa_lint`` (a row a node and file) and ``kappa_pooled`` (a row a node, and one for all nodes).

    ``comparison``: ``NVIVO_COLUMNS`` of an exported coding comparison, percentages 0 to 100 with ``decimals``
    decimals. A count is the percentage of the file's size; ``kappa_low`` and ``kappa_high`` are the least and
    largest kappa at the ends of what rounding leaves open. Raises ``InputFaults`` for what cannot be a table.
    """
    faults = _check_nvivo(comparison, decimals)
    if faults:
        raise InputFaults(faults)
    table = comparison.sort_values(["node", "file"], ignore_index=True)
    size = table["size"].to_numpy(dtype=np.float64)
    exact = np.stack([table[c].to_numpy(dtype=np.float64) * size / 100 for c in _SHARES[:3]], axis=-1)
    counts = np.concatenate([np.round(exact), (size - np.round(exact).sum(axis=1))[:, None]], axis=1)
    half = 0.5 * 10.0**-decimals * size / 100
    # Where rounding leaves less than half a unit open, the whole number is known.
    known = half < 0.5
    low, high = _range(np.where(known[:, None], np.round(exact), exact), size, np.where(known, 0, half))
    kappa = two_coders(*counts.T)["kappa"]
    rows = [
        {"tool": "NVivo", "code": r.node, "file": r.file, "n_units": r.size, **dict(zip(_SHARES, counts[i], strict=True)),
         "reported": r.kappa, "kappa": kappa[i], "kappa_low": low[i], "kappa_high": high[i], "tool_formula": np.nan,
         "verdict": _verdict(r.kappa, low[i], high[i], np.nan, kappa_decimals), "assumption": _NVIVO}
        for i, r in enumerate(table.itertuples())
    ]  # fmt: skip
    pooled = _pooled(table, counts, resamples, seed, ci_level)
    contract = QUALITATIVE_TABLES["kappa_pooled"]
    pooled = pooled.assign(study=study, source_id=source_id, source=source)[contract.names]
    return {"kappa_lint": _lint_table(rows, study, source_id, source), "kappa_pooled": contract.check(pooled)}


def _pooled(table: pd.DataFrame, counts: np.ndarray, resamples: int, seed: int, level: float) -> pd.DataFrame:
    files, nodes = sorted(set(table["file"])), sorted(set(table["node"]))
    cube = np.zeros((len(files), len(nodes), 4))
    cube[table["file"].map(files.index), table["node"].map(nodes.index)] = counts
    drawn = resampled(cube, resamples, seed)
    rows = []
    for i, node in enumerate([*nodes, None]):
        sums = cube.sum(axis=0) if node is None else cube.sum(axis=0)[i]
        samples = drawn if node is None else drawn[:, i]
        total = sums.sum(axis=0) if node is None else sums
        found = two_coders(*total)
        if node is None:
            found["kappa"] = pooled_kappa(*np.moveaxis(sums, -1, 0))
            values = pooled_kappa(*np.moveaxis(samples, -1, 0))
        else:
            values = two_coders(*np.moveaxis(samples, -1, 0))["kappa"]
        low, high, defined = percentile_limits(values[:, None], level)
        own = table if node is None else table.loc[table["node"] == node]
        weights = own["size"].to_numpy(dtype=np.float64)
        given = own["kappa"].notna().to_numpy()
        rows.append(
            {
                "code": node, "n_files": own["file"].nunique(), "n_units": total.sum(),
                **dict(zip(_SHARES, total, strict=True)), **{s: float(found[s]) for s in ("kappa", "positive", "ac1", "alpha")},
                "ci_low": low[0] if own["file"].nunique() > 1 else np.nan,
                "ci_high": high[0] if own["file"].nunique() > 1 else np.nan,
                "ci_level": level, "samples_defined": defined[0],
                "mean_kappa": own["kappa"].mean(),
                "weighted_kappa": np.average(own["kappa"][given], weights=weights[given]) if given.any() else np.nan,
                "method": "kappa of the summed tables; percentile interval over resampled files" if node is not None
                else "pooled kappa over nodes, De Vries and others 2008; percentile interval over resampled files",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _check_nvivo(table: pd.DataFrame, decimals: int) -> list[Fault]:
    name = "coding comparison"
    missing = [c for c in NVIVO_COLUMNS if c not in table.columns]
    if missing:
        return [Fault(name, "1", c, "no such column", "a column of this name") for c in missing]
    faults = []
    near = 10.0**-decimals * 1.0001
    seen: dict[tuple[str, str], int] = {}
    for line, r in enumerate(table.itertuples(), 2):
        row, key = str(line), (r.node, r.file)
        if key in seen:
            faults.append(
                Fault(name, row, "node, file", f"{key}, as in row {seen[key]}", "each node and file once")
            )
        seen.setdefault(key, line)
        if not (r.size > 0 and float(r.size).is_integer()):
            faults.append(Fault(name, row, "size", str(r.size), "a whole number of units, 1 or more"))
        for c in ("agreement", "disagreement", *_SHARES):
            share = getattr(r, c)
            if not 0 <= share <= 100:
                faults.append(Fault(name, row, c, str(share), "a percentage, 0 to 100"))
        for total, parts in (("agreement", ("both", "neither")), ("disagreement", ("only_a", "only_b"))):
            added = sum(getattr(r, p) for p in parts)
            if abs(getattr(r, total) - added) > 1.5 * near:
                faults.append(
                    Fault(name, row, total, str(getattr(r, total)), f"{' + '.join(parts)} = {added:g}")
                )
        if abs(r.agreement + r.disagreement - 100) > near:
            added = r.agreement + r.disagreement
            faults.append(Fault(name, row, "agreement", f"{added:g} with disagreement", "100 together"))
    return faults


def _range(counts: np.ndarray, size: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kappa at the corners of what rounding leaves open of three counts, (rows, 3)."""
    values = []
    for signs in product((-1, 0, 1), repeat=3):
        a, b, c = (np.maximum(counts[:, i] + s * half, 0) for i, s in enumerate(signs))
        values.append(two_coders(a, b, c, np.maximum(size - a - b - c, 0))["kappa"])
    stack = np.array(values)
    low, high = (
        np.where(np.isnan(stack), np.inf, stack).min(axis=0),
        np.where(np.isnan(stack), -np.inf, stack).max(axis=0),
    )
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)


def _verdict(reported: float, low: float, high: float, theirs: float, decimals: int) -> str:
    half = 0.5 * 10.0**-decimals * 1.0001
    if np.isnan(reported):
        return "not_reported"
    if np.isnan(low):
        return "undefined"
    if low - half <= reported <= high + half:
        return "follows"
    return "tool_formula" if abs(reported - theirs) <= half else "differs"


def _lint_table(rows: list[dict[str, object]], study: str, source_id: str, source: str) -> pd.DataFrame:
    contract = QUALITATIVE_TABLES["kappa_lint"]
    table = pd.DataFrame(rows).reindex(columns=contract.names)
    return contract.check(table.assign(study=study, source_id=source_id, source=source))


def _length(passages: pd.DataFrame) -> int:
    found = merged(passages, ["document"])
    return int((found["end"] - found["start"]).sum())


def _under_two(passages: pd.DataFrame) -> int:
    """Characters under exactly two passages, whoever made them."""
    at = pd.concat(
        [
            passages[["document", "start"]].rename(columns={"start": "at"}).assign(step=1),
            passages[["document", "end"]].rename(columns={"end": "at"}).assign(step=-1),
        ]
    )
    at = at.groupby(["document", "at"], sort=True)["step"].sum().reset_index()
    depth, place = at["step"].cumsum().to_numpy(), at["at"].to_numpy(dtype=np.int64)
    return int(np.diff(place)[depth[:-1] == 2].sum()) if len(at) else 0
