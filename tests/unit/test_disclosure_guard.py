"""The guard before a report: what is shown, what follows from it, names and quotations; attacks by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from trenza.contracts.tables import CONTRACTS
from trenza.disclosure.attack import reach
from trenza.disclosure.guard import ReportWithheld, guard
from trenza.disclosure.quantities import Sum, rules
from trenza.effects.bins import merged_shares
from trenza.io.finished import FINISHED

STUDY: dict[str, Any] = {"sources": {"survey": {"kind": "real"}, "print": {"kind": "published"}}}


def table(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of a contract; what is not given is blank, text a dash, numbers of percent and the like blank."""
    contract = CONTRACTS[name]
    filler = {"text": "-", "int": 7, "float": None, "bool": False}
    full = [
        {c.name: r.get(c.name, "real" if c.name == "source" else filler[c.kind]) for c in contract.columns}
        for r in rows
    ]
    frame = pd.DataFrame(full, columns=contract.names)
    return frame.astype({c.name: "Int64" for c in contract.columns if c.kind == "int"})


def flagged(**counts: int | None) -> pd.DataFrame:
    """Table careless: people flagged by one index, by group; None is withheld."""
    rows = [
        {
            "source_id": "survey",
            "index": "speed",
            "group": g,
            "n": 60,
            "n_flagged": n,
            "suppressed": n is None,
        }
        for g, n in counts.items()
    ]
    return table("careless", *rows)


def found(*, study: dict[str, Any] = STUDY, min_cell: int = 5, **tables: pd.DataFrame) -> list[str]:
    """What the guard says of tables, one line a place; none where it lets them pass."""
    try:
        guard(tables, study, study_id="s", min_cell=min_cell)
    except ReportWithheld as told:
        return [str(fault) for fault in told.faults]
    return []


def test_every_table_has_an_entry_and_every_entry_fits_its_table() -> None:
    assert {*FINISHED} <= {*rules()}, "a new table: say in disclosure/rules.yaml what it counts"
    for name, rule in rules().items():
        if name not in CONTRACTS:
            continue  # of a table that other work brings
        columns = set(CONTRACTS[name].names)
        used = {*rule.get("counts", {}), *rule.get("shares", {}), *rule.get("shares", {}).values()}
        used |= {c for pair in rule.get("lost", {}).values() for c in pair} | {*rule.get("shown", {})}
        for entry in rule.get("sums", ()):
            used |= {*entry["by"], entry["column"], *entry.get("where", {}), *entry.get("where_not", {})}
        assert used <= columns, (name, used - columns)
        assert ("exempt" in rule) != bool(rule.get("counts")), name


def test_a_small_count_is_named_with_table_row_column_and_threshold() -> None:
    said = found(careless=flagged(a=3, b=9))
    assert said == [
        "table careless, source_id=survey; group=a; index=speed, column n_flagged: found 3 people; "
        "allowed: 0, a blank, or at least 5 (disclosure.min_cell in config/config.yaml)"
    ]
    assert found(careless=flagged(a=0, b=9)) == [] and found(careless=flagged(a=3, b=9), min_cell=3) == []


def test_total_less_what_is_shown_gives_a_single_hidden_cell_away() -> None:
    (said,) = found(careless=flagged(all=12, a=None, b=9))
    assert "group=a" in said and "exactly 3 people" in said and "(careless)" in said
    assert found(careless=flagged(all=12, a=None, b=None)) == []
    # Two hidden cells that add up to 4 are both few, whichever is which.
    assert len(found(careless=flagged(all=13, a=None, b=None, c=9))) == 2


def test_units_of_assignment_add_up_to_the_schools_of_the_panel() -> None:
    def left_out(*counts: int | None) -> pd.DataFrame:
        rows = [
            {"id": "p", "position": k, "schools_left_out": n, "schools": 30}
            for k, n in enumerate((0, *counts))
        ]
        return table("panel_left_out", *rows)

    (said,) = found(panel_left_out=left_out(20, 8, None))
    assert "panel_left_out" in said and "schools_left_out" in said
    assert found(panel_left_out=left_out(20, None, None)) == []


def test_the_same_count_in_two_tables_gives_it_away() -> None:
    scored = {"source_id": "survey", "outcome": "trust"}
    spread = table(
        "distribution",
        {**scored, "group": "a", "n": None, "suppressed": True},
        {**scored, "group": "b", "n": None, "suppressed": True},
        {**scored, "group": "c", "n": 20},
    )
    flow = [("a", None), ("b", 7), ("c", 20), ("all", 30)]
    boxes = table("participant_flow", *(
        {"source_id": "survey", "step": 9, "box": "scored_trust", "kind": "part", "group": g, "n": n, "suppressed": n is None}
        for g, n in flow
    ))  # fmt: skip
    assert found(distribution=spread) == []
    (said,) = found(distribution=spread, participant_flow=boxes.iloc[1:])
    assert "group=a" in said and "exactly 3" in said


def test_a_share_with_its_n_is_a_count() -> None:
    one = {"source_id": "survey", "group": "a", "index": "speed", "n": 50, "n_flagged": None, "share": 0.06}
    (said,) = found(careless=table("careless", {**one, "suppressed": True}))
    assert "column share: found a share that is 3 people" in said


def test_codes_by_role_and_school_are_solved_together() -> None:
    """Roles hide two cells a code; the number of all cases, and of cases of the roles, settle nothing, codes do."""

    def cell(code: str, level: str, n: int | None) -> dict[str, Any]:
        return {"source_id": "survey", "by": "role", "code": code, "level": level, "n_cases": n,
                "n_cases_total": 30, "suppressed": n is None}  # fmt: skip

    matrix = table("code_matrix", cell("c", "head", None), cell("c", "teacher", None), cell("c", "aide", 11))
    union = {"source_id": "survey", "code": "c", "view": "union", "coder": None, "n_cases": 15}
    assert found(code_matrix=matrix) == []
    # At most 15 - 11 = 4 cases are in two cells that are not empty: both are surely few.
    assert len(found(code_matrix=matrix, prevalence=table("prevalence", union))) == 2
    assert found(code_matrix=matrix, prevalence=table("prevalence", {**union, "n_cases": 25})) == []


def test_a_two_way_table_can_be_solved_though_no_line_has_one_hidden_cell() -> None:
    """2 x 2 hidden cells with both margins, and a third margin that crosses them: every cell follows."""
    rows = [Sum("t", ("aa", "ab"), "a"), Sum("t", ("ba", "bb"), "b")]
    columns = [Sum("t", ("aa", "ba"), "x"), Sum("t", ("ab", "bb"), "y")]
    known = {"a": 9, "b": 11, "x": 12, "y": 8}
    assert reach(known, rows + columns)["aa"] == (2, 8)  # ba = 12 - aa is at most 10, ab = 9 - aa at least 1
    crossed = [*rows, *columns, Sum("u", ("aa", "bb"), "z")]
    solved = reach({**known, "z": 3}, crossed)  # bb = 8 - ab = aa - 1
    assert solved == {"aa": (2, 2), "ab": (7, 7), "ba": (10, 10), "bb": (1, 1)}


def test_tables_that_contradict_each_other_are_taken_one_by_one() -> None:
    sums = [Sum("t", ("a", "b"), "all"), Sum("u", ("a", "c"), "more")]
    assert reach({"all": 4, "b": 1, "more": 9, "c": 8}, sums) == {"a": (1, 1)}


def test_those_lost_between_two_moments_are_counted() -> None:
    row = {
        "id": "x",
        "n_participants_start": 45,
        "n_participants_end": 43,
        "n_control_start": 40,
        "n_control_end": 40,
    }
    (said,) = found(attrition=table("attrition", row))
    assert "participants lost" in said and "exactly 2 people" in said


def test_published_figures_are_public_and_simulated_ones_practice() -> None:
    assert found(careless=flagged(a=3).assign(source="published")) == []
    made = guard({"careless": flagged(a=3).assign(source="simulated")}, STUDY, study_id="s", min_cell=5)
    assert made[["table", "column", "why", "threshold"]].values.tolist() == [
        ["careless", "n_flagged", "practice", 5]
    ]


def test_the_table_tells_what_is_withheld_and_no_value() -> None:
    made = guard({"careless": flagged(all=30, a=None, b=None)}, STUDY, study_id="s", min_cell=5)
    assert made["row"].tolist() == [f"source_id=survey; group={g}; index=speed" for g in "ab"]
    assert set(made["why"]) == {"primary_or_secondary"} and "n" not in made.columns


def test_single_units_have_numbers_and_no_names() -> None:
    modes = table("modes", {"id": "m", "group": "school", "level": "07", "term": "Intercept"}, {"id": "m", "group": "school", "level": "Escuela Norte", "term": "Intercept"})  # fmt: skip
    (said,) = found(modes=modes)
    assert "column level: found the name 'Escuela Norte' of a single unit" in said


def test_a_salted_pseudonym_is_no_name() -> None:
    from trenza.io.pseudonyms import salted, salted_text

    failed = {"source_id": "survey", "check": "c", "subject": "lect"}
    for pseudonym in (salted("salt")(8485), salted_text("salt")("S", "8485")):
        assert found(check_failures=table("check_failures", {**failed, "school": pseudonym})) == []
    assert len(found(check_failures=table("check_failures", {**failed, "school": "Liceo 8485"}))) == 1


def quoted(**more: Any) -> pd.DataFrame:
    own = {
        "source_id": "survey",
        "segment_id": "s1",
        "case": "school_1",
        "role": "principal",
        "participant": "yes",
    }
    return table("segments", {**own, "code": "c", "direction": "enabling", "text": "words", **more})


def test_a_quotation_of_the_only_principal_of_a_school_stops_the_report() -> None:
    (said,) = found(segments=quoted())
    assert "segment s1" in said and "role principal, case school_1" in said and "at least 3" in said
    people = [{"role": "principal", "case": "school_1", "n": 2}, {"role": "principal", "n": 40}]
    declared = {**STUDY, "qualitative": {"quotations": {"threshold": 3, "people": people}}}
    (said,) = found(segments=quoted(), study=declared)
    assert "2 people declared" in said
    people[0]["n"] = 3
    assert found(segments=quoted(), study=declared) == []
    assert found(segments=quoted(source="published")) == []


def test_bins_of_a_share_join_until_neither_side_is_few() -> None:
    # 10, 10, 10, 10 units of whom 0, 2, 3, 10 took part: 2 + 3 of 20, and 0 and 10 stand alone.
    assert merged_shares([10, 10, 10, 10], [0, 2, 3, 10], 5) == [[0], [1, 2], [3]]
    assert merged_shares([10, 10], [0, 2], 5) == [] and merged_shares([10, 10], [8, 10], 2) == [[0], [1]]
    # The others are 4, 5 and 1: too few in the first, 9 in the first two, and 1 joins what stands before it.
    assert merged_shares([10, 10, 10], [6, 5, 9], 5) == [[0, 1, 2]]
    assert merged_shares([3, 4], [1, 1], 1) == [[0], [1]]


@pytest.mark.parametrize("value", [1, 4])
def test_every_fault_of_every_table_stands_in_one_message(value: int) -> None:
    with pytest.raises(ReportWithheld) as told:
        guard({"careless": flagged(a=value), "segments": quoted()}, STUDY, study_id="s", min_cell=5)
    assert str(told.value).startswith(
        "study s: the report is not written, since it would tell too much in 2 places:"
    )
