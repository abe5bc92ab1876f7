"""Proposes which column of a questionnaire's export belongs to which item: ``python3 run.py propose <file>``.

Prints the proposal and writes it to items.proposed.csv: beside the items.csv of ``--study``, else, as a first
items.csv made from the export, in the folder in which you stand. items.csv itself is never touched.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from trenza.questionnaire.export import Export

ROOT = Path(__file__).resolve().parents[1]
NAME = "items.proposed.csv"


def options(arguments: list[str]) -> argparse.Namespace:
    """What stands on the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 run.py propose", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", type=Path, help="the export: CSV, .xlsx, .xls, .sav, .zsav or .dta")
    parser.add_argument("--study", help="study whose items.csv the columns are compared with")
    tools = ("auto", "plain", "google_forms", "qualtrics", "limesurvey", "redcap", "kobo")
    parser.add_argument("--tool", choices=tools, default="auto", help="what made the export")
    parser.add_argument("--force", action="store_true", help=f"write over an {NAME} that is there")
    return parser.parse_args(arguments)


def study_folder(study: str) -> Path:
    """The folder of a study; ends the program where it has no items.csv."""
    from trenza.io.study_files import read_yaml

    settings = read_yaml(ROOT / "config" / "config.yaml", "config/config.yaml")
    folder = ROOT / str(settings.get("studies_dir", "config/studies")) / study
    if not (folder / "items.csv").is_file():
        shown = folder.relative_to(ROOT).as_posix() if folder.is_relative_to(ROOT) else str(folder)
        sys.exit(f"{shown}: found no items.csv; leave --study out to get a first one made from the export")
    return folder


def filled_in(items: pd.DataFrame, proposal: pd.DataFrame) -> pd.DataFrame:
    """items.csv (as text) with the proposed column in ``from``, how sure it is, and why.

    A ``from`` that fits for certain stays as it was set.
    """
    from trenza.questionnaire.propose import as_from

    out = items.copy()
    found = proposal[proposal["item"] != ""].set_index("item")
    for name in ("sure", "why"):
        out[name] = out["item"].map(found[name]).fillna("")
    own = out["from"] if "from" in out else out["item"].map(lambda _: "")
    proposed = out["item"].map(found["column"]).fillna("").map(as_from)
    out["from"] = own.where((proposed == "") | ((out["sure"] == "certain") & (own != "")), proposed)
    return out


def fitted(text: str, width: int) -> str:
    """A text in one line, cut or filled up to a width."""
    line = " ".join(text.split())
    return (line if len(line) <= width else f"{line[: width - 3]}...").ljust(width)


def show(export: Export, table: pd.DataFrame, columns: dict[str, int]) -> None:
    """Print the columns of a table, each at most so wide; and what was seen of the export."""
    roles = ", ".join(f"{role}: {name}" for role, name in export.system.items())
    print(f"{export.file}: {export.tool}, {len(export.frame)} rows, {len(export.columns)} columns")
    print(f"  the tool's own: {roles or 'none'}")
    for row, rule in export.left_out:
        print(f"  row {row}: {rule}")
    print("  ".join(name.ljust(width) for name, width in columns.items()).rstrip())
    for row in table.to_dict("records"):
        print("  ".join(fitted(str(row[name]) or "-", width) for name, width in columns.items()).rstrip())


def main(arguments: list[str]) -> int:
    """Read, compare, print, write; returns 0."""
    import pandas as pd

    from trenza.contracts.faults import InputFaults
    from trenza.io.files import write_frame
    from trenza.io.study_files import read_rows
    from trenza.io.survey_file import read_survey
    from trenza.questionnaire.draft_items import draft_items
    from trenza.questionnaire.export import read_export
    from trenza.questionnaire.propose import propose

    wanted = options(arguments)
    try:
        folder = study_folder(wanted.study) if wanted.study else Path.cwd()
        target = folder / NAME
        if target.exists() and not wanted.force:
            sys.exit(f"{target}: found a proposal; --force writes over it")
        export = read_export(read_survey(wanted.file, str(wanted.file)), tool=wanted.tool)
        rest = max(shutil.get_terminal_size((120, 20)).columns - 60, 30)
        if wanted.study:
            header, rows = read_rows(folder / "items.csv", (folder / "items.csv").as_posix())
            items = pd.DataFrame(rows, columns=header, dtype="str")
            proposal = propose(export, items)
            show(export, proposal, {"item": 24, "sure": 7, "column": rest // 2 + 12, "why": rest // 2})
            write_frame(filled_in(items, proposal), target)
        else:
            draft = draft_items(export)
            show(export, draft, {"item": 30, "from": rest // 2, "min": 5, "max": 5, "why": rest // 2})
            write_frame(draft, target)
    except InputFaults as faults:
        sys.exit(str(faults))
    extra = "the columns sure and why" if wanted.study else "the column why"
    print(f"Written: {target}. Check every row, delete {extra}, and save it as items.csv.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
