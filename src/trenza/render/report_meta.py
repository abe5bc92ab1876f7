"""Meta-inferences in the report: what the analyst concludes from several links, its fit, its calls and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trenza.render.language import listed
from trenza.render.markdown import escape
from trenza.render.reasons import call_on
from trenza.render.simulated import rehearses

if TYPE_CHECKING:
    from trenza.render.markdown import Paper


def concluded(paper: Paper) -> None:
    """Each meta-inference in words of study.yaml with the propositions that it rests on; nothing without any."""
    ctx = paper.ctx
    table = ctx.table("meta_inferences")
    if not len(table):
        return
    paper.heading("h_meta", 3)
    paper.say(ctx.t("rehearsal_said") if rehearses(ctx) else "", ctx.t("meta_open"))
    for entry in ctx.study.get("meta_inferences") or []:
        rows = table.loc[table["meta_inference"] == entry["id"]]
        rests = [f"{ctx.proposition(r['link'])} ({call_on(ctx, r)})" for _, r in rows.iterrows()]
        fit = ctx.t(f"fit_{entry['fit']}")
        lead = f"**{escape(ctx.own_words(entry['text']))}** {escape(fit)}"
        said = [
            ctx.t("meta_rests", links=listed(rests, ctx.lang)),
            ctx.t("meta_limits", limits=_limits(paper, entry)),
        ]
        paper.raw(f"{lead} {escape(' '.join(said))}")


def _limits(paper: Paper, entry: dict[str, object]) -> str:
    return paper.ctx.own_words(entry["limits"]).rstrip(".")
