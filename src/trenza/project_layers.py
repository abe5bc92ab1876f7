"""Settings in layers: a study over the studies that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.io.study_files import read_yaml


def extended(name: str, studies_dir: str, root: Path) -> tuple[dict[str, Any], list[str]]:
    """The study's own settings over those of the studies that it extends, and their names, own first."""
    lineage: list[str] = []
    layers: list[dict[str, Any]] = []
    current: str | None = name
    while current is not None:
        shown = f"{studies_dir}/{current}/study.yaml"
        if current in lineage or not (root / shown).is_file():
            what = "a circle" if current in lineage else f"'{current}', which does not exist"
            raise InputFaults(
                [Fault(f"{studies_dir}/{lineage[-1]}/study.yaml", "extends", "", what, "another study")]
            )
        lineage.append(current)
        layers.append(read_yaml(root / shown, shown))
        parent = layers[-1].get("extends")
        current = parent if isinstance(parent, str) else None
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged = over(layer, merged)
    return merged, lineage


def over(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``: keys with values merge, ``null`` takes a key away, the rest is replaced."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        else:
            nested = isinstance(value, Mapping) and isinstance(below, Mapping)
            merged[key] = over(value, dict(below or {})) if nested else value
    return merged
