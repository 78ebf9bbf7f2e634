"""The names that the documents of the project may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class PaperNames:
    """A line of the tracker. fold: 0 a heading, 1 a paper under it; count: of a heading, how many papers; due: YYYY-MM-DD.

    kind: Once or Each year; person, document: both on a line, one of them on a heading.
    """

    fold: int
    person: str
    document: LinkNames
    count: str
    kind: str
    due: str
    remark: str


@dataclass(frozen=True)
class ProjectNames(CommonNames):
    """agreements: the register of business associates. row, rows, kind, kinds: papers by person and by document."""

    agreements: LinkNames
    row: PaperNames
    rows: tuple[PaperNames, ...]
    kind: PaperNames
    kinds: tuple[PaperNames, ...]
