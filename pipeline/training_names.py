"""The names that the documents of the training may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class TakerNames:
    """Who takes a course on the same occasion and by the same day. who: names, or counts by role where they are many."""

    occasion: str
    due: str
    who: str


@dataclass(frozen=True)
class CourseNames:
    """A course that somebody takes under this edition. policies: their numbers; material: the documents it is taught from."""

    id: str
    title: str
    purpose: str
    depth: str
    minutes: int
    policies: str
    material: tuple[LinkNames, ...]
    citations: str
    takers: tuple[TakerNames, ...]


@dataclass(frozen=True)
class OwedNames:
    """The courses that a person takes by the same day, by number."""

    due: str
    courses: str


@dataclass(frozen=True)
class LearnerNames:
    """A person with all courses of the year. minutes: together."""

    name: str
    role: str
    owed: tuple[OwedNames, ...]
    minutes: int


@dataclass(frozen=True)
class TrainingNames(CommonNames):
    """Training plan, handouts, attestation, certificate.

    courses: those that somebody takes; day: by which the yearly training is done, month: its month and year; policies:
    all of the package; log: the training log.
    """

    courses: tuple[CourseNames, ...]
    people: tuple[LearnerNames, ...]
    day: str
    month: str
    policies: tuple[LinkNames, ...]
    log: LinkNames


@dataclass(frozen=True)
class AnswerNames:
    letter: str
    text: str


@dataclass(frozen=True)
class QuestionNames:
    """letter, right: the right answer; why: the rule; policy: where it stands. The test itself prints none of these."""

    number: int
    id: str
    text: str
    answers: tuple[AnswerNames, ...]
    letter: str
    right: str
    why: str
    policy: tuple[LinkNames, ...]


@dataclass(frozen=True)
class QuizNames(CommonNames):
    """A test, or the key to it. audience: whom it is for, as a phrase; count, passes: questions, and right ones that pass.

    test, key: the two documents, each an empty list where the package has none.
    """

    audience: str
    questions: tuple[QuestionNames, ...]
    count: int
    passes: int
    test: tuple[LinkNames, ...]
    key: tuple[LinkNames, ...]
    log: LinkNames
