"""Read what Taguette wrote (see taguette_write.py) and compare it with what Taguette shows.

python taguette_compare.py FOLDER
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from trenza.qualitative import read_project


def squeezed(text: str) -> str:
    """Line breaks aside: Taguette puts other ones between paragraphs of an export."""
    return "".join(text.split())


def main(folder: Path) -> None:
    shown = [tuple(row) for row in json.loads((folder / "shown.json").read_text(encoding="utf-8"))]
    for name, coders in (("made.sqlite3", True), ("highlights.csv", False), ("highlights.xlsx", False)):
        project = read_project(folder / name)
        text = dict(zip(project.documents["document"], project.documents["text"], strict=True))
        cells = project.codings[["document", "start", "end", "code", "coder"]].fillna({"coder": ""})
        found = Counter(
            (d, c, squeezed(text[d][a:b]), k) for d, a, b, c, k in cells.itertuples(index=False, name=None)
        )
        expected = Counter((d, c, squeezed(t), k if coders else "") for d, c, t, k in shown)
        if coders:
            # Taguette can mark one passage with one tag twice; here it is one coding.
            found, expected = Counter({*found}), Counter({*expected})
        assert found == expected, [*(found - expected)][:3] + [*(expected - found)][:3]
        print(
            f"{name}: {len(project.codings)} codings, texts, tags{' and coders' if coders else ''} as Taguette shows them"
        )
    book = read_project(folder / "codebook.qdc")
    assert sorted(book.codes["name"]) == sorted({c for _, c, _, _ in shown})
    print(f"codebook.qdc: {len(book.codes)} codes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
