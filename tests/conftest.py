"""What all tests share: the project's folder, real data where there are any, and one toy run of the workflow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# No test may hang on how fast the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
# The user's folder of real files, if any. Tests that do not ask for it must not find it.
DATA = os.environ.get("TRENZA_DATA")


# Fixtures that run the workflow for a minute or more: with several workers each is made once, and first.
LONG_FIXTURES = ("finished", "national")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a long fixture go to one worker (``--dist loadgroup``), ahead of all others."""

    def place(item: pytest.Item) -> int:
        used = getattr(item, "fixturenames", ())
        shared = [name for name in LONG_FIXTURES if name in used]
        if shared:
            item.add_marker(pytest.mark.xdist_group(shared[0]))
        return LONG_FIXTURES.index(shared[0]) if shared else len(LONG_FIXTURES)

    items.sort(key=place)


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRENZA_DATA", raising=False)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real files: TRENZA_DATA, else ../shared/data; the test is skipped where neither exists."""
    for folder in (DATA, ROOT.parent / "shared" / "data"):
        if folder and (ROOT / folder).is_dir():
            return (ROOT / folder).resolve()
    pytest.skip("no real files: set TRENZA_DATA to a folder that holds them")


@dataclass(frozen=True)
class Workflow:
    """A project folder of its own in which the repository's workflow runs."""

    folder: Path

    def snakemake(self, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the workflow on this folder's config; returns its output, whatever its exit code."""
        environ = {k: v for k, v in os.environ.items() if k not in ("TRENZA_DATA", "PYTHONDONTWRITEBYTECODE")}
        environ |= {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        if data:
            environ["TRENZA_DATA"] = str(data)
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "-s",
            str(ROOT / "workflow" / "Snakefile"),
            "--workflow-profile",
            "none",
        ]
        command += ["--directory", str(self.folder), "--cores", "2", "--nocolor", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )

    def write(self, name: str, text: str) -> None:
        """Write a file of the toy project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file of the toy project; ``old`` must stand in it."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, 1))


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Workflow]:
    """A function that copies the bundled configuration and published figures into a new folder."""

    def make(*studies: str, languages: str = "[en]", formats: str = "[html]") -> Workflow:
        folder = tmp_path_factory.mktemp("project")
        for study in studies or ("cic2019",):
            shutil.copytree(ROOT / "config" / "studies" / study, folder / "config" / "studies" / study)
        shutil.copytree(ROOT / "data" / "published", folder / "data" / "published")
        text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
        for key, all_of_them, wanted in (
            ("languages", "[en, es]", languages),
            ("formats", "[html, pdf, docx]", formats),
        ):
            assert f"{key}: {all_of_them}" in text
            text = text.replace(f"{key}: {all_of_them}", f"{key}: {wanted}")
        (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
        return Workflow(folder)

    return make


@pytest.fixture(scope="session")
def finished(make_project: Callable[..., Workflow]) -> Workflow:
    """The bundled study, run once in English; tests read its results and must not change them."""
    project = make_project("cic2019", formats="[html, pdf, docx]")
    ran = project.snakemake()
    assert ran.returncode == 0, ran.stderr[-4000:]
    return project
