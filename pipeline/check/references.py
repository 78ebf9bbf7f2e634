"""Two checks that every file needs: names that must exist, and names that must not stand twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from pipeline.errors import Problem, did_you_mean


def exists(id: str | None, known: Collection[str], where: str, what: str) -> Iterator[Problem]:
    """A problem where `id` is none of the known ones; None refers to nothing."""
    if id is not None and id not in known:
        yield Problem(where, f'There is no {what} "{id}".', did_you_mean(id, known))


def unique(ids: Iterable[str], where: str, what: str) -> Iterator[Problem]:
    """A problem for each id that stands twice."""
    for id, count in Counter(ids).items():
        if count > 1:
            yield Problem(where, f'The {what} "{id}" stands {count} times.', "Give each its own.")
