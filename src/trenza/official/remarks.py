"""What methods and notes of the school tables say, in pieces joined by ``; ``."""

from __future__ import annotations

from trenza.official.sittings import Sitting

MEAN = "pupil-weighted mean of school means, status ok; standard error linearised with schools as units, t with schools - 1"
CHANGE = (
    "difference of two pupil-weighted means, status ok; schools in both years counted as such; standard error "
    "linearised with schools as units, t with the smaller number of schools - 1"
)
GAP = "difference of two pupil-weighted means, status ok; standard errors linearised with schools as units, Welch t"
SHARE = "pupil-weighted mean of school shares, status ok; standard error linearised with schools as units, t with schools - 1"
WITHHELD = "share of the schools that sat; Wilson interval"

_COHORTS = "takes the cohorts of a school as drawn from those it might have had: all schools are seen, so the interval is about chance between cohorts, not about sampling"
_INDEPENDENT = "takes schools as independent of each other, also those of one commune"
_OF_GROUP = {
    "dependency": "groups as of each year: schools change hands, from municipal to slep above all",
    "ses_group": "groups as of each year: they are estimated anew each time, so that a trend mixes change with reassignment",
    "ses_group_baseline": "groups fixed in a baseline year: schools without one then are unknown",
}
_MERGED = "delegated schools, too few to be shown, counted as subsidised, as in the file's own short list of dependencies"
_PRELIMINARY = "rests on a preliminary file"
_REPORTED = "schools whose file gives standards: those with few pupils have none"
_UNWEIGHTED = "schools with a score but no number of pupils left out: {n}"


def note(breakdown: str, *sittings: Sitting, standards: bool = False) -> str:
    """The remarks on an estimate from ``sittings``; ``standards``: it is a share of pupils at a standard."""
    left_out = sum(int((s.scored & ~s.weighable).sum()) for s in sittings)
    return "; ".join(
        [
            _COHORTS,
            _INDEPENDENT,
            *([_OF_GROUP[breakdown]] if breakdown in _OF_GROUP else []),
            *([_MERGED] if breakdown == "dependency" and any(s.merged for s in sittings) else []),
            *([_REPORTED] if standards else []),
            *([_UNWEIGHTED.format(n=left_out)] if left_out else []),
            *([_PRELIMINARY] if any(s.preliminary for s in sittings) else []),
        ]
    )
