"""The front door's own logic: options, the stamp of the environment, which reports it names."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.parametrize(
    ("words", "passed", "named"),
    [
        ([], [], []),
        (["-n", "--cores", "1"], ["-n", "--cores", "1"], []),
        (["--study", "a"], ["--config", "studies=[a]"], ["a"]),
        (["--config", "seed=7", "--study", "a"], ["--config", "seed=7", "studies=[a]"], ["a"]),
        (
            ["--study", "a", "-n", "--config", "seed=7", "x=1"],
            ["-n", "--config", "seed=7", "x=1", "studies=[a]"],
            ["a"],
        ),
        (["--study=a,b", "-n", "--study", "c"], ["-n", "--config", "studies=[a,b,c]"], ["a", "b", "c"]),
    ],
)
def test_study_becomes_config_and_the_rest_is_passed_on(
    words: list[str], passed: list[str], named: list[str]
) -> None:
    assert module("workflow/launch.py").with_studies(words) == (passed, named)


@pytest.mark.parametrize("words", [["--study"], ["--study", "-n"], ["--study="]])
def test_study_without_a_name_says_so(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="name of a study"):
        module("workflow/launch.py").with_studies(words)


def test_the_stamp_follows_the_lock_and_not_the_line_ends(tmp_path: Path) -> None:
    run = module("run.py")
    run.ROOT = tmp_path
    (tmp_path / "pyproject.toml").write_bytes(b"a\n")
    stamps = []
    for lock in (b"x==1\n", b"x==1\r\n", b"x==2\n"):
        (tmp_path / "requirements.lock").write_bytes(lock)
        stamps.append(run.stamps())
    assert stamps[0] == stamps[1] != stamps[2]
    (tmp_path / "pyproject.toml").write_bytes(b"b\n")
    assert run.stamps()[0] == stamps[2][0] and run.stamps()[1] != stamps[2][1]


def test_what_leaks_from_outside_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "x")
    environ = module("run.py").clean_environ()
    assert not {"PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"} & set(environ)
    assert environ["PATH"].startswith(str(ROOT / ".venv"))


def test_a_number_that_leads_to_no_cell_is_named_after_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = module("workflow/launch.py")
    monkeypatch.setattr(launch, "ROOT", tmp_path)
    for study, kind in (("good", "cell"), ("bad", "derived")):
        folder = tmp_path / "results" / study / "report"
        folder.mkdir(parents=True)
        row = f"{study},en,1,h-data,paragraph 1,Of 5 derived,5,{kind},"
        (folder / "claims.ledger.csv").write_text(
            f"study,lang,number,section,element,sentence,shown,kind,operation\n{row}\n", encoding="utf-8"
        )
    (line,) = launch.numbers_without_a_cell([])
    assert line == "  results/bad/report/claims.ledger.csv: 1; the first is 5 in: Of 5 derived"
    assert launch.numbers_without_a_cell(["good"]) == []
