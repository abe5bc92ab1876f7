"""Values that know their cell: through arithmetic, through pandas, and through the texts they are written into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from trenza.render import language
from trenza.render.markdown import escape
from trenza.render.number_places import NumberPlace, numbers_of, sources_of
from trenza.render.traced import MARKS, Origin, Trace, bare, source_of, tracing
from trenza.render.traced_frames import how_many, settings, traced_table

TABLE = pd.DataFrame(
    {
        "code": pd.Series(["a", "b", "c", "a"], dtype="str"),
        "n": pd.Series([40, 2, None, 7], dtype="Int64"),
        "estimate": [0.25, -1.5, float("nan"), 3.0],
        "shown": pd.Series([True, False, True, True], dtype="boolean"),
        "note": pd.Series(["16 of 40 rows", "left out", None, "16 of 40 rows"], dtype="str"),
    }
)


@pytest.fixture
def trace() -> Iterator[Trace]:
    with tracing(Trace()) as found:
        assert found is not None
        yield found


def cells(value: Any) -> tuple[str, list[tuple[int | str, str]]]:
    source = source_of(value)
    assert source is not None
    operation, origins = sources_of([source])
    assert {o.file for o in origins} == {"demo"}
    return operation, [(o.row, o.column) for o in origins]


def test_without_an_open_trace_a_table_is_the_table_itself() -> None:
    assert traced_table("demo", TABLE) is TABLE
    assert settings({"design": {"sesoi_sd": 0.2}}) == {"design": {"sesoi_sd": 0.2}}
    assert not MARKS.search(language.number(0.25, "en"))


def test_a_cell_keeps_its_row_however_the_table_is_turned(trace: Trace) -> None:
    table = traced_table("demo", TABLE)
    ways = {
        "row by row": next(r["estimate"] for k, r in table.iterrows() if k == 1),
        "tuples": [r.estimate for r in table.itertuples()][1],
        "records": table.to_dict("records")[1]["estimate"],
        "chosen and renumbered": table.loc[table["estimate"] < 0].reset_index(drop=True).iloc[0]["estimate"],
        "sorted": table.sort_values("estimate")["estimate"].iloc[0],
        "set as index": table.set_index("code").at["b", "estimate"],
        "joined": table.merge(table[["code"]].drop_duplicates(), on="code").iloc[1]["estimate"],
        "put together": pd.concat([table.iloc[2:], table.iloc[:2]])["estimate"].iloc[3],
        "by group": dict(iter(table.groupby("code")))["b"]["estimate"].iloc[0],
        "furthest": table.loc[table["estimate"].idxmin(), "estimate"],
        "zipped": dict(zip(table["code"], table["estimate"], strict=True))["b"],
    }
    for way, value in ways.items():
        assert (way, cells(value)) == (way, ("", [(1, "estimate")]))
        assert value == -1.5


def test_whole_numbers_texts_and_what_is_missing_stay_what_they_were(trace: Trace) -> None:
    row = traced_table("demo", TABLE).iloc[0]
    assert isinstance(row["n"], int) and cells(row["n"]) == ("", [(0, "n")])
    assert row["shown"] is True or bool(row["shown"])
    pieces = str(row["note"]).partition(" of ")
    assert pieces == ("16", " of ", "40 rows") and cells(pieces[2]) == ("", [(0, "note")])
    gap = traced_table("demo", TABLE).iloc[2]
    assert all(language.is_missing(gap[c]) for c in ("n", "estimate", "note"))


@pytest.mark.parametrize(
    ("ask", "operation", "rows"),
    [
        (lambda t: t["n"].sum(), "sum", [0, 1, 3]),
        (lambda t: t["n"].mean(), "mean", [0, 1, 3]),
        (lambda t: t["estimate"].max(), "largest", [0, 1, 3]),
        (lambda t: t["estimate"].abs().min(), "smallest of absolute", [0, 1, 3]),
        (lambda t: t.groupby("code")["n"].sum()["a"], "sum", [0, 3]),
        (lambda t: 100 * t["estimate"].iloc[3], "times 100", [3]),
        (lambda t: abs(t["estimate"].iloc[1]), "absolute", [1]),
        (lambda t: t["estimate"].iloc[3] - t["estimate"].iloc[1], "minus", [3, 1]),
        (lambda t: t["n"].iloc[1] / t["n"].iloc[0], "divided by", [1, 0]),
    ],
)
def test_what_is_worked_out_names_the_operation_and_all_its_cells(
    trace: Trace, ask: Any, operation: str, rows: list[int]
) -> None:
    value = ask(traced_table("demo", TABLE))
    assert value == pytest.approx(ask(TABLE), rel=1e-15)
    assert cells(value) == (
        operation,
        [(k, "estimate" if "estimate" in str(cells(value)) else "n") for k in rows],
    )


def test_a_number_of_rows_names_the_rows_and_no_column(trace: Trace) -> None:
    table = traced_table("demo", TABLE)
    assert cells(how_many(table.loc[table["estimate"] > 0])) == ("number", [(0, ""), (3, "")])
    assert how_many(TABLE) == 4 and source_of(how_many(TABLE)) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t["n"] > 5,
        lambda t: t["estimate"].notna() & (t["n"] == 2),
        lambda t: t["n"].isin([2, 7]),
        lambda t: t.groupby("code")["estimate"].transform("max") == t["estimate"],
        lambda t: t["n"].astype("float"),
        lambda t: t["estimate"].quantile(0.25),
        lambda t: t.sort_values(["n", "code"], ascending=False)["code"],
        lambda t: t["n"].nunique(),
        lambda t: t.drop_duplicates(["n"])["code"],
        lambda t: t["estimate"].fillna(0.0).astype(float),
        lambda t: (t["n"] * 2 - 1).astype("float"),
        lambda t: t.nlargest(2, "estimate")["code"],
        lambda t: t.pivot_table(index="code", values="estimate", aggfunc="sum")["estimate"].astype(float),
    ],
)
def test_pandas_answers_as_it_does_without_sources(trace: Trace, ask: Any) -> None:
    traced, plain = ask(traced_table("demo", TABLE)), ask(TABLE)
    if isinstance(plain, pd.Series):
        assert traced.tolist() == plain.tolist() or traced.fillna(-9).tolist() == plain.fillna(-9).tolist()
    else:
        assert traced == plain


def place(markdown: str, trace: Trace) -> tuple[str, list[NumberPlace]]:
    return numbers_of(markdown, trace)


def test_numbers_leave_their_place_sentence_and_cell_and_no_mark(trace: Trace) -> None:
    row = traced_table("demo", TABLE).iloc[1]
    said = f"It rained. The gain is {language.number(row['estimate'], 'es')} points [{language.percent(row['n'], 'es')}]. So."
    text, found = place(f"## Gains 4th {{#h-gains}}\n\n{escape(said)}\n", trace)
    assert (
        text == "## Gains 4th {#h-gains}\n\nIt rained. The gain is \u22121,50 points \\[200\u00a0%\\]. So.\n"
    )
    one, other = found
    assert (one.section, one.element, one.shown) == ("h-gains", "paragraph 1", "\u22121,50")
    assert one.sentence == "The gain is \u22121,50 points [200\u00a0%]."
    assert (one.kind, one.value, one.sources) == ("cell", -1.5, (Origin("demo", 1, "estimate"),))
    assert (other.shown, other.sources) == ("200\u00a0%", (Origin("demo", 1, "n"),))


def test_tables_figures_and_numbers_without_a_trace_are_told_apart(trace: Trace) -> None:
    row = traced_table("demo", TABLE).iloc[0]
    shown = language.number(row["estimate"], "en")
    lines = [
        "| Code | Estimate |", "|:---|---:|", f"| a | {shown} |", "", ": Table 3. Estimates of 2 groups",
        f'![Figure 1. A picture](<x_2.svg>){{#fig-x alt="a: {shown}"}}', "- 17 links in `run 3`",
    ]  # fmt: skip
    text, found = place("\n".join(lines), trace)
    assert not MARKS.search(text)
    told = [(p.element, p.shown, p.kind, p.operation) for p in found]
    assert told == [
        ("table 3", "0.25", "cell", ""),
        ("table 3, caption", "3", "text", "running number"),
        ("table 3, caption", "2", "derived", ""),
        ("figure 1", "1", "text", "running number"),
        ("figure 1, alternative text", "0.25", "cell", ""),
        ("point 1", "17", "derived", ""),
    ]
    assert found[0].sentence == "a | Estimate: 0.25"


def test_words_that_rows_share_are_one_sentence_of_all_of_them(trace: Trace) -> None:
    table = traced_table("demo", TABLE)
    said = [language.phrase(table.iloc[k]["note"], "en") for k in (0, 3)]
    assert said[0] == said[1] and str(said[0]) == str(said[1]) and bare(said[0]) == "16 of 40 rows"
    _, found = place(str(said[0]), trace)
    assert [(p.shown, p.kind, p.sources) for p in found] == [
        (shown, "cell", (Origin("demo", 0, "note"), Origin("demo", 3, "note"))) for shown in ("16", "40")
    ]


def test_settings_and_fixed_texts_say_where_they_stand(trace: Trace) -> None:
    study = settings({"design": {"sesoi_sd": 0.2}, "notes": [{"en": "12 schools"}]})
    sesoi = language.number(study["design"]["sesoi_sd"], "en")
    key = "fig_rule_scatter_foot"
    fixed = language.text_of("selection.yaml", "en", key)
    _, found = place(f"{fixed} {sesoi}", trace)
    told = [(p.kind, p.shown, p.sources[0]) for p in found]
    assert told == [
        ("text", "95%", Origin("text/selection.yaml", key, "")),
        ("setting", "0.20", Origin("study.yaml", "design.sesoi_sd", "")),
    ]
    assert settings(study["notes"])[0]["en"].source == Origin("study.yaml", "0.en", "")
