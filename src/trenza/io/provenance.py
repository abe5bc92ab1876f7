"""What a result was made from: the code of its rooms and the versions of its libraries."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
# The libraries whose version can change a number or a picture.
LIBRARIES = (
    "trenza",
    "snakemake",
    "pandas",
    "numpy",
    "duckdb",
    "fastexcel",
    "python-calamine",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "pypandoc-binary",
    "typst",
)


def code_digest(*rooms: str) -> str:
    """SHA-256 over the source of ``rooms``, ``contracts`` and ``io``, and over the libraries' versions.

    Snakemake sees neither an edited package module nor another version of a library; a rule that carries
    this digest as a parameter reruns exactly when one of its rooms, or a library, has changed.
    """
    digest = hashlib.sha256(repr(versions()).encode())
    for room in sorted({*rooms, "contracts", "io"}):
        for path in sorted(
            p for p in (PACKAGE / room).rglob("*") if p.is_file() and "__pycache__" not in p.parts
        ):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            # Line ends differ between platforms, the code does not.
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Installed version of every library in ``LIBRARIES``."""
    return {name: metadata.version(name) for name in LIBRARIES}
