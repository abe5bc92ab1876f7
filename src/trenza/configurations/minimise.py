"""Boolean minimisation by Quine and McCluskey: prime implicants, and the shortest sums of them.

A row or an implicant is a tuple with one entry a condition: 1 present, 0 absent, None left out. McCluskey 1956, Bell System
Technical Journal 35(6):1417-1444; the chart is solved by Petrick's method. Exact, for the few conditions that a QCA has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

Implicant = tuple[int | None, ...]


def covers(implicant: Implicant, row: Implicant) -> bool:
    """Whether a full row is one of those that the implicant stands for."""
    return all(wanted is None or wanted == there for wanted, there in zip(implicant, row, strict=True))


def primes(rows: Iterable[Implicant]) -> list[Implicant]:
    """All prime implicants of rows that count as true, in a fixed order."""
    level, found = set(rows), set()
    while level:
        merged: set[Implicant] = set()
        used: set[Implicant] = set()
        for one in level:
            for i, there in enumerate(one):
                if there is None:
                    continue
                other = (*one[:i], 1 - there, *one[i + 1 :])
                if other in level:
                    merged.add((*one[:i], None, *one[i + 1 :]))
                    used |= {one, other}
        found |= level - used
        level = merged
    return sorted(found, key=_order)


def minimal_sums(wanted: Sequence[Implicant], free: Iterable[Implicant] = ()) -> list[tuple[Implicant, ...]]:
    """Every shortest sum of prime implicants that covers all ``wanted`` rows and none outside ``wanted`` and ``free``.

    Shortest has the fewest implicants, then the fewest conditions in all; ties are all returned.
    """
    if not wanted:
        return []
    candidates = primes([*wanted, *free])
    sums: set[frozenset[Implicant]] = {frozenset()}
    for row in wanted:
        able = [p for p in candidates if covers(p, row)]
        grown = {s if any(p in s for p in able) else s | {p} for s in sums for p in able}
        # What holds another sum whole can never become shorter than it.
        sums = {s for s in grown if not any(other < s for other in grown)}
    size = min((len(s), _literals(s)) for s in sums)
    shortest = [tuple(sorted(s, key=_order)) for s in sums if (len(s), _literals(s)) == size]
    return sorted(shortest, key=lambda s: [_order(p) for p in s])


def assumed(sums: Iterable[Iterable[Implicant]], remainders: Iterable[Implicant]) -> set[Implicant]:
    """The remainders that sums take as true: their simplifying assumptions."""
    implicants = {p for s in sums for p in s}
    return {row for row in remainders if any(covers(p, row) for p in implicants)}


def easy(
    assumptions: Iterable[Implicant], observed: Iterable[Implicant], expected: Mapping[int, int]
) -> set[Implicant]:
    """The assumptions reached from a row observed to be sufficient by changes in the expected direction alone.

    ``expected``: position of a condition -> the state that should help; a condition without one excuses no change. Ragin &
    Sonnett 2005, in Vergleichen in der Politikwissenschaft, pp. 180-197.
    """
    there = list(observed)

    def reached(row: Implicant, start: Implicant) -> bool:
        return all(a == b or expected.get(i) == a for i, (a, b) in enumerate(zip(row, start, strict=True)))

    return {row for row in assumptions if any(reached(row, start) for start in there)}


def all_rows(conditions: int) -> list[Implicant]:
    """All 2^k rows, from none present to all."""
    return list(product((0, 1), repeat=conditions))


def _literals(implicants: Iterable[Implicant]) -> int:
    return sum(there is not None for p in implicants for there in p)


def _order(implicant: Implicant) -> tuple[int, ...]:
    return tuple({1: 0, 0: 1, None: 2}[there] for there in implicant)
