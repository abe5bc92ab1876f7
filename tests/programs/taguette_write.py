"""Run with Taguette's Python: let Taguette make a project and export it in all its forms, with what it shows.

python taguette_write.py FOLDER
"""

import csv
import json
import random
import sys
from pathlib import Path

from taguette import convert, database, export, extract

WORDS = ["niño", "e\u0301tica", "😀", "👩‍👧", "escuela", "a & b", "«sí»", "𝒜", "director", "<", "año"]


def document(chance):
    lines = []
    for _ in range(chance.randint(3, 12)):
        words = [
            w.replace("&", "&amp;").replace("<", "&lt;")
            for w in chance.choices(WORDS, k=chance.randint(2, 9))
        ]
        words[0] = f"<b>{words[0]} <i>x</i></b>"
        lines.append(f"<p>{' '.join(words)}</p>")
    return "\n".join(["<h2>Entrevista</h2>", *lines])


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "made.sqlite3"
    path.unlink(missing_ok=True)
    db = database.connect(f"sqlite:///{path}")()
    chance = random.Random(8)
    users = ["ana", "luz"]
    for login in users:
        db.add(database.User(login=login))
    project = database.Project(name="Proyecto", description="")
    db.add(project)
    db.flush()
    paths = ["clima", "clima.aula", "clima.aula.respeto", "liderazgo ético 😀"]
    tags = [database.Tag(project_id=project.id, path=p, description=f"qué es {p}") for p in paths]
    db.add_all(tags)
    db.flush()
    shown = []
    for k in range(6):
        made = database.Document(
            name=f"P{k}.odt",
            description="",
            filename=f"P{k}.odt",
            project_id=project.id,
            text_direction=database.TextDirection.LEFT_TO_RIGHT,
            contents=document(chance),
        )
        db.add(made)
        db.flush()
        size = len(convert.html_to_plaintext(made.contents).encode())
        for _ in range(20):
            start = chance.randrange(size - 40)
            end = start + chance.randint(8, 40)
            try:
                snippet = extract.extract(made.contents, start, end)
            except UnicodeDecodeError:
                continue
            own = chance.sample(tags, chance.randint(1, 2))
            mark = database.Highlight(document=made, start_offset=start, end_offset=end, snippet=snippet)
            db.add(mark)
            db.flush()
            db.execute(
                database.highlight_tags.insert(), [{"highlight_id": mark.id, "tag_id": t.id} for t in own]
            )
            user = chance.choice(users)
            db.add(database.Command.highlight_add(user, made, mark, sorted(t.id for t in own)))
            shown += [(made.name, t.path, convert.html_to_plaintext(snippet), user) for t in own]
    db.commit()
    with (folder / "highlights.csv").open("w", newline="", encoding="utf-8") as file:
        export.highlights_csv(db, project.id, "", file)
    export.highlights_xslx(db, project.id, "", str(folder / "highlights.xlsx"))
    export.codebook_xml(tags, str(folder / "codebook.qdc"))
    (folder / "shown.json").write_text(json.dumps(shown), encoding="utf-8")
    rows = sum(1 for _ in csv.reader((folder / "highlights.csv").open(encoding="utf-8"))) - 1
    print(f"{len(shown)} tagged highlights made, {rows} exported")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
