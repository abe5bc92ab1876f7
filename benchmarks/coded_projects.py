"""How long reading and writing a large coded project takes: 200 interviews of 60,000 characters, 300 codes, 50,000 codings, 3 coders.

Run by hand: python benchmarks/coded_projects.py
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trenza.io.coded.collect import Found
from trenza.io.coded.refi_names import made_guid
from trenza.qualitative import read_project, write_csv_folder, write_qdpx

WORDS = [
    "la",
    "escuela",
    "niño",
    "director",
    "clima",
    "aula",
    "respeto",
    "😀",
    "padres",
    "norma",
    "convivencia",
    "ética",
    "año",
]


def large() -> Found:
    chance = random.Random(1)
    found = Found("made")
    found.coders = [(made_guid("coder", str(i)), f"coder {i}") for i in range(3)]
    for i in range(300):
        above = made_guid("code", str(i % 30)) if i >= 30 else None
        found.codes.append((made_guid("code", str(i)), above, f"code {i}", True, None, None))
    for i in range(200):
        words = chance.choices(WORDS, k=10_000)
        text = " ".join(w + ("\n" if k % 40 == 39 else "") for k, w in enumerate(words))[:60_000]
        found.documents.append((made_guid("document", str(i)), f"interview {i}", text, "text", None))
        edges = [k for k in range(1, len(text)) if text[k - 1] == " " and text[k] not in " \n"]
        for _ in range(250):
            a, b = sorted(chance.sample(range(len(edges)), 2))
            b = min(b, a + 40)
            code = made_guid("code", str(chance.randrange(300)))
            spot = (edges[a], edges[b] - 1) if edges[b] - 1 > edges[a] else (edges[a], edges[a] + 1)
            found.codings.append(
                (made_guid("document", str(i)), *spot, code, found.coders[chance.randrange(3)][0], None)
            )
    return found


def main() -> None:
    project = large().project()
    print(f"{len(project.codings):,} codings")
    with tempfile.TemporaryDirectory() as name:
        for what, write in (("p.qdpx", write_qdpx), ("folder", write_csv_folder)):
            start = time.perf_counter()
            write(project, Path(name) / what)
            middle = time.perf_counter()
            again = read_project(Path(name) / what)
            assert len(again.codings) == len(project.codings)
            print(f"{what}: written in {middle - start:.1f} s, read in {time.perf_counter() - middle:.1f} s")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
