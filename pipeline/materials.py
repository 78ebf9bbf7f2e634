"""The catalogue's material for people: courses, slides, questions, reminders, guides, papers, the steps of an engagement.

Texts may hold the names of ProfileNames; schemas/<file>.schema.json says what each field means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.numbered import Numbered

Condition = Any


@dataclass(frozen=True)
class Course(Numbered):
    """A training that a practice assigns. audience: clinician, admin, officer; occasion: hiring, yearly or once (a new role).

    only: of the audience those who are one of these (pipeline.training.kinds_of); empty means all of it.
    """

    purpose: str
    audience: tuple[str, ...]
    occasion: tuple[str, ...]
    depth: str
    minutes: int
    policies: tuple[str, ...]
    material: tuple[str, ...]
    citations: tuple[str, ...]
    within_days: int
    only: tuple[str, ...] = ()
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Slide:
    """points: lines on the slide; notes: what the speaker says; scenarios: those to which it is an answer."""

    id: str
    chapter: str
    title: str
    points: tuple[str, ...]
    notes: tuple[str, ...]
    audience: tuple[str, ...]
    occasion: tuple[str, ...]
    policies: tuple[str, ...]
    scenarios: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class QuizQuestion:
    """right: the right answer; wrong: three others; why: the rule, for the key."""

    id: str
    policy: str
    text: str
    right: str
    wrong: tuple[str, ...]
    why: str
    audience: tuple[str, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Reminder:
    """A monthly security reminder (45 CFR 164.308(a)(5)(ii)(A)). scenarios: those whose findings call for it; systems: kinds.

    tasks: that it carries out; months: the only ones in which it can stand, 1 to 12, or none where any will do.
    """

    id: str
    title: str
    text: tuple[str, ...]
    do: tuple[str, ...]
    policies: tuple[str, ...]
    scenarios: tuple[str, ...]
    systems: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Tone:
    """What stands around the lines of a message."""

    subject: str
    opening: str
    closing: str


@dataclass(frozen=True)
class MessageTexts:
    """The texts of drafted messages, with the names of MessageNames. tone: soon, first, second, copy; month: around a reminder."""

    greeting: str
    trainings: str
    papers: str
    overdue: str
    due: str
    undated: str
    help: str
    signature: tuple[str, ...]
    do: str
    rule: str
    tone: dict[str, Tone]
    month: Tone


@dataclass(frozen=True)
class GuidePart:
    """A heading with its steps; a step that is empty for a practice is left out there."""

    title: str
    steps: tuple[str, ...]
    note: str | None = None
    policy: str | None = None
    applies_when: Condition = None


@dataclass(frozen=True)
class GuideCheck:
    """A point that is seen and ticked off; column: the column of the guide's record that it answers, where it has one."""

    text: str
    column: str | None = None
    applies_when: Condition = None


@dataclass(frozen=True)
class Guide(Numbered):
    """Step-by-step instructions for one platform or system.

    versions: what they were written for; written_on: when. record: the form or log on which what was seen is entered;
    fields: what is filled in at the head of the check-off sheet. Texts of part and check may hold `these`, as GuideTexts has it.
    """

    summary: str
    versions: str
    written_on: date
    policies: tuple[str, ...]
    citations: tuple[str, ...]
    record: str
    fields: tuple[str, ...]
    part: tuple[GuidePart, ...]
    check: tuple[GuideCheck, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Paper:
    """Something that must be signed. signer: a group of pipeline.papers; cadence: once or annual.

    after_training: a yearly paper that is due with the yearly training, not with the review.
    """

    id: str
    title: str
    document: str
    signer: str
    cadence: str
    why: str
    citations: tuple[str, ...]
    after_training: bool = False
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Step:
    """A step of the engagement. diy, guided, copilot: practice, firm or both; role: who acts or decides for the practice.

    days: working days it takes at least; per_person, per_site: further minutes; beside: the next step does not wait for it;
    by_training: done by the day of the yearly training; wait: working days before it begins; review: no sooner than this month, counted from that of the next yearly review; known: analysis or officer, where the day
    it was done is a fact.
    """

    id: str
    phase: str
    title: str
    what: str
    result: str
    diy: str
    guided: str
    copilot: str
    role: str
    days: int
    per_person: int
    documents: tuple[str, ...]
    per_site: int = 0
    beside: bool = False
    by_training: bool = False
    wait: int = 0
    review: int | None = None
    known: str | None = None
    applies_when: Condition = None
    omitted_because: str | None = None

    def party(self, plan: str) -> str:
        """Who does it under a service plan: practice, firm or both."""
        return {"diy": self.diy, "guided": self.guided, "copilot": self.copilot}[plan]


@dataclass(frozen=True)
class Duty:
    """A line of the responsibility matrix: who does it under each plan, as words.party has it; role: who it is in the practice."""

    id: str
    area: str
    title: str
    diy: str
    guided: str
    copilot: str
    role: str
    task: str | None = None
    note: str | None = None
