"""Effects in units of their own where units sit in clusters: what stays of an inference that leaves clusters out."""

from __future__ import annotations

import math
from dataclasses import replace

from trenza.compare.inference import joined
from trenza.compare.two_groups import Effect

CLUSTERS_LEFT_OUT = "clusters are left out"
ONLY_DESCRIBES = "no inference: it would take units as independent, and whole clusters belong to one group"


def without_clusters(effect: Effect, assignment: str) -> Effect:
    """An effect whose inference takes units as independent, in a design with clusters.

    In different clusters its interval and p value would be far too sure, and so is the Bayes factor whole: they are
    left out, and the effect itself stays as a description. In the same clusters they stay, with a note.
    """
    if assignment == "same_clusters":
        return replace(effect, note=joined(effect.note, CLUSTERS_LEFT_OUT))
    value = math.nan if effect.kind == "bayes_factor_10" else effect.value
    note, nan = joined(effect.note, ONLY_DESCRIBES), math.nan
    return replace(effect, value=value, ci_low=nan, ci_high=nan, p_value=nan, note=note)
