"""The page of an audit: one self-contained HTML file in English or Spanish."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.render import figures_audit, style
from trenza.render.audit_words import DECIMALS, apart, reach, single_items, tally, whole_table, words
from trenza.render.html import STYLESHEET, to_html
from trenza.render.language import interval, is_missing, number, p_value, phrase
from trenza.render.markdown import escape, pipe_table

if TYPE_CHECKING:
    import pandas as pd

MAPS = 4  # blocks of rows with the same printed sizes that get a map


def table_page(
    tables: Mapping[str, pd.DataFrame], file: str, lang: str, rule: str, unused: Iterable[str]
) -> str:
    """HTML of the audit of a table of two groups.

    ``tables`` are those of the contracts ``audit_findings``, ``audit_sizes``, ``audit_decisions`` and
    ``audit_conclusions`` by their names; ``file`` is the audited file's name, ``unused`` its columns that were left
    out, ``rule`` how its numbers were taken to be printed.
    """
    findings, sizes = tables["audit_findings"], tables["audit_sizes"]
    decisions = tables["audit_decisions"]
    printed = findings[findings["sizes"] == "printed"]
    page = [escape(words(lang, "lead")), "", f"## {escape(words(lang, 'h_whole'))}", ""]
    for topic, said in whole_table(tables["audit_conclusions"], decisions, lang):
        page.append(f"- **{escape(topic)}**: {escape(said)}")
    page += ["", escape(tally(printed, lang)), ""]
    with tempfile.TemporaryDirectory() as folder:
        page += _maps(sizes[sizes["rule"] == rule], lang, Path(folder))
        page += [f"## {escape(words(lang, 'h_rows'))}", ""]
        off = apart(findings)
        if len(off):
            page += [pipe_table(_shown(off, lang), words(lang, "cap_apart")), ""]
        else:
            page += [escape(words(lang, "all_agree")), ""]
        page += [escape(single_items(findings, lang)), ""]
        page += [
            pipe_table(_shown(findings[findings["check"] != "single_item"], lang), words(lang, "cap_all")),
            "",
        ]
        page += [f"## {escape(words(lang, 'h_decisions'))}", ""]
        page += [pipe_table(_decisions(decisions, lang), words(lang, "cap_decisions")), ""]
        page += _assumed([*tables["audit_conclusions"]["assumes"], *findings["assumes"]], lang)
        page += _left_out(unused, lang)
        return to_html("\n".join(page), STYLESHEET, folder, lang, words(lang, "title", file=file))


def counts_page(findings: pd.DataFrame, file: str, lang: str) -> str:
    """HTML of the audit of a table of counts: contract ``audit_count_findings``."""
    shown = _frame(
        findings,
        {
            "col_row": lambda r: r.row,
            "col_label": lambda r: r.label,
            "col_check": lambda r: words(lang, f"check_{r.check}"),
            "col_printed": lambda r: number(r.printed, lang, 0 if r.check == "total" else 1),
            "col_reach": lambda r: reach(r, lang),
            "col_verdict": lambda r: words(lang, f"verdict_{r.verdict}"),
            "col_reading": lambda r: phrase(r.reading, lang),
        },
        lang,
    )
    page = [escape(words(lang, "lead")), "", f"## {escape(words(lang, 'h_counts'))}", ""]
    page += [escape(tally(findings, lang, "tally_counts")), ""]
    page += [pipe_table(shown, words(lang, "cap_counts")), ""]
    page += _assumed(findings["assumes"], lang)
    with tempfile.TemporaryDirectory() as folder:
        return to_html("\n".join(page), STYLESHEET, folder, lang, words(lang, "title", file=file))


def _maps(sizes: pd.DataFrame, lang: str, folder: Path) -> list[str]:
    """A map for each block of rows with the same printed sizes, the blocks with most rows first."""
    blocks = [block for _, block in sizes.groupby(["printed_n1", "printed_n2"], sort=False)]
    blocks.sort(key=lambda block: -int(block["rows"].iloc[0]))
    blocks = [block for block in blocks if block["rows"].iloc[0] > 1] or blocks[
        :1
    ]  # one row says little of sizes
    lines: list[str] = []
    for k, block in enumerate(blocks[:MAPS]):
        name = style.save(figures_audit.size_map(block, lang), folder, f"sizes_{k}", lang)["svg"]
        alt = figures_audit.alternative(block, lang)
        lines += [f'![{escape(words(lang, "caption"))}](<{name}>){{alt="{alt}"}}', ""]
    return lines


def _shown(findings: pd.DataFrame, lang: str) -> pd.DataFrame:
    return _frame(
        findings,
        {
            "col_label": lambda r: r.outcome,
            "col_n": lambda r: f"{r.n1}, {r.n2}",
            "col_group": lambda r: words(lang, "group_both") if r.group == "both" else r.group,
            "col_check": lambda r: words(lang, f"check_{r.check}"),
            "col_printed": lambda r: "" if is_missing(r.printed) else number(r.printed, lang, DECIMALS),
            "col_reach": lambda r: reach(r, lang),
            "col_verdict": lambda r: words(lang, f"verdict_{r.verdict}"),
            "col_reading": lambda r: phrase(r.reading, lang),
        },
        lang,
    )


def _decisions(decisions: pd.DataFrame, lang: str) -> pd.DataFrame:
    """One row an outcome, at the sizes found where there are some."""
    last = decisions.drop_duplicates("row", keep="last")
    return _frame(
        last,
        {
            "col_label": lambda r: r.outcome,
            "col_n": lambda r: f"{r.n1}, {r.n2}",
            "p": lambda r: p_value(r.p_printed, lang),
            "col_p_from": lambda r: _p_span(r.p_low, r.p_high, lang),
            "col_decision": lambda r: "" if is_missing(r.decision) else words(lang, f"decision_{r.decision}"),
            "Holm": lambda r: p_value(r.p_holm, lang),
            "BH": lambda r: p_value(r.p_bh, lang),
            "col_effect": lambda r: (
                f"{number(r.effect, lang)} {interval(r.effect_ci_low, r.effect_ci_high, lang)}"
            ),
        },
        lang,
        alpha=number(decisions["alpha"].iloc[0], lang),
    )


def _p_span(low: object, high: object, lang: str) -> str:
    ends = [p_value(end, lang) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else {"en": " to ", "es": " a "}[lang].join(ends)


def _frame(rows: pd.DataFrame, columns: Mapping[str, object], lang: str, **fields: str) -> pd.DataFrame:
    import pandas as pd

    found = {}
    for key, cell in columns.items():
        assert callable(cell)
        name = (
            words(lang, key, **(fields if key == "col_decision" else {})) if key.startswith("col_") else key
        )
        found[name] = [str(cell(row)) for row in rows.itertuples()]
    return pd.DataFrame(found)


def _assumed(assumes: Iterable[str], lang: str) -> list[str]:
    """Every assumption once, piece by piece."""
    pieces = dict.fromkeys(piece for text in assumes for piece in text.split("; "))
    return [
        f"## {escape(words(lang, 'h_assumes'))}",
        "",
        *(f"- {escape(phrase(piece, lang))}" for piece in pieces),
        "",
    ]


def _left_out(unused: Iterable[str], lang: str) -> list[str]:
    names = ", ".join(unused)
    return [escape(words(lang, "unused", listed=names)), ""] if names else []
