"""Validation against the JSON Schemas, with messages for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from email_validator import EmailNotValidError, validate_email
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from pipeline.errors import Problem, did_you_mean

NAMES = {
    "string": "text",
    "array": "a list",
    "object": "a group of keys",
    "integer": "a whole number",
    "boolean": "true or false",
    "number": "a number",
}
FORMATS = FormatChecker(formats=["date"])


@FORMATS.checks("email", raises=EmailNotValidError)  # type: ignore[untyped-decorator]
def _is_email(value: object) -> bool:
    # the checker of jsonschema itself is content with any text that holds an @
    if isinstance(value, str):
        validate_email(value, check_deliverability=False)
    return True


@cache
def load_schema(path: Path) -> Mapping[str, Any]:
    """A schema of this program, itself checked once."""
    schema: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


def validate(value: Any, schema: Path, shown: str) -> list[Problem]:
    """Every problem of `value` under the schema, each with file and JSON pointer.

    Formats (date, e-mail, web address) are really checked: jsonschema ignores `format` without a checker.
    https://python-jsonschema.readthedocs.io/en/stable/validate/#validating-formats
    """
    validator = Draft202012Validator(load_schema(schema), format_checker=FORMATS)
    return [problem for error in validator.iter_errors(value) for problem in _explain(error, shown)]


def _explain(error: ValidationError, shown: str) -> Iterator[Problem]:
    where = f"{shown}#{pointer(error.absolute_path)}"
    described = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    if error.instance in ("", None) and error.validator != "additionalProperties":
        choices = error.validator_value if error.validator == "enum" else ()
        listed = f"One of: {', '.join(map(str, choices))}. " if choices else ""
        yield Problem(where, "This is not filled in yet.", f"{listed}{described}".strip() or "See the schema.")
        return
    match error.validator:
        case "additionalProperties":
            known = set(error.schema.get("properties", {}))
            for key in sorted(set(error.instance) - known):
                yield Problem(where, f'The key "{key}" is not known here.', did_you_mean(key, known - set(error.instance)))
        case "required":
            for key in sorted(set(error.validator_value) - set(error.instance)):
                meaning = error.schema.get("properties", {}).get(key, {}).get("description", "")
                yield Problem(where, f'The key "{key}" is missing.', f"Add it. {meaning}".strip())
        case "enum":
            given = error.instance if isinstance(error.instance, str) else ""
            hint = did_you_mean(given, [str(v) for v in error.validator_value])
            yield Problem(where, "This is none of the values that can stand here.", f"{hint} {described}".strip())
        case "type":
            wanted = NAMES.get(str(error.validator_value), str(error.validator_value))
            yield Problem(where, f"Here belongs {wanted}.", described or "Change the value.")
        case "format":
            mends = {"date": "Write the date as YYYY-MM-DD, for example 2026-12-31.", "email": "Write it as name@domain."}
            yield Problem(where, f"This is not a valid {error.validator_value}.", mends.get(error.validator_value, described))
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


def pointer(path: Any) -> str:
    """A JSON pointer (RFC 6901) of the steps in `path`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
