"""What the catalogue says of documents that come back: how a sheet is read, and which entries show a task done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Returned:
    """A sheet of a form, log or tracker that comes back. All but document and sheet are headings, or the questions of a form.

    dated: the day of an entry; people: hold members of the workforce; past: days on which something was done, which cannot
    lie ahead; dates: hold days though the sheet does not say so; key: tell what an entry speaks of, where the last one counts.
    """

    document: str
    sheet: str
    dated: str | None = None
    people: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """Which entries of the log of a task show that it was done; an entry must meet all that is said here.

    sheet: default every sheet; column, any: under this heading stands one of these words; kind: or the name of a system or
    network of these kinds; policy: heading under which a policy of the task is named; filled, empty: headings. dated: where
    the day stands, default that of the sheet; filed: the day for which the document was filed counts.
    """

    task: str
    sheet: str | None = None
    column: str | None = None
    any: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    policy: str | None = None
    filled: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    dated: str | None = None
    filed: bool = False
