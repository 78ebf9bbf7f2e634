"""Two editions side by side, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.assessment.model import Assessment


@dataclass(frozen=True)
class File:
    """A document of an edition. names: what its template could print, as JSON primitives; template: sha256, or empty;
    edited: somebody changed it by hand."""

    id: str
    title: str
    section: str
    path: str
    data: bytes
    names: Mapping[str, Any]
    template: str = ""
    edited: bool = False


@dataclass(frozen=True)
class Side:
    """One of the two editions. profile: raw JSON; files: by document; approved: None for a draft."""

    edition: str
    as_of: date
    law_as_of: date
    approved: date | None
    profile: Mapping[str, Any]
    assessment: Assessment
    files: Mapping[str, File]


@dataclass(frozen=True)
class Earlier:
    """What later editions need to know of an issued one. levels: level of risk → count, now and after the steps;
    revised: document → (whether its text changed in that edition, the reason in words)."""

    edition: str
    as_of: date
    approved: date
    levels: Mapping[str, int]
    after: Mapping[str, int]
    revised: Mapping[str, tuple[bool, str]]


@dataclass(frozen=True)
class Passage:
    """A place of a document that reads otherwise. where: the heading above it; empty old or new: was added, was removed."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Reason:
    """Why a document changed. kind: fact, finding, law, template, edit, record; text: one sentence for the revision history."""

    kind: str
    text: str


@dataclass(frozen=True)
class DocumentChange:
    """state: new, gone, changed, same; former: its title in the earlier edition, where it had another one."""

    id: str
    title: str
    section: str
    path: str
    state: str
    former: str = ""
    passages: tuple[Passage, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class FindingChange:
    """state: new, ended (its scenario can no longer happen, or is withdrawn), closed (all its steps are done since),
    worse, better, same. then, now: level of risk, or empty where it was or is not there; why: a sentence."""

    id: str
    scenario: str
    title: str
    state: str
    then: str
    now: str
    why: str = ""


@dataclass(frozen=True)
class FactChange:
    """kind: officer, person, system, device, place, partner, work or practice; state: new (of an officer: somebody else),
    gone, changed; what: its name; how: a sentence that says what is new or gone, or what was and what is."""

    kind: str
    state: str
    what: str
    how: str = ""


@dataclass(frozen=True)
class StepChange:
    """A step of the plan that was open in the earlier edition. state: done, carried (still open), dropped (no longer in the
    plan); finding: its number now, or then where it ended; owner: id; due: now, or then where it is dropped."""

    what: str
    finding: str
    state: str
    owner: str
    due: date


@dataclass(frozen=True)
class Comparison:
    """Everything that is otherwise in the new edition. levels, after: level → (then, now), from very high down."""

    old: str
    old_as_of: date
    old_approved: date | None
    new: str
    new_as_of: date
    levels: Mapping[str, tuple[int, int]]
    after: Mapping[str, tuple[int, int]]
    facts: tuple[FactChange, ...]
    findings: tuple[FindingChange, ...]
    documents: tuple[DocumentChange, ...]
    law: tuple[str, ...] = ()
    steps: tuple[StepChange, ...] = ()
