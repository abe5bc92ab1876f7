"""Policy rules over a study's own panel: verdicts by school (not for sharing), how many there are, and the parameters used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trenza.contracts.disclosure import hidden_cells
from trenza.contracts.faults import InputFaults
from trenza.official.policy import load_rules, pac_eligibility, parameter_table, sac_index, sep_class

if TYPE_CHECKING:
    import pandas as pd

AS_DECLARED = "as declared"
# What the sources leave open, changed one at a time to see what hangs on it: rule, parameter, value.
ALTERNATIVES: tuple[tuple[str, str, Any], ...] = (
    ("sep_class", "margin_points", 5),
    ("sep_class", "margin_points", 10),
    ("sep_class", "combine", "each"),
    ("sep_class", "mean_of", "schools"),
    ("sep_class", "years_required", 2),
    ("simce", "min_tested", 10),
    ("simce", "min_tested", 20),
)
_CLASSES = ("autonomous", "emergent", "in_recovery")


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


def sep_alternatives(
    panel: pd.DataFrame, verdicts: pd.DataFrame, settings: Mapping[str, Any]
) -> pd.DataFrame:
    """SEP classes under each single change of ``ALTERNATIVES``: ``verdicts`` of that rule, with a column setting.

    For the last year in which ``verdicts`` gives any school a class; no rows where there is none. A change that is
    what the study set already, or that contradicts what else it set, is left out.
    """
    import pandas as pd

    found = [verdicts.iloc[:0].assign(setting="")]
    classes = verdicts[(verdicts["rule"] == "sep_class") & verdicts["result"].isin(_CLASSES)]
    if not len(classes):
        return found[0]
    declared, last = load_rules(settings), classes["year"].max()
    rows = panel[(panel["grade"] == declared["sep_class"]["grade"]).to_numpy(dtype=bool)]
    # tests before the window say nothing about the last year, but cost time
    tests = sorted(y for y in rows["year"].unique() if y <= last)[-declared["sep_class"]["years"] :]
    rows = rows[rows["year"].isin(tests)]
    for rule, parameter, value in ALTERNATIVES:
        if declared[rule][parameter] == value:
            continue
        try:
            rules = load_rules({**settings, rule: {**settings.get(rule, {}), parameter: value}})
        except InputFaults:
            continue
        of_rule = sep_class(rows, rules)
        found.append(of_rule[of_rule["year"] == last].assign(setting=f"{parameter} {value}"))
    return pd.concat(found, ignore_index=True)


def policy_counts(verdicts: pd.DataFrame, alternatives: pd.DataFrame, *, min_cell: int) -> pd.DataFrame:
    """How many schools each rule gives each result in each year, as declared and with each of ``alternatives``.

    Contract ``policy_counts`` without study and source; small cells hidden within each setting.
    """
    import pandas as pd

    if not len(verdicts):
        return pd.DataFrame()
    place = ["rule", "year", "setting"]
    every = pd.concat([verdicts.assign(setting=AS_DECLARED), alternatives], ignore_index=True)
    counted = every.groupby([*place, "result"]).size().reset_index(name="schools")
    schools = counted.groupby(place)["schools"]
    counted["of_schools"] = schools.transform("sum")
    counted["suppressed"] = schools.transform(lambda n: hidden_cells(n.to_numpy(), min_cell)).astype(bool)
    counted["schools"] = counted["schools"].astype("Int64").mask(counted["suppressed"])
    return counted


def policy_parameters(parameters: pd.DataFrame) -> pd.DataFrame:
    """Table ``policy_parameters``: every value in use, where it comes from, and whether the sources leave it open."""
    return parameters.rename(columns={"source": "origin"})
