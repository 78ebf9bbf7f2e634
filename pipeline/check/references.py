"""Two checks that every file needs: names that must exist, and names that must not stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.errors import Problem, did_you_mean
from pipeline.facts import joined
from pipeline.numbered import Withdrawn


def exists(id: str | None, known: Collection[str], where: str, what: str) -> Iterator[Problem]:
    """A problem where `id` is none of the known ones, or withdrawn; None refers to nothing.

    known: ids, or entries of the catalogue by id where withdrawn ones are among them.
    """
    entries: Mapping[str, Any] = known if isinstance(known, Mapping) else {}
    if id is not None and id not in known:
        named = [one for one in known if getattr(entries.get(one), "withdrawn", None) is None]
        yield Problem(where, f'There is no {what} "{id}".', did_you_mean(id, named))
    elif id is not None and (withdrawn := getattr(entries.get(id), "withdrawn", None)):
        yield Problem(where, f"The {what} {id} is withdrawn since {withdrawn.since}.", instead_of(withdrawn))


def instead_of(withdrawn: Withdrawn) -> str:
    """What to name where something withdrawn is named."""
    return f"Name {joined(withdrawn.replaced_by)} in its place." if withdrawn.replaced_by else "Take it out; nothing replaces it."


def unique(ids: Iterable[str], where: str, what: str) -> Iterator[Problem]:
    """A problem for each id that stands twice."""
    for id, count in Counter(ids).items():
        if count > 1:
            yield Problem(where, f'The {what} "{id}" stands {count} times.', "Give each its own.")
