"""`trenza audit` as a stranger meets it: what it prints, the page, bad tables, and that all of it has Spanish."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from audit_cases import TABLE2, made_from, typed

from trenza.command import main
from trenza.compare.audit_counts import audit_counts
from trenza.compare.audit_table import audit_table
from trenza.render import figures_audit
from trenza.render.language import file_texts, untranslated

ROOT = Path(__file__).resolve().parents[2]
HEAD = "outcome,n1,mean1,sd1,n2,mean2,sd2,t,df,p"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(TABLE2.read_bytes())
    return path


@pytest.mark.parametrize(
    ("lang", "sizes", "cut"),
    [
        ("en", "only n1 49 and n2 49 give all 5 rows", "only if t and p were cut, not rounded"),
        ("es", "solo n1 49 y n2 49 dan las 5 filas", "solo si t y p se truncaron en vez de redondearse"),
    ],
)
def test_the_worked_example_in_both_languages(
    table: Path, lang: str, sizes: str, cut: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(table), "--lang", lang]) == 0
    said = capsys.readouterr().out
    page = (table.parent / f"table.audit.{lang}.html").read_text(encoding="utf-8")
    for text in (said, page):
        assert sizes in text and cut in text
    assert ".150" in said or "0,150" in said  # Holm
    assert "<svg" in page or "data:image/svg" in page
    # self-contained: nothing is fetched
    assert "http://" not in page.replace("http://www.w3.org", "") and 'src="sizes' not in page
    assert len(page) < 400_000


BAD = {
    "text in N": (f"{HEAD}\ny,forty,2.6,1.0,20,2.0,1.0,2,38,.05", "row 2, column n1: found 'forty'"),
    "SD below 0": (f"{HEAD}\ny,20,2.6,-1.0,20,2.0,1.0,2,38,.05", "row 2, column sd1: found -1"),
    "one group": ("outcome,n1,mean1,sd1\ny,20,2.6,1.0", "row 1, column n2: found no such column"),
    "n too large": (f"{HEAD}\ny,9999999999,2.6,1.0,20,2.0,1.0,2,38,.05", "a whole number from 2 to 999,999,999"),
    "n of 1": (f"{HEAD}\ny,1,2.6,1.0,20,2.0,1.0,2,38,.05", "row 2, column n1: found 1"),
    "no variance": (f"{HEAD}\ny,20,2.6,0.0,20,2.0,0.0,2,38,.05", "found an SD of 0 in both groups"),
    "percent": (f"{HEAD}\ny,20,26%,1.0,20,2.0,1.0,2,38,.05", "found '26%', a percent sign"),
    "commas": (f"{HEAD.replace(',', ';')}\ny;20;2,6;1,0;20;2,0;1,0;2;38;,05", "found '2,6', a comma"),
    "ragged": (f"{HEAD}\ny,20,2.6", "row 2: found 3 cells"),
    "empty": ("", "found no header"),
    "two faults": (f"{HEAD}\ny,a,2.6,1.0,b,2.0,1.0,2,38,.05", "2 faults found"),
    "bad counts": ("label,n,percent\na,ten,5", "row 2, column n: found 'ten'"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BAD))
def test_bad_tables_give_one_plain_message(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, message = BAD[case]
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    told = capsys.readouterr()
    assert message in told.err and "Traceback" not in told.err and told.out == ""
    assert "nothing was computed" in told.err
    assert list(tmp_path.iterdir()) == [path]  # no page


def test_a_file_that_is_not_there_and_a_page_that_cannot_be_written(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(table.with_name("none.csv"))]) == 1
    assert "found no such file" in capsys.readouterr().err
    assert main(["audit", str(table), "--page", str(table / "page.html")]) == 1
    assert "a place that cannot be written" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["audit", str(table), "--alpha", "5"])
    assert stopped.value.code == 2
    assert main(["nothing"]) == 2


def test_a_count_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(
        "etiqueta,n,porcentaje,parte\na,20,66.6,celda\nb,10,33.3,celda\ntodos,30,,total\n", encoding="utf-8"
    )
    assert main(["audit", str(path), "--lang", "es"]) == 0
    assert "coincide solo si el porcentaje se truncó" in capsys.readouterr().out
    assert (tmp_path / "counts.audit.es.html").is_file()


def test_run_py_passes_it_on(table: Path) -> None:
    """The script that run.py starts, from the user's folder and in a process of its own."""
    done = subprocess.run(
        [sys.executable, ROOT / "workflow" / "audit.py", table.name, "--decimal-comma"],
        cwd=table.parent,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 1 and "a decimal point where commas are declared" in done.stderr
    front_door = (ROOT / "run.py").read_text(encoding="utf-8")
    assert 'in (["propose"], ["audit"])' in front_door and 'f"{arguments[0]}.py"' in front_door


def many_audits() -> list[tuple[str, ...]]:
    """What the tables of many different audits hold as text."""
    draw = np.random.default_rng(3)
    head = "outcome,n1,mean1,sd1,n2,mean2,sd2,scale_min,scale_max,items,integer"
    answers = f"{head}\na,28,5.19,1.00,28,5.18,1.00,1,7,1,yes\nb,20,0.35,0.18,20,0.35,0.49,0,1,,yes\nc,20,4.90,1.50,20,5.40,0.10,1,5,,no\nd,200,2.1,1.0,20,2.00,1.00,1,5,3,yes\ne,2,2.00,1.00,9,2.11,0.93,,,1,yes\nf,28,5.17,1.0,28,5.19,1,,,,"
    frames = [typed(TABLE2.read_text(encoding="utf-8")), typed(answers)]
    frames.append(
        typed(
            f"{HEAD}\na,20,2.63,1.00,20,2.00,1.00,1.99,38,.027\nb,20,2.63,1.00,25,2.00,1.00,9.0,38,.001\nc,20,2.63,1.00,25,2.00,1.00,2.0,12.5,.9"
        )
    )
    frames.append(typed(f"{HEAD}\na,20,2.00,1.00,20,2.00,1.00,0.00,38,1.00"))
    frames.append(typed(f"{HEAD}\na,20,2.63,1.00,20,2.00,1.00,1.99,19,.061"))
    frames.append(typed(f"{HEAD}\na,20,2.63,1.00,20,2.00,1.00,,,"))
    for rows, decimals, rule, equal_var in (
        (1, 3, "rounded", False),
        (2, 0, "truncated", True),
        (6, 2, "truncated", False),
        (4, 2, "rounded", True),
    ):
        samples = [(draw.normal(0.9, 1, 20), draw.normal(0, 2, 31)) for _ in range(rows)]
        frame = made_from(samples, rule=rule, decimals=decimals, equal_var=equal_var)
        assert frame is not None
        frames += [frame, frame.assign(n1=frame["n1"] - 1), frame.assign(p=frame["p"] / 2)]
    texts: list[tuple[str, ...]] = []
    for frame in frames:
        for rule in ("rounded", "truncated"):
            audit = audit_table(frame, rule=rule, radius=2)
            for table in (audit.findings, audit.conclusions):
                texts += [(t,) for t in {*table["reading"], *table["assumes"]}]
    counts = [
        ["a", "20", "66.6", ""],
        ["b", "10", "33.3", ""],
        ["ab", "31", "", "total"],
        ["c", "5", "90", ""],
        ["cd", "5", "100", "total"],
        ["all", "36", "", "total"],
        ["e", "1", "50", ""],
        ["f", "1", "50.0", ""],
    ]
    for rule in ("rounded", "truncated"):
        found = audit_counts(["label", "n", "percent", "part"], counts, "f", rule=rule)
        texts += [(t,) for t in {*found["reading"], *found["assumes"]}]
    return texts


def test_every_phrase_of_the_tables_has_its_spanish() -> None:
    missing = {piece for (text,) in many_audits() for piece in untranslated(text)}
    assert not missing, sorted(missing)


def test_fixed_texts_have_both_languages_and_the_same_fields() -> None:
    for key, by_language in file_texts("audit.yaml").items():
        assert set(by_language) == {"en", "es"}, key
        fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in by_language.values()]
        assert fields[0] == fields[1], key


def test_the_map_shows_every_pair() -> None:
    frame = typed(TABLE2.read_text(encoding="utf-8"))
    sizes = audit_table(frame).sizes
    block = sizes[sizes["rule"] == "rounded"]
    for lang in ("en", "es"):
        figure = figures_audit.size_map(block, lang)
        (image,) = figure.axes[0].get_images()
        assert image.get_array().sum() == block["rows_reached"].sum()
        star = figure.axes[0].get_lines()[-1].get_xydata()
        assert star.tolist() == [[49.0, 49.0]]
        assert "(49, 49)" in figures_audit.alternative(block, lang)
    one = block.assign(rows=1, rows_reached=block["rows_reached"].clip(upper=1))
    assert "(49, 49)" not in figures_audit.alternative(one, "en")  # many pairs: counted, not listed
