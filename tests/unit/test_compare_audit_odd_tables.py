"""Whatever stands in the cells: either faults that name them, or an audit whose tables keep their contracts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from trenza.compare.audit_counts import audit_counts
from trenza.compare.audit_input import COLUMNS, parse_table
from trenza.compare.audit_table import audit_table
from trenza.contracts.faults import InputFaults
from trenza.render import audit_words

NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "0.00", "-0.0", "1", "2.15", ".000000001", "999999999.999", "1e5", "2,5", "12%", "−3.1", "NA"]
    ),
    st.integers(-500, 500).map(lambda k: f"{k / 100:.2f}"),
    st.floats(-1e6, 1e6).map(lambda v: f"{v:.3f}"),
)
PLAIN = st.integers(0, 500).map(lambda k: f"{k / 100:.2f}")
CELLS = {
    "outcome": st.sampled_from(["y", "z", "ñandú; “x”|*_", "<b>"]),
    "n1": st.one_of(st.sampled_from(["2", "3", "49", "1000", "999999999", "1", "0", "-4", "ten"]), st.integers(2, 60).map(str)),
    "n2": st.one_of(st.sampled_from(["2", "999999999"]), st.integers(2, 60).map(str)),
    **dict.fromkeys(("mean1", "mean2"), st.one_of(PLAIN, NUMBERS)),
    **dict.fromkeys(("sd1", "sd2"), st.one_of(PLAIN, PLAIN, NUMBERS)),
    "t": st.one_of(st.just(""), PLAIN, NUMBERS),
    "df": st.one_of(st.sampled_from(["", "999999999", "0"]), st.integers(1, 200).map(str), PLAIN),
    "p": st.sampled_from(["", ".000", "1.000", "<.001", ">.05", "0.049*", "n.s.", "2", ".33"]),
    "scale_min": st.sampled_from(["", "0", "1", "-3", "0.5"]),
    "scale_max": st.sampled_from(["", "1", "5", "5.5", "100"]),
    "items": st.sampled_from(["", "1", "3", "50", "0"]),
    "integer": st.sampled_from(["", "yes", "no", "sí", "maybe"]),
}  # fmt: skip
# One odd cell at most in most rows, so that many tables come through.
SOUND = {
    **dict.fromkeys(("mean1", "mean2", "sd1", "sd2"), PLAIN),
    **{c: st.integers(2, 60).map(str) for c in ("n1", "n2")},
    "outcome": st.just("y"),
    "p": st.sampled_from(["", ".33", "<.05"]),
    "items": st.sampled_from(["", "2"]),
    "integer": st.sampled_from(["", "yes"]),
}


@st.composite
def table_rows(draw: st.DrawFn) -> list[str]:
    odd = draw(st.sampled_from([*COLUMNS, None]))
    return [draw(CELLS[c] if c == odd or c not in SOUND else SOUND[c]) for c in COLUMNS]


@settings(deadline=None, max_examples=40)
@given(st.lists(table_rows(), min_size=1, max_size=3), st.sampled_from(["rounded", "truncated"]))
def test_any_table_gives_faults_or_an_audit(body: list[list[str]], rule: str) -> None:
    try:
        frame, _ = parse_table(list(COLUMNS), body, "odd.csv")
    except InputFaults as error:
        assert all(f.row and f.column and f.found and f.allowed for f in error.faults)
        return
    audit = audit_table(frame, rule=rule, radius=2)
    for lang in ("en", "es"):
        assert list(audit_words.whole_table(audit.conclusions, audit.decisions, lang))
        list(audit_words.lines(audit.findings, "outcome", lang))
    assert (audit.sizes["rows_reached"] <= audit.sizes["rows"]).all()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.just("a"),
            st.sampled_from(["0", "3", "10", "x", "-1", "1.5", "123456789"]),
            st.sampled_from(["", "0", "50", "33.3%", "100", "33,3", "101"]),
            st.sampled_from(["", "cell", "total", "celda", "sum"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_table_of_counts_gives_faults_or_an_audit(body: list[tuple[str, ...]]) -> None:
    try:
        found = audit_counts(["label", "n", "percent", "part"], body, "odd.csv")
    except InputFaults as error:
        assert all(f.row and f.column for f in error.faults)
        return
    assert found["verdict"].isin(["consistent", "conditional", "inconsistent"]).all()
