"""Changes of a document written down as data, and the problems that must follow from each."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Problem

CASES = Path(__file__).parent / "cases"


def read_cases(name: str) -> list[Any]:
    """The entries of tests/cases/<name>.toml, each named as it names itself."""
    table = tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))
    return [pytest.param(case, id=case["name"].replace(" ", "-")) for case in table["case"]]


def changed(document: Any, change: Iterable[tuple[str, Any]] = (), remove: Iterable[str] = ()) -> Any:
    """A copy of the document with these values set (`-` appends to a list) and these pointers taken out."""
    result = copy.deepcopy(document)
    for pointer, value in change:
        holder, key = _place(result, pointer)
        if key == "-":
            holder.append(copy.deepcopy(value))
        else:
            holder[key] = copy.deepcopy(value)
    for pointer in remove:
        holder, key = _place(result, pointer)
        del holder[key]
    return result


def resolve(document: Any, pointer: str) -> Any:
    """What an RFC 6901 pointer points at."""
    if not pointer:
        return document
    holder, key = _place(document, pointer)
    return holder[key]


def _place(document: Any, pointer: str) -> tuple[Any, Any]:
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document, int(last) if isinstance(document, list) and last != "-" else last


def assert_told(problems: Iterable[Problem], file: str, expected: Iterable[Iterable[str]]) -> None:
    """The problems are the expected ones and no others: each at its place, in its words, with a way to mend it.

    expected: (JSON pointer, or the whole place where file is empty; a part of what is said there).
    """
    left = sorted(problems)
    for place, words in expected:
        where = f"{file}#{place}" if file else place
        match = next((problem for problem in left if problem.where == where and words in f"{problem.what} {problem.mend}"), None)
        assert match, f"nothing says at {where}: {words}\n" + "\n".join(map(str, left))
        assert match.mend, f"no word on how to mend it: {match}"
        left.remove(match)
    assert not left, "also said:\n" + "\n".join(map(str, left))


def texts(value: Any) -> Iterable[str]:
    """Every string of a JSON value but its keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
