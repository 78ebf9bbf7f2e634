"""Practices chosen by what their profiles say: `KEY=VALUE` as a condition like those of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.conditions import Fragment, applies
from pipeline.errors import UsageError, did_you_mean
from pipeline.load import read_valid
from pipeline.schema import load_schema
from pipeline.workspace import Workspace

TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def fulfilling(workspace: Workspace, slugs: Iterable[str], where: Iterable[str]) -> tuple[str, ...]:
    """Those of the practices whose profile fulfils every KEY=VALUE.

    One whose profile has problems is among them: nobody can say that it is not meant, and its build says what is wrong.
    Raises UsageError for a key that no profile can have, or a value that it can never say.
    """
    schema = load_schema(workspace.schemas / "profile.schema.json")
    conditions = [condition(said, schema) for said in where]
    return tuple(slug for slug in slugs if _fulfils(workspace, slug, conditions))


def condition(said: str, schema: Mapping[str, Any]) -> Fragment:
    """`locations.address.state=OR` as a condition: some location has that address. schema: that of the profile."""
    key, _, value = said.partition("=")
    if not key or not value:
        raise UsageError("Write --where as KEY=VALUE, for example --where states_served=OR.")
    return _inner(key, key.split("."), value, schema, schema)


def _inner(key: str, steps: Sequence[str], value: str, facts: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    while "$ref" in facts:
        facts = root["$defs"][facts["$ref"].removeprefix("#/$defs/")]
    if facts.get("type") == "array":
        return {"type": "array", "contains": _inner(key, steps, value, facts["items"], root)}
    known = facts.get("properties", {})
    if not steps:
        if known:
            raise UsageError(f'The key "{key}" is a group. Say which of its keys: {key}.{", ".join(sorted(known))}.')
        return {"const": _typed(key, value, facts)}
    step, *rest = steps
    if step not in known:
        raise UsageError(f'No profile has the key "{key}". {did_you_mean(step, known)}')
    return {"type": "object", "required": [step], "properties": {step: _inner(key, rest, value, known[step], root)}}


def _typed(key: str, value: str, facts: Mapping[str, Any]) -> str | int | bool:
    """The value as the profile writes it."""
    if facts.get("type") == "boolean":
        if value.lower() not in TRUTH:
            raise UsageError(f'The key "{key}" is true or false.')
        return TRUTH[value.lower()]
    if facts.get("type") == "integer":
        if not value.isdecimal() or len(value) > 9:
            raise UsageError(f'The key "{key}" is a whole number.')
        return int(value)
    possible = facts.get("enum", [facts["const"]] if "const" in facts else [value])
    if value not in possible:
        raise UsageError(f'The key "{key}" never says "{value}". {did_you_mean(value, possible)}')
    return value


def _fulfils(workspace: Workspace, slug: str, conditions: Iterable[Fragment]) -> bool:
    raw, problems = read_valid(workspace, workspace.practice(slug) / "profile.json", "profile")
    return bool(problems) or all(applies(condition, raw) for condition in conditions)
