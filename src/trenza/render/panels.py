"""Programme effects on panels for readers: which rows belong to one analysis, and what they are called. Selects, never computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.contracts.effect_tables import EFFECT_CONTRACTS
from trenza.contracts.panel_choice_tables import PANEL_CHOICE_CONTRACTS
from trenza.render.language import has_text, is_missing
from trenza.render.sentences import difference_unit

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

TABLES = (*EFFECT_CONTRACTS, *PANEL_CHOICE_CONTRACTS)
FUZZY, WALD = "fuzzy_rd_linear", "wald_no_running_variable"


class Panel(NamedTuple):
    """One declared analysis and kind of rows; ``tables`` by contract name, ``beside``: its rows at the cut-off."""

    id: str
    source: str
    entry: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    beside: pd.DataFrame

    @property
    def hollow(self) -> bool:
        """Whether its rows are simulated."""
        return self.source == "simulated"

    @property
    def effects(self) -> pd.DataFrame:
        """Its rows of ``panel_effects``."""
        return self.tables["panel_effects"]

    @property
    def outcome(self) -> str:
        """The outcome's id."""
        return str(self.effects["outcome"].iloc[0])


class Line(NamedTuple):
    """One estimate of the whole effect: an estimator of the panel, or one at the cut-off (``fuzzy_rd``, ``wald``)."""

    key: str
    role: str
    row: Any


def panels(ctx: Context) -> list[Panel]:
    """Every analysis of the study that has rows, in the order of study.yaml."""
    effects = ctx.table("panel_effects")
    if not len(effects):
        return []
    declared = {str(e["id"]): e for e in ctx.study.get("panels") or []}
    found = []
    for identifier in dict.fromkeys(effects["id"]):
        entry = declared.get(str(identifier), {})
        tables = {name: ctx.table(name) for name in TABLES}
        own = {n: t.loc[t["id"] == identifier] for n, t in tables.items()}
        jumps = ctx.table("discontinuity")
        jumps = jumps.loc[jumps["id"].isin([str(d) for d in entry.get("discontinuities") or []])]
        source = str(own["panel_effects"]["source"].iloc[0])
        found.append(Panel(str(identifier), source, entry, own, jumps))
    return found


def title(ctx: Context, panel: Panel) -> str:
    """The analysis by its label, else by its id in words."""
    return ctx.level(panel.id)


def lines(panel: Panel) -> list[Line]:
    """The estimates of the whole effect: the one that the design calls for first, then in the order of the table."""
    effects = panel.effects
    overall = effects.loc[(effects["aggregation"] == "overall") & effects["estimate"].notna()]
    found = [Line(str(r["estimator"]), str(r["role"]), r) for _, r in overall.iterrows()]
    cutoff = panel.entry.get("chosen_by") == "cutoff"
    for key, term, role in (
        ("fuzzy_rd", FUZZY, "called_for" if cutoff else "beside"),
        ("wald", WALD, "unsafe"),
    ):
        jumps = panel.beside.loc[(panel.beside["term"] == term) & panel.beside["estimate"].notna()]
        found += [Line(key, role, r) for _, r in jumps.iterrows()]
    return [x for x in found if x.role == "called_for"] + [x for x in found if x.role != "called_for"]


def line(panel: Panel, key: str) -> Line | None:
    """The estimate of this key, or None."""
    return next((x for x in lines(panel) if x.key == key), None)


def events(panel: Panel) -> pd.DataFrame:
    """The event study of difference in differences, in order; empty where it would show a single test."""
    effects = panel.effects
    rows = effects.loc[(effects["estimator"] == "group_time") & (effects["aggregation"] == "event")]
    rows = rows.loc[rows["estimate"].notna()].sort_values("event_time")
    return rows if len(rows) > 1 else rows.iloc[:0]


def pre_trend(panel: Panel) -> Any:
    """The row of the joint test of trends before the start, or None where it was not asked for."""
    rows = panel.effects.loc[panel.effects["aggregation"] == "pre_trend"]
    return rows.iloc[0] if len(rows) else None


def name(ctx: Context, key: str) -> str:
    """What an estimator is called."""
    return ctx.t(f"pan_{key}")


def term(ctx: Context, row: Any) -> str:
    """What a row of ``panel_effects`` is called."""
    said = str(row["term"])
    own = name(ctx, str(row["estimator"]))
    if row["aggregation"] == "pre_trend":
        return ctx.t("pan_term_pre_trend")
    if row["aggregation"] == "cohort":
        return ctx.t("pan_term_cohort", estimator=own, year=ctx.year(row["cohort"]))
    for kind in ("wild", "randomisation"):
        if said.endswith(f"_{kind}"):
            return ctx.t(f"pan_term_{kind}", estimator=own)
    return own


def cohort(ctx: Context, year: Any) -> str:
    """A group of schools by its start; 0 is the comparison."""
    return ctx.t("pan_comparison") if int(year) == 0 else ctx.t("pan_cohort", year=ctx.year(year))


def unit(ctx: Context, panel: Panel) -> str:
    """The unit of a difference of the outcome."""
    return difference_unit(ctx, panel.outcome)


def choice(ctx: Context, kind: str, value: str) -> str:
    """What a choice of the specification curve is called; years may be named themselves."""
    if kind == "estimator":
        return name(ctx, value)
    if value[:1].isdigit():
        return ctx.t(f"pan_spec_{kind}_years", years=ctx.told(value))
    return ctx.t(f"pan_spec_{kind}_{value}")


def variable(ctx: Context, key: Any) -> str:
    """What is compared before the start: a score of one year, a value that the project makes, or a declared column."""
    year = str(key).removeprefix("baseline_outcome_")
    if year.isdigit():
        return ctx.t("pan_var_baseline_year", year=ctx.told(year))
    return ctx.t(f"pan_var_{key}") if has_text(ctx.lang, f"pan_var_{key}") else _declared(ctx, key)


def placebo(ctx: Context, row: Any) -> str:
    """What a row of ``panel_placebo`` is: the real start and outcome, a start before the start, or another outcome."""
    if not is_missing(row["placebo_year"]):
        return ctx.t("pan_placebo_start", year=ctx.year(row["placebo_year"]))
    return (
        ctx.t("pan_placebo_real") if is_missing(row["placebo_outcome"]) else ctx.level(row["placebo_outcome"])
    )


def _declared(ctx: Context, column: Any) -> str:
    return ctx.item(column) if column in ctx.item_rows else ctx.level(column)


def said(ctx: Context, row: Any) -> str:
    """An estimate with its interval."""
    interval = "" if is_missing(row["ci_low"]) else f" {ctx.span(row['ci_low'], row['ci_high'])}"
    return f"{ctx.num(row['estimate'])}{interval}"


def stamp(ctx: Context, shown: list[Panel]) -> str:
    """The word that stands on a picture with simulated numbers."""
    return ctx.t("simulated_stamp") if any(p.hollow for p in shown) else ""
