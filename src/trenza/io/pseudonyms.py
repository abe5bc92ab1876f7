"""Pseudonyms for schools and people in anything that may be shared."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from trenza.contracts.faults import Fault, InputFaults

_PATIENCE = 50  # looks at a file that is empty, a tenth of a second apart


def salted(salt: str) -> Callable[[int], str]:
    """A function from RBD to pseudonym: S and eight letters or digits of HMAC-SHA-256 under ``salt``.

    The same salt gives the same pseudonyms in every run. There are some 17,000 RBDs, so without a secret salt
    anybody could try them all: the salt is never shared.
    """

    def pseudonym(rbd: int) -> str:
        return "S" + _code(salt, str(int(rbd)), 8)

    return pseudonym


def salted_text(salt: str) -> Callable[[str, str], str]:
    """A function from a prefix (P a person, S a school) and an id as text to a pseudonym of twelve signs.

    The prefix is part of what is hashed, so that a person and a school with the same number have nothing in
    common. The same salt gives the same pseudonym in every file, which is how people are linked across waves.
    """

    def pseudonym(prefix: str, identifier: str) -> str:
        return prefix + _code(salt, f"{prefix}:{identifier}", 12)

    return pseudonym


def _code(salt: str, text: str, length: int) -> str:
    digest = hmac.new(salt.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:length].decode()


def own_salt(path: Path) -> str:
    """The salt in ``path``, made at first use; two runs at once agree on one.

    Raises ``InputFaults`` where the file stays empty: pseudonyms without a secret could be tried out.
    """
    if not path.exists():
        _make_salt(path)
    for _ in range(_PATIENCE):
        salt = path.read_text(encoding="utf-8").strip()
        if salt:
            return salt
        # Only where files cannot be linked: another run has made it and has not written to it yet.
        time.sleep(0.1)
    allowed = (
        "the salt that pseudonyms were made with; without it, delete the file and all pseudonyms are new"
    )
    raise InputFaults([Fault(path.name, "", "", "an empty file", allowed)])


def _make_salt(path: Path) -> None:
    """Write a new salt to ``path``, readable by its owner alone; where another run was first, its salt stays."""
    salt = f"{secrets.token_hex(32)}\n".encode()
    own = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        _write_new(own, salt)
        # Unlike a rename, a link never takes the place of a file; and the salt appears whole or not at all.
        os.link(own, path)
    except FileExistsError:
        pass
    except OSError:
        # A disk without links, such as a memory stick.
        with contextlib.suppress(FileExistsError):
            _write_new(path, salt)
    finally:
        own.unlink(missing_ok=True)


def _write_new(path: Path, text: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
