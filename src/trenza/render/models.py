"""The multilevel models of a study as finished tables tell them: which there are, and what their parts are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.render import language, rows
from trenza.render.language import is_missing, listed, small_first
from trenza.render.traced import marked_words, part_of

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

TOLD_ORDER = ("real", "published", "simulated")
RESIDUAL, INTERCEPT = "Residual", "Intercept"
_CATEGORY = re.compile(r"(?:C\()?(\w+)[^\[]*\[(?:T\.)?(.+)\]")
_ZERO = re.compile(r"singular: the variance of (.+) over (\S+) is 0")
_SAME = re.compile(r"(\S+) and (\S+) have the same levels in the complete rows, so that .+")
_AGAINST = re.compile(r"(\w+): treatment, reference (.+)")
_COUNTED = re.compile(r"(\S+) (\d+)")


class Model(NamedTuple):
    """One fit: its row of table ``fit`` and its rows of the other tables of contracts/model_tables.py."""

    id: str
    analysis: str
    outcome: str
    source: str
    fit: pd.Series
    coef: pd.DataFrame
    varcomp: pd.DataFrame
    modes: pd.DataFrame
    influence: pd.DataFrame
    residual_bins: pd.DataFrame

    @property
    def hollow(self) -> bool:
        """Whether the rows are simulated."""
        return self.source == "simulated"


def models(ctx: Context) -> list[Model]:
    """All fits: real ones first, then in the order of the table."""
    table, found = ctx.table("fit"), []
    for source in TOLD_ORDER:
        for _, row in table.loc[table["source"] == source].iterrows() if len(table) else ():
            own = {
                name: _of(ctx.table(name), row["id"], source)
                for name in ("coef", "varcomp", "modes", "influence", "residual_bins")
            }
            found.append(
                Model(str(row["id"]), rows.analysis_of(row), str(row["outcome"]), source, row, **own)
            )
    return found


def _of(table: pd.DataFrame, identifier: Any, source: str) -> pd.DataFrame:
    return table.loc[(table["id"] == identifier) & (table["source"] == source)] if len(table) else table


def contrast(ctx: Context) -> str:
    """The term of the programme's effect."""
    return f"{ctx.participants} - {ctx.control}"


def effect(ctx: Context, model: Model) -> pd.Series | None:
    """The coefficient of the groups' contrast, or None where the model has no such term or no number for it."""
    same = model.coef.loc[model.coef["term"] == contrast(ctx)]
    return None if not len(same) or is_missing(same.iloc[0]["estimate"]) else same.iloc[0]


def declared(ctx: Context, model: Model) -> dict[str, Any]:
    """The model's entry in study.yaml; empty where there is none."""
    return next((dict(e) for e in ctx.study.get("models") or [] if e.get("id") == model.analysis), {})


def compares(ctx: Context, model: Model) -> bool:
    """Whether the model's rows are of groups that the study compares; rows of official files are not."""
    source = (ctx.study.get("sources") or {}).get(declared(ctx, model).get("source"), {})
    return ctx.compares and source.get("holds") != "official"


def weights(ctx: Context, model: Model) -> str:
    """The column of the precision weights; empty where rows have none."""
    given = declared(ctx, model).get("weights") or ""
    return str(given if isinstance(given, str) else given.get(model.outcome, ""))


def name(ctx: Context, model: Model) -> str:
    """The outcome, and the model where several have it."""
    table = ctx.table("fit")
    if int((table["outcome"] == model.outcome).sum()) > 1:
        return ctx.t("mod_title", outcome=ctx.item(model.outcome), model=ctx.level(model.analysis))
    return ctx.item(model.outcome)


def term_words(ctx: Context, term: Any) -> str:
    """A term in words; parts of an interaction are joined by a times sign."""
    return marked_words(" \u00d7 ".join(_part(ctx, part) for part in str(term).split(":")), term)


def _part(ctx: Context, part: str) -> str:
    if part == INTERCEPT:
        return ctx.t("mod_intercept").capitalize()
    if " - " in part:
        return ctx.term(part)
    category = _CATEGORY.fullmatch(part)
    if category is None:
        return _variable(ctx, part)
    known = f"group_{category[1]}_{category[2]}"
    if language.has_text(ctx.lang, known):  # groups of official schools have names of their own
        return ctx.t(known)
    return ctx.t("mod_category", name=_variable(ctx, category[1]), level=ctx.level(category[2]))


def _variable(ctx: Context, name: str) -> str:
    """A column: its item's label, else study.yaml's."""
    return ctx.item(name) if name in ctx.item_rows else ctx.level(name)


def adjusted_for(ctx: Context, model: Model) -> list[str]:
    """The other terms of the fixed part that the effect is told at equal values of."""
    others = [t for t in model.coef["term"] if t not in (INTERCEPT, contrast(ctx)) and not _interacts(ctx, t)]
    return [small_first(term_words(ctx, t)) for t in others]


def interactions(ctx: Context, model: Model) -> list[str]:
    """The terms in which the contrast of the groups changes with something else."""
    return [term_words(ctx, t) for t in model.coef["term"] if _interacts(ctx, t)]


def _interacts(ctx: Context, term: Any) -> bool:
    parts = str(term).split(":")
    return len(parts) > 1 and contrast(ctx) in parts


def group_words(ctx: Context, group: Any, number: str = "many") -> str:
    """A grouping factor: ``schools``, ``classes within schools``, or the residual."""
    if group == RESIDUAL:
        return ctx.t("mod_residual")
    outer, _, inner = str(group).rpartition(":")
    own = ctx.word(number, inner)
    return ctx.t("mod_inside", inner=own, outer=group_words(ctx, outer)) if outer else own


def counted(ctx: Context, model: Model) -> str:
    """How many levels each group has: ``6 schools and 18 classes within schools``."""
    found = _COUNTED.findall(str(model.fit["groups"]))
    return listed(
        [
            ctx.t(
                "mod_counted",
                n=ctx.count(part_of(model.fit["groups"], int(n))),
                groups=group_words(ctx, g, "one" if n == "1" else "many"),
            )
            for g, n in found
        ],
        ctx.lang,
    )


def varies(ctx: Context, row: Any) -> str:
    """What a variance component is of: a level, a slope, or how two of them go together."""
    if is_missing(row["term"]):
        return ctx.t("mod_residual")
    first = _varying(ctx, row["term"])
    if is_missing(row["term_2"]):
        return first
    return ctx.t("mod_varies_together", first=first, second=_varying(ctx, row["term_2"]))


def _varying(ctx: Context, term: Any) -> str:
    if term == INTERCEPT:
        return ctx.t("mod_varies_level")
    return ctx.t("mod_varies_slope", name=small_first(term_words(ctx, term)))


def right_side(model: Model) -> str:
    """The formula without its outcome."""
    return str(model.fit["formula"]).partition("~")[2].strip()


def messages(ctx: Context, model: Model) -> list[str]:
    """Every message of the fit in words, and what its coefficients note of rows left out before it."""
    said = [*model.coef["note"].head(1), model.fit["messages"]]
    pieces = [piece for value in said if not is_missing(value) for piece in str(value).split("; ")]
    return [_message(ctx, piece) for piece in dict.fromkeys(pieces)]


def _message(ctx: Context, piece: str) -> str:
    zero = _ZERO.fullmatch(piece)
    if zero:
        return ctx.t("mod_message_variance", what=_varying(ctx, zero[1]), groups=group_words(ctx, zero[2]))
    return ctx.say(piece)


def reason(ctx: Context, piece: Any) -> str:
    """Why a declared model has no fit, with groups in words."""
    same = _SAME.fullmatch(str(piece))
    if same is None:
        return ctx.say(piece)
    return ctx.t("mod_same_levels", first=group_words(ctx, same[1]), second=group_words(ctx, same[2]))


def coding(ctx: Context, row: Any) -> str:
    """What a category's level is held against; other codings as the fit names them."""
    found = None if is_missing(row["coding"]) else _AGAINST.fullmatch(str(row["coding"]))
    if found is None:
        return language.NO_VALUE if is_missing(row["coding"]) else ctx.say(row["coding"])
    level = term_words(ctx, f"{found[1]}[T.{found[2]}]")
    return ctx.t("mod_against", level=marked_words(small_first(level), row["coding"]))


def levels(model: Model) -> list[tuple[str, str, pd.DataFrame]]:
    """(group, term, rows of ``modes`` in order) of everything that varies; groups in the order of the table."""
    return [
        (str(group), str(term), part.sort_values("rank"))
        for (group, term), part in model.modes.groupby(["group", "term"], sort=False)
    ]


def is_zero(model: Model, group: str, term: str) -> bool:
    """Whether the variance of what varies over a group is estimated as 0."""
    same = model.varcomp.loc[
        (model.varcomp["group"] == group)
        & (model.varcomp["term"] == term)
        & (model.varcomp["kind"] == "variance")
    ]
    return len(same) > 0 and not float(same["estimate"].iloc[0]) > 0.0


def panel(ctx: Context, model: Model, group: str, term: str) -> str:
    """The title of a panel about the levels of one group."""
    words = group_words(ctx, group)
    if term != INTERCEPT:
        words = f"{words}, {_varying(ctx, term)}"
    return ctx.t("mod_panel", model=name(ctx, model), groups=words)


def shares(ctx: Context, model: Model) -> list[tuple[str, float]]:
    """(group in words, share of the variance that the fixed part leaves); the last is the residual.

    Where groups have slopes the table has no share for each; then the groups stand together, with what the others leave.
    """
    alone = model.varcomp.loc[model.varcomp["share"].notna()]
    there = list(zip(alone["group"], alone["share"], strict=True))
    found = [(group_words(ctx, g), s) for g, s in there if g != RESIDUAL]
    residual = next((s for g, s in there if g == RESIDUAL), 0.0)
    rest = [g for g in dict.fromkeys(model.varcomp["group"]) if g not in {g for g, _ in there}]
    if rest:
        words = group_words(ctx, rest[0]) if len(rest) == 1 else ctx.t("mod_several_groups")
        found.append((words, max(0.0, 1.0 - residual - sum(s for _, s in found))))
    return [*found, (ctx.t("mod_residual"), residual)]


def of_the_effect(ctx: Context, model: Model) -> pd.DataFrame:
    """The rows of ``influence`` about the groups' contrast that have a number, from the lowest estimate to the highest."""
    table = model.influence
    if not len(table):
        return table
    mine = table.loc[(table["term"] == contrast(ctx)) & table["without"].notna()]
    return mine.sort_values(["without", "level"])


def short(labels: list[str]) -> list[str]:
    """Labels without what all of them begin with, such as ``sim_school_``, part by part; a number keeps its digits."""
    parts = [label.split(":") for label in labels]
    if len({len(p) for p in parts}) != 1:
        return labels
    columns = [_without_start(list(column)) for column in zip(*parts, strict=True)]
    return [":".join(row) for row in zip(*columns, strict=True)]


def _without_start(names: list[str]) -> list[str]:
    low, high = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), 0)
    cut = re.sub(r"\d+$", "", low[:same])
    return [name.removeprefix(cut) or name for name in names]
