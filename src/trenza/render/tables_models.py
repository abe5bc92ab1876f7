"""The tables of multilevel models for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render import models
from trenza.render.cells import (
    Row,
    Shown,
    count_cell,
    number_cell,
    p_cell,
    plain_cell,
    span_cell,
    yes_cell,
)
from trenza.render.language import NO_VALUE, is_missing, percent
from trenza.render.traced import part_of

if TYPE_CHECKING:
    from trenza.render.context import Context


def _share(c: Context, r: Row) -> str:
    return NO_VALUE if is_missing(r["share"]) else percent(r["share"], c.lang, 1)


def _spread(c: Context, r: Row) -> str:
    """With profile limits; Wald's where there are none, for thousands of levels."""
    kind = "wald" if is_missing(r["profile_low"]) and is_missing(r["profile_high"]) else "profile"
    return span_cell("sd_or_corr", f"{kind}_low", f"{kind}_high")(c, r)


def _groups(c: Context, r: Row) -> str:
    parts = [piece.rpartition(" ") for piece in str(r["groups"]).split("; ")]
    return "; ".join(
        f"{c.count(part_of(r['groups'], int(n)))} {models.group_words(c, g)}" for g, _, n in parts
    )


OUTCOME = Shown("col_outcome", lambda c, r: c.item(r["outcome"]))
KIND = Shown("col_kind", lambda c, r: c.source(r["source"]))
TERM = Shown("col_term", lambda c, r: models.term_words(c, r["term"]))
GROUP = Shown("col_over", lambda c, r: models.group_words(c, r["group"]))

COLUMNS: dict[str, tuple[Shown, ...]] = {
    "coef": (
        OUTCOME, KIND, TERM, Shown("col_estimate_ci", span_cell("estimate", "ci_low", "ci_high"), True),
        Shown("col_se", number_cell("se", 3), True), Shown("col_df", number_cell("df", 1), True), Shown("col_p", p_cell("p_value"), True),
        Shown("col_df_satterthwaite", number_cell("df_satterthwaite", 1), True),
        Shown("col_p_satterthwaite", p_cell("p_satterthwaite"), True), Shown("col_coding", models.coding),
    ),
    "fit": (
        OUTCOME, KIND, Shown("col_rows_used", count_cell("n"), True), Shown("col_groups", _groups),
        Shown("col_sigma", number_cell("sigma"), True), Shown("col_r2_marginal", number_cell("r2_marginal"), True),
        Shown("col_r2_conditional", number_cell("r2_conditional"), True), Shown("col_aic", number_cell("aic", 1), True),
        Shown("col_converged", yes_cell("converged")), Shown("col_singular", yes_cell("singular")),
    ),
    "varcomp": (
        OUTCOME, KIND, GROUP, Shown("col_varies", models.varies),
        Shown("col_sd_or_corr", _spread, True),
        Shown("col_variance", number_cell("estimate", 3), True), Shown("col_share_icc", _share, True),
    ),
    "modes": (
        OUTCOME, KIND, GROUP, Shown("col_model_level", plain_cell("level")), TERM, Shown("col_rank_of_level", count_cell("rank"), True),
        Shown("col_mode", span_cell("mode", "ci_low", "ci_high"), True),
    ),
    "influence": (
        OUTCOME, KIND, GROUP, Shown("col_model_level", plain_cell("level")), TERM, Shown("col_all_clusters", number_cell("estimate"), True),
        Shown("col_without", number_cell("without"), True), Shown("col_influence_change", number_cell("change"), True),
        Shown("col_cook", number_cell("cook", 3), True),
    ),
}  # fmt: skip
