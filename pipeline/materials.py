"""The catalogue's material for people: courses, slides, questions, reminders, guides, papers, the steps of an engagement.

Texts may hold the names of ProfileNames; schemas/<file>.schema.json says what each field means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

Condition = Any


@dataclass(frozen=True)
class Course:
    """A training that a practice assigns. audience: clinician, admin, officer; occasion: hiring, yearly or once."""

    id: str
    title: str
    purpose: str
    audience: tuple[str, ...]
    occasion: tuple[str, ...]
    depth: str
    minutes: int
    policies: tuple[str, ...]
    material: tuple[str, ...]
    citations: tuple[str, ...]
    within_days: int
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
    """A monthly security reminder (45 CFR 164.308(a)(5)(ii)(A)). scenarios: those whose findings call for it."""

    id: str
    title: str
    text: tuple[str, ...]
    do: tuple[str, ...]
    policies: tuple[str, ...]
    scenarios: tuple[str, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class GuidePart:
    """A heading with its steps."""

    title: str
    steps: tuple[str, ...]
    note: str | None = None
    policy: str | None = None
    applies_when: Condition = None


@dataclass(frozen=True)
class GuideCheck:
    """A point that is seen and ticked off; column: the column of the device audit log it answers, where it has one."""

    text: str
    column: str | None = None
    applies_when: Condition = None


@dataclass(frozen=True)
class Guide:
    """Step-by-step instructions for one platform or system. versions: what they were written for; written_on: when."""

    id: str
    title: str
    summary: str
    versions: str
    written_on: date
    policies: tuple[str, ...]
    citations: tuple[str, ...]
    part: tuple[GuidePart, ...]
    check: tuple[GuideCheck, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Paper:
    """Something that must be signed. signer: who, as `binder names` lists the groups; cadence: once or annual."""

    id: str
    title: str
    document: str
    signer: str
    cadence: str
    why: str
    citations: tuple[str, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Step:
    """A step of the engagement. after: the step before it; days: how long it takes a practice of ten; by: practice, firm, both."""

    id: str
    phase: str
    title: str
    what: str
    result: str
    diy: str
    guided: str
    copilot: str
    days: int
    per_person: int
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Duty:
    """A line of the responsibility matrix: who does it under each plan, as words.party has it."""

    id: str
    area: str
    title: str
    diy: str
    guided: str
    copilot: str
    task: str | None = None
    note: str | None = None
