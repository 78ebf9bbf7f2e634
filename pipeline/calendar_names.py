"""The names of the calendar: its sheets and its file."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class DueNames:
    """A day on which a task is due. month: its name on the first line of a month, else empty; policies: numbers, as a phrase."""

    month: str
    day: str
    task: str
    title: str
    who: str
    record: LinkNames
    policy: LinkNames
    policies: str


@dataclass(frozen=True)
class OwnNames:
    """A task of one person or group with all its days of the year. when: as the policy prints it."""

    who: str
    task: str
    title: str
    when: str
    days: str
    record: LinkNames
    policy: LinkNames
    policies: str


@dataclass(frozen=True)
class EventNames:
    """An entry of the calendar file. day: YYYY-MM-DD; uid: the same in every edition; category: the role."""

    uid: str
    day: str
    title: str
    text: str
    category: str


@dataclass(frozen=True)
class CalendarNames(CommonNames):
    """The calendar of a year. name: what a calendar program calls it; sequence: grows from edition to edition."""

    name: str
    sequence: int
    row: DueNames
    rows: tuple[DueNames, ...]
    own: OwnNames
    owns: tuple[OwnNames, ...]
    events: tuple[EventNames, ...]
