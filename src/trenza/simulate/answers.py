"""A questionnaire export that a published table could have come from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from trenza.contracts.faults import Fault, InputFaults
from trenza.contracts.survey_file import SurveyFile
from trenza.simulate.bounded import Target, bound_scores, largest_sd, latent_icc
from trenza.simulate.layout import GROUPS, deal, numbered, only, stream
from trenza.simulate.points import ranked, settle, share_out
from trenza.simulate.possible import Form, Printed, attainable, printed, refusal
from trenza.simulate.scales import Scale, scales_of

_DIGITS = 9  # of numbers that decide: beyond it machines may differ


def simulate_answers(
    summaries: pd.DataFrame,
    *,
    instrument_items: pd.DataFrame,
    version: str = "",
    file: str,
    clusters_by_stratum: dict[str, int],
    stratum: str = "municipality",
    cluster: str = "school",
    unit: str = "teacher",
    group: str = "group",
    participants: str,
    control: str,
    icc: float,
    reliability: float,
    nonresponse: float,
    min_answered: float,
    seed: int,
) -> SurveyFile:
    """A made file of answers whose scale scores have, in both groups, the printed n, mean and SD of ``summaries``.

    ``summaries``: contract of that name; rows whose outcome is no scale of ``instrument_items`` (items.csv as
    text) are left aside. The file: a header, then one row a person with ``unit``, ``cluster``, ``stratum``,
    ``group``, one column an item (under the first name in ``from``, else its id), and ``source`` = simulated.
    People and clusters as in ``microdata_like``, with the same seats for the same seed. Answers are whole
    numbers, as text, reversed items as answered, None for blank.

    Truth behind each scale: a normal score with a part that the cluster shares, cut at the ends of the scale's
    range (``trenza.simulate.bounded``), rounded to whole points and moved by single points until mean and SD,
    rounded to their printed decimals, are met; the score's intraclass correlation is set so that after cutting
    and rounding (Sheppard's correction) ``icc`` is about left. Then points are dealt over items until alpha is
    about ``reliability``. ``nonresponse`` is the share of blanks in scales of several items: each person keeps at
    least ``min_answered`` of a scale's items (or what the scale itself says) and so has a score. Should no
    scores with such blanks be found, the group's answers on this scale are complete. A scale of one item has
    no blanks but those of people who are not counted: where a scale's n is below the group's size, the others,
    who are drawn, leave all its items blank.

    Raises ``InputFaults`` that lists what is impossible: see ``trenza.simulate.possible`` and ``scales_of``.
    """
    scales = scales_of(
        instrument_items, list(summaries["outcome"]), version=version, min_answered=min_answered
    )
    chosen = summaries[summaries["outcome"].isin([scale.id for scale in scales])]
    clusters = [name for name, number in clusters_by_stratum.items() for _ in range(number)]
    faults = _faults(summaries, chosen, len(clusters), {"icc": icc, "reliability": reliability})
    reserved = (unit, cluster, stratum, group, "source")
    place = _place(summaries)
    for scale in scales:
        faults += _scale_faults(scale, nonresponse, reserved, place)
    if faults:
        raise InputFaults(faults)
    asked = {row["outcome"]: _asked(row) for row in chosen.to_dict("records")}
    for scale in scales:
        faults += _refusals(scale, asked[scale.id], (participants, control), place)
    if faults:
        raise InputFaults(faults)
    sizes = [max(figures[g].n for figures in asked.values()) for g in range(len(GROUPS))]
    seats, sides = deal(sizes, len(clusters), stream(seed, "layout"))
    names = numbered(f"sim_{cluster}_", len(clusters), 2)
    columns: dict[str, list[str | None]] = {
        unit: [*numbered("t", len(seats), 3)],
        cluster: [names[c] for c in seats],
        stratum: [clusters[c] for c in seats],
        group: [(participants, control)[g] for g in sides],
    }
    for scale in scales:
        draw = stream(seed, f"answers {scale.id}")
        columns |= _answers(scale, asked[scale.id], seats, sides, icc, reliability, nonresponse, draw)
    columns["source"] = ["simulated"] * len(seats)
    return SurveyFile(file, "", [list(columns), *map(list, zip(*columns.values(), strict=True))])


def _answers(
    scale: Scale,
    asked: tuple[Printed, ...],
    seats: np.ndarray,
    sides: np.ndarray,
    icc: float,
    reliability: float,
    nonresponse: float,
    draw: np.random.Generator,
) -> dict[str, list[str | None]]:
    """The columns of one scale's items, by header."""
    targets = [_target(figures, scale.form) for figures in asked]
    told = [float(figures.sd) if target.sd else 0.0 for figures, target in zip(asked, targets, strict=True)]
    # Rounding adds to the variance, not to what clusters share.
    kept = [
        sum(f.n * sd**2 for f, sd in zip(asked, sds, strict=True)) for sds in (told, [t.sd for t in targets])
    ]
    wanted_icc = min(icc * kept[0] / kept[1], 0.99) if kept[1] else icc
    latent = latent_icc(wanted_icc, tuple((t, f.n) for t, f in zip(targets, asked, strict=True)))
    effects = draw.standard_normal(int(seats.max()) + 1)[seats]
    own = draw.standard_normal(len(seats))
    scores = math.sqrt(latent) * effects + math.sqrt(1.0 - latent) * own
    columns: dict[str, list[str | None]] = {item.header: [None] * len(seats) for item in scale.items}
    for g, (figures, target) in enumerate(zip(asked, targets, strict=True)):
        members = np.flatnonzero(sides == g)
        people = np.sort(draw.permutation(members)[: figures.n])
        wanted = [round(float(x), _DIGITS) for x in bound_scores(scores[people], target)]
        blanks = _blanks(scale, figures.n, nonresponse, draw)
        points = _points(wanted, blanks, figures, scale.form, draw)
        if points is None:
            blanks = [set() for _ in people]
            points = _points(wanted, blanks, figures, scale.form, draw) or ranked(wanted, figures, scale.form)
        answered = [scale.form.items - len(left) for left in blanks]
        dealt = share_out(points, answered, scale.form, reliability, draw)
        for person, left, values in zip(people.tolist(), blanks, dealt, strict=True):
            items = [item for i, item in enumerate(scale.items) if i not in left]
            for item, value in zip(items, values, strict=True):
                columns[item.header][person] = item.written(value)
    return columns


def _target(figures: Printed, form: Form) -> Target:
    """Mean and SD before rounding, of a person's score: Sheppard's correction, within what the range allows."""
    values = attainable(figures, form) or ()
    low, high = float(form.low), float(form.high)
    point = (high - low) / (form.items * form.width)
    mean = low + point * sum(values) / figures.n
    if len(set(values)) == 1:
        return Target(mean, 0.0, low, high)
    limit = 0.99 * largest_sd(Target(mean, 0.0, low, high), figures.n)
    variance = float(figures.sd) ** 2
    return Target(mean, min(math.sqrt(max(variance - point**2 / 12, variance / 4)), limit), low, high)


def _blanks(scale: Scale, n: int, nonresponse: float, draw: np.random.Generator) -> list[set[int]]:
    """Which items each of ``n`` people leaves blank: the share asked for, as no person loses the score."""
    k = scale.form.items
    blanks: list[set[int]] = [set() for _ in range(n)]
    short = round(nonresponse * n * k) if k > 1 else 0
    for cell in draw.permutation(n * k).tolist():
        person, item = divmod(cell, k)
        if short and len(blanks[person]) < k - scale.needed:
            blanks[person].add(item)
            short -= 1
    return blanks


def _points(
    wanted: list[float], blanks: list[set[int]], figures: Printed, form: Form, draw: np.random.Generator
) -> list[int] | None:
    """Whole points on the answered items, near the wanted scores, with the printed mean and SD."""
    answered = [form.items - len(left) for left in blanks]
    low, reach = float(form.low), float(form.high - form.low)
    start = [
        round(round((score - low) / reach * m * form.width, _DIGITS))
        for score, m in zip(wanted, answered, strict=True)
    ]
    return settle(start, answered, figures, form, draw)


def _asked(row: dict[str, Any]) -> tuple[Printed, ...]:
    """The printed figures of both groups."""
    digits = int(row["decimals_mean"]), int(row["decimals_sd"])
    return tuple(
        printed(int(row[f"n_{who}"]), float(row[f"mean_{who}"]), float(row[f"sd_{who}"]), *digits)
        for who in GROUPS
    )


def _place(summaries: pd.DataFrame) -> tuple[str, str]:
    return f"study {only(summaries['study'])}", f"sources.{only(summaries['source_id'])}"


def _faults(
    summaries: pd.DataFrame, chosen: pd.DataFrame, clusters: int, shares: dict[str, float]
) -> list[Fault]:
    """What is wrong with the table and the settings, before any arithmetic."""
    place = _place(summaries)
    faults = [
        Fault(*place, name, repr(value), "a number from 0 to below 1")
        for name, value in shares.items()
        if not 0.0 <= value < 1.0
    ]
    if clusters < 1:
        faults.append(Fault(*place, "strata", f"{clusters} clusters", "at least 1 cluster"))
    if chosen.empty:
        faults.append(
            Fault(*place, "outcome", "no scale of items.csv", "outcomes that are rows with a score")
        )
    for outcome in sorted(set(chosen.loc[chosen["outcome"].duplicated(), "outcome"])):
        faults.append(Fault(*place, outcome, "more than one row of summaries", "one row an outcome"))
    for what in ("decimals_mean", "decimals_sd"):
        for outcome in chosen.loc[chosen[what].isna(), "outcome"]:
            faults.append(Fault(*place, outcome, f"no {what}", "the number of printed decimals"))
    for who in GROUPS:
        numbers = {str(row["outcome"]): int(row[f"n_{who}"]) for row in chosen.to_dict("records")}
        for outcome, n in numbers.items():
            if n < 2:
                faults.append(Fault(*place, outcome, f"{n} people in n_{who}", "at least 2"))
        largest = max(numbers.values(), default=clusters)
        if largest < clusters:
            found = f"{largest} people in n_{who} for {clusters} clusters"
            faults.append(Fault(*place, "strata", found, "at least one person a cluster"))
    return faults


def _scale_faults(
    scale: Scale, nonresponse: float, reserved: tuple[str, ...], place: tuple[str, str]
) -> list[Fault]:
    """Items named like a column of the design, and blanks that would take people's scores away."""
    faults = [
        Fault(
            *place, item.id, f"an item under the name '{item.header}'", f"names other than {sorted(reserved)}"
        )
        for item in scale.items
        if item.header in reserved
    ]
    k = scale.form.items
    if k > 1 and not 0.0 <= nonresponse <= (k - scale.needed) / k:
        found = f"nonresponse {nonresponse:g} where {scale.needed} of {k} items have to be answered"
        faults.append(Fault(*place, scale.id, found, f"a share from 0 to {(k - scale.needed) / k:.4g}"))
    return faults


def _refusals(
    scale: Scale, asked: tuple[Printed, ...], levels: tuple[str, str], place: tuple[str, str]
) -> list[Fault]:
    """The printed figures that this scale cannot have."""
    told = [(level, refusal(figures, scale.form)) for level, figures in zip(levels, asked, strict=True)]
    return [Fault(*place, scale.id, f"group '{level}': {why[0]}", why[1]) for level, why in told if why]
