"""The bundled study's finished tables against what the paper prints and what follows from it."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trenza.io.files import read_frame
from trenza.io.finished import read_finished

ROOT = Path(__file__).resolve().parents[2]
DIMENSIONS = ["collaboration", "comfort", "commitment", "leadership", "community"]


@pytest.fixture(scope="module")
def tables(finished: Any) -> dict[str, pd.DataFrame]:
    return read_finished(finished.folder / "results" / "cic2019")


def printed_checks(tables: dict[str, pd.DataFrame], check: str) -> pd.DataFrame:
    """What the audit of Table 2 says of one printed quantity at the printed group sizes."""
    return tables["audit_findings"].query("table == 'table2' and sizes == 'printed' and check == @check")


def test_one_row_per_dimension_and_source(tables: dict[str, pd.DataFrame]) -> None:
    groups = tables["groups"].assign(comparison=[i.rsplit("_", 1)[0] for i in tables["groups"]["id"]])
    assert set(zip(groups["comparison"], groups["outcome"], groups["source"], strict=True)) == {
        *(("teachers", d, s) for d in DIMENSIONS for s in ("published", "simulated")),
        *(("teachers_attentive", d, "simulated") for d in DIMENSIONS),
    }
    assert len(groups) == 15
    assert (groups["clusters"] == 22).all() and (
        groups.loc[groups["comparison"] == "teachers", "n"] == 97
    ).all()


def test_simulated_answers_have_the_printed_moments_and_a_t_within_their_reach(
    finished: Any, tables: dict[str, pd.DataFrame]
) -> None:
    rows = read_frame(finished.folder / "results/cic2019/clean/teachers_simulated.data.csv")
    assert set(rows["source"]) == {"simulated"}
    text = (ROOT / "data/published/cic2019/table2_comparison.csv").read_text(encoding="utf-8")
    printed = list(csv.DictReader(text.splitlines()))
    for line in printed:
        for level, group in (("participant", "participants"), ("control", "control")):
            values = rows.loc[rows["group"] == level, line["outcome"]]
            assert values.notna().sum() == len(values) == int(line[f"n_{group}"])
            for figure, made in (("mean", values.mean()), ("sd", values.std(ddof=1))):
                shown = line[f"{figure}_{group}"]
                # Equal to the last printed digit, and no digit further.
                assert abs(made - float(shown)) <= 0.5 * 10 ** -len(shown.partition(".")[2]) + 1e-12
    schools = rows.groupby("school")["group"].nunique()
    assert len(schools) == 22 and (schools == 2).all()
    assert rows.groupby("municipality")["school"].nunique().to_dict() == {"central": 11, "southern": 11}
    simulated = tables["groups"][tables["groups"]["source"] == "simulated"].set_index("id")
    reach = printed_checks(tables, "t").set_index("outcome")
    assert list(reach.index) == DIMENSIONS
    for outcome, allowed in reach.iterrows():
        statistic = simulated.loc[f"teachers_{outcome}", "statistic"]
        assert allowed["reach_low"] <= statistic <= allowed["reach_high"]


def test_stand_in_items_are_called_so_and_are_scored_by_hand(
    finished: Any, tables: dict[str, pd.DataFrame]
) -> None:
    text = (ROOT / "config/studies/cic2019/items.csv").read_text(encoding="utf-8")
    asked = [r for r in csv.DictReader(text.splitlines()) if r["scale"] in DIMENSIONS and not r["score"]]
    assert len(asked) == 27 and {r["stand_in"] for r in asked} == {"yes"}
    assert all("stand-in" in r["label_en"].lower() and "sustituto" in r["label_es"] for r in asked)
    rows = read_frame(finished.folder / "results/cic2019/clean/teachers_simulated.data.csv")
    for dimension in DIMENSIONS:
        items = [r for r in asked if r["scale"] == dimension]
        keyed = pd.DataFrame(
            {
                r["item"]: float(r["min"]) + float(r["max"]) - rows[r["item"]]
                if r["reverse"] == "yes"
                else rows[r["item"]]
                for r in items
            }
        )
        assert keyed.min().min() >= float(items[0]["min"]) and keyed.max().max() <= float(items[0]["max"])
        assert keyed.mean(axis=1).to_numpy() == pytest.approx(rows[dimension].to_numpy(), abs=1e-12)


def test_no_cell_of_a_questionnaire_is_lost(tables: dict[str, pd.DataFrame]) -> None:
    accounts = tables["accounts"]
    assert len(accounts) and accounts["agrees"].all()
    assert (accounts["cells_read"] == accounts["cells_carried"] + accounts["cells_ledger"]).all()
    flow = tables["participant_flow"]
    whole = flow[flow["group"] == "all"].groupby("kind")["n"].sum()
    assert whole["entered"] - whole["left_out"] == whole["stayed"] == 97


def test_three_printed_df_cannot_occur(tables: dict[str, pd.DataFrame]) -> None:
    df = printed_checks(tables, "df").set_index("outcome")
    assert set(df.index[df["verdict"] == "inconsistent"]) == {"collaboration", "commitment", "leadership"}
    assert (printed_checks(tables, "t")["verdict"] == "consistent").all()
    assert set(tables["audit_decisions"]["decision"]) == {"same"}


def test_all_sums_of_table_1_hold(tables: dict[str, pd.DataFrame]) -> None:
    counts = tables["counts"]
    assert counts["agrees"].all()
    whole = counts[(counts["role"] == "all") & (counts["municipality"] == "all")]
    assert whole["n"].tolist() == [118] and whole["computed"].tolist() == [118]


def test_how_the_strands_meet(tables: dict[str, pd.DataFrame]) -> None:
    calls = tables["convergence"].set_index("link")
    assert calls["call"].to_dict() == {
        "commitment": "agreement", "comfort": "partial_agreement", "collaboration": "partial_agreement",
        "community": "partial_agreement", "leadership": "partial_agreement", "time": "agreement", "superiors": "agreement",
        "materials": "silence",
    }  # fmt: skip
    assert calls.loc["commitment", "call_if_holm"] == "partial_agreement"
    assert "simulated" not in set(calls["finding_source"])
    # A difference that is not significant is uncertain; it is never taken for no effect.
    uncertain = calls[calls["ci_low"].lt(0) & calls["ci_high"].gt(0)]
    assert set(uncertain["quantitative_side"]) == {"uncertain"}


def test_every_cell_of_the_joint_display_traces_to_one_row(
    finished: Any, tables: dict[str, pd.DataFrame]
) -> None:
    for cell in tables["joint_display"].to_dict("records"):
        frame = read_frame(finished.folder / cell["file"])
        for part in cell["row"].split(";"):
            column, _, value = part.partition("=")
            frame = frame[frame[column].astype(str) == value]
        assert len(frame) == 1, cell
        if not math.isnan(cell["value"]):
            numbers = frame.select_dtypes("number").iloc[0].astype(float)
            assert (numbers == cell["value"]).any(), cell


def test_finished_tables_are_sound(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("groups", "coef"):
        frame = tables[name].dropna(subset=["estimate"])
        assert (frame["ci_low"] <= frame["estimate"]).all() and (frame["estimate"] <= frame["ci_high"]).all()
        assert frame["p_value"].between(0, 1).all()
        assert frame["method"].str.len().gt(0).all() and frame["ci_level"].eq(0.95).all()
    shares = tables["varcomp"].groupby("id")["share"].sum()
    assert tables["varcomp"]["share"].between(0, 1).all() and shares.to_numpy() == pytest.approx(1.0)
    assert tables["fit"]["converged"].all()
    flow = tables["flow"].set_index(["source_id", "rule"])["n"]
    for source in ("table1", "table2", "figure6", "segments"):
        assert flow[source, "rows read"] == flow[source, "rows kept"]


def test_report_is_self_contained_and_says_simulated(finished: Any) -> None:
    page = (finished.folder / "results/cic2019/report/report.en.html").read_text(encoding="utf-8")
    for loads in ('src="http', "src='http", 'href="http://', "url(http", "@import", "<script src"):
        assert loads not in page
    assert page.count("<figure") >= 4 and 'lang="en"' in page
    assert "SIMULATED" in page
    assert str(finished.folder) not in page and str(ROOT) not in page


def test_every_file_that_simulated_rows_touch_is_labelled(finished: Any) -> None:
    """A simulated source shows in the file's name, in a column, in the picture or in the text."""
    results = finished.folder / "results" / "cic2019"
    for path in results.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        if "sim_school" not in text:
            continue
        if path.name.endswith(
            (".table.csv", ".ledger.csv")
        ):  # several sources in a table: each row says its own
            rows = pd.read_csv(path, dtype=str)
            made = rows.apply(lambda column: column.str.contains("sim_school", na=False)).any(axis=1)
            assert made.any() and (rows.loc[made, "source"] == "simulated").all(), path
        else:
            assert "_simulated" in path.name and "simulated" in text.splitlines()[1]
    # Figures with simulated numbers carry the stamp; letters are outlines, named in comments.
    for figure in ("group_distributions", "balance", "inferences_2", "equivalence"):
        drawn = (results / f"report/figures/en/{figure}.figure.en.svg").read_text(encoding="utf-8")
        assert "SIMULATED" in drawn, figure
    for path in (results / "notebooks").glob("*.html"):
        assert "SIMULATED" in path.read_text(encoding="utf-8") and 'class="banner"' in path.read_text(
            encoding="utf-8"
        ), path


def test_every_phrase_of_a_computing_room_has_its_spanish(tables: dict[str, pd.DataFrame]) -> None:
    from trenza.render.language import untranslated

    phrases = {
        value
        for name, columns in {
            "groups": ["method", "note", "effect_kind"],
            "coef": ["method", "note", "effect_kind"],
            "fit": ["method", "messages"],
            "influence": ["method"],
            "inferences": ["method", "note", "effect_kind"],
            "effect_sizes": ["method", "note"],
            "verdicts": ["method", "note", "effect_kind", "why"],
            "baseline": ["method", "note"],
            "audit_findings": ["reading", "assumes"],
            "audit_conclusions": ["reading", "assumes"],
            "flow": ["rule"],
            "ledger": ["rule"],
        }.items()
        for column in columns
        for value in tables[name][column].dropna()
    }
    assert [piece for phrase in phrases for piece in untranslated(phrase)] == []
