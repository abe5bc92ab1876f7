"""A coded project out of any file that programs for qualitative analysis make, told apart by content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trenza.io.coded.csv_folder import read_csv_folder
from trenza.io.coded.qualcoder import read_qualcoder
from trenza.io.coded.recognise import kind_of_project
from trenza.io.coded.refi_codebook import read_qdc
from trenza.io.coded.refi_project import read_qde, read_qdpx
from trenza.io.coded.segments import read_segments
from trenza.io.coded.taguette import read_taguette

if TYPE_CHECKING:
    from trenza.contracts.coded_project import Project
    from trenza.io.coded.offsets import Rule


def read_project(
    path: Path | str,
    shown_as: str | None = None,
    *,
    project: str | None = None,
    counting: Rule | None = None,
    tolerant: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Project:
    """The coded project in a file or folder.

    It may be a REFI-QDA project (.qdpx, .qde) or codebook (.qdc), a Taguette database, a QualCoder folder (.qda), a
    table of coded segments (CSV or .xlsx of Taguette, MAXQDA, ATLAS.ti, or with columns document, code, text), or a
    folder that ``write_csv_folder`` made; its content decides, not its name.

    ``shown_as``: the file's name in messages, the path unless given. ``project``: which one, in a Taguette database
    that holds several. ``counting``: how a REFI-QDA project counts its positions, where that is known; else it is
    found out from its passages, and told in ``meta``. ``tolerant``: what leads nowhere (a passage beyond the text,
    a missing text file) is left out and counted in ``loss``, and coders who are not listed are named by their ids.
    ``headers``: what the headers of a table of segments mean, where ``io/coded/headers.yaml`` does not know them.

    Raises ``InputFaults`` with everything that is wrong; then nothing is read.
    """
    path = Path(path)
    name = shown_as or str(path)
    kind = kind_of_project(path, name)
    if kind == "qdpx":
        return read_qdpx(path, name, counting=counting, tolerant=tolerant)
    if kind == "qde":
        return read_qde(path, name, counting=counting, tolerant=tolerant)
    if kind == "qdc":
        return read_qdc(path, name)
    if kind == "taguette":
        return read_taguette(path, name, project=project)
    if kind == "qualcoder":
        return read_qualcoder(path, name, counting=counting, tolerant=tolerant)
    if kind == "folder":
        return read_csv_folder(path, name)
    return read_segments(path, name, headers)
