"""How long a large coded project takes, from its file to full agreement: 200 interviews of 60,000 characters, 300 codes, 50,000 codings, 3 coders.

    .venv/bin/python benchmarks/qualitative.py [unit]

The project is made and written as .qdpx by one process; another, which alone is measured, reads it and computes all agreement
between every two coders and all of them (by code, with codes below, marking, naming, families) with 1,000 samples of documents.
Prints CPU and wall seconds of each part and of the whole process with its libraries, and its largest memory. The codings are
made, so their agreement means nothing.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

DOCUMENTS, LENGTH, CODES, CODINGS, CODERS, SAMPLES = 200, 60_000, 300, 50_000, 3, 1_000
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
    "de",
    "lo",
    "y",
    "conversar",
]


def write(path: Path) -> None:
    """A project whose coders mark the same passages, but for moved ends and one code in five that is another."""
    from trenza.io.coded.collect import Found
    from trenza.io.coded.refi_names import made_guid
    from trenza.qualitative import write_qdpx

    chance = random.Random(1)
    found = Found("made")
    codes = [made_guid("code", str(i)) for i in range(CODES)]
    coders = [made_guid("coder", str(i)) for i in range(CODERS)]
    found.coders = [(c, f"coder {i}") for i, c in enumerate(coders)]
    found.codes = [
        (c, codes[i % 30] if i >= 30 else None, f"code {i}", True, None, None) for i, c in enumerate(codes)
    ]
    documents = [made_guid("document", str(i)) for i in range(DOCUMENTS)]
    left = CODINGS
    for i, document in enumerate(documents):
        words = chance.choices(WORDS, k=LENGTH // 4)
        text = " ".join(w + ("\n" if k % 40 == 39 else "") for k, w in enumerate(words))[:LENGTH]
        assert len(text) == LENGTH
        found.documents.append((document, f"interview {i}", text, "text", None))
        edges = [k for k in range(1, LENGTH) if text[k - 1] in " \n" and text[k] not in " \n"]
        own = left // (DOCUMENTS - i)
        left -= own
        marked: set[tuple[int, int, str, str]] = set()
        while len(marked) < own:
            first, code = chance.randrange(20, len(edges) - 150), chance.choice(codes)
            last = first + chance.randint(8, 130)
            for coder in coders:
                a, b = first + chance.randint(-6, 6), last + chance.randint(-6, 6)
                given = code if chance.random() < 0.8 else chance.choice(codes)
                if b > a and len(marked) < own:
                    marked.add((edges[a], len(text[: edges[b]].rstrip()), given, coder))
        found.codings += [(document, *place, None) for place in sorted(marked)]
    write_qdpx(found.project(), path)


def measure(path: Path, unit: str) -> None:
    begun = time.perf_counter()

    def told(what: str, cpu: float, wall: float) -> None:
        print(f"{what}: {time.process_time() - cpu:.1f} s CPU, {time.perf_counter() - wall:.1f} s wall")

    from trenza.qualitative import read_project
    from trenza.qualitative.agreement import agree

    told("libraries", 0.0, begun)
    cpu, wall = time.process_time(), time.perf_counter()
    project = read_project(path)
    told("reading", cpu, wall)
    assert len(project.codings) == CODINGS and project.documents["text"].str.len().eq(LENGTH).all()
    cpu, wall = time.process_time(), time.perf_counter()
    tables = agree(
        project.codings, project.documents, project.codes, study="made", source_id="made", source="simulated",
        unit=unit, min_uses=5, resamples=SAMPLES, seed=1,
    )  # fmt: skip
    told(f"agreement by {unit}", cpu, wall)
    told("whole process", 0.0, begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{peak:.0f} MB at most; rows { ({name: len(t) for name, t in tables.items()}) }; load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), sys.argv[3])
        return
    unit = sys.argv[1] if len(sys.argv) > 1 else "character"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.qdpx"
        write(path)
        # A process of its own: what it took to make the project counts neither as time nor as memory.
        subprocess.run([sys.executable, __file__, "--measure", str(path), unit], check=True)


if __name__ == "__main__":
    main()
