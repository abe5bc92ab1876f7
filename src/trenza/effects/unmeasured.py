"""How strong an unmeasured cause would have to be, and how far an estimate hangs on one choice or one municipality."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from trenza.effects.adapters import t_quantile

Row = dict[str, Any]


def robustness_value(
    estimate: float, se: float, df: float, *, q: float = 1.0, alpha: float | None = None
) -> float:
    """Share of the residual variance of treatment and outcome that an unmeasured cause must explain, 0 to 1.

    Of an estimate by least squares with ``df`` residual degrees of freedom: explaining that share of both, it would take away
    the share ``q`` of the estimate; with ``alpha``, bring the interval of level 1 - alpha to hold what is left. Cinelli & Hazlett
    2020 (JRSS B 82, 39-67, eq. 14 and 18): RV = (sqrt(f^4 + 4 f^2) - f^2) / 2, f = q |t| / sqrt(df), less the critical |t| / sqrt(df - 1).
    """
    whole = q * abs(estimate / se) / df**0.5
    critical = 0.0 if alpha is None else t_quantile(1.0 - alpha / 2.0, df - 1.0) / (df - 1.0) ** 0.5
    f = whole - critical
    if f <= 0.0:
        return 0.0
    if critical > 0.0 and whole > 1.0 / critical:
        return float((whole**2 - critical**2) / (1.0 + whole**2))
    return float(0.5 * ((f**4 + 4.0 * f**2) ** 0.5 - f**2))


def e_value(effect_sd: float, limit_sd: float | None = None) -> float:
    """Risk ratio that an unmeasured cause must have with treatment and with outcome to explain a standardised effect away.

    ``effect_sd``: difference in SDs, turned into a risk ratio by exp(0.91 d) (Chinn 2000; VanderWeele & Ding 2017, Ann. Intern. Med. 167,
    268-274): E = RR + sqrt(RR (RR - 1)). ``limit_sd``: the limit of the interval nearer 0 instead; 1 where it is on the other side.
    """
    d = effect_sd if limit_sd is None else limit_sd
    if d * effect_sd <= 0.0:
        return 1.0
    ratio = float(np.exp(0.91 * abs(d)))
    return float(ratio + (ratio * (ratio - 1.0)) ** 0.5)


def leave_one_out(
    rows: pd.DataFrame, column: str, run: Callable[[pd.DataFrame], Mapping[str, float]]
) -> pd.DataFrame:
    """``run`` on ``rows`` without each value of ``column`` in turn: ``left_out``, then what ``run`` returns.

    Values are sorted; the first row, left_out blank, has all. The level that is left out is a municipality, a region, a service.
    """
    values: list[Hashable] = sorted(rows[column].dropna().unique())
    found: list[Row] = [{"left_out": None, **run(rows)}]
    found += [{"left_out": value, **run(rows[rows[column] != value])} for value in values]
    return pd.DataFrame(found)


def placebo_rows(
    names: Iterable[str], run: Callable[[str], Mapping[str, float]], *, reference: Mapping[str, float]
) -> pd.DataFrame:
    """Estimates on outcomes or years on which the programme can have had no effect, beside the real one (``placebo`` blank).

    ``holds_zero``: the interval holds 0, as it should for a placebo.
    """
    found = [{"placebo": None, **reference}, *({"placebo": name, **run(name)} for name in names)]
    table = pd.DataFrame(found)
    return table.assign(holds_zero=(table["ci_low"] <= 0.0) & (table["ci_high"] >= 0.0))


def specification_curve(
    choices: Mapping[str, Sequence[Any]], run: Callable[..., Mapping[str, float] | None]
) -> pd.DataFrame:
    """Every combination of declared choices, in the order of the estimate: one column a choice, then what ``run`` returns.

    ``run`` takes the choices by name and returns at least ``estimate``, or None where a combination makes no sense. Simonsohn,
    Simmons & Nelson 2020 (Nat. Hum. Behav. 4, 1208-1214). ``position`` from 1; ties keep the order of the declaration.
    """
    names = list(choices)
    found: list[Row] = []
    for values in product(*choices.values()):
        chosen = dict(zip(names, values, strict=True))
        result = run(**chosen)
        if result is not None:
            found.append(chosen | dict(result))
    table = pd.DataFrame(found, columns=None if found else [*names, "estimate"])
    ordered = table.sort_values("estimate", kind="stable").reset_index(drop=True)
    return ordered.assign(position=np.arange(1, len(ordered) + 1))
