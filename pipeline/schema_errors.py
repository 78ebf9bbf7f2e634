"""Why a value is not valid under a schema, in messages for people; and what of it can be checked further all the same."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from pipeline.errors import Problem, did_you_mean
from pipeline.loading import pointer
from pipeline.schema import FORMATS, load_schema

NAMES = {
    "string": "text",
    "array": "a list",
    "object": "a group of keys",
    "integer": "a whole number",
    "boolean": "true or false",
    "number": "a number",
}
SLIP = 0.8  # how like one of ours a key is that was mistyped, from 0 to 1
CHECKER = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    CHECKER.checks(_name)(_check)


def explain(value: Any, schema: Path, shown: str) -> list[Problem]:
    """Every problem of `value` under the schema, each with file and JSON pointer."""
    rules = load_schema(schema)
    found = dict.fromkeys(
        problem
        for error in _errors(value, schema)
        for problem in _explain(error, f"{shown}#{pointer(error.absolute_path, value)}", rules)
    )
    return [problem if problem.mend else replace(problem, mend="See the schema.") for problem in found]


def checkable(value: Any, schema: Path) -> Any:
    """The value as far as it can be checked further, or None where its shape is broken.

    Unknown keys do not matter to what follows; a date that is none becomes one that is neither before nor after any other.
    """
    usable = copy.deepcopy(value)
    for error in _errors(value, schema):
        if error.validator == "format" and error.validator_value == "date":
            *steps, last = error.absolute_path
            holder = usable
            for step in steps:
                holder = holder[step]
            holder[last] = UnknownDate(1, 1, 1)
        elif error.validator not in ("additionalProperties", "format", "pattern", "minLength", "maxLength", "uniqueItems"):
            return None
    return usable


class UnknownDate(date):
    """A date of which nothing can be said: every comparison is false."""

    def __lt__(self, other: date) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__


def _errors(value: Any, schema: Path) -> Iterator[ValidationError]:
    # jsonschema ignores `format` without a checker: https://python-jsonschema.readthedocs.io/en/stable/validate/#validating-formats
    errors: Iterator[ValidationError] = Draft202012Validator(load_schema(schema), format_checker=CHECKER).iter_errors(value)
    return errors


def _explain(error: ValidationError, where: str, rules: Mapping[str, Any]) -> Iterator[Problem]:
    described = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    if error.instance in ("", None) and error.validator != "additionalProperties":
        choices = error.validator_value if error.validator == "enum" else ()
        listed = f"One of: {', '.join(map(str, choices))}. " if choices else ""
        yield Problem(where, "This is not filled in yet.", f"{listed}{described}".strip() or "See the schema.")
        return
    match error.validator:
        case "additionalProperties":
            known = set(error.schema.get("properties", {}))
            patterns = error.schema.get("patternProperties", {})
            fitting = {key for key in error.instance if any(re.search(pattern, key) for pattern in patterns)}
            for number, key in enumerate(error.instance, 1):
                if key not in known | fitting:
                    free = known - set(error.instance)
                    # one that is no slip of the pen is something that a client wrote
                    slip = get_close_matches(key, set(_keys(rules)), n=1, cutoff=SLIP)
                    told = f'The key "{key}"' if slip else f"Key number {number} of this group"
                    yield Problem(where, f"{told} is not known here.", did_you_mean(key, free or known))
        case "required":
            for key in sorted(set(error.validator_value) - set(error.instance)):
                meaning = error.schema.get("properties", {}).get(key, {}).get("description", "")
                yield Problem(where, f'The key "{key}" is missing.', f"Add it. {meaning}".strip())
        case "dependentRequired":
            for key, needed in error.validator_value.items():
                for missing in sorted(set(needed) - set(error.instance)) if key in error.instance else ():
                    yield Problem(where, f'With "{key}" belongs the key "{missing}", which is missing.', "Add it.")
        case "enum":
            given = error.instance if isinstance(error.instance, str) else ""
            hint = did_you_mean(given, [str(v) for v in error.validator_value])
            yield Problem(where, "This is none of the values that can stand here.", f"{hint} {described}".strip())
        case "type":
            wanted = NAMES.get(str(error.validator_value), str(error.validator_value))
            yield Problem(where, f"Here belongs {wanted}.", described or "Change the value.")
        case "format":
            mends = {
                "date": "Write the date as YYYY-MM-DD, for example 2026-12-31.",
                "email": "Write it as name@domain.",
                "uri": "Write it as https://domain.",
            }
            named = {"email": "e-mail address", "uri": "web address"}
            yield Problem(
                where,
                f"This is not a valid {named.get(error.validator_value, error.validator_value)}.",
                mends.get(error.validator_value, described),
            )
        case "pattern" | "const":
            yield Problem(where, "This is not written in the form that belongs here.", described)
        case "minLength" | "minItems":
            yield Problem(where, "This is empty or too short.", described)
        case "maxLength" | "maxItems" | "maximum":
            yield Problem(where, f"This is more than the limit of {error.validator_value}.", described)
        case "minimum":
            yield Problem(where, f"This is less than {error.validator_value}.", described)
        case "uniqueItems":
            yield Problem(where, "An entry stands twice in the list.", "Take one of the two away.")
        case _:
            yield Problem(where, f"The rule {error.validator} is not kept.", described or "See the schema.")


def _keys(schema: Any) -> Iterator[str]:
    """Every key that a schema knows anywhere."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _keys(part)
