"""Pseudonyms for schools in anything that may be shared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def salted(salt: str) -> Callable[[int], str]:
    """A function from RBD to pseudonym: S and eight letters or digits of HMAC-SHA-256 under ``salt``.

    The same salt gives the same pseudonyms in every run. There are some 17,000 RBDs, so without a secret salt
    anybody could try them all: the salt is never shared.
    """
    key = salt.encode()

    def pseudonym(rbd: int) -> str:
        digest = hmac.new(key, str(int(rbd)).encode(), hashlib.sha256).digest()
        return "S" + base64.b32encode(digest)[:8].decode()

    return pseudonym


def own_salt(path: Path) -> str:
    """The salt in ``path``, made at first use; two runs at once agree on one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32) + "\n")
    return path.read_text(encoding="utf-8").strip()
