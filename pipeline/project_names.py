"""The names that the documents of the project may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from collections.abc import Mapping
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
class EngagementNames:
    """A step. number: in this plan; days: 'September 14 to 16, 2026'; who: role and name, consultant, or both."""

    number: int
    title: str
    what: str
    result: str
    days: str
    done: bool
    who: str
    documents: tuple[LinkNames, ...]


@dataclass(frozen=True)
class PhaseNames:
    title: str
    days: str
    steps: tuple[EngagementNames, ...]


@dataclass(frozen=True)
class DutyNames:
    """A line of the matrix. diy, guided, copilot: who does it; who: the role in the practice; note: a remark or nothing."""

    title: str
    diy: str
    guided: str
    copilot: str
    who: str
    note: str


@dataclass(frozen=True)
class AreaNames:
    title: str
    duties: tuple[DutyNames, ...]


@dataclass(frozen=True)
class ProjectNames(CommonNames):
    """service: the service plan in words; plan: its code; fills: code of each plan → background of its column.

    phases, begins, ends, count: the engagement; areas: the responsibility matrix; agreements: the register of business
    associates; row, rows, kind, kinds: papers by person and by document.
    """

    service: str
    plan: str
    fills: Mapping[str, str]
    phases: tuple[PhaseNames, ...]
    begins: str
    ends: str
    count: int
    areas: tuple[AreaNames, ...]
    engagement: LinkNames
    matrix: LinkNames
    tracker: LinkNames
    agreements: LinkNames
    row: PaperNames
    rows: tuple[PaperNames, ...]
    kind: PaperNames
    kinds: tuple[PaperNames, ...]
