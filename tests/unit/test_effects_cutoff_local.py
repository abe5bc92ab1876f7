"""Local linear and robust estimates against rdrobust, the chosen bandwidth against leaving out by hand, the density by hand and on made truth."""

from __future__ import annotations

import numpy as np
import pytest

from trenza.effects.cutoff_local import chosen_bandwidth, density_row, local_estimates, local_rows
from trenza.effects.cutoff_rows import Window

# rdrobust 2.1.1 (Python) on ``waves``: h = b = 6, kernel uniform, vce hc0, masspoints off; coefficient and standard error
RDROBUST = {
    "sharp": ((2.2044817782236366, 0.2937426704264584), (2.148422890349574, 0.41581481192202374)),
    "fuzzy": ((5.456661450829937, 0.6515731412926654), (5.734877534735468, 0.9456608372176658)),
}


def waves(fuzzy: bool = False, width: float = np.inf) -> Window:
    """400 units without any random number, effect 2 below 0; ``fuzzy``: some do not obey, and taking part adds 2."""
    i = np.arange(400)
    x = np.sin(1.0 + i * 0.7) * 10.0 * np.abs(np.cos(i * 0.31))
    y = 3.0 + 0.5 * x - 0.04 * x**2 + 2.0 * (x < 0.0) + 2.0 * np.sin(i * 1.7)
    took = ((x < 0.0) & (i % 5 != 0)) | ((x >= 0.0) & (i % 7 == 0)) if fuzzy else x < 0.0
    y = y + 2.0 * took if fuzzy else y
    near = np.abs(x) < width
    return Window(x[near], y[near], took[near], x[near] < 0.0)


@pytest.mark.parametrize("kind", RDROBUST)
def test_local_linear_and_robust_are_those_of_rdrobust(kind: str) -> None:
    window = waves(kind == "fuzzy", 6.0)
    found = local_estimates(window)
    assert found is not None
    for (estimate, se, df), theirs in zip(found, RDROBUST[kind], strict=True):
        assert (estimate, se * (df / len(window.x)) ** 0.5) == pytest.approx(theirs, rel=1e-10)


def test_the_bandwidth_is_the_best_of_those_tried_one_by_one() -> None:
    window = waves()
    chosen = chosen_bandwidth(window)
    assert chosen is not None

    distance = np.abs(window.x)
    sides = (window.is_eligible, ~window.is_eligible)
    least = max(float(np.sort(distance[s])[max(20, int(s.sum()) // 10)]) for s in sides)

    def error(h: float) -> float:
        total = 0.0
        for side in sides:
            a, y = np.abs(window.x[side]), window.y[side]
            for at, value in zip(a, y, strict=True):
                out = (a > at) & (a < at + h)
                foretold = ((a > at) & (a < at + least)).sum() >= 5  # by the narrowest window too
                if at <= np.median(a) and foretold:
                    total += float(value - np.polyfit(a[out] - at, y[out], 1)[1]) ** 2
        return total

    tried = np.linspace(least, float(distance.max()), 20)
    assert chosen == pytest.approx(tried[int(np.argmin([error(h) for h in tried]))])


def test_a_straight_world_takes_a_wide_window_and_a_bent_one_a_narrow() -> None:
    r = np.random.default_rng(5)
    x = r.uniform(-10, 10, 3000)
    noise = r.normal(size=3000)
    straight = Window(x, 0.5 * x + noise, x < 0, x < 0)
    bent = Window(x, 4.0 * np.sin(x) + noise, x < 0, x < 0)
    wide, narrow = chosen_bandwidth(straight), chosen_bandwidth(bent)
    assert wide is not None and narrow is not None and narrow < 0.3 * wide


def test_the_robust_interval_covers_where_the_line_alone_is_biased() -> None:
    r = np.random.default_rng(6)
    covered = np.zeros(2)
    for _ in range(200):
        x = r.uniform(-1, 1, 500)
        y = np.where(x < 0, 2.0 + 3.0 * x**2, -3.0 * x**2) + 0.5 * r.normal(size=500)
        rows = local_rows(Window(x, y, x < 0, x < 0), 0.95)
        covered += [row["ci_low"] <= 2.0 <= row["ci_high"] for row, _ in rows]
    assert covered[0] < 100  # the curve that a line does not see
    assert 183 <= covered[1] <= 198  # 190 expected, standard deviation 3


def test_the_density_by_hand_and_in_a_world_that_sorts() -> None:
    # 4, 3, 2 units from the cut-off outwards on one side, 2, 2, 2 on the other: lines reach 4.5 and 2 at the cut-off
    x = np.array([-0.5] * 4 + [-1.5] * 3 + [-2.5] * 2 + [0.5, 0.6, 1.5, 1.6, 2.5, 2.6])
    row, _ = density_row(Window(x, x, x < 0, x < 0), 3.0, 3, 0.95)
    assert row["estimate"] == pytest.approx(np.log(4.5 / 2.0))
    # weights of the intercept at 0 of a line through 1/6, 3/6, 5/6: 13/12, 4/12, -5/12
    pull = np.array([13.0, 4.0, -5.0]) / 12.0
    variance = pull**2 @ [4, 3, 2] / 4.5**2 + pull**2 @ [2, 2, 2] / 2.0**2
    assert row["se"] == pytest.approx(variance**0.5)
    r = np.random.default_rng(7)
    x = r.uniform(-10, 10, 4000)
    free = density_row(Window(x, x, x < 0, x < 0), 10.0, 10, 0.95)[0]
    moved = np.where((x > 0) & (x < 1) & (r.random(4000) < 0.6), -x, x)
    sorted_ = density_row(Window(moved, moved, moved < 0, moved < 0), 10.0, 10, 0.95)[0]
    assert free["ci_low"] < 0.0 < free["ci_high"] and sorted_["ci_low"] > 0.0


def test_few_units_choose_nothing() -> None:
    window = waves()
    few = Window(window.x[:60], window.y[:60], window.took_part[:60], window.is_eligible[:60])
    assert chosen_bandwidth(few) is None
    nobody = Window(window.x, window.y, np.zeros(400, dtype=bool), window.is_eligible)
    assert local_estimates(nobody) is None
