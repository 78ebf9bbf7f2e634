"""`applies_when`: a JSON Schema fragment evaluated on the profile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pipeline.errors import Problem, did_you_mean
from pipeline.schema import quick_validator, quickly_valid

Fragment = Mapping[str, Any] | bool
# what a pattern may hold: nothing in it repeats, so that no text of a profile can keep the search busy
PLAIN = re.compile(r"[\w .,&'^$|-]*")
# JSON Schema ignores a word that it does not know, and a condition with one would be true everywhere
WORDS = frozenset(
    (
        "type",
        "required",
        "properties",
        "contains",
        "items",
        "const",
        "enum",
        "pattern",
        "minItems",
        "maxItems",
        "minContains",
        "minimum",
        "maximum",
        "not",
        "if",
        "then",
        "else",
        "allOf",
        "anyOf",
        "oneOf",
    )
)


def applies(fragment: Fragment | None, profile: Mapping[str, Any]) -> bool:
    """Whether the raw profile is valid under the fragment; no fragment applies everywhere."""
    if fragment is None:
        return True
    answer = quickly_valid(profile, json.dumps(fragment, default=str))
    if answer is None:
        from jsonschema import Draft202012Validator

        answer = bool(Draft202012Validator(fragment).is_valid(profile))
    return answer


def check_condition(fragment: Fragment | None, profile_schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """Problems of a fragment: not a schema, or a key that no profile can have.

    A misspelt key under `properties` would make the fragment true for every practice, without a word.
    """
    if fragment is None or isinstance(fragment, bool):
        return
    if wrong := _no_schema(json.dumps(fragment, sort_keys=True, default=str)):
        yield Problem(where, f"applies_when is not a JSON Schema: {wrong}", "See the other conditions in the catalogue.")
        return
    yield from _walk(fragment, profile_schema, profile_schema, where)


@lru_cache(maxsize=1024)
def _no_schema(fragment: str) -> str:
    """Why the fragment is no JSON Schema, or nothing; many entries of the catalogue have the same one."""
    if quick_validator(fragment):
        return ""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(fragment))
    except SchemaError as error:
        return str(error.message)[:120]
    return ""


def _walk(fragment: Any, facts: Mapping[str, Any], root: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if not isinstance(fragment, Mapping):
        return
    while "$ref" in facts:
        facts = root["$defs"][facts["$ref"].removeprefix("#/$defs/")]
    for word in fragment:
        if word not in WORDS:
            yield Problem(where, f'applies_when uses "{word}", which conditions do not know.', did_you_mean(word, WORDS))
    known = facts.get("properties", {})
    for key in fragment.get("required", ()):
        if key not in known:
            yield Problem(where, f'applies_when asks for the key "{key}", which no profile has there.', did_you_mean(key, known))
    for key, inner in fragment.get("properties", {}).items():
        if key not in known:
            yield Problem(where, f'applies_when looks at the key "{key}", which no profile has there.', did_you_mean(key, known))
        else:
            yield from _walk(inner, known[key], root, where)
    for word in ("not", "if", "then", "else"):
        yield from _walk(fragment.get(word), facts, root, where)
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in fragment.get(word, ()):
            yield from _walk(inner, facts, root, where)
    for word in ("contains", "items"):
        if word in fragment:
            yield from _walk(fragment[word], facts.get("items", {}), root, where)
    if "pattern" in fragment and not PLAIN.fullmatch(str(fragment["pattern"])):
        mend = "Write the words themselves, with | between several; a sign that repeats can make a search without end."
        yield Problem(where, "applies_when looks for a pattern that is more than words.", mend)
    if "pattern" in fragment and facts.get("type") != "string":
        # JSON Schema looks only at texts with a pattern; of anything else it would be true
        yield Problem(where, "applies_when looks for a pattern in something that is no text.", "Use const, enum or contains.")
    for value in [fragment["const"]] if "const" in fragment else fragment.get("enum", ()):
        possible = facts.get("enum", (True, False) if facts.get("type") == "boolean" else None)
        if possible is not None and not any(value is one or (value == one and type(value) is type(one)) for one in possible):
            yield Problem(
                where,
                f"applies_when compares with {value!r}, which cannot stand there.",
                did_you_mean(str(value), map(str, possible)),
            )
