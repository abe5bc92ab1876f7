"""What a study's simulated rows are: drawn to resemble published means, pupils with a declared truth, or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from trenza.contracts.rehearsal import is_rehearsal
from trenza.render import comparison, summary_compare
from trenza.render.comparison import Block
from trenza.render.sentences import difference_unit

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

WAVES_AFTER = ("after", "gain")  # outcomes of simulated pupils that the programme moves


class Truth(NamedTuple):
    """The difference that was put into simulated pupils, in points and in SDs of a test."""

    points: float
    sd: float


def legend(ctx: Context) -> str:
    """What simulated numbers are in this study."""
    return " ".join(ctx.t(f"legend_simulated_{kind}") for kind in _kinds(ctx))


def caution(ctx: Context) -> str:
    """Why they stand in the report, and that they carry no finding."""
    return " ".join(ctx.t(f"caution_simulated_{kind}") for kind in _kinds(ctx))


def opening(ctx: Context, block: Block) -> str:
    """What the rows of one comparison are."""
    if _pupils(ctx, block) is not None:
        return ctx.t("cmp_simulated_pupils")
    made = {_made(how) for how in _of(ctx, block)}
    return ctx.t("cmp_simulated_assumed" if made == {"assumed"} else "cmp_simulated_means")


def rehearses(ctx: Context) -> bool:
    """Whether strands are joined of simulated sources alone: nothing of it is a finding."""
    return is_rehearsal(ctx.study.get("sources") or {}) and bool(len(ctx.table("convergence")))


def _kinds(ctx: Context) -> list[str]:
    """How the study's simulated sources are made: from printed means, as pupils, from assumptions."""
    made = {_made(_how(s)) for s in _sources(ctx).values()}
    return [k for k in ("means", "pupils", "assumed") if k in made] or ["means"]


def _made(how: Mapping[str, Any]) -> str:
    """How one source is made; coders are made from what another source says, and have no word of their own."""
    ways = {"from": "means", "pupils": "pupils", "means": "assumed", "interviews": "assumed"}
    return next((word for key, word in ways.items() if key in how), "")


def truth(ctx: Context, block: Block, outcome: str) -> Truth | None:
    """What was put into an outcome: the declared effect after the programme, nothing before it; None where nobody knows."""
    made = _pupils(ctx, block)
    if made is None or outcome not in ("before", *WAVES_AFTER):
        return None
    points = made["effect"] if outcome in WAVES_AFTER else 0 * made["effect"]
    return Truth(points, points / made["sd"])


def against_truth(ctx: Context, block: Block) -> list[str]:
    """For each outcome what was put in, what came out, and whether the called-for interval holds the truth."""
    found = []
    for _, verdict in comparison.told(block).iterrows():
        put_in = truth(ctx, block, str(verdict["outcome"]))
        if put_in is None:
            continue
        holds = float(verdict["ci_low"]) <= put_in.points <= float(verdict["ci_high"])
        found.append(
            ctx.t(
                "sim_truth_held" if holds else "sim_truth_missed",
                outcome=ctx.item(verdict["outcome"]),
                truth=f"{ctx.num(put_in.points)} {difference_unit(ctx, str(verdict['outcome']))}".strip(),
                truth_sd=ctx.num(put_in.sd),
                **_came_out(ctx, verdict),
            )
        )
    return found


def summary(ctx: Context) -> list[tuple[str, str]]:
    """One point a comparison where a study has nothing but simulated numbers: plainly called so, and no finding."""
    found = []
    for block in comparison.blocks(ctx):
        told = comparison.told(block)
        if not block.hollow or not len(told):
            continue
        parts = []
        for _, verdict in told.iterrows():
            put_in = truth(ctx, block, str(verdict["outcome"]))
            key = "sim_summary_part" if put_in is None else "sim_summary_part_truth"
            known = {} if put_in is None else {"truth": ctx.num(put_in.points)}
            parts.append(ctx.t(key, outcome=ctx.item(verdict["outcome"]), **_came_out(ctx, verdict), **known))
        said = ctx.t(
            "sim_summary",
            counted=comparison.counted(ctx, block),
            parts="; ".join(parts),
        )
        found.append(("simulated", f"{said} {summary_compare.least(ctx, block)}".strip()))
    return found


def _came_out(ctx: Context, verdict: pd.Series) -> dict[str, str]:
    estimate = ctx.num(verdict["estimate"])
    return {"estimate": estimate, "interval": ctx.span(verdict["ci_low"], verdict["ci_high"])}


def _pupils(ctx: Context, block: Block) -> Mapping[str, Any] | None:
    """The settings of the pupils that a comparison of simulated rows rests on."""
    return (
        next((how["pupils"] for how in _of(ctx, block) if how.get("pupils")), None) if block.hollow else None
    )


def _of(ctx: Context, block: Block) -> list[Mapping[str, Any]]:
    """How the simulated sources of a comparison are made."""
    declared: list[Mapping[str, Any]] = list(ctx.study.get("comparisons") or [])
    entry = next((c for c in declared if c["id"] == block.analysis), {})
    return [_how(s) for sid, s in _sources(ctx).items() if sid in entry.get("sources", [])]


def _sources(ctx: Context) -> dict[str, Mapping[str, Any]]:
    sources = ctx.study.get("sources") or {}
    return {sid: s for sid, s in sources.items() if s.get("kind") == "simulated"}


def _how(source: Mapping[str, Any]) -> Mapping[str, Any]:
    return source.get("simulate") or {}
