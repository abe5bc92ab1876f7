"""The report of a study: one Markdown text made from finished tables, and its page, PDF and Word document on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trenza.render import (
    first_page,
    report_checklists,
    report_checks,
    report_coding,
    report_compare,
    report_displays,
    report_effects,
    report_frame,
    report_models,
    report_numbers,
    report_panels,
    report_policy,
    report_questionnaire,
    report_schools,
    report_selection,
    report_strands,
    report_summary,
)
from trenza.render.context import Context
from trenza.render.figures import FIGURES
from trenza.render.footnotes import with_footnotes
from trenza.render.html import STYLESHEET, to_html
from trenza.render.markdown import Paper
from trenza.render.masthead import Masthead, masthead
from trenza.render.number_places import NumberPlace, numbers_of
from trenza.render.pdf import to_pdf
from trenza.render.traced import Trace, current, tracing
from trenza.render.traced_frames import traced_context
from trenza.render.word import to_word

if TYPE_CHECKING:
    import pandas as pd

SECTIONS = (
    first_page.first_page,
    report_summary.front,
    report_summary.summary,
    report_frame.comparison_design,
    report_frame.data,
    report_schools.trends,
    report_schools.gaps,
    report_schools.missing,
    report_schools.distribution,
    report_schools.changes,
    report_policy.policy,
    report_schools.checks,
    report_schools.ledger,
    report_questionnaire.people,
    report_questionnaire.answers,
    report_questionnaire.missing,
    report_questionnaire.scales,
    report_questionnaire.scores,
    report_questionnaire.shares,
    report_numbers.descriptives,
    report_compare.comparisons,
    report_questionnaire.careless,
    report_models.section,
    report_effects.misleading,
    report_panels.section,
    report_selection.claims,
    report_selection.rules,
    report_strands.interviews,
    report_coding.section,
    report_strands.together,
    report_displays.section,
    report_frame.limits,
    report_frame.methods,
    report_checks.withheld,
    report_frame.reproduction,
    report_compare.all_inferences,
    report_checklists.annex,
)

# A study without groups tells its results first, then where they come from; policy rules are an annex.
LATER = (
    report_frame.limits,
    report_frame.data,
    report_schools.ledger,
    report_frame.methods,
    report_policy.policy,
    report_checks.withheld,
    report_frame.reproduction,
    report_compare.all_inferences,
    report_checklists.annex,
)

# What a section rests on; a study that compares no groups has none of these without rows.
RESTS_ON: dict[Callable[[Paper, str], None], tuple[str, ...]] = {
    report_frame.comparison_design: ("design",),
    report_numbers.descriptives: ("counts", "ratings", "distribution"),
    report_compare.comparisons: ("verdicts", "audit_findings"),
    report_compare.all_inferences: ("verdicts",),
    report_models.section: ("fit", "not_fitted"),
    report_effects.misleading: ("mean_reversion", "discontinuity"),
    report_selection.claims: ("claims",),
    report_selection.rules: ("selection_rule",),
    report_strands.interviews: ("codes",),
    report_strands.together: ("convergence",),
    report_displays.section: report_displays.NEEDS,
}


def report_markdown(
    study_id: str,
    study: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    items: pd.DataFrame,
    codebook: pd.DataFrame,
    links: pd.DataFrame,
    lang: str,
    figures: Mapping[str, str],
) -> str:
    """The report as pandoc's Markdown, without its title (that is ``masthead``'s).

    ``figures`` maps figure ids to paths as the Markdown shall name them; a figure without a path is left
    out. A section whose tables are empty says so in one sentence; a study without groups leaves it out. Nothing in
    the text depends on the day.
    """
    return _written(study_id, Context(tables, study, items, codebook, links, lang), figures)


def traced_report(
    study_id: str,
    study: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    items: pd.DataFrame,
    codebook: pd.DataFrame,
    links: pd.DataFrame,
    lang: str,
    figures: Mapping[str, str],
) -> tuple[str, list[NumberPlace]]:
    """``report_markdown``, and every number in it with the cells that it shows."""
    trace = Trace()
    with tracing(trace):
        ctx = traced_context(Context(tables, study, items, codebook, links, lang))
        return numbers_of(_written(study_id, ctx, figures), trace)


def _written(study_id: str, ctx: Context, figures: Mapping[str, str]) -> str:
    paper, trace = Paper(ctx, figures), current()
    results_first = (*(section for section in SECTIONS if section not in LATER), *LATER)
    for section in SECTIONS if ctx.compares else results_first:
        if _has_something_to_say(ctx, section):
            section(paper, study_id)
            if trace:
                paper.lines.append(trace.section_end())
    return paper.text()


def _has_something_to_say(ctx: Context, section: Callable[[Paper, str], None]) -> bool:
    """A study of groups says of every section that it is empty; a descriptive study leaves such a section out."""
    needed = RESTS_ON.get(section, ())
    return ctx.compares or not needed or any(len(ctx.table(name)) for name in needed)


def write_report(
    study_id: str,
    study: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    items: pd.DataFrame,
    codebook: pd.DataFrame,
    links: pd.DataFrame,
    lang: str,
    figures_dir: Path | str,
    out_paths: Iterable[Path | str],
) -> list[NumberPlace]:
    """Write the report in each format that a path of ``out_paths`` ends in (see ``FORMATS``), each whole or not at all.

    Returns every number of it with the cells that it shows.

    Takes the figures ``<id>.figure.<lang>.svg`` (Word: ``.png``) that lie in ``figures_dir`` (see
    ``figures.draw_all``). The same tables and figures give the same bytes.
    """
    folder = Path(figures_dir)
    there = {i: f"{i}.figure.{lang}.svg" for i in FIGURES if (folder / f"{i}.figure.{lang}.svg").is_file()}
    markdown, numbers = traced_report(study_id, study, tables, items, codebook, links, lang, there)
    markdown = with_footnotes(markdown, lang)
    head = masthead(Context(tables, study, items, codebook, links, lang), study_id)
    for target in map(Path, out_paths):
        made = FORMATS[target.suffix](markdown, folder, head)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
        temporary.write_bytes(made)
        temporary.replace(target)
    return numbers


def _page(markdown: str, folder: Path, head: Masthead) -> bytes:
    return to_html(markdown, STYLESHEET, folder, head.lang, head.title, head.banner, head.kinds).encode(
        "utf-8"
    )


# What writes the one Markdown text in a format, by the end of the file's name.
FORMATS: dict[str, Callable[[str, Path, Masthead], bytes]] = {
    ".html": _page,
    ".pdf": to_pdf,
    ".docx": to_word,
}
