"""The published CIC study, from the printed tables and segments to its joint display."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from scipy import stats
from triangulate_cases import ROOT, RULE, difference_row, ratings_of, read, study_of

from trenza.contracts.tables import CONTRACTS
from trenza.qualitative.matrices import count_codes
from trenza.triangulate.convergence import Rule, Study, converge
from trenza.triangulate.study import triangulate


def welch(difference: float, a: tuple[float, int], b: tuple[float, int], side: str) -> float:
    """p of Welch's test of a difference of means; ``a`` and ``b`` are SD and n of the two groups."""
    result = stats.ttest_ind_from_stats(difference, *a, 0.0, *b, equal_var=False, alternative=side)
    return float(result.pvalue)


def verdicts_of_table_2(sesoi_sd: float = 0.25) -> pd.DataFrame:
    """Welch's test, two one-sided tests and Holm's p from the printed summaries, through scipy alone."""
    rows: list[dict[str, Any]] = []
    for printed in pd.read_csv(ROOT / "data/published/cic2019/table2_comparison.csv").itertuples():
        a, b = (printed.sd_participants, printed.n_participants), (printed.sd_control, printed.n_control)
        difference = printed.mean_participants - printed.mean_control

        se = math.hypot(a[0] / math.sqrt(a[1]), b[0] / math.sqrt(b[1]))
        df = se**4 / sum((s**2 / n) ** 2 / (n - 1) for s, n in (a, b))
        half = stats.t.ppf(0.975, df) * se
        pooled = math.sqrt(sum((n - 1) * s**2 for s, n in (a, b)) / (a[1] + b[1] - 2))
        margin = sesoi_sd * pooled
        rows.append(
            difference_row(
                f"teachers_{printed.outcome}",
                estimate=difference,
                ci_low=difference - half,
                ci_high=difference + half,
                p_value=welch(difference, a, b, "two-sided"),
                effect=difference / pooled,
                effect_ci_low=(difference - half) / pooled,
                effect_ci_high=(difference + half) / pooled,
                sesoi=sesoi_sd,
                p_equivalence=max(
                    welch(difference + margin, a, b, "greater"), welch(difference - margin, a, b, "less")
                ),
            )
        )
    frame = pd.DataFrame(rows)
    order = frame["p_value"].rank(method="first")
    steps = (frame["p_value"] * (len(frame) + 1 - order)).clip(upper=1.0)
    frame["p_holm"] = steps.iloc[order.argsort()].cummax()
    return CONTRACTS["verdicts"].check(frame)


def ratings_of_figure_6() -> pd.DataFrame:
    raw = pd.read_csv(ROOT / "data/published/cic2019/figure6_satisfaction.csv")
    return ratings_of(*(("figure6", "published", r.item, r.mean) for r in raw.itertuples()))


def cic2019() -> tuple[pd.DataFrame, Study]:
    raw = read("data/published/cic2019/segments.csv").drop(columns="where")
    segments = CONTRACTS["segments"].check(
        raw.assign(study="cic2019", source_id="segments", source="published")
    )
    book = read("config/studies/cic2019/codebook.csv")
    study = study_of(
        name="cic2019",
        verdicts=verdicts_of_table_2(),
        ratings=ratings_of_figure_6(),
        codes=count_codes(segments, book, study="cic2019", source="published"),
        segments=segments,
    )
    return read("config/studies/cic2019/links.csv"), study


def test_the_published_study() -> None:
    links, study = cic2019()
    frames = [links, *study.findings.values(), study.strand.codes, study.strand.segments]
    before = [frame.copy(deep=True) for frame in frames]
    table = converge(links, study, Rule(**RULE))
    for frame, kept in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, kept)
    found = {
        row.link: (row.quantitative_side, row.quantitative_reason, row.n_segments, row.n_cases,
                   row.qualitative_side, row.call, row.call_if_holm)
        for row in table.itertuples()
    }  # fmt: skip
    partly = ("partial_agreement", "partial_agreement")
    unsure = ("uncertain", "interval_includes_zero")
    rated = ("supports", "mean_reaches_bound_descriptive")
    assert found == {
        "commitment": (
            "supports", "interval_excludes_zero", 6, 4, "supports", "agreement", "partial_agreement",
        ),
        "comfort": (*unsure, 4, 3, "mixed", *partly),
        "collaboration": (*unsure, 4, 4, "supports", *partly),
        "community": (*unsure, 3, 2, "supports", *partly),
        "leadership": (*unsure, 1, 1, "mixed", *partly),
        "time": ("supports", "rank_lowest_descriptive", 2, 2, "supports", "agreement", "agreement"),
        "superiors": (*rated, 2, 2, "supports", "agreement", "agreement"),
        "materials": (*rated, 0, 0, "absent", "silence", "silence"),
    }  # fmt: skip
    assert table["link"].tolist() == [*found]
    assert table["share_expected"].tolist()[:7] == [1, 0.5, 0.75, 2 / 3, 1, 1, 1]
    assert math.isnan(table["share_expected"].iloc[7])
    # Table 2 prints p = .030; the five Holm steps take it above .05.
    assert table["ci_low"].iloc[0] > 0
    assert table["n_cases_total"].eq(9).all()
    assert table["finding_source"].eq("published").all()
    assert table["finding_file"].iloc[0] == "results/cic2019/compare/verdicts.table.csv"
    assert table["finding_file"].iloc[5] == "results/cic2019/describe/ratings.table.csv"


def test_joint_display_of_the_published_study_leads_back_to_its_tables() -> None:
    links, study = cic2019()
    made = triangulate(links, study, Rule(**RULE))
    table, display = made["convergence"], made["joint_display"]
    files = {
        "results/cic2019/compare/verdicts.table.csv": (study.findings["compare"], "effect"),
        "results/cic2019/describe/ratings.table.csv": (study.findings["describe"], "mean"),
        "results/cic2019/qualitative/codes.table.csv": (study.strand.codes, "n_segments"),
        "results/cic2019/triangulate/convergence.table.csv": (table, "call"),
    }
    for row in display.itertuples():
        source, column = files[row.file]
        found = source
        for part in row.row.split(";"):
            name, _, value = part.partition("=")
            found = found[found[name] == value]
        assert len(found) == 1
        if row.strand == "call":
            assert found[column].iloc[0] == row.item
            assert math.isnan(row.value)
        else:
            assert found[column].iloc[0] == row.value
            assert row.kind == found["source"].iloc[0]
    commitment = display[display["link"] == "commitment"]
    assert commitment["strand"].tolist() == ["quantitative", *["qualitative"] * 3, "call"]
    assert commitment["unit"].tolist()[:2] == ["SD", "segments"]
    assert commitment["low"].iloc[0] < commitment["value"].iloc[0] < commitment["high"].iloc[0]
    materials = display[display["link"] == "materials"]
    assert materials["value"].tolist()[:2] == [3.23, 0]
    assert materials["unit"].tolist()[:2] == ["points", "segments"]
    assert display["link"].drop_duplicates().tolist() == links["link"].tolist()
