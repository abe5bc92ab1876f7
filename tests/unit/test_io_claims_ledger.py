"""The claim ledger: a changed cell changes sentence and ledger, and a reference that leads nowhere stops the build."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from render_demo import ratings, study_files

from trenza.contracts.faults import ContractBroken
from trenza.contracts.tables import CONTRACTS
from trenza.io.cited_files import CitedFile, row_key
from trenza.io.claims_ledger import claims, join_claims, write_claims
from trenza.io.files import read_table, write_table
from trenza.render import language
from trenza.render.number_places import numbers_of
from trenza.render.report import traced_report
from trenza.render.traced import MARKS, Origin, Trace, traced, tracing

RATINGS = "results/cic2019/describe/ratings.table.csv"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one finished table and the settings that the report was made from."""
    write_table(ratings(), tmp_path / RATINGS, "ratings")
    study, items, _, _ = study_files("cic2019")
    lies = {"items": "config/items.csv", "codebook": "config/codebook.csv", "links": "config/links.csv"}
    (tmp_path / "config").mkdir()
    items.to_csv(tmp_path / lies["items"], index=False)
    settings = tmp_path / "results/cic2019/report/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"study_id": "cic2019", "settings": study, "files": lies}))
    return tmp_path


def report(project: Path, lang: str = "en") -> tuple[str, list[dict[str, Any]]]:
    """The report of this one table, and its numbers."""
    parts = study_files("cic2019")
    tables = {"ratings": read_table(project / RATINGS, "ratings")}
    text, numbers = traced_report("cic2019", parts[0], tables, *parts[1:], lang, {})
    assert not MARKS.search(text)
    return text, [vars(number) for number in numbers]


def of_top_mean(ledger: pd.DataFrame) -> pd.Series:
    """The ledger's row of the highest mean in the section's first sentence."""
    here = ledger.loc[(ledger["section"] == "h-descriptives") & (ledger["element"] == "paragraph 1")]
    return here.loc[here["column"] == "mean"].iloc[0]


def test_a_changed_cell_changes_the_sentence_and_its_row_in_the_ledger(project: Path) -> None:
    text, numbers = report(project)
    before = of_top_mean(claims(numbers, "cic2019", "en", project))
    assert before["sentence"] in re.sub(r"\\(.)", r"\1", text)
    line = (project / RATINGS).read_text().split("\n")[int(before["lines"]) - 1]
    assert before["rows_sha256"] == hashlib.sha256(f"{line}\n".encode()).hexdigest()
    assert before["file_sha256"] == hashlib.sha256((project / RATINGS).read_bytes()).hexdigest()
    raw = dict(zip(CONTRACTS["ratings"].names, next(csv.reader([line])), strict=True))
    assert (before["value"], before["file"]) == (raw["mean"], RATINGS)
    assert before["shown"] == f"{float(raw['mean']):.2f}" and before["row"] == f"source_id={raw['source_id']};item={raw['item']}"  # fmt: skip

    changed = line.replace(f",{raw['mean']},", ",3.9312,")
    assert changed != line
    (project / RATINGS).write_text((project / RATINGS).read_text().replace(line, changed))
    text, numbers = report(project)
    after = of_top_mean(claims(numbers, "cic2019", "en", project))
    assert (after["shown"], after["value"], after["lines"]) == ("3.93", "3.9312", before["lines"])
    assert after["sentence"] == before["sentence"].replace(before["shown"], "3.93")
    assert after["rows_sha256"] != before["rows_sha256"] and after["file_sha256"] != before["file_sha256"]


def test_a_report_of_other_cells_than_the_file_holds_stops_the_build(project: Path) -> None:
    _, numbers = report(project)
    path = project / RATINGS
    lines = path.read_text().split("\n")
    path.write_text("\n".join([lines[0], lines[2], lines[1], *lines[3:]]))
    with pytest.raises(ContractBroken, match=r"mean: the cell holds '.*', the report was made from"):
        claims(numbers, "cic2019", "en", project)


def test_a_key_with_signs_of_its_own_is_read_back_whole(tmp_path: Path) -> None:
    values = {"id": "a=b", "method": "Welch, 1938; df = 12|3, 95%\nof 20%3B", "source": ""}
    pd.DataFrame([values]).to_csv(tmp_path / "t.csv", index=False, lineterminator="\n")
    named = CitedFile(tmp_path / "t.csv", "t.csv", ("study", *values)).named(0)
    assert row_key(named) == values
    assert [part.partition("=")[0] for part in named.split(";")] == ["id", "method", "source"]
    assert "|" not in named and "\n" not in named


@pytest.mark.parametrize("cell", ["0.29", "0.57"])
def test_a_share_is_a_cell_times_100_and_still_held_against_its_file(cell: str, project: Path) -> None:
    path = project / RATINGS
    frame = pd.read_csv(path)
    frame.loc[0, "mean"] = float(cell)
    frame.to_csv(path, index=False)
    share = traced(float(cell), Origin("ratings", 0, "mean"))
    with tracing(Trace()) as trace:
        assert trace is not None
        numbers = numbers_of(f"It was {language.percent(share, 'en')}.", trace)[1]
    one = claims([vars(n) for n in numbers], "cic2019", "en", project).iloc[0]
    assert (one["operation"], one["kind"], one["shown"], one["value"]) == ("times 100", "cell", f"{100 * float(cell):.0f}%", cell)  # fmt: skip
    frame.loc[0, "mean"] = float(cell) + 0.001
    frame.to_csv(path, index=False)
    with pytest.raises(ContractBroken, match="the cell holds"):
        claims([vars(n) for n in numbers], "cic2019", "en", project)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Origin("ratings", 99, "mean"), "99"),
        (Origin("ratings", 0, "median"), "median"),
        (Origin("no_table", 0, "mean"), "no_table"),
        (Origin("study.yaml", "design.no_key", ""), "no key design.no_key"),
        (Origin("links", 0, "link"), "links.csv"),
    ],
)
def test_a_broken_reference_stops_the_build_and_says_which(project: Path, source: Origin, said: str) -> None:
    _, numbers = report(project)
    one = next(n for n in numbers if n["kind"] == "cell")
    broken = [one | {"sources": (source,)}, one]
    with pytest.raises(ContractBroken, match=said) as told:
        claims(broken, "cic2019", "en", project)
    assert one["section"] in str(told.value)


def test_a_sentence_with_an_unknown_field_or_key_stops_the_build() -> None:
    with pytest.raises(KeyError, match="no_such_key"):
        language.text("en", "no_such_key")
    with pytest.raises(KeyError, match="sesoi"):
        language.text("en", "design_sesoi", other="0.2")


def test_both_languages_stand_in_one_file_and_a_second_writing_gives_the_same_bytes(project: Path) -> None:
    parts = []
    for lang in ("es", "en"):
        parts.append(project / f"claims.{lang}.ledger.csv")
        write_claims(report(project, lang)[1], "cic2019", lang, project, parts[-1])
    joined = project / "claims.ledger.csv"
    join_claims(parts, joined)
    first = joined.read_bytes()
    join_claims(reversed(parts), joined)
    assert joined.read_bytes() == first and first.count(b"study,lang,number") == 1
    with joined.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [r["lang"] for r in rows] == sorted(r["lang"] for r in rows)
    means = {
        lang: next(r for r in rows if r["lang"] == lang and r["column"] == "mean") for lang in ("en", "es")
    }
    assert means["en"]["shown"].replace(".", ",") == means["es"]["shown"]
    assert means["en"]["rows_sha256"] == means["es"]["rows_sha256"]
