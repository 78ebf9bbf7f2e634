"""The names of the evidence summary."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class FoundNames:
    """A file of the records, and the days for which it shows a task done, as a phrase."""

    file: str
    days: str


@dataclass(frozen=True)
class TaskEvidenceNames:
    """A task. done, count: times it was done, and times it was due; missing, later: the months, as phrases."""

    title: str
    done: int
    count: int
    found: tuple[FoundNames, ...]
    missing: str
    later: str


@dataclass(frozen=True)
class RecordEvidenceNames:
    """A form or log, and the tasks that are recorded on it."""

    record: LinkNames
    tasks: tuple[TaskEvidenceNames, ...]


@dataclass(frozen=True)
class AwaitedNames:
    """What will be looked for on a form or log in a month: titles of tasks, as a phrase."""

    record: LinkNames
    what: str


@dataclass(frozen=True)
class AwaitedMonthNames:
    month: str
    awaited: tuple[AwaitedNames, ...]


@dataclass(frozen=True)
class EvidenceNames(CommonNames):
    """since: printed day with which the look back begins; begins: nothing was due yet, so that the records begin with this edition.

    done, missing, later: times that tasks were due, counted; records: recurring tasks; events: what else was done; months: to come.
    """

    since: str
    begins: bool
    done: int
    missing: int
    later: int
    records: tuple[RecordEvidenceNames, ...]
    events: tuple[RecordEvidenceNames, ...]
    months: tuple[AwaitedMonthNames, ...]
