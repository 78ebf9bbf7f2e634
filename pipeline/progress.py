"""How far a practice has come, on a day: trainings, papers, agreements, actions, and the tasks of its calendar. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DONE, DUE, OVERDUE, LATER = "done", "due", "overdue", "later"
# what falls due within so many days, today included, is due; what falls due after that is later
SOON_DAYS = 30
# area of a Progress → its title
AREAS = {
    "trainings": "Trainings",
    "papers": "Papers",
    "agreements": "Agreements",
    "actions": "Risk plan",
    "tasks": "Calendar",
}
# what an overdue item of an area weighs when practices are compared: information without a contract and known risks first
WEIGHTS = {"agreements": 3, "actions": 3, "trainings": 2, "papers": 1, "tasks": 1}


@dataclass(frozen=True)
class Item:
    """Something that somebody owes. who: the name printed; what: course, paper, company or step; state: done, due, overdue, later.

    due: None where no day is set; an agreement that is missing is overdue without one. person: id of a member of the workforce;
    id: of the course, the paper or the step.
    """

    who: str
    what: str
    due: date | None
    done: date | None
    state: str
    note: str = ""
    person: str = ""
    id: str = ""


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
class Counts:
    """How many there are of each state."""

    done: int
    due: int
    overdue: int
    later: int

    @property
    def total(self) -> int:
        return self.done + self.due + self.overdue + self.later


@dataclass(frozen=True)
class Progress:
    """A practice on the day `today`. next_review: the last day of the review month; colour: that of the practice, RRGGBB."""

    slug: str
    name: str
    today: date
    trainings: tuple[Item, ...]
    papers: tuple[Item, ...]
    agreements: tuple[Item, ...]
    actions: tuple[Item, ...]
    tasks: tuple[TaskProgress, ...]
    next_review: date
    edition: str = ""
    colour: str = "2F3B45"

    @property
    def items(self) -> Mapping[str, tuple[Item, ...]]:
        """What is owed, by area; a task stands there once for each time that it is due."""
        return {
            "trainings": self.trainings,
            "papers": self.papers,
            "agreements": self.agreements,
            "actions": self.actions,
            "tasks": tuple(_times(self.tasks)),
        }

    @property
    def counts(self) -> Mapping[str, Counts]:
        """Area → how many there are of each state."""
        return {area: counted(items) for area, items in self.items.items()}

    @property
    def overdue(self) -> int:
        return sum(counts.overdue for counts in self.counts.values())

    @property
    def weight(self) -> int:
        """What is overdue, weighed by WEIGHTS: the greater, the sooner somebody should call."""
        return sum(WEIGHTS[area] * counts.overdue for area, counts in self.counts.items())


def counted(items: Iterable[Item | Period]) -> Counts:
    """The items by their states."""
    held = Counter(item.state for item in items)
    return Counts(held[DONE], held[DUE], held[OVERDUE], held[LATER])


def state_on(due: date, today: date) -> str:
    """The state of what is not done: overdue from the day after it was due, due within SOON_DAYS, later after that."""
    if due < today:
        return OVERDUE
    return DUE if due <= today + timedelta(SOON_DAYS) else LATER


def waiting(progress: Progress, state: str) -> tuple[tuple[str, Item], ...]:
    """What is overdue, or due, with its area: by day, what has no day first. A task that is late several times stands once."""
    found = [(area, item) for area, items in progress.items.items() for item in items if area != "tasks" and item.state == state]
    for task in progress.tasks:
        if late := sorted(period.due for period in task.periods if period.state == state):
            note = f"{len(late)} times" if len(late) > 1 else ""
            found.append(("tasks", Item(task.who, task.title, late[0], None, state, note, id=task.task)))
    return tuple(sorted(found, key=lambda entry: (entry[1].due or date.min, entry[1].who, entry[1].what)))


def until_review(progress: Progress) -> str:
    """How far the yearly review is away: 'in 43 days', 'today', '12 days overdue'."""
    days = (progress.next_review - progress.today).days
    if not days:
        return "today"
    count = f"{abs(days)} day{'s' * (abs(days) != 1)}"
    return f"in {count}" if days > 0 else f"{count} overdue"


def _times(tasks: Iterable[TaskProgress]) -> Iterator[Item]:
    for task in tasks:
        for period in task.periods:
            done = min((proof.day for proof in period.proofs), default=None)
            yield Item(task.who, task.title, period.due, done, period.state, id=task.task)
