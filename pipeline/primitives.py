"""Frozen dataclasses → what a template gets: dicts, lists, strings, whole numbers, booleans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def primitives(value: Any) -> Any:
    """JSON primitives of a value; a TypeError for anything else, so that no object with methods reaches a template."""
    if isinstance(value, (str, int, bool)):
        return value  # first, because nearly all values are
    if is_dataclass(value):
        return {field.name: primitives(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): primitives(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [primitives(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no JSON primitive")


def packed(names: object) -> str:
    """JSON of the names of a document (primitives), in their order."""
    return json.dumps(names, ensure_ascii=False, separators=(",", ":"))
