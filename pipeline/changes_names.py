"""The names that the documents about what changed may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class EditionNames:
    """The edition before this one. as_of, approved: printed dates; approved is empty where nobody approved it."""

    edition: str
    as_of: str
    approved: str


@dataclass(frozen=True)
class LevelChangeNames:
    """How many findings have a level: then, as the plan of then was to bring it, now, and after the steps of now."""

    level: str
    fill: str
    then: int
    planned: int
    now: int
    after: int


@dataclass(frozen=True)
class TrendNames:
    """An edition and its findings by level. counts: as things were, from very high down; day: of the edition."""

    edition: str
    day: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class FindingChangeNames:
    """then, now: words for the level, or a dash where it was or is not assessed; fills as RRGGBB."""

    id: str
    title: str
    then: str
    then_fill: str
    now: str
    now_fill: str
    why: str


@dataclass(frozen=True)
class FindingGroupNames:
    """Findings of one state. all: every one; first: those that a memo has room for; more: how many follow; none: said of none."""

    state: str
    title: str
    all: tuple[FindingChangeNames, ...]
    first: tuple[FindingChangeNames, ...]
    more: int
    none: str


@dataclass(frozen=True)
class FactGroupNames:
    """Sentences on facts of some kinds; all, first, more and none as in FindingGroupNames."""

    title: str
    all: tuple[str, ...]
    first: tuple[str, ...]
    more: int
    none: str


@dataclass(frozen=True)
class StepChangeNames:
    """A step that was open then. findings: numbers; due: printed; overdue: its day is before this edition."""

    what: str
    findings: str
    owner: str
    due: str
    overdue: bool


@dataclass(frozen=True)
class PassageNames:
    where: str
    old: str
    new: str


@dataclass(frozen=True)
class DocumentChangeNames:
    """A document that is new, gone or changed. link: to it, none where it is gone; redlines: with the changes marked, or none.

    former: its title then, or empty; why: the reasons as one text; brief: the same in a line; more: passages that are not listed; see: where they are.
    """

    id: str
    title: str
    link: tuple[LinkNames, ...]
    redlines: tuple[LinkNames, ...]
    former: str
    why: str
    brief: str
    passages: tuple[PassageNames, ...]
    more: int
    see: str


@dataclass(frozen=True)
class ReviewNames:
    """A policy and what its review came to. changed: whether its text did; result: a text."""

    policy: LinkNames
    changed: bool
    result: str


@dataclass(frozen=True)
class ChangesLinks:
    """Documents that every practice gets."""

    report: LinkNames
    register: LinkNames
    plan: LinkNames
    details: LinkNames
    review: LinkNames
    notice: LinkNames
    log: LinkNames
    designation: LinkNames
    evaluation: LinkNames


@dataclass(frozen=True)
class ChangesNames(CommonNames):
    """then: the edition before; assessed: findings now; same: those whose level is the same; trend: all editions, oldest first.

    risks: groups of findings, worse first; facts_changed: groups of sentences; steps_done: how many steps that were open then;
    carried, dropped: those still open, and no longer in the plan. policies, documents: what changed, of policies and of all
    others; new_…, gone_…; same_policies, same_documents: without a change. reviews: every policy of this edition.
    law: what changed in the law; new_officer: whether somebody else is Security Officer now.
    """

    then: EditionNames
    levels: tuple[LevelChangeNames, ...]
    trend: tuple[TrendNames, ...]
    assessed: int
    same: int
    risks: tuple[FindingGroupNames, ...]
    facts_changed: tuple[FactGroupNames, ...]
    steps_done: int
    carried: tuple[StepChangeNames, ...]
    dropped: tuple[StepChangeNames, ...]
    policies: tuple[DocumentChangeNames, ...]
    new_policies: tuple[DocumentChangeNames, ...]
    gone_policies: tuple[DocumentChangeNames, ...]
    same_policies: tuple[LinkNames, ...]
    documents: tuple[DocumentChangeNames, ...]
    new_documents: tuple[DocumentChangeNames, ...]
    gone_documents: tuple[DocumentChangeNames, ...]
    same_documents: tuple[LinkNames, ...]
    reviews: tuple[ReviewNames, ...]
    law: tuple[str, ...]
    new_officer: bool
    to: ChangesLinks
