"""Checks that every file needs: names that must exist, and names that must not stand twice.

`exists` and `unique` are for the catalogue and print the name; the others are for what a client wrote, and point to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pipeline.errors import NUMBER, Problem, did_you_mean
from pipeline.facts import joined
from pipeline.numbered import Withdrawn
from pipeline.practice import Profile


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


def in_catalog(id: str | None, known: Collection[str], where: str, what: str) -> Iterator[Problem]:
    """As `exists`, for what a client's file names of the catalogue: it is printed where it is a number."""
    for problem in exists(id, known, where, what):
        yield problem if id in known or NUMBER.fullmatch(str(id)) else replace(problem, what=f"There is no such {what}.")


def in_profile(id: str | None, lists: Mapping[str, Sequence[str]], where: str, what: str) -> Iterator[Problem]:
    """A problem where `id` stands in none of these lists of the profile; lists: key → ids; None refers to nothing."""
    held = {known: f"/{name}/{index}/id" for name, ids in lists.items() for index, known in enumerate(ids)}
    if id is not None and id not in held:
        near = get_close_matches(id, held, n=1, cutoff=0.6)
        stand = f"They stand under {joined(f'/{name}' for name in lists)} of the profile."
        mend = f"Did you mean the id at {held[near[0]]} of the profile?" if near else stand
        yield Problem(where, f"There is no {what} with this id.", mend)


def ids_of(profile: Profile, *lists: str) -> dict[str, tuple[str, ...]]:
    """The ids of these lists of the profile, as `in_profile` takes them."""
    return {name: tuple(entry.id for entry in getattr(profile, name)) for name in lists}


def instead_of(withdrawn: Withdrawn) -> str:
    """What to name where something withdrawn is named."""
    return f"Name {joined(withdrawn.replaced_by)} in its place." if withdrawn.replaced_by else "Take it out; nothing replaces it."


def unique_in_file(ids: Iterable[str], where: str, what: str) -> Iterator[Problem]:
    """As `unique`, for a list of a client's file: an id is printed where it is a number of the catalogue, else its places."""
    places: dict[str, list[str]] = {}
    for index, id in enumerate(ids):
        places.setdefault(id, []).append(f"/{index}")
    for id, held in places.items():
        if len(held) > 1:
            named = f'The {what} "{id}" stands' if NUMBER.fullmatch(id) else f"One {what} stands"
            at = "" if NUMBER.fullmatch(id) else f", at {joined(held)}"
            yield Problem(where, f"{named} {len(held)} times{at}.", "Give each its own.")


def unique(ids: Iterable[str], where: str, what: str) -> Iterator[Problem]:
    """A problem for each id that stands twice."""
    for id, count in Counter(ids).items():
        if count > 1:
            yield Problem(where, f'The {what} "{id}" stands {count} times.', "Give each its own.")
