"""How long full agreement takes in a large project: 200 interviews of 60,000 characters, 300 codes, 3 coders.

    PYTHONPATH=src python benchmarks/agreement.py [unit ...]

50,000 made codings; all statistics by code, by code with those below it, of marking, of naming and of families,
1,000 samples of documents. Prints seconds and the largest memory of the process. The codings are made, so their
agreement means nothing.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

from trenza.qualitative.agreement import agree

DOCUMENTS, LENGTH, CODES, CODINGS, CODERS = 200, 60_000, 300, 50_000, 3


def project() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    sentence = "Lo que más valoramos fue mirar juntos una clase y conversar sin juzgar a nadie. "
    text = (sentence * (LENGTH // len(sentence) + 1))[:LENGTH]
    names = [f"d{i:03}" for i in range(DOCUMENTS)]
    documents = pd.DataFrame({"document": names, "name": names, "text": text, "kind": "text", "path": None})
    ids = [f"c{i:03}" for i in range(CODES)]
    codes = pd.DataFrame({"code": ids, "parent": [None if i < 20 else f"c{i % 20:03}" for i in range(CODES)], "name": ids})  # fmt: skip
    each = CODINGS // CODERS
    doc, code = rng.integers(0, DOCUMENTS, each), rng.integers(0, CODES, each)
    start = rng.integers(0, LENGTH - 1000, each)
    end = start + rng.integers(50, 800, each)
    parts = []
    for coder in range(CODERS):
        first = np.clip(start + rng.integers(-60, 60, each), 0, None)
        last = np.clip(end + rng.integers(-40, 60, each), first + 1, LENGTH)
        given = np.where(rng.random(each) < 0.8, code, rng.integers(0, CODES, each))
        parts.append(
            pd.DataFrame({"document": np.array(names)[doc], "start": first, "end": last, "code": np.array(ids)[given],
                          "coder": f"k{coder}", "whole_document": False, "created": None})
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True).astype({"start": "Int64", "end": "Int64"}), documents, codes


def main() -> None:
    frames = project()
    for unit in sys.argv[1:] or ["character"]:
        begun = time.perf_counter()
        tables = agree(*frames, study="made", source_id="made", source="simulated", unit=unit, min_uses=10, seed=1)  # fmt: skip
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = {name: len(table) for name, table in tables.items()}
        print(f"{unit}: {seconds:.1f} s, {peak:.0f} MB, rows {rows}")


main()
