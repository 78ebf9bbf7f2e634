"""How far a practice has come, on a day: trainings, papers, agreements, actions, and the tasks of its calendar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DONE, DUE, OVERDUE, LATER = "done", "due", "overdue", "later"


@dataclass(frozen=True)
class Item:
    """Something that somebody owes. who: the name printed; what: course, paper, company or step; state: done, due, overdue, later."""

    who: str
    what: str
    due: date | None
    done: date | None
    state: str
    note: str = ""


@dataclass(frozen=True)
class Proof:
    """A dated entry that shows a task done. file: the record it stands in, in the practice's folder."""

    day: date
    file: str


@dataclass(frozen=True)
class Period:
    """One time that a task is due, and what shows that it was done."""

    start: date
    end: date
    due: date
    state: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class TaskProgress:
    """A recurring task over its year."""

    task: str
    title: str
    who: str
    record: str
    periods: tuple[Period, ...]

    @property
    def done(self) -> int:
        return sum(period.state == DONE for period in self.periods)


@dataclass(frozen=True)
class Progress:
    """A practice on the day `today`."""

    slug: str
    name: str
    today: date
    trainings: tuple[Item, ...]
    papers: tuple[Item, ...]
    agreements: tuple[Item, ...]
    actions: tuple[Item, ...]
    tasks: tuple[TaskProgress, ...]
    next_review: date
