"""Run with pyrefiqda's Python: do files written here fit classes that were generated from the standard's own schema?

python refi_models.py FILE.qdpx ...
"""

import sys
import zipfile

from pyrefiqda.models import Project
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata_pydantic.bindings import XmlParser


def main(paths):
    # Strict: an element or attribute that the schema does not have, or a value of another type, is an error.
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_converter_warnings=True))
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            project = parser.from_bytes(archive.read("project.qde"), Project)
            names = set(archive.namelist())
        sources = project.sources.text_source if project.sources else []
        passages = [s for source in sources for s in source.plain_text_selection]
        codings = [c for holder in [*sources, *passages] for c in holder.coding]
        for source in sources:
            assert f"sources/{source.plain_text_path.removeprefix('internal://')}" in names
        print(
            f"{path}: {len(sources)} texts, {len(passages)} passages, {len(codings)} codings by the schema's classes"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
