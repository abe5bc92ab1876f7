"""The audit of a published table for run.py: passes its words on to the package's own command."""

from __future__ import annotations

import sys

from trenza.command import main

if __name__ == "__main__":
    sys.exit(main(["audit", *sys.argv[1:]]))
