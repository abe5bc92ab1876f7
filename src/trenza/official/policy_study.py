"""Policy rules over a study's own panel: verdicts by school (not for sharing), how many there are, and the parameters used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.official.policy import load_rules, pac_eligibility, parameter_table, sac_index, sep_class
from trenza.official.suppression import hidden_cells

if TYPE_CHECKING:
    import pandas as pd


def policy_verdicts(
    panel: pd.DataFrame, other: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Verdicts of the rules that the files at hand allow (columns of ``policy_years.COLUMNS``) and the parameters.

    ``panel``: SIMCE rows of national files; ``other``: frames of the other kinds by kind. SEP class and PAC
    eligibility need grade 4; the SAC index needs SIMCE and IDPS of one grade and year, whose four indicators are
    joined as their plain mean (the law's own weights are open).
    """
    import pandas as pd

    rules = load_rules(settings)
    found: list[pd.DataFrame] = []
    if len(panel) and (panel["grade"] == "4b").any():
        found += [sep_class(panel, rules), pac_eligibility(panel, rules)]
    if "idps" in other and len(panel):
        indicators = other["idps"]
        own = indicators[
            (indicators["grade"] == rules["sac_index"]["grade"]) & indicators["score_points"].notna()
        ]
        if "dimension" in own:
            own = own[own["dimension"].isna()]
        means = own.groupby(["rbd", "year"])["score_points"].agg(["mean", "count"])
        whole = means[means["count"] == own["indicator"].nunique()]["mean"].rename("other").reset_index()
        if len(whole):
            years = panel[panel["year"].isin(set(whole["year"]))]
            found.append(sac_index(years, whole, rules))
    columns = ["rbd", "year", "rule", "result", "reason", "n_years", "not_considered"]
    verdicts = (
        pd.concat([f[columns] for f in found], ignore_index=True) if found else pd.DataFrame(columns=columns)
    )
    return verdicts, parameter_table(rules)


def policy_counts(verdicts: pd.DataFrame, *, min_cell: int) -> pd.DataFrame:
    """How many schools each rule gives each result in each year (contract ``policy_counts``), small cells hidden."""
    import pandas as pd

    if not len(verdicts):
        return pd.DataFrame()
    counted = verdicts.groupby(["rule", "year", "result"]).size().reset_index(name="schools")
    place = counted.groupby(["rule", "year"])["schools"]
    counted["of_schools"] = place.transform("sum")
    counted["suppressed"] = place.transform(lambda n: hidden_cells(n.to_numpy(), min_cell)).astype(bool)
    counted["schools"] = counted["schools"].astype("Int64").mask(counted["suppressed"])
    return counted


def policy_parameters(parameters: pd.DataFrame) -> pd.DataFrame:
    """Table ``policy_parameters``: every value in use, where it comes from, and whether the sources leave it open."""
    return parameters.rename(columns={"source": "origin"})
