"""What the rows of a published table show together, in plain words, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from trenza.compare.audit_rows import AS_PRINTED, TEST_NAMES, Row
from trenza.contracts.audit_tables import RULES
from trenza.contracts.tables import CONTRACTS

Said = tuple[str, str, str, str]  # topic, value, reading, assumes

SIGN_WORDS = {
    "first_minus_second": "t is group 1 minus group 2",
    "second_minus_first": "t is group 2 minus group 1; turned to group 1 minus group 2 here",
    "unsigned": "t is printed without a sign; turned to the sign of mean 1 minus mean 2 here",
}
RULE_WORDS = {
    ("rounded", "rounded"): "t and p were rounded",
    ("rounded", "truncated"): "t was rounded and p was cut",
    ("truncated", "rounded"): "t was cut and p was rounded",
    ("truncated", "truncated"): "t and p were cut, not rounded",
}
NAMED = 6  # pairs that are named one by one


def conclusions(
    rows: Sequence[Row],
    *,
    sign: Mapping[str, Any],
    test_declared: bool,
    sizes: pd.DataFrame,
    size_rows: pd.DataFrame,
    rounding: pd.DataFrame,
    decisions: pd.DataFrame,
    rule: str,
    alpha: float,
) -> pd.DataFrame:
    """Frame of contract ``audit_conclusions``.

    One row a topic; what is about sizes stands with the printed pair of its rows, all else with pair 0, 0. A row
    with sizes of its own in a table of several is told only where its sizes do not give it.
    """
    said: list[tuple[tuple[int, int], Said]] = []
    said += [((0, 0), s) for s in (*_sign(sign, rule), *_test(rows, test_declared))]
    for printed in dict.fromkeys(row.n for row in rows):
        tests = [TEST_NAMES[t] for t in dict.fromkeys(row.test for row in rows if row.n == printed)]
        said += [(printed, s) for s in _sizes(printed, sizes, size_rows, rule, tests)]
    said += [((0, 0), s) for s in (*_rounding(rounding, rule), *_decisions(decisions, alpha))]
    kept = CONTRACTS["audit_conclusions"]
    flat = [(*printed, *s) for printed, s in said]
    names = ["printed_n1", "printed_n2", "topic", "value", "reading", "assumes"]
    return kept.check(pd.DataFrame(flat, columns=names).reindex(columns=kept.names))


def _sign(sign: Mapping[str, Any], rule: str) -> Iterator[Said]:
    if not sign["rows"]:
        return
    chosen, reached = sign["chosen"], sign["reached"]
    if sign["declared"]:
        yield "sign", chosen, SIGN_WORDS[chosen], "as declared"
        return
    if reached["first_minus_second"] == reached["second_minus_first"]:
        yield (
            "sign",
            "not_told",
            "the table does not tell which group t has first; taken as group 1 minus group 2"
            if chosen == "first_minus_second"
            else SIGN_WORDS[chosen],
            f"all rows have t in the same direction; {AS_PRINTED[rule]}",
        )
        return
    reading = f"{SIGN_WORDS[chosen]}; so t follows from means and SDs in {reached[chosen][0]} of {sign['rows']} rows"
    yield "sign", chosen, reading, f"all rows have t in the same direction; {AS_PRINTED[rule]}"


def _test(rows: Sequence[Row], declared: bool) -> Iterator[Said]:
    held = [row for row in rows if row.t or row.df or row.p]
    used = list(dict.fromkeys(row.test for row in held))
    if not used:
        yield (
            "test",
            "none",
            "no t, df or p is printed, so that no row is held against a test",
            "the printed cells alone",
        )
        return
    assumes = "as declared" if declared else "Student's df is n1 + n2 - 2, Welch's need not be a whole number"
    if len(used) == 1:
        yield "test", used[0], f"all rows are held against {TEST_NAMES[used[0]]}", assumes
    else:
        counts = [f"{sum(r.test == t for r in held)} rows against {TEST_NAMES[t]}" for t in used]
        yield "test", "mixed", "; ".join(counts), assumes


def _sizes(
    printed: tuple[int, int],
    sizes: pd.DataFrame,
    size_rows: pd.DataFrame,
    rule: str,
    tests: Sequence[str],
) -> Iterator[Said]:
    block = sizes[(sizes["printed_n1"] == printed[0]) & (sizes["printed_n2"] == printed[1])]
    if not len(block):
        return
    full = {r: block[(block["rule"] == r) & (block["rows_reached"] == block["rows"])] for r in RULES}
    tried = block[block["rule"] == rule]
    count = int(tried["rows"].iloc[0])
    span = f"n1 {tried['n1'].min()} to {tried['n1'].max()} and n2 {tried['n2'].min()} to {tried['n2'].max()} were tried"
    assumes = f"the same units in all rows; df and t from the same SDs; {span}, with {' and '.join(tests)}; {AS_PRINTED[rule]}"
    pairs = _pairs(full[rule])
    if count == 1 and len(block) < len(sizes) and printed in pairs:
        return  # one row among others with sizes of its own, and nothing to say of it
    yield (
        "sizes",
        " ".join(f"{a}-{b}" for a, b in pairs) or "none",
        f"{_which(printed, pairs, count, tried)}; {span}, with {' and '.join(tests)}",
        assumes,
    )
    if count > 1:
        mine = size_rows[(size_rows["rule"] == rule) & (size_rows["printed_n1"] == printed[0])]
        mine = mine[mine["printed_n2"] == printed[1]]
        single = int((mine["joint_without_row"] == len(pairs)).sum())
        if len(pairs) == 1 and count > 2:
            reading = (
                "leaving out any one row, it is still the only pair"
                if single == count
                else f"leaving out one row, it is still the only pair in {single} of {count} cases"
            )
            yield "sizes_leave_one_out", f"{single} of {count}", reading, assumes
        other = RULES[1 - RULES.index(rule)]
        others = _pairs(full[other])
        same = others == pairs
        how = "cut" if other == "truncated" else "rounded"
        reading = f"if means, SDs, t and df were all {how}: "
        reading += "the same" if same else _listed(others) if others else "no pair gives all rows"
        value = " ".join(f"{a}-{b}" for a, b in others) or "none"
        yield "sizes_truncated", value, reading, assumes.replace(AS_PRINTED[rule], AS_PRINTED[other])


def _which(printed: tuple[int, int], pairs: list[tuple[int, int]], count: int, tried: pd.DataFrame) -> str:
    """Which sizes give all rows, the printed ones first."""
    shown = f"n1 {printed[0]} and n2 {printed[1]}"
    rows = f"all {count} rows" if count > 1 else "the row"
    if printed in pairs:
        if len(pairs) == 1:
            return f"the printed {shown} give {rows}, and no other pair does"
        others = "so does one other pair" if len(pairs) == 2 else f"so do {len(pairs) - 1} other pairs"
        return f"the printed {shown} give {rows}; {others}"
    at_printed = int(tried.loc[tried["is_printed"], "rows_reached"].iloc[0])
    head = f"the printed {shown} give {at_printed} of {count} rows"
    if not pairs:
        best = int(tried["rows_reached"].max())
        return f"{head}; no pair gives {rows}, the most that one gives is {best}"
    if len(pairs) == 1:
        return f"{head}; only n1 {pairs[0][0]} and n2 {pairs[0][1]} give {rows}"
    return f"{head}; {rows} {'are' if count > 1 else 'is'} given by {_listed(pairs)}"


def _pairs(full: pd.DataFrame) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(full["n1"], full["n2"], strict=True)]


def _listed(pairs: list[tuple[int, int]]) -> str:
    if len(pairs) > NAMED:
        return f"{len(pairs)} pairs"
    return ", ".join(f"({a}, {b})" for a, b in pairs)


def _rounding(rounding: pd.DataFrame, rule: str) -> Iterator[Said]:
    count = int(rounding["rows"].iloc[0])
    if not count:
        return
    full = rounding[rounding["rows_reached"] == count]
    ways = list(zip(full["t_rule"], full["p_rule"], strict=True))
    plain = rounding.set_index(["t_rule", "p_rule"])["rows_reached"]
    together = int(plain[("rounded", "rounded")])
    assumes = "the same rule in all rows; p is two-sided from Student's t distribution; df is " + (
        "rounded" if rule == "rounded" else "cut"
    )
    value = " ".join(f"t_{t}_p_{p}" for t, p in ways) or "none"
    kinds = {"t": set(full["t_rule"]), "p": set(full["p_rule"])}
    untold = [name for name, rules in kinds.items() if len(rules) > 1]
    if ("rounded", "rounded") in ways:
        reading = f"p follows from t and df in all {count} rows if t and p were rounded"
    elif len(ways) == 1:
        reading = f"p follows from t and df in all {count} rows only if {RULE_WORDS[ways[0]]}"
    elif len(untold) == 2:
        reading = f"p follows from t and df in all {count} rows only if t or p was cut, not rounded"
    elif ways:
        cut = next(name for name, rules in kinds.items() if rules == {"truncated"})
        reading = f"p follows from t and df in all {count} rows only if {cut} was cut, not rounded"
    else:
        best = int(plain.max())
        reading = f"p follows from t and df in {together} of {count} rows if t and p were rounded"
        reading += f"; no rule of rounding or cutting gives all rows, the most is {best}"
    if len(untold) == 1 or (untold and ("rounded", "rounded") in ways):
        reading += f"; how {' and '.join(untold)} {'was' if len(untold) == 1 else 'were'} printed the rows do not tell"
    if ways and ("rounded", "rounded") not in ways:
        reading += f"; with both rounded it does in {together}"
    yield "rounding", value, reading, assumes


def _decisions(decisions: pd.DataFrame, alpha: float) -> Iterator[Said]:
    first = decisions[decisions["sizes"] == "printed"]
    judged = first[first["decision"].notna()]
    if not len(judged):
        return
    changed, unsure = (int((judged["decision"] == d).sum()) for d in ("differs", "open"))
    if not changed and not unsure:
        reading = (
            f"no decision at {alpha:g} changes in any of {len(judged)} rows"
            if len(judged) > 1
            else f"the decision at {alpha:g} does not change"
        )
    else:
        reading = f"of {len(judged)} decisions at {alpha:g} {changed} change and {unsure} stay open"
    assumes = "p from the printed t and df where both are printed, otherwise from sizes, means and SDs"
    yield "decisions", f"{changed} {unsure}", reading, assumes
    small = judged[judged["p_printed"] < alpha]
    if len(judged) < 2 or not len(small):
        return
    after = {c: int((small[c] < alpha).sum()) for c in ("p_holm", "p_bh")}
    value = f"{after['p_holm']} {after['p_bh']}"
    if len(small) == 1:
        stays = [
            f"{'stays' if kept else 'does not stay'} below with {name}"
            for name, kept in zip(("Holm", "Benjamini-Hochberg"), after.values(), strict=True)
        ]
        reading = f"the one p below {alpha:g} {stays[0]} and {stays[1]}"
    else:
        reading = (
            f"of {len(small)} p below {alpha:g}, {after['p_holm']} stay below with Holm and "
            f"{after['p_bh']} with Benjamini-Hochberg"
        )
    yield "family", value, reading, f"the {len(judged)} rows are one family"
