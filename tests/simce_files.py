"""Toy SIMCE files: the same six schools written as the file of each grade and year writes them.

The styles below were typed in from the official files and their code books, not from the package's dialect table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUP_WORDS = {1: "Bajo", 2: "Medio bajo", 3: "Medio", 4: "Medio alto", 5: "Alto"}
DEPENDENCY_WORDS = {
    1: "Corporación Municipal",
    2: "Municipal DAEM",
    3: "Particular subvencionado",
    4: "Particular pagado",
    5: "Administración delegada",
}
SIGNIFICANCE_WORDS = {
    -1: "Negativa y significativa",
    0: "No significativa",
    1: "Positiva y significativa",
}


@dataclass(frozen=True)
class Style:
    """How one file writes things."""

    subjects: tuple[str, ...]
    words: bool = False
    marks: str = "2018"  # words, 2015, labels_2017, 2018
    changes: str = "2017"  # words, 2015, 2017, 2023
    changed: tuple[str, ...] = ()
    change_marked: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    eda_marks: bool = False
    zero_score: bool = False
    zero_change: bool = False
    zero_peers: bool = False
    zero_standards: bool = False
    zero_pupils: bool = False
    text_standards: bool = False
    text_marks: bool = False
    surplus_significance: bool = False
    early_blank: bool = False  # 2014-15: the smallest are "no reporte"
    version: str | None = "final20190101v1"
    grade_last: bool = False


LM = ("lect", "mate")
LMN = ("lect", "mate", "nat")
LMS = ("lect", "mate", "soc")
IN_WORDS: dict[str, Any] = {"words": True, "marks": "words", "changes": "words"}
CODES_2015: dict[str, Any] = {"words": True, "marks": "2015", "changes": "2015"}


def _style(subjects: tuple[str, ...] = LM, **more: Any) -> Style:
    """A style with change, mark of change and standards in every subject, where nothing else is said."""
    return Style(
        **{"subjects": subjects, "changed": subjects, "change_marked": subjects, "standards": subjects} | more
    )


STYLES: dict[tuple[str, int], Style] = {
    ("2m", 2014): _style(
        LMN, changed=LM, change_marked=LM, standards=LM, eda_marks=True, early_blank=True, **IN_WORDS
    ),
    ("2m", 2015): _style(
        LMS, change_marked=LM, standards=LM, text_standards=True, early_blank=True, **CODES_2015
    ),
    ("2m", 2016): _style(LMN, standards=LM, text_standards=True, **IN_WORDS),
    ("2m", 2017): _style(LMS, standards=LM, text_standards=True, **IN_WORDS),
    ("2m", 2018): _style(LMN, standards=LM, zero_change=True, zero_peers=True, text_marks=True),
    ("2m", 2022): _style(zero_score=True, zero_change=True, zero_peers=True, text_marks=True, version=None),
    ("2m", 2023): _style(changes="2023", zero_standards=True, text_standards=True, grade_last=True),
    ("2m", 2024): _style(changes="2023", zero_standards=True, zero_pupils=True, grade_last=True),
    ("2m", 2025): _style(changes="2023", zero_pupils=True, version="preliminar20260101v1", grade_last=True),
    ("4b", 2014): _style(LMS, eda_marks=True, text_standards=True, early_blank=True, **IN_WORDS),
    ("4b", 2015): _style(text_standards=True, early_blank=True, **CODES_2015),
    ("4b", 2016): _style(text_standards=True, surplus_significance=True, **IN_WORDS),
    ("4b", 2017): _style(zero_score=True, zero_change=True, zero_peers=True, version=None),
    ("4b", 2018): _style(zero_change=True, zero_peers=True),
    ("4b", 2022): _style(zero_score=True, zero_change=True, zero_peers=True),
    ("4b", 2023): _style(
        changes="2023", zero_standards=True, zero_pupils=True, text_standards=True, grade_last=True
    ),
    ("4b", 2024): _style(
        changes="2023", zero_standards=True, zero_pupils=True, version="preliminar20240422v1", grade_last=True
    ),
    ("4b", 2025): _style(changes="2023", zero_pupils=True, version="preliminar20260101v1", grade_last=True),
    ("8b", 2017): _style(LMN, standards=(), marks="labels_2017", surplus_significance=True),
    ("8b", 2019): _style(LMS, standards=(), zero_change=True, zero_peers=True),
}
MARKS: dict[str, dict[str, Any]] = {
    "words": {
        "too_few": "Alumnos insuficientes",
        "no_report": "Ajenas a la Agencia: No reporte",
        "not_representative": "Ajenas a la Agencia: Resultados no representativos",
    },
    "2015": {"too_few": 1, "no_report": 3, "not_representative": 2},
    "labels_2017": {"too_few": 1, "not_representative": 5},
    "2018": {"too_few": 1, "not_representative": 3},
}
CHANGES: dict[str, dict[str, Any]] = {
    "words": {
        "too_few": "Alumnos insuficientes para comparación",
        "not_representative": "Con marca en esta medición: No representativa",
    },
    "2015": {"too_few": "Alumnos insuficientes", "not_comparable": "Evaluación actual no permite comparar"},
    "2017": {"too_few": 1, "not_representative": 3},
    "2023": {"too_few": 2, "not_comparable": 1},
}
# rbd, check digit, dependency code, group, rural code, region
SCHOOLS = [
    (5, 1, 2, 2, 1, 15),
    (8, 6, 3, 3, 1, 13),
    (9, 4, 1, 1, 2, 10),
    (26372, 2, 4, 5, 1, 13),  # its digit should be 9: a real case
    (10, 8, 2, 2, 2, 9),
    (11, 6, 3, 4, 1, 8),
]


def rows(grade: str, year: int) -> list[dict[str, Any]]:
    """Six schools: 0 ordinary, 1 one pupil, 2 four pupils, 3 not representative, 4 did not sit, 5 a change of 0."""
    style = STYLES[grade, year]
    found = []
    for i, (rbd, digit, dependency, group, rural, region) in enumerate(SCHOOLS):
        if style.words:
            words = {
                "cod_depe1": DEPENDENCY_WORDS[dependency],
                "cod_depe2": "Municipal",
                "cod_grupo": GROUP_WORDS[group],
                "cod_rural_rbd": {1: "Urbano", 2: "Rural"}[rural],
            }
        else:
            words = {"cod_depe1": dependency, "cod_depe2": 1, "cod_grupo": group, "cod_rural_rbd": rural}
        row: dict[str, Any] = {
            "agno": year,
            "grado": grade,
            "rbd": rbd,
            "dvrbd": digit,
            "nom_rbd": f"ESCUELA SECRETA {i}",
            "cod_reg_rbd": region,
            "nom_reg_rbd": "REGIÓN",
            "cod_com_rbd": 35,
            "nom_com_rbd": "Camar",
            **words,
        }
        if i == 4:
            row["cod_grupo"] = None
        for s in style.subjects:
            row |= _subject(style, grade, s, i)
        sat: Any = "Rbd y curso rinde Simce" if style.words else 0
        out: Any = "Cursos con 100% ausentes y sin cuestionarios" if style.words else 1
        row["noaplica"] = out if i == 4 else sat
        if style.version:
            row |= {"fecha_bbdd": 20190101, "codigo_bbdd": style.version}
        if style.grade_last:
            row |= {"grado": row.pop("grado"), "agno": row.pop("agno")}
        found.append(row)
    return found


def _subject(style: Style, grade: str, s: str, i: int) -> dict[str, Any]:
    def name(kind: str) -> str:
        return f"{kind}_{s}{grade}_rbd"

    def sig(value: int | None) -> Any:
        return SIGNIFICANCE_WORDS[value] if style.words and value is not None else value

    row: dict[str, Any] = {}
    pupils = [30, 1, 4, 25, None, 12][i]
    row[name("nalu")] = 0 if i == 4 and style.zero_pupils else pupils
    row[name("prom")] = [261, 0 if style.zero_score else None, 240, 250, None, 300][i]
    if s in style.changed:
        filled = 0 if style.zero_change else None
        row[name("dif")] = [5, filled, filled, filled, None, 0][i]
        surplus = 0 if style.zero_change or style.surplus_significance else None
        row[name("sigdif")] = sig([1, surplus, surplus, surplus, None, 0][i])
    peers = 0 if style.zero_peers else None
    row[name("difgru")] = [-3, peers, peers, 4, None, 0][i]
    row[name("siggru")] = sig([0, peers, peers, 1, None, 0][i])
    marks = MARKS[style.marks]
    withheld = "no_report" if style.early_blank else "too_few"
    mark = [None, marks[withheld], None, marks["not_representative"], None, None][i]
    row[name("marca")] = str(mark) if style.text_marks and mark is not None else mark
    if s in style.change_marked:
        listed = CHANGES[style.changes]
        other = listed.get("not_representative", listed.get("not_comparable"))
        row[name("marcadif")] = [None, listed["too_few"], listed["too_few"], other, None, None][i]
    if s in style.standards:
        filled = 0 if style.zero_standards else None
        shares = {"ins": [20.5, 33.3], "ele": [30, 33.3], "ade": [49.5, 33.4]}
        for short, (first, last) in shares.items():
            values = [first, filled, filled, last, None, last]
            value = values[i]
            text = style.text_standards and value is not None and (value != 30 or style.zero_standards)
            row[name(f"palu_eda_{short}")] = f"{float(value):.1f}" if text else value
        if style.eda_marks:
            row[name("marca_eda")] = (
                "Ajenas al Establecimiento: Resultados no representativos" if i in (1, 2) else None
            )
    return row


def write_xlsx(
    path: Path, table: list[dict[str, Any]], sheet: str = "Hoja1", extra: tuple[str, ...] = ()
) -> Path:
    """Write rows as a workbook, with empty sheets behind it if wanted."""
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = sheet
    first.append(list(table[0]))
    for row in table:
        first.append([row[c] for c in table[0]])
    for name in extra:
        book.create_sheet(name)
    book.save(path)
    return path


def write_csv(path: Path, table: list[dict[str, Any]], delimiter: str, encoding: str) -> Path:
    """Write rows as CSV."""
    import csv

    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(table[0])
        writer.writerows([row[c] for c in table[0]] for row in table)
    return path
