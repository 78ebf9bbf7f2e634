"""Frozen dataclasses → what a template gets: dicts, lists, strings, whole numbers, booleans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def primitives(value: Any) -> Any:
    """JSON primitives of a value; a TypeError for anything else, so that no object with methods reaches a template."""
    if isinstance(value, (str, int, bool)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _primitive(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): _primitive(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_primitive(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no JSON primitive")


def _primitive(item: Any) -> Any:
    # nearly all are strings, of which a package has half a million
    return item if type(item) is str else primitives(item)


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def packed(names: object) -> str:
    """JSON of the names of a document (primitives), in their order."""
    return json.dumps(names, ensure_ascii=False, separators=(",", ":"))
