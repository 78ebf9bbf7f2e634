"""From checked JSON and TOML values to frozen dataclasses."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from pipeline.practice import Device

T = TypeVar("T")


def _to_date(value: Any, _: type) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _converter() -> Converter:
    converter = Converter()
    converter.register_structure_hook(date, _to_date)
    converter.register_unstructure_hook(date, date.isoformat)
    # "class" is what people call it and a word of Python's own
    converter.register_structure_hook(Device, make_dict_structure_fn(Device, converter, class_=override(rename="class")))
    return converter


_CONVERTER = _converter()


def structure(value: Any, kind: type[T]) -> T:
    """`value`, already valid under its schema, as the dataclass `kind`; keys that the class leaves out are dropped."""
    return _CONVERTER.structure(value, kind)


def unstructure(value: Any) -> Any:
    """A dataclass as JSON values, of which `structure` makes it again."""
    return _CONVERTER.unstructure(value)
