"""The law of the house: who may import whom, names, and what may stand in a committed file."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "trenza"

# Room: rooms that it may import beside itself. contracts/ imports none, project.py checks the whole folder,
# command.py is what a stranger types.
LAW = {
    "contracts": set(),
    "io": {"contracts"},
    "official": {"contracts", "io"},
    "questionnaire": {"contracts"},
    "compare": {"contracts"},
    "multilevel": {"contracts"},
    "effects": {"contracts", "multilevel"},
    "qualitative": {"contracts", "io"},
    "triangulate": {"contracts"},
    "configurations": {"contracts"},
    "disclosure": {"contracts"},
    "checklists": {"contracts"},
    "render": {"contracts"},
    "simulate": {"contracts"},
    "project": {
        "checklists",
        "contracts",
        "io",
        "multilevel",
        "official",
        "project_layers",
        "project_links",
        "project_sound",
        "qualitative",
        "questionnaire",
        "triangulate",
    },
    "project_layers": {"contracts", "io"},
    "project_links": {"contracts", "io", "project_quotes", "qualitative", "triangulate"},
    "project_quotes": {"contracts", "io"},
    "project_sound": {"contracts"},
    "command": {"contracts", "io", "compare", "render"},
}
STATISTICS = {"statsmodels", "pingouin", "scipy"}


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_imported(path: Path) -> set[str]:
    return {
        name.split(".")[1] for name in imported(path) if name.startswith("trenza.") and name.count(".") >= 1
    }


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_room_imports_only_what_the_law_allows(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if room == "__init__":
        assert not rooms_imported(path)
        return
    assert room in LAW, f"{room} is a room that the law does not know"
    assert rooms_imported(path) - {room} <= LAW[room]
    assert not any(name.split(".")[0] == "snakemake" for name in imported(path))


def test_render_and_triangulate_compute_no_statistics() -> None:
    for room in ("render", "triangulate", "contracts", "io"):
        for path in (SOURCE / room).rglob("*.py"):
            assert not {n.split(".")[0] for n in imported(path)} & STATISTICS, path


def test_statistics_libraries_stand_behind_adapters() -> None:
    """A library's column names and warnings do not travel: only files named for it call it."""
    for path in SOURCE.rglob("*.py"):
        if {n.split(".")[0] for n in imported(path)} & {"statsmodels", "pingouin"}:
            assert path.name == "adapters.py", f"{path} imports a statistics library"
        if "formulaic" in {n.split(".")[0] for n in imported(path)}:
            assert path.relative_to(SOURCE).as_posix() == "multilevel/coding.py", path


def test_scripts_are_glue() -> None:
    for path in (ROOT / "workflow" / "scripts").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.If | ast.FunctionDef | ast.ClassDef)], path
        assert rooms_imported(path) <= {*LAW, "render"}


def test_a_rule_has_a_script_of_its_name() -> None:
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        text = path.read_text(encoding="utf-8")
        for name, body in re.findall(r"^rule (\w+):\n(.*?)(?=^rule |\Z)", text, re.M | re.S):
            assert name.startswith(f"{path.stem}_"), name
            assert f'"../scripts/{name}.py"' in body
            assert f'"logs/{{study}}/{name}.' in body


def test_common_smk_stays_short() -> None:
    assert len((ROOT / "workflow" / "rules" / "common.smk").read_text(encoding="utf-8").splitlines()) < 200


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_registry_stands_in_a_committed_file() -> None:
    host = re.compile(
        r"https?://[^\s\"']*/simple\b|--(?:extra-)?index-url\s+\S|files\.python" + r"hosted|pypi\." + "org"
    )
    for path in committed():
        if path.suffix in (".lock", ".toml", ".py", ".md", ".yaml", ".yml", ".smk", ".txt", ""):
            # Samples of other encodings are looked through too: a host's name is plain ASCII.
            found = host.search(path.read_bytes().replace(b"\0", b"").decode("utf-8", errors="replace"))
            assert not found, f"{path.name}: {found and found.group()}"


def test_the_lock_pins_every_package_with_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(packages) > 50
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]


def test_notebooks_are_committed_without_outputs_and_compute_nothing() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert [n.stem[:2] for n in notebooks] == [f"{i:02d}" for i in range(1, len(notebooks) + 1)]
    for path in notebooks:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            assert not cell["outputs"] and cell["execution_count"] is None, path.name
            code = "".join(cell["source"])
            assert not re.search(
                r"scipy|statsmodels|pingouin|trenza\.(compare|multilevel|effects|simulate)", code
            ), path.name


def test_published_figures_name_their_place() -> None:
    for path in (ROOT / "data" / "published").rglob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        assert "where" in header.split(","), path
        assert rows, path
