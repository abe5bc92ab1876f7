"""Policy rules as data and functions: each with its law, and what the sources leave open as a parameter.

The rules stand in rules/policy.yaml; ``load_rules`` reads them with a study's own values. A rule is a function of
frames that gives one row per school and year: ``policy_years.COLUMNS``, ``result`` being one of the rule's closed
list. They say what follows from the files and the parameters, not what an authority decided.
"""

from __future__ import annotations

from trenza.official.policy_rules import Parameter, Rule, load_rules, overrides_schema, parameter_table
from trenza.official.policy_sac import CATEGORIES, sac_index, sac_inspection, sac_insufficient
from trenza.official.policy_sep_pac import pac_eligibility, sep_class, sep_concentration, sep_consequence
from trenza.official.policy_years import COLUMNS

__all__ = [
    "CATEGORIES",
    "COLUMNS",
    "Parameter",
    "Rule",
    "load_rules",
    "overrides_schema",
    "pac_eligibility",
    "parameter_table",
    "sac_index",
    "sac_inspection",
    "sac_insufficient",
    "sep_class",
    "sep_concentration",
    "sep_consequence",
]
