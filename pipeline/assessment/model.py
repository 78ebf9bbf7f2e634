"""One dated risk analysis, as frozen dataclasses; schemas/assessment.schema.json says what each field means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from pipeline.assessment.scoring import risk_level

# what can happen to ePHI in a place, in the order in which documents say it
FLOWS = ("creates", "receives", "keeps", "sends")
# a class with a field of the name hides it
Day = date


@dataclass(frozen=True)
class Rating:
    likelihood: str
    impact: str

    @property
    def level(self) -> str:
        """Level of risk of this likelihood and impact."""
        return risk_level(self.likelihood, self.impact)


@dataclass(frozen=True)
class Action:
    what: str
    owner: str
    due: date
    status: str
    safeguard: str | None = None
    done_on: date | None = None
    evidence: str | None = None
    effort: str | None = None
    cost: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class Finding:
    """A scenario as assessed for one practice. answers: question → choice, by their ids."""

    id: str
    scenario: str
    answers: dict[str, str]
    existing: tuple[str, ...]
    likelihood: str
    impact: str
    response: str
    actions: tuple[Action, ...]
    residual: Rating
    observed: str | None = None
    reason: str | None = None
    accepted_by: str | None = None
    accepted_on: date | None = None
    review_on: date | None = None
    notes: str | None = None

    @property
    def level(self) -> str:
        """Level of risk as things are; `residual.level` is the one after the actions."""
        return risk_level(self.likelihood, self.impact)


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
class Confirmed:
    """A fact of the profile as the practice confirmed it."""

    fact: str
    statement: str


@dataclass(frozen=True)
class Asset:
    """What happens to ePHI in one system, on one kind of device or at one place; `asset` is kind and id, as system/ehr."""

    asset: str
    creates: bool
    receives: bool
    keeps: bool
    sends: bool
    note: str | None = None


@dataclass(frozen=True)
class FollowedStep:
    """What became of a step that was open in the analysis before. became: done, open, in_progress or given_up;
    finding: its number then; on: when it was done or given up; due: the new day; why: it goes on, or was given up."""

    finding: str
    what: str
    became: str
    on: date | None = None
    due: date | None = None
    evidence: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class FollowUp:
    """The open steps of the analysis of this day, each once."""

    analysis: date
    steps: tuple[FollowedStep, ...]


@dataclass(frozen=True)
class Assessment:
    practice: str
    date: date
    scope: str
    participants: tuple[str, ...]
    sources: tuple[str, ...]
    confirmed: tuple[Confirmed, ...]
    inventory: tuple[Asset, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    decisions: tuple[Decision, ...]
    note: str | None = None
    followed_up: FollowUp | None = None


@dataclass(frozen=True)
class CriterionAnswer:
    """true: the statement of the catalogue is true of the change."""

    criterion: str
    true: bool


@dataclass(frozen=True)
class Ended:
    """A finding whose scenario can no longer happen after a change."""

    id: str
    scenario: str
    reason: str


@dataclass(frozen=True)
class ChangeRecord:
    """A small risk analysis of a change (45 CFR 164.306(e), 164.308(a)(8)); analysis: day of the one that it adds to."""

    practice: str
    date: date
    change: str
    description: str
    analysis: Day
    participants: tuple[str, ...]
    criteria: tuple[CriterionAnswer, ...]
    confirmed: tuple[Confirmed, ...]
    inventory: tuple[Asset, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    ended: tuple[Ended, ...]

    @property
    def full_analysis_needed(self) -> bool:
        """Whether the whole analysis has to be done again: one true criterion is enough."""
        return any(answer.true for answer in self.criteria)


def after_changes(assessment: Assessment, changes: Iterable[ChangeRecord]) -> Assessment:
    """The assessment as it stands after the changes: what they looked at again takes the place of what was found before."""
    for change in changes:
        again = {finding.scenario for finding in change.findings}
        again |= {entry.scenario for entry in change.not_applicable} | {entry.scenario for entry in change.ended}
        kept = [finding for finding in assessment.findings if finding.scenario not in again]
        set_aside = [entry for entry in assessment.not_applicable if entry.scenario not in again]
        said = {entry.fact for entry in change.confirmed}
        looked_at = {entry.asset for entry in change.inventory}
        assessment = replace(
            assessment,
            confirmed=(*(entry for entry in assessment.confirmed if entry.fact not in said), *change.confirmed),
            inventory=(*(entry for entry in assessment.inventory if entry.asset not in looked_at), *change.inventory),
            findings=tuple(sorted((*kept, *change.findings), key=lambda finding: finding.id)),
            not_applicable=tuple(sorted((*set_aside, *change.not_applicable), key=lambda entry: entry.scenario)),
        )
    return assessment
