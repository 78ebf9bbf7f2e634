"""The engagement as small, dated steps, sized to the practice and its service plan. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.catalog import Condition
from pipeline.materials import Step

# minutes that a step gets of a working day, by who does it: a practice has clients, a consultant has other clients
MINUTES_A_DAY = {"practice": 60, "both": 120, "firm": 240}
# a step that takes longer is cut into parts of at most two weeks
LONGEST = 10


@dataclass(frozen=True)
class Planned:
    """A step, or a part of one, with its first and last day. party: practice, firm or both; known: it was done, on that day."""

    step: Step
    party: str
    start: date
    end: date
    part: int = 1
    parts: int = 1
    known: bool = False


@dataclass(frozen=True)
class Size:
    """What makes an engagement longer or shorter. plan: diy, guided or copilot."""

    people: int
    sites: int
    plan: str


@dataclass(frozen=True)
class Days:
    """The days that bind an engagement. review: the first of the month of the next yearly review; training: its last day.

    known: what `Step.known` names → the day.
    """

    begin: date
    review: date
    training: date
    known: Mapping[str, date]


def engagement(steps: Iterable[Step], size: Size, days: Days, holds: Callable[[Condition], bool]) -> tuple[Planned, ...]:
    """The steps in their order, on working days; each waits for the one before it, but for those that run beside it.

    A step that must be done by the training begins earlier where it would otherwise end too late. A step whose day is known
    stands on it.
    """
    found: list[Planned] = []
    first = free = working(days.begin)
    for step in steps:
        if not holds(step.applies_when):
            continue
        party = step.party(size.plan)
        if step.known and days.known[step.known] <= days.begin:
            day = days.known[step.known]
            found.append(Planned(step, party, day, day, known=True))
            continue
        start = _after(free, step.wait)
        if step.review is not None:
            start = max(start, working(_months_from(days.review, step.review)))
        length = _days(step, party, size)
        if step.by_training:
            start = max(first, min(start, _before(days.training, length - 1)))
        lengths = _parts(length)
        for part, some in enumerate(lengths, 1):
            end = _after(start, some - 1)
            found.append(Planned(step, party, start, end, part, len(lengths)))
            start = _after(end, 1)
        if not step.beside:
            free = max(free, start)
    return tuple(found)


def _days(step: Step, party: str, size: Size) -> int:
    """Working days of a step: its own, and those that people and places add."""
    minutes = step.per_person * size.people + step.per_site * size.sites
    return step.days + -(-minutes // MINUTES_A_DAY[party])


def _parts(days: int) -> list[int]:
    """The days as parts of nearly one length, none longer than two weeks."""
    count = -(-days // LONGEST)
    return [days // count + (part < days % count) for part in range(count)]


def working(day: date) -> date:
    """The day, or the next one on which work is done: no weekend, Independence Day, Thanksgiving or turn of the year."""
    while _off(day):
        day += timedelta(1)
    return day


def _off(day: date) -> bool:
    thanksgiving = day.month == 11 and (
        (day.weekday() == 3 and 22 <= day.day <= 28) or (day.weekday() == 4 and 23 <= day.day <= 29)
    )
    turn_of_year = (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)
    return day.weekday() > 4 or thanksgiving or turn_of_year or (day.month, day.day) == (7, 4)


def _after(day: date, count: int) -> date:
    """The working day so many working days after one."""
    for _ in range(count):
        day = working(day + timedelta(1))
    return day


def _before(day: date, count: int) -> date:
    """The working day so many working days before the last one on or before `day`."""
    for step in range(count + 1):
        day -= timedelta(1 if step else 0)
        while _off(day):
            day -= timedelta(1)
    return day


def _months_from(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
