"""Short cuts of the engine against the long way: sums of whole numbers, ids looked up, plain sums of columns, closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import trenza.multilevel.coding as coding
from trenza.multilevel.exact import ROWS_EXACT, ExactSums, Scale
from trenza.multilevel.fit import fit, prepare
from trenza.multilevel.formula import parse_formula
from trenza.multilevel.levels import Combinations
from trenza.multilevel.parts import Parts


def pupils(seed: int, rows: int = 600) -> pd.DataFrame:
    """Pupils in 40 schools in 9 communes, with columns of all kinds."""
    r = np.random.default_rng(seed)
    school = r.integers(0, 40, rows)
    return pd.DataFrame(
        {
            "y": r.normal(size=rows) + r.normal(size=40)[school],
            "x": r.normal(size=rows),
            "flag": (r.random(rows) < 0.4).astype(float),
            "text": r.choice(["b", "a", "c"], rows),
            "yes": r.random(rows) < 0.5,
            "kind": pd.Categorical(r.choice(["z", "x"], rows), categories=["z", "w", "x"]),
            "ñandú": r.integers(0, 3, rows),
            "weight": r.uniform(0.5, 2.0, rows),
            "school": school,
            "commune": school % 9,
        }
    )


def summed(values: np.ndarray, cell: np.ndarray, weighted: bool, order: np.ndarray) -> ExactSums:
    scales = (Scale(0.0, 0), Scale(0.0, 0), Scale(0.0, 1), Scale(0.0, 0))
    factors = list(range(4)) if weighted else [0, 2]
    sums = ExactSums(scales, int(cell.max()) + 1, factors, weighted, {0, 1}, 2**13)
    for start in range(0, len(cell), 2**13):
        some = order[start : start + 2**13]
        for first in range(0, len(some), ROWS_EXACT):
            rows = some[first : first + ROWS_EXACT]
            for out, column in zip(sums.rows(first, first + len(rows)), values, strict=True):
                out[...] = column[rows]
            sums.take(first, first + len(rows))
        sums.settle(cell[some])
    return sums


@pytest.mark.parametrize("weighted", [False, True])
def test_sums_are_exact_in_small_cells_and_in_one_of_seven_thousand_rows(weighted: bool) -> None:
    r = np.random.default_rng(4)
    n = 9_000
    cell = np.where(np.arange(n) < 7_000, 3, r.integers(0, 50, n))
    unit = 2.0**-20
    # numbers of few digits, whose products hold no more than the sums carry
    values = np.array(
        [
            np.ones(n),
            (r.random(n) < 0.3).astype(float),
            2 * np.rint(r.uniform(-1, 1, n) / unit) * unit,
            np.rint(r.uniform(-1, 1, n) / unit) * unit,
        ]
    )
    sums = summed(values, cell, weighted, np.arange(n))
    scaled = values / np.array([1.0, 1.0, 2.0, 1.0])[:, None]
    exact = (scaled / unit).astype(np.int64).astype(object)
    gram, by_cell = sums.gram(), sums.by_cell()
    for i in range(4):
        for j in range(4):
            products = exact[i] * exact[j]
            assert gram[i, j] == int(products.sum()) / 2**40
            if weighted or i in (0, 2):
                at = i if weighted else [0, 2].index(i)
                for c in (0, 3, 49):
                    here = int(products[cell == c].sum()) / 2**40
                    assert by_cell[at, c, j] == pytest.approx(here, rel=1e-15, abs=1e-12)
    shuffled = summed(values, cell, weighted, r.permutation(n))
    assert np.array_equal(shuffled.by_cell(), by_cell) and np.array_equal(shuffled.gram(), gram)


@pytest.mark.parametrize("kind", ["int8", "int32", "int64", "object"])
@pytest.mark.parametrize("nested", [True, False])
def test_combinations_of_groups_come_out_whatever_the_chunks_hold(kind: str, nested: bool) -> None:
    r = np.random.default_rng(7)
    fine = r.permutation(np.repeat(np.arange(-100, 100), 5))
    coarse = fine // 7 if nested else r.integers(-3, 4, len(fine))
    table = pd.DataFrame({"coarse": coarse.astype(kind), "fine": fine.astype(kind)})
    found = Combinations(["coarse", "fine"])
    # the first chunk holds a narrow range, the later ones widen it at both ends
    for chunk in (
        table[np.abs(fine) < 20],
        table[fine >= 20],
        table[fine <= -20],
    ):
        found.add(chunk)
    got = found.table().astype("int64").sort_values(["coarse", "fine"]).to_numpy()
    want = table.astype("int64").drop_duplicates().sort_values(["coarse", "fine"]).to_numpy()
    assert np.array_equal(got, want)


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ x + (1 | school)",
        "y ~ 1 + (1 | school)",
        "y ~ 1 + text + x + flag + (1 | school)",
        "y ~ kind + (1 | school) + ñandú + yes",
    ],
)
def test_a_sum_of_columns_is_coded_as_formulaic_codes_it(
    formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pupils(1)
    short = prepare(parse_formula(formula), data, None)
    assert short.part.spec is None
    monkeypatch.setattr(coding, "_plain_sum", lambda fixed: None)
    long = prepare(parse_formula(formula), data, None)
    assert long.part.spec is not None
    assert short.part.names == long.part.names
    assert short.part.recipes == long.part.recipes
    assert dict(short.part.coding) == dict(long.part.coding)
    assert short.needs == long.needs


@pytest.mark.parametrize("fixed", ["x + x", "x * flag", "0 + x", "x - 1", "log(weight)", "C(ñandú)", ""])
def test_every_other_fixed_part_is_left_to_formulaic(fixed: str) -> None:
    assert coding._plain_sum(fixed) is None


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize(
    "random",
    [
        "(1 | school)",
        "(0 + x | school)",
        "(1 + x | school)",
        "(1 + x + flag | school)",
        "(1 | commune/school)",
    ],
)
def test_closed_forms_give_what_the_general_algebra_gives(random: str, weights: str | None) -> None:
    search = fit(f"y ~ x + flag + {random}", pupils(2), weights=weights).machinery.search
    structure, k = search.structure, search.model.p + 1
    m = len(structure.entries)
    # a point away from the end, with covariances
    roots = search.chol(np.linspace(0.7, 0.3, m))
    sigma = [root @ root.T for root in roots]
    short, long = Parts.zero(m, k), Parts.zero(m, k)
    for block in structure.blocks:
        assert block._one_column is not None or block._one_factor is not None
        block.add(short, list(structure.entries), sigma, roots, 2)
        block.__dict__.update(_one_column=None, _one_factor=None)
        block.add(long, list(structure.entries), sigma, roots, 2)
    assert short.logdet == pytest.approx(long.logdet, rel=1e-12)
    for name in ("cross", "p", "t", "q", "tt"):
        one, other = getattr(short, name), getattr(long, name)
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10 * np.abs(other).max(), err_msg=name)
