"""When the recurring tasks of a practice fall due. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.catalog import Due, Task

# cadence → months of its period
MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
YEAR = 12
# a yearly task belongs to the year around its month: so many months before, and one more behind
BEFORE = 5


@dataclass(frozen=True)
class Occurrence:
    """One time that a task is due. start, end: the period it belongs to, both days included; due: the day by which it is done."""

    task: str
    start: date
    end: date
    due: date

    @property
    def key(self) -> str:
        """What tells it from the other times of its task for ever: the month its period begins with, or the year it is due in."""
        yearly = (self.end - self.start).days > 300
        return f"{self.due:%Y}" if yearly else f"{self.start:%Y-%m}"


def occurrences(tasks: Iterable[Task], clauses: Mapping[str, bool], review_month: int, as_of: date) -> tuple[Occurrence, ...]:
    """The next times that recurring tasks are due, a year of each: 12, 4, 2 or 1; sorted by day, then task.

    The first is the earliest whose day, as its words name it, is not before `as_of`; one that falls on the weekend of `as_of`
    is due on the Friday before. Counted by the days that the words name, no time is lost between one year's calendar and the next.
    clauses: those of the policies, which make some tasks more frequent; review_month: of the yearly review, 1 to 12.
    """
    found = (
        occurrence
        for task in tasks
        if task.due is not None
        for occurrence in _next_year(task.id, task.due, MONTHS[cadence(task, clauses)], review_month, as_of)
    )
    return tuple(sorted(found, key=lambda one: (one.due, one.task)))


def cadence(task: Task, clauses: Mapping[str, bool]) -> str:
    """How often a task is done in a practice whose policies hold these clauses."""
    return "quarterly" if task.quarterly_with and clauses[task.quarterly_with] else task.cadence


def _next_year(task: str, due: Due, months: int, review_month: int, as_of: date) -> Iterator[Occurrence]:
    """Months are counted from the year 0, January of which is 0."""
    offset = review_month - 1 + due.review if due.review is not None else (due.month or months) - 1
    month = as_of.year * YEAR + as_of.month - 1
    month += (offset - month) % months
    if _said_day(month, due.day) < as_of:
        month += months
    for number in range(month, month + YEAR, months):
        start = number - BEFORE if months == YEAR else number - number % months
        yield Occurrence(task, _day(start), _day(start + months) - timedelta(1), _due_day(number, due.day))


def _said_day(month: int, day: int | None) -> date:
    """That day of the month, or its last."""
    first = _day(month)
    return first.replace(day=day or monthrange(first.year, first.month)[1])


def _due_day(month: int, day: int | None) -> date:
    """The same; for a weekend the Friday before, or the Monday after where Friday is in another month."""
    due = _said_day(month, day)
    over = due.weekday() - 4  # Saturday 1, Sunday 2
    if over <= 0:
        return due
    return due - timedelta(over) if due.day > over else due + timedelta(3 - over)


def _day(month: int) -> date:
    return date(month // YEAR, month % YEAR + 1, 1)
