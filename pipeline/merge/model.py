"""What came of joining an edited file with the one that is generated now, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One thing that somebody changed in a generated file.

    where: heading, table or cell, as a person finds it; kind: changed, added, removed, moved, commented; before, after: text.
    """

    where: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class Conflict:
    """A place that was edited by hand and is generated otherwise now. The edited text stands; now: what would stand there.

    before: as it was generated then; empty texts: was added, was removed, is no longer generated.
    """

    where: str
    before: str
    edited: str
    now: str


@dataclass(frozen=True)
class Merged:
    """data: the file; taken: edits that are in it; kept: why the edited file was kept as it is (then data are its bytes)."""

    data: bytes
    taken: tuple[Edit, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: str = ""
