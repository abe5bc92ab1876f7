"""Which inferences about two groups a figure, a table or a sentence speaks of, and what they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import rows
from trenza.render.language import is_missing, percent

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

ROLES = ("called_for", "beside", "ignores_clusters", "what_if")
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
NO_INTERVAL = (
    "smallest p value",
    "an open interval",
    "no interval: ",
)  # how a remark on it begins, the one that tells most first
_ESTIMATED = re.compile(r"ICC \S+ estimated")


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
    def stands_in(self) -> bool:
        """Whether another test stands in for what the design calls for, which needs rows."""
        return bool(self.verdicts["stands_in"].any())


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


def why_no_interval(ctx: Context, row: Any) -> str:
    """Why an inference with a p value has no interval, in the language; empty where it has one or nothing is recorded."""
    if not is_computed(row) or not (is_missing(row["ci_low"]) or is_missing(row["ci_high"])):
        return ""
    pieces = [] if is_missing(row["note"]) else str(row["note"]).split("; ")
    return next((ctx.say(p) for start in NO_INTERVAL for p in pieces if p.startswith(start)), "")


def without_interval(ctx: Context, block: Block) -> list[str]:
    """A sentence for each procedure of a comparison that gave a p value and no interval, with the reason."""
    found = dict.fromkeys(
        (name(ctx, r["method"]), why_no_interval(ctx, r)) for _, r in block.inferences.iterrows()
    )
    return [ctx.t("cmp_no_interval", name=n[0].upper() + n[1:], why=why) for n, why in found if why]


def line(method: Any) -> str:
    """A method without the estimate in its words, so that all outcomes share a line."""
    return _ESTIMATED.sub("ICC estimated", str(method))


def name(ctx: Context, method: Any) -> str:
    """The short name of a method, with the intraclass correlation that it assumes; an unknown method's first piece."""
    first = str(method).split("; ")[0]
    key = NAMES.get(first)
    if key is None:
        return ctx.say(first)
    icc = next((ctx.say(p) for p in str(method).split("; ") if p.startswith("ICC ")), "")
    return ctx.t(f"inference_{key}", clusters=ctx.clusters(), cluster=ctx.clusters("one"), icc=icc)


def told(block: Block) -> pd.DataFrame:
    """The verdicts that have a number, of the called-for inference or of what stands in for it."""
    return block.verdicts.loc[block.verdicts["p_value"].notna()]


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
