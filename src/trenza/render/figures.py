"""All figures by id: draw one for a notebook, or all that have data into a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.render import (
    figures_calls,
    figures_coding,
    figures_compare,
    figures_compare_audit,
    figures_compare_balance,
    figures_compare_equivalence,
    figures_compare_groups,
    figures_displays,
    figures_first_page,
    figures_models,
    figures_models_levels,
    figures_models_residuals,
    figures_panels,
    figures_questionnaire,
    figures_questionnaire_answers,
    figures_questionnaire_missing,
    figures_questionnaire_scales,
    figures_sample,
    figures_school_level,
    figures_school_spread,
    figures_schools,
    figures_scores,
    figures_selection,
    figures_themes,
    style,
)
from trenza.render.context import Context

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "Context", "draw", "draw_all"]

FIGURES: dict[str, Callable[[Context], Figure | None]] = {
    "first_page": figures_first_page.first_page,
    "participants": figures_sample.participants,
    "ratings": figures_sample.ratings,
    "themes_by_role": figures_themes.themes_by_role,
    "joint_display": figures_themes.joint_display,
    **figures_displays.PAGE_FIGURES,
    **figures_school_level.PAGE_FIGURES,
    **figures_calls.PAGE_FIGURES,
    **figures_coding.PAGE_FIGURES,
    "group_distributions": figures_compare_groups.group_distributions,
    "balance": figures_compare_balance.balance,
    **figures_compare.PAGE_FIGURES,
    "equivalence": figures_compare_equivalence.equivalence,
    **figures_compare_audit.PAGE_FIGURES,
    **figures_models.PAGE_FIGURES,
    **figures_models_levels.PAGE_FIGURES,
    **figures_models_residuals.PAGE_FIGURES,
    **figures_panels.PAGE_FIGURES,
    "baseline": figures_scores.baseline,
    "estimates": figures_scores.compared,
    "discontinuity": figures_scores.discontinuity,
    "gain_without_programme": figures_scores.gain_without_programme,
    **figures_selection.PAGE_FIGURES,
    "questionnaire_flow": figures_questionnaire.flow,
    **figures_questionnaire_answers.PAGE_FIGURES,
    "questionnaire_missing": figures_questionnaire_missing.missing,
    "questionnaire_reliability": figures_questionnaire_scales.reliability,
    "questionnaire_schools": figures_questionnaire_scales.schools,
    "school_trends": figures_schools.trends,
    "school_trends_dependency": figures_schools.trends_by_dependency,
    "school_trends_ses": figures_schools.trends_by_ses,
    "school_trends_baseline": figures_schools.trends_by_baseline,
    "school_gaps": figures_schools.gaps,
    "school_missing": figures_school_spread.missing,
    "school_distribution": figures_school_spread.distribution,
    "school_changes": figures_school_spread.changes,
}


def draw(identifier: str, context: Context) -> Figure | None:
    """The figure, or None where the study has no data for it; ``KeyError`` for an unknown id."""
    if identifier not in FIGURES:
        raise KeyError(f"figure {identifier!r}; there are: {', '.join(FIGURES)}")
    with style.styled():
        return FIGURES[identifier](context)


def draw_all(
    tables: Mapping[str, pd.DataFrame],
    study: Mapping[str, Any],
    items: pd.DataFrame,
    codebook: pd.DataFrame,
    links: pd.DataFrame,
    lang: str,
    folder: Path | str,
) -> dict[str, str]:
    """Write every figure that has data as SVG and PNG into ``folder``; returns figure id -> name of the SVG."""
    context = Context(tables, study, items, codebook, links, lang)
    written = {}
    for identifier in FIGURES:
        figure = draw(identifier, context)
        if figure is not None:
            written[identifier] = style.save(figure, folder, identifier, lang)["svg"]
    return written
