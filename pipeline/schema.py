"""Validation against the JSON Schemas: whether a value is valid; pipeline.schema_errors says why one is not.

jsonschema-rs says yes a hundred times faster than jsonschema. Only where it says no, jsonschema looks for the reasons, and its
word is the last one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from email_validator import EmailNotValidError, validate_email

from pipeline.errors import Problem

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+\.[^\s/?#.]+([/?#]\S*)?")


def _is_date(value: object) -> bool:
    # date.fromisoformat alone takes 20261231 too
    if isinstance(value, str):
        try:
            return DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
        except ValueError:
            return False
    return True


def _is_email(value: object) -> bool:
    # the checker of jsonschema itself is content with any text that holds an @
    if isinstance(value, str):
        try:
            validate_email(value, check_deliverability=False)
        except EmailNotValidError:
            return False
    return True


def _is_web_address(value: object) -> bool:
    # jsonschema checks it only beside a package of its choice, and then takes any scheme
    return not isinstance(value, str) or WEB_ADDRESS.fullmatch(value) is not None


FORMATS: Mapping[str, Callable[[object], bool]] = {"date": _is_date, "email": _is_email, "uri": _is_web_address}


def load_schema(path: Path) -> Mapping[str, Any]:
    """A schema of this program, itself checked once."""
    return _checked(path.read_text("utf-8"))


@cache
def _checked(text: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(text)
    if quick_validator(text) is None:
        from jsonschema import Draft202012Validator

        Draft202012Validator.check_schema(schema)
    return schema


def validate(value: Any, schema: Path, shown: str) -> list[Problem]:
    """Every problem of `value` under the schema, each with file and JSON pointer. Formats (date, e-mail, web address) count."""
    text = schema.read_text("utf-8")
    _checked(text)
    if quickly_valid(value, text):
        return []
    from pipeline.schema_errors import explain

    return explain(value, schema, shown)


def quickly_valid(value: Any, schema: str) -> bool | None:
    """Whether a value is valid under a schema (JSON text), by jsonschema-rs; None where it cannot say."""
    quick = quick_validator(schema)
    try:
        return quick.is_valid(value) if quick else None
    except ValueError:
        return None  # the value holds what JSON does not know, such as a time of TOML


@lru_cache(maxsize=1024)
def quick_validator(schema: str) -> jsonschema_rs.Draft202012Validator | None:
    """jsonschema-rs for a schema (JSON text), or None where that is broken, or has a pattern that only Python understands."""
    try:
        return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True, formats=dict(FORMATS))
    except jsonschema_rs.ValidationError:
        return None
