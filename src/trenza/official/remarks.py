"""What methods, notes and effects of the school tables say, in pieces joined by ``; ``."""

from __future__ import annotations

from trenza.official.sittings import Sitting

# What is estimated; all but the last two rest on weighted means and are followed by their error.
MEAN = "pupil-weighted mean of school means, status ok"
SHARE = "pupil-weighted mean of school shares, status ok"
CHANGE = "difference of two pupil-weighted means, status ok; the two years are taken to covary through what they share"
GAP = "difference of two pupil-weighted means, status ok"
GAP_CHANGE = (
    "change of a difference of two pupil-weighted means, status ok; "
    "the two years are taken to covary through what they share"
)
WITHHELD = "share of all schools that tested the subject; a count, no interval"
PUPILS_WITHHELD = "share of all pupils tested in the subject; a count, no interval"

_SD = "; SD between school means weighted by pupils, not between pupils"
CHANGE_EFFECT = "change / SD in the year it is counted from" + _SD
GAP_EFFECT = "gap / SD in the year" + _SD
GAP_CHANGE_EFFECT = "change of the gap / SD in the year it is counted from" + _SD

_SHARED_COMMUNES = "the two groups are taken to covary through communes that have both"
_LEVEL_ERROR = "standard error linearised with {units} as units, t with {units} - 1"
_CONTRAST_ERROR = (
    "standard error linearised with {units} as units, t with {units} of the group or year with fewest - 1"
)
_SEEN = "all schools are seen: the interval is not about sampling"
_DRAWN = "{units} are treated as one draw from many of their kind, independent of each other"
_WIDER = "wider than chance between cohorts of the same schools alone"
_NARROWER = "narrower than if schools of a commune move together"
_EQUATING = "no error of equating the tests is in it"
_NO_COMMUNES = "communes are not known: schools are the units"
_UNPLACED = "schools without a known commune, each a unit of its own: {n}"
_NOT_TESTED = "schools that tested nobody in the subject, in no figure: {n}"
_OF_YEAR = {
    "dependency": "groups as of each year: schools change hands, from municipal to slep above all",
    "ses_group": "groups as of each year: they are estimated anew each time, so that a trend mixes change with reassignment",
}
_FIXED = "groups fixed in {year}: schools of a fixed group tend towards the middle afterwards; schools without a group in the baseline year are unknown"
_SLEP = (
    "slep schools are those of communes transferred by that year, chosen by law and calendar and not by lot; "
    "the course of a gap with slep compares other communes each year"
)
_MERGED = "delegated schools, too few to be shown, counted as subsidised, as in the file's own short list of dependencies"
_PRELIMINARY = "rests on a preliminary file"
_REPORTED = "schools whose file gives standards: those with few pupils have none"
_UNWEIGHTED = "schools with a score but no number of pupils left out: {n}"


def with_error(method: str, sitting: Sitting) -> str:
    """``method`` and how its standard error is made, with the units of ``sitting``."""
    error = _LEVEL_ERROR if method in (MEAN, SHARE) else _CONTRAST_ERROR
    covary = [_SHARED_COMMUNES] if method in (GAP, GAP_CHANGE) and sitting.by_commune else []
    return "; ".join([method, *covary, error.format(units=_units(sitting))])


def note(breakdown: str, *sittings: Sitting, standards: bool = False, gap_of: tuple[str, ...] = ()) -> str:
    """The remarks on an interval from ``sittings``, two for a change.

    ``standards``: it is a share of pupils at a standard; ``gap_of``: the groups of a gap.
    """
    last = sittings[-1]
    unplaced = max(s.unplaced for s in sittings) if last.by_commune else 0
    left_out = sum(int((s.scored & ~s.weighable).sum()) for s in sittings)
    return "; ".join(
        [
            _SEEN,
            _DRAWN.format(units=_units(last)),
            *([_EQUATING] if len(sittings) > 1 else [_WIDER]),
            *([] if last.by_commune else [_NARROWER, _NO_COMMUNES]),
            *([_UNPLACED.format(n=unplaced)] if unplaced else []),
            *of_groups(breakdown, *sittings),
            *([_SLEP] if "slep" in gap_of else []),
            *([_REPORTED] if standards else []),
            *([_UNWEIGHTED.format(n=left_out)] if left_out else []),
            *([_PRELIMINARY] if any(s.preliminary for s in sittings) else []),
        ]
    )


def count_note(breakdown: str, sitting: Sitting) -> str:
    """The remarks on a share that is a count."""
    return "; ".join(
        [
            *([_NOT_TESTED.format(n=sitting.not_tested)] if sitting.not_tested else []),
            *of_groups(breakdown, sitting),
            *([_PRELIMINARY] if sitting.preliminary else []),
        ]
    )


def of_groups(breakdown: str, *sittings: Sitting) -> list[str]:
    """What the groups of a breakdown are, in pieces."""
    pieces = [_OF_YEAR[breakdown]] if breakdown in _OF_YEAR else []
    if breakdown == "ses_group_baseline":
        pieces.append(_FIXED.format(year=sittings[-1].baseline_year or "a baseline year"))
    if breakdown == "dependency" and any(s.merged for s in sittings):
        pieces.append(_MERGED)
    return pieces


def _units(sitting: Sitting) -> str:
    return "communes" if sitting.by_commune else "schools"
