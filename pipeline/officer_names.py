"""The names that the documents of the Security Officer may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames, TaskNames


@dataclass(frozen=True)
class RhythmNames:
    """Tasks that come equally often. every: Each month, …; the number of a task counts within its group."""

    every: str
    tasks: tuple[TaskNames, ...]


@dataclass(frozen=True)
class AccessNames:
    """A system and what the Security Officer needs in it. own: whether they administer it already."""

    name: str
    kind: str
    administrator: str
    needs: str
    own: bool


@dataclass(frozen=True)
class ContactNames:
    """Somebody outside the practice whom the Security Officer may have to call. kind: what for."""

    name: str
    kind: str
    phone: str
    email: str


@dataclass(frozen=True)
class DatedNames:
    """Something with a day. record: of a task, where it is recorded; of a step of the plan nothing."""

    day: str
    what: str
    record: tuple[LinkNames, ...]


@dataclass(frozen=True)
class WeeksNames:
    """A part of the first ninety days. tasks: recurring tasks of the Security Officer; steps: their open steps of the plan."""

    title: str
    start: str
    end: str
    tasks: tuple[DatedNames, ...]
    steps: tuple[DatedNames, ...]


@dataclass(frozen=True)
class OfficerLinks:
    """Documents that every practice gets."""

    comparison: LinkNames
    duties: LinkNames
    needs: LinkNames
    letter: LinkNames
    checklist: LinkNames
    designation: LinkNames
    report: LinkNames
    plan: LinkNames
    register: LinkNames
    report_form: LinkNames
    emergency: LinkNames
    tracker: LinkNames
    associates: LinkNames
    devices: LinkNames
    access: LinkNames
    management: LinkNames
    incidents: LinkNames


@dataclass(frozen=True)
class OfficerKitNames(CommonNames):
    """rhythms, events: the tasks of the Security Officer that come back, and those that something sets off.

    weeks: weeks 1 and 2, 3 and 4, 5 to 8, 9 to 13 from the day of the edition; recurring: how many tasks come back;
    unsigned: vendors and partners whose agreement is missing or was only asked for, as a phrase; training: the day by which
    the yearly training is done; calendar: the calendar of the year, where the package has one.
    """

    owner_is_officer: bool
    since: str
    recurring: int
    rhythms: tuple[RhythmNames, ...]
    events: tuple[TaskNames, ...]
    systems: tuple[AccessNames, ...]
    contacts: tuple[ContactNames, ...]
    weeks: tuple[WeeksNames, ...]
    unsigned: str
    training: str
    to: OfficerLinks
    attestation: tuple[LinkNames, ...]
    calendar: tuple[LinkNames, ...]
