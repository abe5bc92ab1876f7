"""Which inferences about two groups a figure, a table or a sentence speaks of, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import rows
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

ROLES = ("called_for", "beside", "what_if")
TOLD_ORDER = ("published", "real", "simulated")
# The first piece of a method, as the computing room writes it, and the key of its short name.
NAMES = {
    "Welch t test on individuals": "welch",
    "Student t test on individuals": "student",
    "Student t test corrected for clusters (Hedges 2007)": "hedges_2007",
    "t test on cluster means": "means",
    "OLS with CR2 standard errors and Satterthwaite df": "cr2",
    "cluster intercepts (fixed) with CR2 standard errors and Satterthwaite df": "fixed_cr2",
    "cluster intercepts (fixed), one error variance": "fixed",
    "Random intercept by REML, Satterthwaite df": "random_intercept",
    "Random intercept by REML, Kenward-Roger se and df": "kenward_roger",
    "wild cluster bootstrap of t, null imposed": "bootstrap",
    "randomisation inference: whole clusters change groups, studentised difference": "randomisation",
    "randomisation inference: units change groups within their cluster": "randomisation",
}
NOT_COMPUTED = "not computed: "
NEEDS_ROWS = "it needs rows, and there are printed figures only"


class Block(NamedTuple):
    """The outcomes of one comparison from one kind of source: ``verdicts`` in order, ``inferences`` as they are listed for each."""

    analysis: str
    source: str
    verdicts: pd.DataFrame
    inferences: pd.DataFrame

    @property
    def hollow(self) -> bool:
        """Whether the numbers are simulated."""
        return self.source == "simulated"

    @property
    def from_print(self) -> bool:
        """Whether what the design calls for needs rows that nobody has for any outcome."""
        return all(NEEDS_ROWS in str(note) for note in self.verdicts["note"])


def blocks(ctx: Context) -> list[Block]:
    """The study's comparisons, published and real ones first; without sensitivity runs."""
    import pandas as pd

    verdicts = ctx.table("verdicts")
    verdicts = rows.main(ctx.study, verdicts)
    inferences = ctx.table("inferences")
    found = []
    for source in TOLD_ORDER:
        some = verdicts.loc[verdicts["source"] == source] if len(verdicts) else verdicts
        for analysis, part in rows.by_analysis(some).items():
            there = inferences.loc[inferences["source"] == source]
            of_each = [there.loc[there["id"] == i].sort_values("position", kind="stable") for i in part["id"]]
            found.append(Block(analysis, source, part, pd.concat(of_each, ignore_index=True)))
    return found


def is_computed(row: Any) -> bool:
    """Whether an inference gave a p value."""
    return not is_missing(row["p_value"])


def why_not(ctx: Context, row: Any) -> str:
    """Why an inference is not there, in the language; empty where it is."""
    pieces = [] if is_missing(row["note"]) else str(row["note"]).split("; ")
    return next((ctx.say(p) for p in pieces if p.startswith(NOT_COMPUTED)), "")


def name(ctx: Context, method: Any) -> str:
    """The short name of a method, with the intraclass correlation that it takes; an unknown method's first piece."""
    first, *others = str(method).split("; ")
    key = NAMES.get(first)
    if key is None:
        return ctx.say(first)
    icc = next((ctx.say(p) for p in others if p.startswith("ICC ")), "")
    return ctx.t(f"inference_{key}", clusters=ctx.clusters(), cluster=ctx.clusters("one"), icc=icc)


def stand_ins(ctx: Context, block: Block) -> pd.DataFrame:
    """Rows to be told, one an outcome: the called-for inference, or the first beside it where that has no number.

    ``stand_in`` says which. A stand-in has Holm's p and the test of equivalence of table ``groups``, where it is there.
    """
    import pandas as pd

    told = []
    groups = ctx.table("groups")
    for _, verdict in block.verdicts.iterrows():
        if is_computed(verdict):
            told.append({**verdict, "stand_in": False})
            continue
        same = block.inferences.loc[block.inferences["id"] == verdict["id"]]
        beside = same.loc[(same["role"] == "beside") & same["p_value"].notna()]
        if not len(beside):
            continue
        first = beside.iloc[0]
        kept = ("sesoi", "mdes", "mdes_sd", "icc", "family")
        row = {
            **first,
            **{k: verdict[k] for k in kept},
            "p_holm": None,
            "p_equivalence": None,
            "stand_in": True,
        }
        if len(groups):
            match = groups.loc[(groups["id"] == verdict["id"]) & (groups["source"] == block.source)]
            match = match.loc[
                (match["estimate"] - float(first["estimate"])).abs() < 1e-9 * (1 + match["estimate"].abs())
            ]
            if len(match) and str(first["method"]).startswith("Welch"):
                row |= {k: match.iloc[0][k] for k in ("p_holm", "p_equivalence")}
        told.append(row)
    return pd.DataFrame(told)


def counted(ctx: Context, block: Block) -> str:
    """How many units in how many clusters, ``97 teachers in 22 schools``; a range where outcomes differ."""
    unit = str(ctx.design.get("unit") or "unit")
    n = span(ctx, block.verdicts["n"])
    clusters = block.verdicts["clusters"].dropna()
    if not len(clusters):
        return ctx.t("cmp_units", n=n, units=ctx.word("many", unit))
    return ctx.t("cmp_units_clusters", n=n, units=ctx.word("many", unit), clusters=span(ctx, clusters),
                 name=ctx.clusters())  # fmt: skip


def span(ctx: Context, values: pd.Series) -> str:
    """A count, or the least and the greatest of several."""
    low, high = ctx.count(values.min()), ctx.count(values.max())
    return low if low == high else ctx.t("cmp_from_to", low=low, high=high)


def level(ctx: Context, block: Block) -> str:
    """The level of the intervals as a percentage."""
    return percent(block.verdicts["ci_level"].iloc[0], ctx.lang)


def title(ctx: Context, block: Block) -> str:
    """The kind of the numbers, and the comparison where the study has several."""
    kind = ctx.t(f"cmp_kind_{block.source}")
    several = {b.analysis for b in blocks(ctx)}
    return f"{kind} ({ctx.level(block.analysis)})" if len(several) > 1 else kind
