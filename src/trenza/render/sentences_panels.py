"""What a panel says of a programme, in plain sentences: the number that the design calls for, and the naive one beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trenza.render import panels
from trenza.render.language import is_missing, listed, p_phrase, percent, small_first
from trenza.render.panels import Line, Panel

if TYPE_CHECKING:
    from trenza.render.context import Context

SAME = 1e-9  # of two estimates that are the same arithmetic


def design(ctx: Context, panel: Panel) -> list[str]:
    """What is estimated, who began when, who is compared, over which tests, and how schools were chosen."""
    entry, flow = panel.entry, panel.tables["panel_flow"].set_index("step")
    detectable = panel.tables["panel_detectable"].iloc[0]
    starts = sorted({c for c in panel.tables["panel_trends"]["cohort"] if c > 0})
    years = sorted(set(panel.tables["panel_trends"]["year"]))
    before = [y for y in years if y < min(starts)] if starts else years
    used = flow.loc["used"]
    return [
        ctx.t("pan_estimand", estimand=ctx.own_words(entry.get("estimand")).rstrip(".")),
        ctx.t(
            "pan_design", treated=ctx.count(used["treated"]), comparison=ctx.count(used["comparison"]),
            in_clusters=_clusters(ctx, panel, detectable["treated_clusters"], used["treated"]),
            in_others=_clusters(ctx, panel, detectable["comparison_clusters"], used["comparison"]),
            starts=listed([ctx.year(y) for y in starts], ctx.lang), pool=ctx.t(f"pan_pool_{entry.get('pool', 'not_yet')}"),
            baseline=listed([ctx.year(y) for y in before], ctx.lang),
            judged=listed([ctx.year(y) for y in years if y not in before], ctx.lang),
        ),
        ctx.t(f"pan_chosen_{entry.get('chosen_by', 'other')}"),
    ]  # fmt: skip


def _clusters(ctx: Context, panel: Panel, n: Any, schools: Any) -> str:
    """In how many units of assignment the schools lie; nothing where each is its own."""
    alone = "unit" in panel.entry and panel.entry["unit"] == panel.entry.get("assignment")
    if alone or is_missing(n) or int(n) == int(schools):
        return ""
    at = {"slep_code": "service", "commune_code": "commune"}.get(str(panel.entry.get("assignment")))
    words = ctx.word("many", at or str(panel.entry.get("assignment") or "cluster"))
    return " " + ctx.t("pan_in_clusters", n=ctx.count(n), clusters=words)


def findings(ctx: Context, panel: Panel) -> list[str]:
    """One sentence or two for each thing to know: called-for estimate, naive one, trends, sensitivity, power, overlap."""
    called = [x for x in panels.lines(panel) if x.role == "called_for"]
    said = [
        " ".join([ctx.t("pan_called_for", line=_line(ctx, panel, x)), conclusion(ctx, panel, x)])
        for x in called
    ]
    return [
        *said,
        _naive(ctx, panel),
        _same_number(ctx, panel),
        _ancova(ctx, panel),
        _wald(ctx, panel),
        _trend(ctx, panel),
        *_breakdown(ctx, panel),
        _detectable(ctx, panel),
        _forbidden(ctx, panel),
        _overlap(ctx, panel),
    ]


def _line(ctx: Context, panel: Panel, x: Line) -> str:
    row, facts = x.row, []
    if not is_missing(row["ci_low"]):
        level = percent(row["ci_level"], ctx.lang)
        facts.append(
            ctx.t("pan_fact_interval", level=level, interval=ctx.span(row["ci_low"], row["ci_high"]))
        )
    if not is_missing(row["p_value"]):
        facts.append(p_phrase(row["p_value"], ctx.lang))
    facts.append(ctx.t("fact_n", n=ctx.count(row["n"])))
    number = f"{ctx.num(row['estimate'])} {panels.unit(ctx, panel)}".strip()
    return f"{panels.name(ctx, x.key)}: {number} ({'; '.join(facts)})."


def conclusion(ctx: Context, panel: Panel, x: Line) -> str:
    """What the interval allows to say; one that holds 0 is open, never nothing."""
    side = verdict(x)
    if side == "none":
        return ctx.t("pan_no_interval")
    if side != "open":
        return ctx.t(f"pan_{side}")
    low, high = ctx.num(x.row["ci_low"]), ctx.num(x.row["ci_high"])
    return ctx.t("pan_holds_zero", low=low, high=high, unit=panels.unit(ctx, panel))


def verdict(x: Line) -> str:
    """above, below, open, or none where there is no interval."""
    low, high = x.row["ci_low"], x.row["ci_high"]
    if is_missing(low) or is_missing(high):
        return "none"
    return "above" if float(low) > 0 else "below" if float(high) < 0 else "open"


def _naive(ctx: Context, panel: Panel) -> str:
    x = panels.line(panel, "gain")
    if x is None or x.role == "called_for":
        return ""
    return ctx.t(f"pan_naive_{x.role}", line=_line(ctx, panel, x))


def _same_number(ctx: Context, panel: Panel) -> str:
    gain, did = panels.line(panel, "gain"), panels.line(panel, "group_time")
    if gain is None or did is None:
        return ""
    one, other = float(gain.row["estimate"]), float(did.row["estimate"])
    if abs(one - other) > SAME * max(1.0, abs(one)):
        return ""
    return ctx.t("pan_same_number" if did.role == "unsafe" else "pan_same_number_plain")


def _ancova(ctx: Context, panel: Panel) -> str:
    x = panels.line(panel, "ancova")
    if x is None or panel.entry.get("chosen_by") != "cutoff":
        return ""
    return " ".join(
        [ctx.t("pan_ancova_cutoff", line=_line(ctx, panel, x)), conclusion(ctx, panel, x)]
    ).strip()


def _wald(ctx: Context, panel: Panel) -> str:
    wald, fuzzy = panels.line(panel, "wald"), panels.line(panel, "fuzzy_rd")
    if wald is None or fuzzy is None:
        return ""
    return ctx.t("pan_wald_beside", wald=panels.said(ctx, wald.row), fuzzy=panels.said(ctx, fuzzy.row), unit=panels.unit(ctx, panel))  # fmt: skip


def _trend(ctx: Context, panel: Panel) -> str:
    row = panels.pre_trend(panel)
    if row is None:
        return ""
    if is_missing(row["p_value"]):
        return ctx.t("pan_pre_trend_none")
    apart = float(row["p_value"]) < 1 - float(row["ci_level"])
    return ctx.t(
        "pan_pre_trend_apart" if apart else "pan_pre_trend_open", p=p_phrase(row["p_value"], ctx.lang)
    )


def _breakdown(ctx: Context, panel: Panel) -> list[str]:
    table = panel.tables["panel_sensitivity"]
    said = []
    for _, row in table.loc[table["breakdown"].astype(bool)].iterrows():
        target = ctx.t(f"pan_{row['target']}")
        at_once = float(row["m"]) == 0.0
        said.append(
            ctx.t("pan_breakdown_at_once", target=target)
            if at_once
            else ctx.t("pan_breakdown", target=target, m=ctx.num(row["m"]))
        )
    return said


def _detectable(ctx: Context, panel: Panel) -> str:
    row = panel.tables["panel_detectable"].iloc[0]
    if is_missing(row["mdes"]):
        return ""
    key = "pan_detectable_cutoff" if panel.entry.get("chosen_by") == "cutoff" else "pan_detectable"
    return ctx.t(key, mdes=ctx.num(row["mdes"]), unit=panels.unit(ctx, panel), sd=ctx.num(row["mdes_sd"]))  # fmt: skip


def _forbidden(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_diagnostics"]
    share = table.loc[table["quantity"] == "forbidden_share", "value"].dropna()
    if not len(share) or panels.line(panel, "two_way") is None or float(share.iloc[0]) == 0.0:
        return ""
    return ctx.t("pan_forbidden", share=percent(share.iloc[0], ctx.lang))


def _overlap(ctx: Context, panel: Panel) -> str:
    table = panel.tables["panel_overlap"]
    table = table.loc[table["difference_sd"].notna()]
    if not len(table):
        return ""
    far = table.loc[table["band"] == "not_satisfied"]
    if not len(far):
        key = "pan_overlap_adjust" if (table["band"] == "adjust").any() else "pan_overlap_near"
        return ctx.t(key, g=ctx.num(table["difference_sd"].abs().max()))
    names = [
        ctx.t("pan_overlap_name", variable=small_first(panels.variable(ctx, r["variable"])), g=ctx.num(r["difference_sd"], sign=True),
              inside=percent(r["share_inside"], ctx.lang))
        for _, r in far.iterrows()
    ]  # fmt: skip
    return ctx.t("pan_overlap_far", names="; ".join(names))


def summary(ctx: Context) -> list[tuple[str, str]]:
    """For the first page: kind of rows and one sentence an analysis; simulated ones are no findings."""
    found = []
    for panel in panels.panels(ctx):
        called = [x for x in panels.lines(panel) if x.role == "called_for"]
        if panel.hollow or not called:
            continue
        x, gain = called[0], panels.line(panel, "gain")
        told = ctx.t(
            "pan_summary_called", name=small_first(panels.name(ctx, x.key)), estimate=ctx.num(x.row["estimate"]), unit=panels.unit(ctx, panel),
            interval=ctx.span(x.row["ci_low"], x.row["ci_high"]),
            verdict=ctx.t(f"pan_verdict_{verdict(x)}" if verdict(x) != "none" else "pan_no_interval"),
        )  # fmt: skip
        naive = ctx.t("pan_summary_plain")
        if gain is not None and gain.role == "unsafe":
            interval = ctx.span(gain.row["ci_low"], gain.row["ci_high"])
            naive = ctx.t("pan_summary_naive", estimate=ctx.num(gain.row["estimate"]), interval=interval)
        found.append(
            (panel.source, ctx.t("pan_summary", panel=panels.title(ctx, panel), called=told, naive=naive))
        )
    return found
