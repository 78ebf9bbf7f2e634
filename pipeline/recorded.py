"""What came back filled in: forms, logs and trackers, as records of a practice. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Line:
    """A filled row of a table. values: heading of the column → what stands there; a date as YYYY-MM-DD."""

    sheet: str
    cell: str
    values: Mapping[str, str]

    def day(self, heading: str) -> date | None:
        """The date under a heading; None where nothing stands there."""
        text = self.values.get(heading, "")
        return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Record:
    """A document that came back. effective: the day it speaks for; received: the day it was filed; file: in the practice's folder.

    person: whom a signed paper concerns, where it concerns one.
    """

    document: str
    edition: str
    effective: date
    received: date
    file: str
    sha256: str
    lines: tuple[Line, ...] = ()
    person: str | None = None
