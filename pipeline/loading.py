"""Reading JSON and TOML strictly: what cannot be read back as it was meant is refused, not guessed."""

from __future__ import annotations

import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import Problem

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
# docxtpl and Jinja read these in a value as an instruction, even in the middle of a name
TEMPLATE_SYNTAX = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\{_\{|\}_\}|\{_%|%_\}")
# Word turns them into paragraphs and pages, Excel refuses them, the bidirectional ones turn text around
CONTROL = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# how the keys of our files are written
KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")

Json = Any


class _Refused(ValueError):
    pass


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    seen: dict[str, Json] = {}
    for key, value in pairs:
        if key in seen:
            raise _Refused(
                f'the key "{key}" stands twice in one object' if KEY.fullmatch(key) else "a key stands twice in one object"
            )
        seen[key] = value
    return seen


def _no_constant(name: str) -> Json:
    raise _Refused(f"{name} is not a number that JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused("a number is larger than any that can be written back")
    return number


def read_bounded(path: Path, shown: str, limit: int = MAX_BYTES) -> tuple[bytes, list[Problem]]:
    """The bytes of a file of at most `limit` bytes, or the problem that keeps it from being read."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError:
        return b"", [Problem(shown, "The file is missing.", "Put it there, or take away what names it.")]
    except OSError as error:
        return b"", [Problem(shown, f"The file cannot be read ({error.strerror}).", "Check its permissions.")]
    if len(raw) > limit:
        return b"", [Problem(shown, f"The file is larger than {limit // 1_000_000} MB.", "Check that it is the right file.")]
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        return b"", [Problem(shown, "The file is empty.", "Fill it in, or restore it from a copy.")]
    return raw, []


def load_json(path: Path, shown: str) -> tuple[Json, list[Problem]]:
    """The value of a JSON file, or its problems. Refuses duplicate keys, NaN, deep nesting, control characters."""
    raw, problems = read_bounded(path, shown)
    if problems:
        return None, problems
    try:
        value = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        return None, [Problem(shown, "The file is not UTF-8 text.", "Save it as UTF-8.")]
    except json.JSONDecodeError as error:
        where = f"{shown}:{error.lineno}:{error.colno}"
        return None, [
            Problem(where, f"This is not JSON: {error.msg}.", "Often a comma or a quotation mark is missing just before.")
        ]
    except _Refused as error:
        return None, [Problem(shown, f"This cannot be read safely: {error}.", "Keep one of the two, or give a plain value.")]
    except (RecursionError, ValueError):
        return None, [_too_much(shown)]
    if value is None:
        return None, [Problem(shown, "The file holds nothing but null.", "Fill it in, or restore it from a copy.")]
    if _too_deep(value):
        return None, [_too_much(shown)]
    return value, list(refuse_strange_text(value, shown))


def load_toml(path: Path, shown: str) -> tuple[Json, list[Problem]]:
    """The value of a TOML file of the catalogue, or its problems."""
    raw, problems = read_bounded(path, shown)
    if problems:
        return None, problems
    try:
        value = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None, [Problem(shown, "The file is not UTF-8 text.", "Save it as UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(shown, f"This is not TOML: {error}.", "See toml.io for how it is written.")]
    except (RecursionError, ValueError):
        return None, [_too_much(shown)]
    return (None, [_too_much(shown)]) if _too_deep(value) else (value, [])


def _too_much(shown: str) -> Problem:
    return Problem(shown, "The file is nested too deeply, or a number is too long.", "Check that it is the right file.")


def _too_deep(value: Json) -> bool:
    """Whether lists and groups stand in each other more than MAX_DEPTH times; without recursion."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        holders = [item for item in level if isinstance(item, (dict, list))]
        if not holders:
            return False
        level = [item for holder in holders for item in (holder.values() if isinstance(holder, dict) else holder)]
    return True


def refuse_strange_text(value: Json, shown: str) -> Iterator[Problem]:
    """Problems of strings that a template engine, Word or Excel would take for something else."""
    for pointer, text in strings(value):
        where = f"{shown}#{pointer}"
        found = CONTROL.search(text)
        if found:
            code = f"U+{ord(found.group()):04X}"
            yield Problem(
                where, f"A line break or control character stands in the text ({code}).", "Type the text anew, in one line."
            )
        if TEMPLATE_SYNTAX.search(text):
            yield Problem(where, "Double braces or {% are the signs of the template language.", "Write the text without them.")
        if unicodedata.normalize("NFC", text) != text:
            yield Problem(where, "An accent is stored apart from its letter.", "Type the letter anew; it looks the same.")


def strings(value: Json, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a JSON value, keys included, with its place as `pointer` writes it."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for number, (key, item) in enumerate(value.items(), 1):
            yield pointer, key
            yield from strings(item, f"{pointer}/{step_of(key, number)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{pointer}/{index}")


def pointer(steps: Iterable[str | int], value: Json) -> str:
    """The place in `value` to which the steps lead, as a JSON pointer (RFC 6901) as far as its keys may be printed."""
    told = ""
    for step in steps:
        told += f"/{step_of(step, list(value).index(step) + 1) if isinstance(step, str) else step}"
        value = value[step]
    return told


def step_of(key: str, number: int) -> str:
    """A key as places name it: one that is not written as ours are is something a client wrote, and is counted instead."""
    return key if KEY.fullmatch(key) else f"(key {number})"


def json_dates(value: Json) -> Json:
    """TOML knows dates and JSON Schema knows only their text."""
    if isinstance(value, dict):
        return {key: json_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_dates(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
