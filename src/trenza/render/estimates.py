"""Which estimates of a programme's effect may stand side by side, and what each of them estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.render import rows
from trenza.render.language import has_text, is_missing, plain
from trenza.render.traced import part_of

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context


# How the pieces of a remark begin that tell how strong a window's first stage is.
MEASURED = ("first-stage F", "Anderson-Rubin interval")
STRENGTH = (*MEASURED, "weak instrument", "not identified")
MAIN_TERM, OTHER_WINDOW = "fuzzy_rd_linear", "fuzzy_rd_linear_bandwidth_"


@dataclass(frozen=True)
class Line:
    """One estimate: ``kind`` is naive, expected, remainder, model or discontinuity."""

    kind: str
    outcome: str
    source: str
    term: str
    n: int | None
    estimate: float
    low: float | None
    high: float | None

    @property
    def expected(self) -> bool:
        """Whether the number is what the first scores let expect, judged from units outside the programme."""
        return self.kind == "expected"


@dataclass(frozen=True)
class Panel:
    """Estimates that share scale and unit."""

    title: str
    unit: str
    lines: tuple[Line, ...]


def panels(ctx: Context) -> list[Panel]:
    """Estimates by scale and unit; only where more than the plain comparison of groups is at hand."""
    if not len(ctx.table("mean_reversion")) and not len(ctx.table("discontinuity")):
        return []
    lines = _lines(ctx)
    shared: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        both = rows.scale_of(ctx, line.outcome)
        if both != ("", ""):
            shared.setdefault(both, []).append(line)
    found = []
    for (scale, _), group in shared.items():
        kinds = {line.kind for line in group}
        if len(group) > 1 and kinds - {"naive", "model"}:
            unit = ctx.unit(group[0].outcome)
            key = f"scale_{scale}"
            title = ctx.t(key) if has_text(ctx.lang, key) else plain(scale).capitalize()
            found.append(Panel(title, unit, tuple(group)))
    return found


def reversion_kind(term: str) -> str:
    """observed, expected or remainder, from the term of a mean-reversion row."""
    low = term.lower()
    if "expected" in low or "predicted" in low:
        return "expected"
    return "remainder" if "remain" in low else "naive"


def is_effect(row: pd.Series) -> bool:
    """Whether a discontinuity row is the effect at the cut-off that is set beside other estimates.

    One row an analysis: one slope, the declared window. Shares that took part, the plain Wald ratio, other
    slopes, other windows and the check on an earlier score stay in their own tables.
    """
    return str(row["term"]) == MAIN_TERM


def is_other_window(row: Any) -> bool:
    """Whether a discontinuity row repeats the effect in a window of another width."""
    return str(row["term"]).startswith(OTHER_WINDOW)


def window_multiple(row: Any) -> Any:
    """How many times the declared width the row's window has: 0.6 for ``..._bandwidth_0_6``."""
    term = row["term"]
    told = str(term).removeprefix(OTHER_WINDOW).replace("_", ".") if is_other_window(row) else 1.0
    return part_of(term, float(told))


def windows(table: pd.DataFrame) -> pd.DataFrame:
    """The effect with one slope in every window, by analysis and width; empty where there is one window only."""
    there = [is_other_window(r) or is_effect(r) for _, r in table.iterrows()]
    found = table.loc[there] if len(table) else table
    if not any(is_other_window(r) for _, r in found.iterrows()):
        return found.iloc[:0]
    order = rows.in_order(found, "id")
    keys = [(order.index(r["id"]), window_multiple(r)) for _, r in found.iterrows()]
    return found.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def sign_turns(table: pd.DataFrame) -> bool:
    """Whether the Wald ratio without the running variable has one sign for one outcome and the other for another."""
    wald = table.loc[table["term"] == "wald_no_running_variable", "estimate"].dropna() if len(table) else []
    return len(wald) > 1 and float(min(wald)) < 0 < float(max(wald))


def pooled(ctx: Context) -> bool:
    """Whether the plain difference takes clusters together, while the verdict is the difference within them."""
    verdicts = ctx.table("verdicts")
    if not len(verdicts):
        return False
    within = (verdicts["assignment"] == "same_clusters") & ~verdicts["stands_in"].astype(bool)
    return bool(within.any())


def kind_name(ctx: Context, kind: str) -> str:
    """What a kind of estimate is called; a plain difference says when it takes clusters together."""
    if kind == "naive" and pooled(ctx):
        return ctx.t("estimate_naive_pooled", clusters=ctx.clusters())
    return ctx.t(f"estimate_{kind}")


def line_name(ctx: Context, line: Line) -> str:
    """What an estimate is called; those at the cut-off also name their outcome."""
    name = kind_name(ctx, line.kind)
    if line.kind != "discontinuity":
        return name
    return f"{name}, {ctx.item(line.outcome)}"


def _lines(ctx: Context) -> list[Line]:
    before = rows.baselines(ctx.study)
    found = []
    reversion = [r for _, r in ctx.table("mean_reversion").iterrows() if not is_missing(r["estimate"])]
    # Of the same rows as expected and remainder, so that the three close; another comparison may rest on more rows.
    closing = [_whose(r) for r in reversion if reversion_kind(str(r["term"])) == "naive"]
    naive = rows.primary(ctx.table("groups"))
    for _, r in naive.iterrows():
        if r["outcome"] not in before and _whose(r) not in closing:
            found.append(_line("naive", r))
    found += [_line(reversion_kind(str(r["term"])), r) for r in reversion]
    for _, r in rows.primary(rows.contrasts(ctx.table("coef"))).iterrows():
        found.append(_line("model", r))
    for _, r in ctx.table("discontinuity").iterrows():
        if is_effect(r) and not is_missing(r["estimate"]):
            found.append(_line("discontinuity", r))
    return found


def _whose(r: pd.Series) -> tuple[str, str]:
    return str(r["outcome"]), str(r["source"])


def _line(kind: str, r: pd.Series) -> Line:
    low, high = (None if is_missing(r[c]) else r[c] for c in ("ci_low", "ci_high"))
    n = None if is_missing(r["n"]) else r["n"]
    return Line(kind, str(r["outcome"]), str(r["source"]), str(r["term"]), n, r["estimate"], low, high)


def strength(ctx: Context, r: Any, told: tuple[str, ...] = STRENGTH) -> str:
    """What a row records on how strong the first stage of its window is, as far as ``told``; empty where nothing."""
    pieces = [] if is_missing(r["note"]) else str(r["note"]).split("; ")
    return "; ".join(ctx.say(p) for p in pieces if p.startswith(told))
