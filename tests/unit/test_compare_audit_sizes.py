"""Which sizes could give a row: by hand, against a grid over both SDs, and the worked example."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from audit_cases import made_from, table2_typed

from trenza.compare.audit_ranges import Interval
from trenza.compare.audit_rows import Cell, Row, rows_of
from trenza.compare.audit_sizes import invert_sizes, reachable, tried
from trenza.compare.audit_table import audit_table


def row(
    mean: tuple[float, float],
    sd: tuple[float, float],
    t: float | None,
    df: float | None,
    *,
    decimals: int = 2,
    fine: int = 2,
    test: str = "welch",
) -> Row:
    means, sds = (tuple(Cell(v, decimals) for v in pair) for pair in (mean, sd))
    cells = [None if v is None else Cell(v, fine) for v in (t, df)]
    return Row("2", "y", (10, 10), means, sds, *cells, None, None, 1, None, test)  # type: ignore[arg-type]


def test_equal_sds_by_hand() -> None:
    # SD 1.00 in both groups and df 18.00. At 10 and 10 that is the peak. 9 and 11 have the same peak, but where the
    # squared standard errors are as 8 to 10, so the SDs as 1 to 1.011 (root of 9 * 10 / 11 / 8), a little more than
    # 1.005 to .995. At 10 and 20 the df is (.1 + .05)^2 / (.01 / 9 + .0025 / 19) = 18.11, and 17.94 with SDs of 1.005
    # and .995.
    case = row((2, 1), (1, 1), None, 18.0)
    found = [(a, b) for a in range(2, 25) for b in range(2, 25) if reachable(case, a, b, "rounded")]
    assert found == [(10, 10), (10, 20), (20, 10)]
    # t = 1 / sqrt(2 / 10) = 2.236 asks the sum of the two variances of the means and nothing else
    assert reachable(row((2, 1), (1, 1), 2.24, None), 10, 10, "rounded")
    assert not reachable(row((2, 1), (1, 1), 2.30, None), 10, 10, "rounded")
    assert not reachable(row((2, 1), (1, 1), -2.24, None), 10, 10, "rounded")


def test_student_by_hand() -> None:
    case = row((2, 1), (1, 1), 2.24, 18.0, test="student")
    found = [(a, b) for a in range(2, 25) for b in range(2, 25) if reachable(case, a, b, "rounded")]
    # All pairs of sum 20 have the df. t is at most 1.01 / (.995 sqrt(1 / n1 + 1 / n2)): 2.258 at 9 and 11, but 2.224
    # at 8 and 12, below the 2.235 from which 2.24 is printed.
    assert found == [(9, 11), (10, 10), (11, 9)]


def grid(case: Row, n_1: int, n_2: int, rule: str, steps: int = 401) -> bool:
    """Whether any pair of SDs of a grid gives df and t."""
    sds = [np.linspace(max(i.low, 0), i.high, steps) for i in (c.interval(rule) for c in case.sd)]
    v_1, v_2 = sds[0][:, None] ** 2 / n_1, sds[1][None, :] ** 2 / n_2
    se = np.sqrt(v_1 + v_2)
    fits = np.ones(se.shape, dtype=bool)
    if case.df is not None:
        df = (v_1 + v_2) ** 2 / (v_1**2 / (n_1 - 1) + v_2**2 / (n_2 - 1))
        fits &= (df >= case.df.interval(rule).low) & (df <= case.df.interval(rule).high)
    if case.t is not None:
        d = case.difference(rule)
        fits &= (d.low / se <= case.t.interval(rule).high) & (d.high / se >= case.t.interval(rule).low)
    return bool(fits.any())


@dataclasses.dataclass(frozen=True)
class Narrow(Cell):
    """A printed number whose interval is narrower, so that a grid cannot step over what meets it."""

    def interval(self, rule: str) -> Interval:
        wide = super().interval(rule)
        margin = 0.3 * (wide.high - wide.low) / 2
        return Interval(wide.low + margin, wide.high - margin)


@pytest.mark.parametrize("rule", ["rounded", "truncated"])
def test_the_closed_form_is_a_grid_without_steps(rule: str) -> None:
    draw = np.random.default_rng(5)
    seen = set()
    for _ in range(60):
        n = tuple(int(v) for v in draw.integers(3, 40, 2))
        x, y = (
            draw.normal(m, s, size) for m, s, size in zip((0.3, 0), draw.uniform(0.3, 1.5, 2), n, strict=True)
        )
        frame = made_from([(x, y)], rule=rule, decimals=1, fine=1)
        if frame is None or frame[["sd1", "sd2"]].min(axis=None) == 0:
            continue
        case = dataclasses.replace(rows_of(frame)[0], test="welch")
        assert case.df and case.t
        assert reachable(case, *n, rule), (n, case)  # the sizes that the table was made with
        narrow = dataclasses.replace(case, **{c: Narrow(getattr(case, c).value, 1) for c in ("t", "df")})
        for a in range(max(2, n[0] - 3), n[0] + 4):
            for b in range(max(2, n[1] - 3), n[1] + 4):
                on_grid = grid(case, a, b, rule, 101)
                exact = bool(reachable(case, a, b, rule))
                assert exact or not on_grid, (a, b, case)
                if reachable(narrow, a, b, rule):
                    assert on_grid, (a, b, case)
                seen.add((exact, on_grid))
    assert {(True, True), (False, False)} <= seen


# published-table-audit's worked example, pairs of 35 to 65 in both groups. The fourth row is printed there as 17; a grid
# of 401 x 401 SDs and the closed form both give 16 (the nearest other pair, 61 and 40, reaches a df of 93.2771 and
# the printed 93.278 begins at 93.2775).
PAIRS = {"collaboration": 11, "comfort": 2, "commitment": 19, "leadership": 16, "community": 28}


def test_pairs_of_table2() -> None:
    audit = audit_table(table2_typed())
    sizes = np.arange(35, 66)
    turned = [
        dataclasses.replace(r, test="welch", t=Cell(-r.t.value + 0.0, 3))
        for r in rows_of(table2_typed())
        if r.t
    ]
    fits = {r.outcome: reachable(r, sizes[:, None], sizes[None, :], "rounded") for r in turned}
    assert {name: int(f.sum()) for name, f in fits.items()} == PAIRS
    for rule in ("rounded", "truncated"):
        block = audit.sizes[audit.sizes["rule"] == rule]
        assert len(block) == 961
        full = block[block["rows_reached"] == 5]
        assert full[["n1", "n2"]].to_numpy().tolist() == [[49, 49]]
        rows = audit.size_rows[audit.size_rows["rule"] == rule]
        assert rows["joint_without_row"].tolist() == [1] * 5  # leaving out any one row: still only one pair
    at = audit.sizes[audit.sizes["rule"] == "rounded"].set_index(["n1", "n2"])["rows_reached"]
    nearest = {(48, 50): 0, (50, 48): 0, (49, 48): 1, (50, 49): 1, (48, 49): 2}
    assert {pair: int(at[pair]) for pair in nearest} == nearest
    assert at.drop((49, 49)).max() == 2


@pytest.mark.parametrize("outcome", list(PAIRS))
def test_every_row_of_table2_is_that_of_a_grid(outcome: str) -> None:
    case = next(r for r in rows_of(table2_typed()) if r.outcome == outcome)
    assert case.t
    case = dataclasses.replace(case, test="welch", t=Cell(-case.t.value + 0.0, 3))
    for a in range(44, 54):
        for b in range(44, 54):
            assert bool(reachable(case, a, b, "rounded")) == grid(case, a, b, "rounded")


def test_rows_with_other_printed_sizes_are_a_block_of_their_own() -> None:
    draw = np.random.default_rng(2)
    samples = [(draw.normal(0, 1, n), draw.normal(0, 2, m)) for n, m in ((20, 30), (20, 30), (19, 30))]
    frame = made_from(samples)
    assert frame is not None
    sizes, rows = invert_sizes([dataclasses.replace(r, test="welch") for r in rows_of(frame)], 4)
    blocks = sizes.groupby(["printed_n1", "printed_n2", "rule"]).size()
    assert blocks.to_dict() == {(a, 30, rule): 81 for a in (19, 20) for rule in ("rounded", "truncated")}
    assert rows["printed_reached"][rows["rule"] == "rounded"].all()
    assert list(tried(3, 5)) == [2, 3, 4, 5, 6, 7, 8]
