"""How much of a school's mean score lasts and how much is noise: variances, reliability, spread of a change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trenza.effects.panel_models import school_year_ratio
from trenza.multilevel.fit import fit


@dataclass(frozen=True)
class Noise:
    """Variances of one year's mean of a school, in squared points; ``schools`` and ``rows`` they rest on.

    ``lasting``: between schools' levels over the years used (the signal). ``school_year``: what moves a whole school in one
    year, whatever its size. ``pupil``: of one pupil's score within a school and year, so that a mean of n pupils carries
    pupil / n. Both of the latter are noise to a rule that ranks schools by one year.
    """

    lasting: float
    school_year: float
    pupil: float
    schools: int = 0
    rows: int = 0

    def of_mean(self, pupils: np.ndarray | float) -> np.ndarray:
        """Noise variance of the mean of ``pupils`` pupils of one year."""
        return np.asarray(self.school_year + self.pupil / np.asarray(pupils, dtype="float64"))

    def reliability(self, pupils: np.ndarray | float, tests: int = 1) -> np.ndarray:
        """Share of lasting variance in the mean of ``tests`` years of ``pupils`` pupils, 0 to 1 (Spearman-Brown)."""
        return np.asarray(self.lasting / (self.lasting + self.of_mean(pupils) / tests))

    def sd_of_change(self, pupils: np.ndarray | float) -> np.ndarray:
        """SD of the change between two years of a school whose level did not move, in points."""
        return np.sqrt(2.0 * self.of_mean(pupils))


def school_noise(rows: pd.DataFrame) -> Noise:
    """The variances by REML on the project's own engine.

    ``rows``: one a unit and year with ``unit``, ``year``, ``score`` and ``pupils`` (above 0), no blanks. Model:
    score = year + school + rest, Var(rest) = s2 (r + 1 / pupils), r by restricted likelihood (``school_year_ratio``). A
    school that truly improves within these years counts as noise of its years: take years that lie close together.
    """
    used = rows.assign(time=rows["year"].astype("str"), unit=rows["unit"].astype("str"))
    formula = "score ~ time + (1 | unit)" if used["time"].nunique() > 1 else "score ~ 1 + (1 | unit)"
    pupils = used["pupils"].to_numpy(dtype="float64")
    ratio = school_year_ratio(formula, used, pupils)
    model = fit(formula, used, weights=1.0 / (ratio + 1.0 / pupils))
    between = model.variance.set_index("group").loc["unit", "sd_or_corr"] ** 2
    return Noise(
        lasting=float(between),
        school_year=float(ratio * model.sigma**2),
        pupil=float(model.sigma**2),
        schools=int(used["unit"].nunique()),
        rows=len(used),
    )


def shared_noise(own: Noise, other: Noise, both: Noise) -> Noise:
    """Covariances of two scores from the variances of each and of their sum: (V(sum) - V(one) - V(other)) / 2."""
    lasting, school_year, pupil = (
        (getattr(both, part) - getattr(own, part) - getattr(other, part)) / 2.0
        for part in ("lasting", "school_year", "pupil")
    )
    return Noise(lasting, school_year, pupil, both.schools, both.rows)
