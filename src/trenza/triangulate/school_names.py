"""Who the numbered schools of real data are: for joining the strands, and for nothing that is shown."""

from __future__ import annotations

import pandas as pd

_KEY = ["id", "group", "level"]


def named_modes(modes: pd.DataFrame, level_names: pd.DataFrame) -> pd.DataFrame:
    """``modes`` with a column ``name``: what the number of a level of real data stands for, elsewhere the level itself."""
    found = modes.merge(level_names.drop_duplicates(_KEY), how="left", on=_KEY, validate="many_to_one")
    real = found["source"] == "real"
    return found.assign(name=found["name"].where(real & found["name"].notna(), found["level"]))
