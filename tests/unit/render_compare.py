"""The demo of the bundled study with chosen tables of its comparison, for the tests of the render room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from render_demo import context
from render_verdicts import audited, baseline, joined, published, simulated

from trenza.render.context import Context

__all__ = ["audited", "baseline", "joined", "published", "simulated", "view"]


def view(lang: str, *parts: dict[str, pd.DataFrame], **more: Any) -> Context:
    """The demo of the bundled study with these tables of its comparison; by default all of them."""
    parts = parts or (published(), simulated(), {"baseline": baseline()}, audited())
    base = context("cic2019", lang)
    return replace(base, tables={**base.tables, **joined(*parts), **more})
