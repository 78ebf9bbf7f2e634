"""One dated risk analysis, as frozen dataclasses; schemas/assessment.schema.json says what each field means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rating:
    likelihood: str
    impact: str


@dataclass(frozen=True)
class Action:
    what: str
    owner: str
    due: date
    status: str
    safeguard: str | None = None
    done_on: date | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class Finding:
    id: str
    scenario: str
    observed: str
    existing: tuple[str, ...]
    likelihood: str
    impact: str
    response: str
    actions: tuple[Action, ...]
    residual: Rating
    reason: str | None = None
    accepted_by: str | None = None
    review_on: date | None = None
    notes: str | None = None


@dataclass(frozen=True)
class NotApplicable:
    scenario: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """What was decided on an addressable specification (45 CFR 164.306(d)(3))."""

    citation: str
    decision: str
    why: str
    decided_by: str
    decided_on: date
    how: str | None = None


@dataclass(frozen=True)
class Assessment:
    practice: str
    date: date
    scope: str
    participants: tuple[str, ...]
    sources: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    decisions: tuple[Decision, ...]
