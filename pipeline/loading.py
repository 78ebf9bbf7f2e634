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
MAX_KEY, MAX_STRING = 500, 40_000  # characters; a cell of Excel holds 32,767
MAX_DOTS = 100  # in a line of TOML: the time that its parser takes for a dotted key grows with the square of its length
# docxtpl and Jinja read these in a value as an instruction, even in the middle of a name
TEMPLATE_SYNTAX = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\{_\{|\}_\}|\{_%|%_\}")
# Word turns them into paragraphs and pages, Excel refuses them, a terminal obeys them; the bidirectional ones turn text around,
# and with those that nobody sees two names look the same (Unicode Technical Report 36, 2.5 and 2.10)
CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)

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


def named(char: str) -> str:
    """A character as messages name it, by its code point: U+202E."""
    return f"U+{ord(char):04X}"


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
        if path.exists() and not path.is_file():
            # a pipe would be waited for, and a folder or a device is no answer to anything
            return b"", [Problem(shown, "This is a folder or a device and not a file; it cannot be read.", "Put the file there.")]
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
    if _too_large(value):
        return None, [_too_much(shown)]
    return value, list(refuse_strange_text(value, shown))


def load_toml(path: Path, shown: str) -> tuple[Json, list[Problem]]:
    """The value of a TOML file of the catalogue, or its problems."""
    raw, problems = read_bounded(path, shown)
    if problems:
        return None, problems
    if any(line.count(b".") > MAX_DOTS for line in raw.splitlines()):
        return None, [_too_much(shown)]
    try:
        value = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None, [Problem(shown, "The file is not UTF-8 text.", "Save it as UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(shown, f"This is not TOML: {error}.", "See toml.io for how it is written.")]
    except (RecursionError, ValueError):
        return None, [_too_much(shown)]
    return (None, [_too_much(shown)]) if _too_large(value) else (value, [])


def _too_much(shown: str) -> Problem:
    what = "The file is nested too deeply, or a key, a text or a number is too long."
    return Problem(shown, what, "Check that it is the right file.")


def _too_large(value: Json) -> bool:
    """Whether lists and groups stand in each other more than MAX_DEPTH times, or a key or text is too long; without recursion.

    Long keys are refused because they come again in the pointer of everything that stands under them.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        if any(isinstance(item, str) and len(item) > MAX_STRING for item in level):
            return True
        if any(len(key) > MAX_KEY for item in level if isinstance(item, dict) for key in item):
            return True
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
            what = f"A line break, control or invisible character stands in the text ({named(found.group())})."
            yield Problem(where, what, "Type the text anew, in one line.")
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
