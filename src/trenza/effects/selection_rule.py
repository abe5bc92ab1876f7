"""What a group of schools chosen by a rule on noisy scores gains with no programme at all: analytic and simulated.

The rule of this file: the score lies below a bound in every one of k years. A chosen school's scores are low partly for bad
luck, which does not return (Chay, McEwan & Urquiola 2005, AER 95, 1237-1258, with one year; here any number of years, and
noise by pupils tested).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trenza.effects.adapters import normal_cdf, normal_density, normal_quantiles
from trenza.effects.score_noise import Noise

_NODES = 81


@dataclass(frozen=True)
class NoiseOnly:
    """Gains in points that noise alone gives, over the mean change of all schools of the pool.

    ``chosen``: of the group that the rule takes; ``rest``: of all other schools of the pool; ``share``: schools taken, 0 to 1.
    """

    chosen: float
    rest: float
    share: float

    @property
    def difference(self) -> float:
        """Chosen minus rest: what a naive comparison would call the effect."""
        return self.chosen - self.rest


def expected_gains(
    bounds: np.ndarray, pupils: np.ndarray, noise: Noise, carried: Noise | None = None, *, over: str = "last"
) -> NoiseOnly:
    """Expected gains without a programme, by quadrature over the schools' lasting levels.

    ``bounds`` (k,): the rule's bound in each year minus the pool's mean of that year, points. ``pupils`` (schools, k): tested.
    ``noise``: variances of the score that the rule looks at; ``carried``: their covariances with the score whose gain is
    asked for (``shared_noise``), by default the same score. ``over``: gain from the ``last`` year of the rule or from the ``mean`` of its years.

    With level a ~ N(0, lasting) and noise e_t ~ N(0, v_t), independent given a, all k scores lie below b_t with
    probability P(a) = prod Phi((b_t - a) / sqrt(v_t)), and the mean of e_t among those chosen at a is
    -sqrt(v_t) phi / Phi at (b_t - a) / sqrt(v_t) (truncated normal). The gain is minus the noise that the baseline holds.
    The rest gains the opposite in sum, as noise is 0 on average over all.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    level = nodes * np.sqrt(noise.lasting)
    weights = weights / weights.sum()
    variance = noise.of_mean(pupils)
    sd = np.sqrt(variance)
    part = np.ones_like(variance) if carried is None else carried.of_mean(pupils) / variance
    z = (bounds[None, :, None] - level[None, None, :]) / sd[:, :, None]
    below = np.maximum(normal_cdf(z), 1e-300)
    taken = np.prod(below, axis=1)
    held = -sd[:, :, None] * normal_density(z) / below * part[:, :, None]
    at_baseline = held[:, -1, :] if over == "last" else held.mean(axis=1)
    chance = taken @ weights
    lost = (at_baseline * taken) @ weights
    share = float(chance.mean())
    total = float(lost.mean())
    return NoiseOnly(-total / share, total / (1.0 - share), share)


@dataclass(frozen=True)
class Drawn:
    """Differences of gains (chosen minus rest) in panels without a programme: ``differences`` (draws,), ``share`` taken."""

    differences: np.ndarray
    share: float


def simulated_gains(
    bounds: np.ndarray,
    pupils: np.ndarray,
    later: np.ndarray,
    noise: Noise,
    own: Noise | None = None,
    carried: Noise | None = None,
    *,
    draws: int,
    seed: int,
    over: str = "last",
) -> Drawn:
    """The same by simulation: the schools at hand with their pupils tested get new levels and new noise, the rule is applied anew.

    ``later`` (schools,): pupils tested in the outcome year. ``own``: variances of the score whose gain is asked for, where
    it is not the one that the rule looks at; then ``carried`` has their covariances.
    """
    random = np.random.default_rng(seed)
    schools, k = pupils.shape
    sd, sd_later = np.sqrt(noise.of_mean(pupils)), np.sqrt((own or noise).of_mean(later))
    if own is not None and carried is not None:
        part = carried.of_mean(pupils) / noise.of_mean(pupils)
        left = np.sqrt(np.maximum(own.of_mean(pupils) - part**2 * noise.of_mean(pupils), 0.0))
    found, shares = np.empty(draws), np.empty(draws)
    for i in range(draws):
        level = random.normal(size=(schools, 1)) * np.sqrt(noise.lasting)
        error = random.normal(size=(schools, k)) * sd
        chosen = np.all(level + error < bounds[None, :], axis=1)
        if own is not None and carried is not None:
            error = part * error + random.normal(size=(schools, k)) * left
        base = error[:, -1] if over == "last" else error.mean(axis=1)
        gain = random.normal(size=schools) * sd_later - base
        shares[i] = chosen.mean()
        found[i] = gain[chosen].mean() - gain[~chosen].mean() if 0 < chosen.sum() < schools else np.nan
    return Drawn(found[np.isfinite(found)], float(shares.mean()))


def rising_by_luck(
    noise: Noise, pupils: float, equal_within: float, bottom: float | None
) -> tuple[float, float, float]:
    """Chances that one school's mean rises, stays within ``equal_within`` points, or falls, with no change of its level.

    ``bottom``: share of schools, from the lowest up, of which one was taken by its first score; None for any school. Change
    given the first score x (minus the mean of all) is normal with mean -(1 - reliability) x and variance v (1 + reliability).
    """
    v = float(noise.of_mean(pupils))
    reliability = float(noise.reliability(pupils))
    total = float(np.sqrt(noise.lasting + v))
    grid = (np.arange(4000) + 0.5) / 4000 * (1.0 if bottom is None else bottom)
    first = normal_quantiles(grid) * total
    centre, spread = -(1.0 - reliability) * first, np.sqrt(v * (1.0 + reliability))
    up = float(normal_cdf((centre - equal_within) / spread).mean())
    down = float(normal_cdf((-equal_within - centre) / spread).mean())
    return up, 1.0 - up - down, down
