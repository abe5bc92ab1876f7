"""What a reader can work out of withheld counts, given all that is shown: the attack that tables have to stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from trenza.disclosure.quantities import Sum

# Withheld numbers of one system that are looked at together; in a larger one each sum is tried by itself.
LARGEST = 400
FIXED = "|fixed"  # ends the name of a number that stands in a column of the row
LOST = "|lost"  # ends the name of a number that no cell holds


def reach(known: Mapping[str, int], sums: Sequence[Sum]) -> dict[str, tuple[int, int]]:
    """(lowest, highest) value of every withheld quantity in ``sums`` for which they leave a highest.

    ``known``: shown quantities by name; what a sum names and ``known`` does not is withheld. Counts are whole and not
    negative, and an empty cell is shown as empty: each withheld one is at least 1, as long as the sums allow it (a
    number that no table has a cell for, such as those lost on the way, at least 0). Numbers that stand in several sums
    are solved together by linear programmes (Fischetti & Salazar 2001 call them the attacker's); where the tables
    contradict each other, each sum is taken by itself. A total that is itself not shown, and stands in no other sum,
    tells nothing.
    """
    found: dict[str, tuple[int, int]] = {}
    for system in _systems(known, sums):
        names = sorted({n for s in system for n in (*s.parts, s.total) if _value(n, known) is None})
        parts = [system] if len(names) <= LARGEST else [[s] for s in system]
        for part in parts:
            _keep(found, _solved(part, known) or _apart(part, known))
    return found


def _value(name: str, known: Mapping[str, int]) -> int | None:
    if name.endswith(FIXED):
        number = name.split("|")[1]
        return int(float(number)) if number not in ("None", "") else None
    return known.get(name)


def _systems(known: Mapping[str, int], sums: Sequence[Sum]) -> Iterator[list[Sum]]:
    """Sums that share a withheld quantity, together; those without one are left out."""
    open_sums = [s for s in dict.fromkeys(sums) if any(_value(n, known) is None for n in (*s.parts, s.total))]
    belongs: dict[str, str] = {}

    def root(name: str) -> str:
        while belongs.setdefault(name, name) != name:
            name = belongs[name]
        return name

    def unknown(s: Sum) -> list[str]:
        return [n for n in (*s.parts, s.total) if _value(n, known) is None]

    for s in open_sums:
        first, *others = unknown(s)
        for other in others:
            belongs[root(other)] = root(first)
    systems: dict[str, list[Sum]] = {}
    for s in open_sums:
        systems.setdefault(root(unknown(s)[0]), []).append(s)
    yield from systems.values()


def _apart(sums: Sequence[Sum], known: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for s in sums:
        _keep(found, _solved([s], known) or {})
    return found


def _keep(found: dict[str, tuple[int, int]], new: Mapping[str, tuple[int, int]]) -> None:
    for name, (low, high) in new.items():
        old_low, old_high = found.get(name, (0, high))
        both = (max(low, old_low), min(high, old_high))
        # Of two sums that contradict each other the one that tells of fewer counts.
        found[name] = (
            both if both[0] <= both[1] else min((low, high), (old_low, old_high), key=lambda r: r[1])
        )


def _solved(sums: Sequence[Sum], known: Mapping[str, int]) -> dict[str, tuple[int, int]] | None:
    """Lowest and highest of each unknown; None where no numbers fit."""
    names = sorted({n for s in sums for n in (*s.parts, s.total) if _value(n, known) is None})
    place = {n: i for i, n in enumerate(names)}
    rows: dict[bool, tuple[list[np.ndarray], list[float]]] = {True: ([], []), False: ([], [])}
    for s in sums:
        row, right = np.zeros(len(names)), 0.0
        for name, sign in [*((p, 1.0) for p in s.parts), (s.total, -1.0)]:
            value = _value(name, known)
            if value is None:
                row[place[name]] += sign
            else:
                right -= sign * value
        rows[s.exact][0].append(row)
        rows[s.exact][1].append(right)
    for least in (1.0, 0.0):
        bounds = [(0.0 if n.endswith((LOST, FIXED)) else least, None) for n in names]
        found = _ranges(names, rows, bounds)
        if found is not None:
            return found
    return None


def _ranges(
    names: Sequence[str],
    rows: Mapping[bool, tuple[list[np.ndarray], list[float]]],
    bounds: Sequence[tuple[float, float | None]],
) -> dict[str, tuple[int, int]] | None:
    from scipy.optimize import linprog

    left, right = ((np.array(a), np.array(b)) if a else (None, None) for a, b in (rows[False], rows[True]))
    system = {"A_ub": left[0], "b_ub": left[1], "A_eq": right[0], "b_eq": right[1]}
    found: dict[str, tuple[int, int]] = {}
    for i, name in enumerate(names):
        aim = np.zeros(len(names))
        aim[i] = -1.0
        most = linprog(aim, bounds=bounds, method="highs", **system)
        if most.status == 2:
            return None
        if most.status != 0:
            continue  # without a highest nothing is told
        least = linprog(-aim, bounds=bounds, method="highs", **system)
        found[name] = (int(np.ceil(least.fun - 1e-6)), int(np.floor(-most.fun + 1e-6)))
    return found
