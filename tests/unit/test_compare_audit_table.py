"""The audit of a whole table: the worked example, tables made from data, and what each verdict says."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from audit_cases import made_from, table2_typed, typed
from compare_tables import table2
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from trenza.compare.audit_input import from_summaries
from trenza.compare.audit_table import TableAudit, audit_table
from trenza.compare.contrast import Group, contrast

OUTCOMES = ["collaboration", "comfort", "commitment", "leadership", "community"]


@pytest.fixture(scope="module")
def worked() -> TableAudit:
    return audit_table(table2_typed())


def said(audit: TableAudit) -> dict[str, str]:
    return dict(zip(audit.conclusions["topic"], audit.conclusions["reading"], strict=True))


def of(audit: TableAudit, check: str, sizes: str = "printed", group: str = "both") -> pd.DataFrame:
    f = audit.findings
    kept = f[(f["check"] == check) & (f["sizes"] == sizes) & (f["group"] == group)]
    return kept.set_index("outcome")


def test_what_the_worked_example_says(worked: TableAudit) -> None:
    words = said(worked)
    assert words["sizes"] == (
        "the printed n1 48 and n2 49 give 2 of 5 rows; only n1 49 and n2 49 give all 5 rows; "
        "n1 33 to 63 and n2 34 to 64 were tried, with Welch's t test"
    )
    assert words["sizes_leave_one_out"] == "leaving out any one row, it is still the only pair"
    assert words["sizes_truncated"] == "if means, SDs, t and df were all cut: the same"
    assert words["rounding"] == (
        "p follows from t and df in all 5 rows only if t and p were cut, not rounded; "
        "with both rounded it does in 1"
    )
    assert words["decisions"] == "no decision at 0.05 changes in any of 5 rows"
    assert words["family"] == (
        "the one p below 0.05 does not stay below with Holm and does not stay below with Benjamini-Hochberg"
    )
    assert words["sign"].startswith("t is group 2 minus group 1; turned to group 1 minus group 2 here")
    assert words["test"] == "all rows are held against Welch's t test"
    assert worked.conclusions["assumes"].str.len().min() > 0
    # neutral words, and nothing that says what nobody can know
    text = " ".join([*worked.findings["reading"], *worked.findings["assumes"], *words.values()]).lower()
    assert not [w for w in ("error", "wrong", "fraud", "mistake", "false", "suspicious") if w in text]


def test_numbers_of_the_worked_example(worked: TableAudit) -> None:
    """published-table-audit.md: reach of df and t at 48/49 and 49/49, p from t and df."""
    df = of(worked, "df")
    expected = [(94.869, 94.998), (87.655, 87.726), (94.280, 94.650), (91.360, 92.255), (89.901, 90.983)]
    assert df[["reach_low", "reach_high"]].to_numpy() == pytest.approx(np.array(expected), abs=6e-4)
    assert (df["verdict"] == "consistent").tolist() == [False, True, False, False, True]
    impossible = "cannot occur: with n 48 and 49 the Welch df is at most 95"
    assert df["reading"][["collaboration", "commitment"]].tolist() == [impossible] * 2
    at_49 = of(worked, "df", "found")
    expected = [(95.974, 96.0), (87.616, 87.690), (95.576, 95.847), (93.016, 93.835), (89.995, 91.159)]
    assert at_49[["reach_low", "reach_high"]].to_numpy() == pytest.approx(np.array(expected), abs=6e-4)
    assert (at_49["verdict"] == "consistent").all()
    t = of(worked, "t")
    expected = [(0.801, 0.977), (0.972, 0.980), (2.086, 2.246), (-0.480, -0.338), (-0.072, 0.072)]
    assert t[["reach_low", "reach_high"]].to_numpy() == pytest.approx(np.array(expected), abs=6e-4)
    assert (
        t["printed"].tolist() == [0.884, 0.979, 2.193, -0.419, 0.0] and (t["verdict"] == "consistent").all()
    )
    p = of(worked, "p_from_t_df")
    expected = [(0.3786, 0.3792), (0.3300, 0.3305), (0.0307, 0.0308), (0.6758, 0.6765), (0.9996, 1.0)]
    assert p[["reach_low", "reach_high"]].to_numpy() == pytest.approx(np.array(expected), abs=6e-5)
    # statcheck 0.0.7 flags all five; the fifth, t = 0.000 and p = 1.000, agrees
    assert p["verdict"].tolist() == ["conditional"] * 4 + ["consistent"]
    rounding = worked.rounding.set_index(["t_rule", "p_rule"])["rows_reached"]
    assert rounding[("rounded", "rounded")] == 1 and rounding[("truncated", "truncated")] == 5
    assert (rounding == 5).sum() == 1


def test_decisions_and_effects_of_the_worked_example(worked: TableAudit) -> None:
    at_49 = worked.decisions[worked.decisions["sizes"] == "found"].set_index("outcome")
    assert (at_49["decision"] == "same").all()
    assert at_49.loc["commitment", ["p_holm", "p_bh"]].tolist() == pytest.approx([0.15, 0.15])
    assert at_49.drop("commitment")[["p_holm", "p_bh"]].min(axis=None) > 0.6
    g = [(0.179, -0.215, 0.572), (0.196, -0.198, 0.590), (0.436, 0.038, 0.833), (-0.082, -0.475, 0.311), (0, -0.393, 0.393)]  # fmt: skip
    columns = ["effect", "effect_ci_low", "effect_ci_high"]
    assert at_49[columns].to_numpy() == pytest.approx(np.array(g), abs=6e-4)
    # p of two one-sided tests at 49 and 49, bounds of a quarter and of half an SD
    tost = {0.25: [0.365, 0.398, 0.825, 0.205, 0.110], 0.5: [0.058, 0.069, 0.383, 0.021, 0.008]}
    for bound, expected in tost.items():
        for r, p in zip(table2_typed().to_dict("records"), expected, strict=True):
            groups = (Group(49, r[f"mean{k}"], r[f"sd{k}"]) for k in (1, 2))
            assert contrast(*groups, ci_level=0.95, sesoi_sd=bound).p_equivalence == pytest.approx(
                p, abs=6e-4
            )


def test_single_items_of_the_worked_example(worked: TableAudit) -> None:
    """Community in both groups, and at 49 collaboration 1 and commitment 1 and 2, cannot be single items."""
    out = {
        (r.sizes, r.outcome, r.group)
        for r in worked.findings[worked.findings["check"] == "single_item"].itertuples()
        if r.reading.startswith("cannot")
    }
    assert {("printed", "community", "1"), ("printed", "community", "2")} <= out
    at_49 = {(o, g) for s, o, g in out if s == "found" and o != "comfort"}  # comfort runs to 100
    expected = {("community", "1"), ("community", "2"), ("collaboration", "1"), ("commitment", "1"), ("commitment", "2")}  # fmt: skip
    assert at_49 == expected
    # two items or more: nothing to fail
    frame = table2_typed().assign(items=2, integer=True)
    grim = audit_table(frame).findings.query("check == 'grim'")
    assert (grim["verdict"] != "consistent").mean() < 0.3


def test_the_same_from_the_project_s_own_summaries(worked: TableAudit) -> None:
    again = audit_table(from_summaries(table2()))
    assert said(again)["sign"].startswith("t is group 1 minus group 2")
    columns = ["outcome", "check", "sizes", "group", "verdict", "reading"]
    pd.testing.assert_frame_equal(again.findings[columns], worked.findings[columns])


@pytest.mark.parametrize("equal_var", [False, True])
@pytest.mark.parametrize("rule", ["rounded", "truncated"])
@settings(deadline=None, max_examples=6)
@given(data=st.data())
def test_tables_made_from_data_are_never_called_inconsistent(
    data: st.DataObject, rule: str, equal_var: bool
) -> None:
    draw = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    sizes = data.draw(st.tuples(st.integers(2, 60), st.integers(2, 60)))
    decimals, fine = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 4))
    whole, turned = data.draw(st.booleans()), data.draw(st.booleans())
    samples = []
    for _ in range(data.draw(st.integers(1, 4))):
        pair = [draw.normal(draw.uniform(1, 5), draw.uniform(0.2, 3), n) for n in sizes]
        samples.append(tuple(np.clip(np.round(s), 1, 5) if whole else s for s in pair))
    assume(all(np.ptp(s) > 0 for pair in samples for s in pair))
    frame = made_from(samples, rule=rule, equal_var=equal_var, decimals=decimals, fine=fine, turned=turned)  # type: ignore[arg-type]
    assume(frame is not None)
    assert frame is not None
    if whole:
        frame = frame.assign(integer=True, scale_min=1.0, scale_max=5.0)
    audit = audit_table(
        frame,
        rule=rule,
        radius=2,
        sign="second_minus_first" if turned else "first_minus_second",
        test="student" if equal_var else "welch",
    )
    assert set(audit.findings["verdict"]) <= {"consistent", "uninformative"}, audit.findings
    assert (audit.size_rows["printed_reached"][audit.size_rows["rule"] == rule]).all()
    assert "differs" not in set(audit.decisions["decision"].dropna())
    # with sign and test to be found nothing is called inconsistent either
    found = audit_table(frame, rule=rule, radius=2)
    assert "inconsistent" not in set(found.findings["verdict"]), found.findings


def test_rounding_and_cutting_are_told_apart() -> None:
    draw = np.random.default_rng(9)
    samples = [(draw.normal(0.3, 1, 40), draw.normal(0, 1.3, 37)) for _ in range(12)]
    frame = made_from(samples, rule="rounded")
    assert frame is not None
    rounded = audit_table(frame).conclusions.set_index("topic").loc["rounding"]
    # twelve rows tell how p was printed; t at three decimals leaves p too much room to tell how t was
    assert rounded["value"] == "t_rounded_p_rounded t_truncated_p_rounded"
    assert rounded["reading"].endswith("if t and p were rounded; how t was printed the rows do not tell")
    frame = made_from(samples, rule="truncated")
    assert frame is not None
    cut = audit_table(frame).conclusions.set_index("topic").loc["rounding"]
    assert "t_rounded_p_rounded" not in cut["value"] and "t_truncated_p_truncated" in cut["value"]
    # with more decimals of p than of t the rule of t shows too
    frame = made_from(samples, rule="truncated", fine=2, p_decimals=5)
    assert frame is not None
    assert (
        audit_table(frame)
        .conclusions.set_index("topic")
        .loc["rounding", "value"]
        .startswith("t_truncated_p_")
    )


def test_student_s_test_is_found() -> None:
    draw = np.random.default_rng(4)
    samples = [(draw.normal(0.3, 1, 25), draw.normal(0, 2.2, 44)) for _ in range(3)]
    frame = made_from(samples, equal_var=True)
    assert frame is not None
    audit = audit_table(frame)
    assert said(audit)["test"] == "all rows are held against Student's t test"
    assert (of(audit, "df")["printed"] == 67).all()
    wrong = audit_table(frame.assign(df=66.0))
    assert of(wrong, "df")["reading"].tolist() == ["the df of Student's t test with n 25 and 44 is 67"] * 3
    # without df, t alone tells
    bare = audit_table(frame.assign(df=math.nan, p=math.nan))
    assert said(bare)["test"] == "all rows are held against Student's t test"


def test_a_wrong_size_is_found_in_a_table_made_from_data() -> None:
    draw = np.random.default_rng(21)
    samples = [(draw.normal(3, 0.8, 31), draw.normal(2.8, 0.5, 28)) for _ in range(6)]
    frame = made_from(samples)
    assert frame is not None
    audit = audit_table(frame.assign(n1=30))
    assert "; only n1 31 and n2 28 give all 6 rows; " in said(audit)["sizes"]
    assert (audit.findings.query("sizes == 'found'")["verdict"] != "inconsistent").all()


def test_rows_with_sizes_of_their_own_are_told_only_where_something_is_apart() -> None:
    draw = np.random.default_rng(6)
    samples = [(draw.normal(0, 1, n), draw.normal(0, 2, 30)) for n in (20, 20, 21, 22)]
    frame = made_from(samples)
    assert frame is not None
    topics = audit_table(frame, radius=3).conclusions.query("topic == 'sizes'")
    assert topics["printed_n1"].tolist() == [20]
    apart = audit_table(frame.assign(n1=[20, 20, 21, 24]), radius=3).conclusions.query("topic == 'sizes'")
    assert apart["printed_n1"].tolist() == [20, 24]
    alone = audit_table(frame.iloc[[3]], radius=3).conclusions.query("topic == 'sizes'")
    assert alone["printed_n1"].tolist() == [22]


LINE = "outcome,n1,mean1,sd1,n2,mean2,sd2,t,df,p"


def test_one_sided_p_and_bounds() -> None:
    p = 2 * stats.t.sf(2.0, 38)
    one = typed(f"{LINE}\ny,20,2.63,1.00,20,2.00,1.00,2.00,38,{p / 2:.3f}")
    row = of(audit_table(one), "p_from_t_df").iloc[0]
    assert (row["verdict"], row["reading"]) == ("conditional", "agrees only if p is one-sided")
    for text, verdict in (
        ("<.001", "inconsistent"),
        ("<.06", "consistent"),
        (">.05", "consistent"),
        (">.10", "inconsistent"),
    ):
        frame = typed(f"{LINE}\ny,20,2.63,1.00,20,2.00,1.00,2.00,38,{text}")
        assert of(audit_table(frame), "p_from_t_df")["verdict"].iloc[0] == verdict


def test_a_df_of_pairs_is_told_as_that_of_a_paired_test() -> None:
    frame = typed(f"{LINE}\ny,20,2.63,1.00,20,2.00,1.00,1.99,19,.061")
    row = of(audit_table(frame), "df").iloc[0]
    assert (row["verdict"], row["reading"]) == ("conditional", "agrees with a paired test of n 20 pairs")
    # groups of different sizes are no pairs, and another df is not that of pairs
    for line in ("y,20,2.63,1.00,21,2.00,1.00,1.99,19,.061", "y,20,2.63,1.00,20,2.00,1.00,1.99,18,.061"):
        assert of(audit_table(typed(f"{LINE}\n{line}")), "df")["verdict"].iloc[0] == "inconsistent"


def test_a_table_without_t_df_and_p_is_held_against_no_test() -> None:
    bare = audit_table(typed("outcome,n1,mean1,sd1,n2,mean2,sd2\ny,20,2.63,1.00,20,2.00,1.00"))
    assert said(bare)["test"] == "no t, df or p is printed, so that no row is held against a test"
    one = "\n".join([LINE, "y,20,2.63,1.00,20,2.00,1.00,1.99,38,.053", "z,20,2.63,1.00,20,2.00,1.00,,,"])
    assert said(audit_table(typed(one)))["test"] == "all rows are held against Student's t test"


def test_decisions_that_change_or_stay_open() -> None:
    rows = ["a,20,2.63,1.00,20,2.00,1.00,2.00,38,.010", "b,20,2.63,1.00,20,2.00,1.00,2.0,38,.049", "c,20,2.63,1.00,20,2.00,1.00,2.00,38,.053"]  # fmt: skip
    audit = audit_table(typed("\n".join([LINE, *rows])))
    assert audit.decisions["decision"].tolist() == ["differs", "open", "same"]
    assert said(audit)["decisions"] == "of 3 decisions at 0.05 1 change and 1 stay open"


def test_unsigned_t_and_sign_that_cannot_be_told() -> None:
    rows = ["a,20,2.63,1.00,20,2.00,1.00,1.99,38,.053", "b,20,2.00,1.00,20,2.63,1.00,1.99,38,.053"]
    assert said(audit_table(typed("\n".join([LINE, *rows]))))["sign"].startswith(
        "t is printed without a sign"
    )
    flat = audit_table(typed(f"{LINE}\na,20,2.00,1.00,20,2.00,1.00,0.00,38,1.00"))
    assert said(flat)["sign"].startswith("the table does not tell which group t has first")
    told = audit_table(typed("\n".join([LINE, *rows])), sign="first_minus_second")
    assert of(told, "t")["verdict"].tolist() == ["consistent", "inconsistent"]


def test_answers_against_the_scale() -> None:
    head = "outcome,n1,mean1,sd1,n2,mean2,sd2,scale_min,scale_max,integer"
    audit = audit_table(
        typed(
            f"{head}\na,28,5.19,1.00,28,5.18,1.00,1,7,yes\nb,20,0.35,0.18,20,0.35,0.49,0,1,yes\n"
            "c,20,4.90,1.50,20,5.40,0.10,1,5,no"
        )
    )
    got = {(r.outcome, r.group, r.check): r.verdict for r in audit.findings.itertuples()}
    assert got[("a", "1", "grim")] == "inconsistent" and got[("a", "2", "grim")] == "consistent"
    assert got[("b", "1", "debit")] == "inconsistent" and got[("b", "2", "debit")] == "consistent"
    assert got[("c", "1", "sd_range")] == "inconsistent" and got[("c", "2", "sd_range")] == "inconsistent"
    assert ("c", "1", "grim") not in got and ("a", "1", "grimmer") not in got
    assert audit.sizes.empty and audit.decisions["decision"].isna().all()


def test_settings_are_checked_and_nothing_is_mutated() -> None:
    frame = table2_typed()
    before = frame.copy(deep=True)
    for wrong in ({"rule": "floor"}, {"sign": "up"}, {"test": "z"}, {"alpha": 5}, {"radius": 0}):
        with pytest.raises(ValueError):
            audit_table(frame, **wrong)  # type: ignore[arg-type]
    audit_table(frame, radius=1)
    pd.testing.assert_frame_equal(frame, before)
