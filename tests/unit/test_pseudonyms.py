"""Pseudonyms: the same for the same salt, nothing of the number in them; one salt for all runs, readable by its owner."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from simce_files import rows, write_xlsx

from trenza.contracts.faults import InputFaults
from trenza.io import pseudonyms
from trenza.io.pseudonyms import own_salt, salted, salted_text
from trenza.official.describe import describe_official
from trenza.official.study import clean_official

RBDS = range(1, 17_001)
NO_LINKS = OSError("no links on this disk")


def test_the_same_salt_gives_the_same_pseudonym_and_another_salt_another() -> None:
    assert [salted("a")(rbd) for rbd in RBDS] == [salted("a")(rbd) for rbd in RBDS]
    assert not any(salted("a")(rbd) == salted("b")(rbd) for rbd in RBDS)
    assert salted_text("a")("P", "12345678-5") == salted_text("a")("P", "12345678-5")
    assert salted_text("a")("P", "12345678-5") != salted_text("b")("P", "12345678-5")


def test_pseudonyms_are_the_published_construction() -> None:
    """HMAC-SHA-256 (RFC 2104) of the number under the salt, in base 32 (RFC 4648), put together here by hand."""
    block = b"salt".ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + b"9999").digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()
    assert salted("salt")(9999) == "S" + base64.b32encode(outer).decode()[:8]
    digest = hmac.digest(b"salt", b"P:9999", "sha256")
    assert salted_text("salt")("P", "9999") == "P" + base64.b32encode(digest).decode()[:12]


def test_all_schools_of_the_country_have_their_own_pseudonym_and_none_shows_its_number() -> None:
    found = {rbd: salted("secret")(rbd) for rbd in RBDS}
    assert len(set(found.values())) == len(found)
    assert all(len(name) == 9 and name[0] == "S" for name in found.values())
    # by chance two signs in a row are met often, four are not
    assert not any(str(rbd) in name for rbd, name in found.items() if rbd >= 1000)


def test_a_person_and_a_school_of_one_number_have_nothing_in_common() -> None:
    of = salted_text("secret")
    for number in ("1", "9999", "12345678-5"):
        person, school = of("P", number), of("S", number)
        assert (person[0], school[0], len(person), len(school)) == ("P", "S", 13, 13)
        assert person[1:] != school[1:]
    # nor have the two kinds of pseudonym of one school
    assert salted("secret")(1)[1:] != of("S", "1")[1:9]


def test_the_salt_is_long_secret_and_kept(tmp_path: Path) -> None:
    path = tmp_path / ".salt"
    first = own_salt(path)
    assert len(bytes.fromhex(first)) == 32
    assert own_salt(path) == first
    assert own_salt(tmp_path / "other") != first
    assert list(tmp_path.glob("*.part")) == []
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_salt_that_is_there_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / ".salt"
    path.write_bytes(b"mine\r\n")
    assert own_salt(path) == "mine" and path.read_bytes() == b"mine\r\n"


@pytest.mark.parametrize("links", [True, False])
def test_many_makers_at_once_agree(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refused)
    for attempt in range(20):
        path, start = tmp_path / f"salt{attempt}", Barrier(8)

        def make(_: int, path: Path = path, start: Barrier = start) -> str:
            start.wait()
            return own_salt(path)

        with ThreadPoolExecutor(8) as runs:
            found = set(runs.map(make, range(8)))
        assert found == {path.read_text(encoding="utf-8").strip()}
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 20


def refused(*_: Any) -> None:
    raise NO_LINKS


def test_the_file_is_whole_before_it_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks just before sees no file, whoever looks just after sees the whole salt."""
    path, seen = tmp_path / ".salt", []
    link = os.link

    def watched(old: Path, new: Path) -> None:
        assert not path.exists()
        link(old, new)
        seen.append(path.read_text(encoding="utf-8").strip())

    monkeypatch.setattr(os, "link", watched)
    assert [own_salt(path)] == seen and len(seen[0]) == 64


@pytest.mark.parametrize("links", [True, False])
def test_the_salt_of_a_run_that_was_first_stays(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".salt"
    link = os.link

    def late(old: Path, new: Path) -> None:
        path.write_text("of the other run\n", encoding="utf-8")
        if not links:
            raise NO_LINKS
        link(old, new)

    monkeypatch.setattr(os, "link", late)
    assert own_salt(path) == "of the other run"
    assert [p.name for p in tmp_path.iterdir()] == [".salt"]


def test_a_file_that_is_still_empty_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".salt"
    path.touch()
    monkeypatch.setattr(pseudonyms.time, "sleep", lambda seconds: path.write_text("late\n", encoding="utf-8"))
    assert own_salt(path) == "late"


def test_a_file_that_stays_empty_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".salt"
    path.write_text("\n", encoding="utf-8")
    monkeypatch.setattr(pseudonyms.time, "sleep", lambda seconds: None)
    with pytest.raises(InputFaults) as caught:
        own_salt(path)
    for part in (".salt", "an empty file", "all pseudonyms are new"):
        assert part in str(caught.value)


def test_a_check_that_fails_shows_pseudonyms_and_no_rbd(tmp_path: Path) -> None:
    """From two SIMCE files, in which the first school's change of 5 points is none, to the tables of describe."""
    rbd, files = 18089, {}
    for year in (2018, 2022):
        table = rows("4b", year)
        table[0]["rbd"] = rbd
        files[f"{year}.xlsx"] = str(write_xlsx(tmp_path / f"{year}.xlsx", table))
    source = {"holds": "official", "kind": "real", "allow_unknown_years": False}
    place: dict[str, Any] = {"study": "s", "sources": {"simce": source}}
    clean = tmp_path / "clean"
    told, _ = clean_official({"simce": files}, **place, folder=clean)
    told["files"].to_csv(clean / "files.table.csv", index=False)
    salt_file = tmp_path / ".salt"
    tables = describe_official(clean, **place, policy={}, ci_level=0.95, min_cell=5, salt_file=salt_file)
    checked = tables["checks"].set_index("check").loc["change_is_difference"]
    assert set(checked["subject"]) == {"lect", "mate"} and not checked["agrees"].any()
    shown = tables["check_failures"]
    assert set(shown["school"]) == {salted(own_salt(salt_file))(rbd)}
    assert set(shown["check"]) == {"change_is_difference"} and len(shown) == 2
    for name, table in tables.items():
        assert str(rbd) not in table.to_csv(), name
