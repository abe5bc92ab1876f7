"""JSON Schema in the user's terms: every breach as a ``Fault``, and defaults filled in."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trenza.contracts.faults import Fault

# Control characters, which no document can hold, and what stands for bytes that are no letter.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]")
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": "an id: small letters, digits and _, a letter first (for example school_1)",
    "^([a-z][a-z0-9_]*)?$": "blank, or an id: small letters, digits and _, a letter first",
    "^-?[0-9]+([.][0-9]+)?$": "a number with a decimal point",
    "^[a-z][a-z0-9_]*( *; *[a-z][a-z0-9_]*)*$": "ids joined by ;",
    "^([a-z][a-z0-9_]*( *; *[a-z][a-z0-9_]*)*)?$": "blank, or ids joined by ;",
    "^(0?[.][0-9]+|1|1[.]0+)?$": "blank, or a share above 0 and up to 1, with a decimal point",
}


def schema_faults(value: Any, schema: Mapping[str, Any], file: str) -> list[Fault]:
    """All breaches of ``schema`` in ``value`` (a parsed YAML file), each with its key as the place."""
    from jsonschema import Draft202012Validator

    found: list[Fault] = []
    for error in _leaves(Draft202012Validator(schema).iter_errors(value)):
        key = ".".join(str(part) for part in error.absolute_path)
        found += [Fault(file, key, "", *_say(error, extra)) for extra in _unknown_keys(error)]
    return found


def row_faults(
    header: Sequence[str], rows: Sequence[Mapping[str, str]], schema: Mapping[str, Any], file: str
) -> list[Fault]:
    """All breaches of a row schema in the rows of a CSV file; the first data row is row 2.

    Missing or unknown columns are told once, for the header.
    """
    from jsonschema import Draft202012Validator

    columns = list(header)
    allowed = list(schema["properties"])
    found = [
        Fault(file, "1", c, "no such column", "this column") for c in schema["required"] if c not in columns
    ]
    found += [
        Fault(file, "1", c, "an unknown column", ", ".join(allowed)) for c in columns if c not in allowed
    ]
    validators = {c: Draft202012Validator(schema["properties"][c]) for c in columns if c in allowed}
    for number, row in enumerate(rows, 2):
        found += [
            Fault(file, str(number), c, _show(row[c]), "letters that can be read: save the file as UTF-8")
            for c in columns
            if _UNREADABLE.search(row[c])
        ]
        for column, validator in validators.items():
            for error in validator.iter_errors(row[column]):
                found.append(Fault(file, str(number), column, *_say(error, None)))
    return found


def with_defaults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """A copy of ``value`` in which every missing key with a default has it, all the way down."""
    root = root or schema
    schema = _resolve(schema, root)
    if isinstance(value, Mapping):
        filled = {
            k: with_defaults(v, schema.get("properties", {}).get(k) or _additional(schema), root)
            for k, v in value.items()
        }
        for key, sub in schema.get("properties", {}).items():
            if key not in filled and "default" in sub:
                filled[key] = with_defaults(copy.deepcopy(sub["default"]), sub, root)
        return filled
    if isinstance(value, list):
        return [with_defaults(v, schema.get("items", {}), root) for v in value]
    return value


def _additional(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    extra = schema.get("additionalProperties", {})
    return extra if isinstance(extra, Mapping) else {}


def _resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return target  # type: ignore[no-any-return]
    return schema


def _leaves(errors: Iterator[Any]) -> Iterator[Any]:
    """The breaches that a user can act on: of alternatives, those of the alternative that came nearest."""
    for error in errors:
        if error.validator == "oneOf" and error.context and not _choice(error.validator_value):
            by_branch: dict[int, list[Any]] = {}
            for sub in error.context:
                by_branch.setdefault(sub.schema_path[0], []).append(sub)
            # A branch that fails deeper down, or in fewer places, is the one that was meant.
            best = min(
                by_branch.values(), key=lambda branch: (-max(len(e.path) for e in branch), len(branch))
            )
            if all(e.validator == "required" for e in best) or any(len(e.path) > 0 for e in best):
                yield from _leaves(iter(best))
            else:
                yield error
        else:
            yield error


def _choice(branches: Sequence[Any]) -> bool:
    """Whether alternatives are single keys, one of which is needed."""
    return all(set(b) == {"required"} and len(b["required"]) == 1 for b in branches)


def _unknown_keys(error: Any) -> Sequence[str | None]:
    if error.validator == "additionalProperties":
        known = set(error.schema.get("properties", {}))
        return sorted(str(k) for k in error.instance if k not in known)
    return [None]


def _say(error: Any, extra: str | None) -> tuple[str, str]:
    """What was found and what is allowed, in words."""
    kind, limit, value = error.validator, error.validator_value, error.instance
    if kind == "additionalProperties":
        return f"unknown key '{extra}'", ", ".join(error.schema.get("properties", {})) or "no keys"
    if kind == "required":
        missing = re.findall(r"^'(.+?)' is a required", error.message)
        allowed = f"the keys {', '.join(limit)} are all needed" if len(limit) > 1 else f"the key {limit[0]}"
        return f"no key '{missing[0] if missing else '?'}'", allowed
    if kind == "dependentRequired":
        missing, there = re.findall(r"'(.+?)'", error.message)[:2]
        return f"'{there}' without '{missing}'", f"{', '.join(limit)} together, or none of them"
    if kind == "oneOf" and _choice(limit) and isinstance(value, Mapping):
        keys = [key for branch in limit for key in branch["required"]]
        there = [key for key in keys if key in value]
        return " and ".join(there) if there else "neither", f"one of the keys {', '.join(keys)}"
    found = _show(value)
    if kind == "enum":
        return found, ", ".join(str(v) for v in limit)
    if kind == "pattern":
        return found, _PATTERNS.get(limit) or str(error.schema.get("description", limit))
    if kind == "type":
        words = {
            "object": "keys with values",
            "array": "a list",
            "string": "text",
            "integer": "a whole number",
            "number": "a number",
            "boolean": "true or false",
        }
        return found, words.get(str(limit), str(limit))
    bounds = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
    }
    if kind in bounds:
        return found, f"{bounds[kind]} {limit}"
    if kind in ("minItems", "minProperties"):
        return found, f"at least {limit} entries"
    if kind == "maxItems":
        return found, f"at most {limit} entries"
    if kind == "minLength":
        return "blank", "some text"
    if kind == "uniqueItems":
        return found, "each entry once"
    description = str(error.schema.get("description", "")) if isinstance(error.schema, Mapping) else ""
    return found, description or "see config/README.md"


def _show(value: Any) -> str:
    if value is None or value == "":
        return "nothing" if value is None else "blank"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
