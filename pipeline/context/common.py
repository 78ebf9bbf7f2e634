"""What all documents share: the inputs, the common names, links and findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from pipeline.assessment.model import Action, Assessment, ChangeRecord, Finding
from pipeline.assessment.questions import UNKNOWN, UNKNOWN_TEXT
from pipeline.assessment.scoring import LEVELS, at_least
from pipeline.catalog import Catalog, Condition, Scenario
from pipeline.compare.model import Comparison, Earlier
from pipeline.conditions import applies
from pipeline.facts import STATES, facts_of, joined, phrases_of, printed_date
from pipeline.names import (
    ActionNames,
    AskedNames,
    DocumentNames,
    FindingNames,
    LinkNames,
    OfficerNames,
    PersonNames,
    PracticeNames,
)
from pipeline.plan import Plan
from pipeline.practice import CLINICAL, Profile
from pipeline.primitives import primitives
from pipeline.recorded import Record
from pipeline.render.jinja import fill
from pipeline.render.look import LEVEL_FILLS

# a finding from this level on makes the text of a policy stricter
STRICT_FROM = "moderate"


@dataclass(frozen=True)
class Inputs:
    """Everything the documents of one edition are made from. raw: the profile as JSON, for conditions.

    records: what had come back by `as_of`; began: day of the first risk analysis of the practice. comparison: with the
    issued edition before this one; earlier: the issued editions, oldest first; both are empty for a first edition.
    """

    catalog: Catalog
    profile: Profile
    assessment: Assessment
    plan: Plan
    edition: str
    as_of: date
    changes: tuple[ChangeRecord, ...] = ()
    records: tuple[Record, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    began: date | None = None
    comparison: Comparison | None = None
    earlier: tuple[Earlier, ...] = ()

    def word(self, kind: str, code: str) -> str:
        """The printed word for a code."""
        return self.catalog.words[kind][code]

    def holds(self, condition: Condition) -> bool:
        """Whether a condition of the catalogue is true of this practice."""
        return applies(condition, self.raw)

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        return {scenario.id: scenario for scenario in self.catalog.scenarios}

    @cached_property
    def common(self) -> dict[str, Any]:
        """The fields of CommonNames but for the document itself."""
        return {**practice_names(self.profile, self.catalog), "clause": self.clauses}

    @cached_property
    def clauses(self) -> dict[str, bool]:
        """Every clause of the catalogue; true where a finding that is not accepted asks for it."""
        asked = {
            clause
            for finding in self.assessment.findings
            if finding.response != "accept" and at_least(finding.level, STRICT_FROM)
            for clause in self.scenarios[finding.scenario].clauses
        }
        return {clause: clause in asked for clause in sorted(self.catalog.clauses)}

    def person(self, id: str) -> PersonNames:
        return person_names(self.profile, id)

    @cached_property
    def _primitives(self) -> dict[str, Any]:
        return {key: primitives(value) for key, value in self.common.items()}

    @cached_property
    def safeguard_titles(self) -> dict[str, str]:
        """Safeguard → its title as it is printed here."""
        return {safeguard.id: self.text(safeguard.title) for safeguard in self.catalog.safeguards}

    def text(self, template: str, more: Mapping[str, Any] | None = None) -> str:
        """A text of the catalogue with the common names filled in; more: names that this text has besides, as primitives."""
        return fill(template, {**self._primitives, **(more or {})})


def practice_names(profile: Profile, catalog: Catalog) -> dict[str, Any]:
    """The names that follow from the profile alone: the fields of CommonNames without document and clauses."""
    served = profile.practice.people_served
    clinicians = [p for p in profile.workforce if p.role in CLINICAL]
    officers = profile.officers
    return {
        "practice": PracticeNames(
            slug=profile.practice.slug,
            name=profile.practice.name,
            legal_name=profile.practice.legal_name,
            short_name=profile.practice.short_name,
            phone=profile.practice.phone,
            email=profile.practice.email,
            one=served,
            many=served + "s",
            states=joined(STATES[code] for code in profile.states_served),
            clinicians=len(clinicians),
            people=len(profile.workforce),
        ),
        "officer": OfficerNames(person_names(profile, officers.security.person), person_names(profile, officers.privacy.person)),
        "approver": person_names(profile, profile.approver),
        "consultant": PersonNames(profile.consultant.contact, profile.consultant.firm, profile.consultant.email),
        "facts": facts_of(profile),
        "names": phrases_of(profile),
        "number": catalog.numbers,
    }


def person_names(profile: Profile, id: str) -> PersonNames:
    found = profile.person(id)
    return PersonNames(found.name, found.title, found.email or profile.practice.email)


def common_names(inputs: Inputs, id: str, title: str, summary: str, owner: str = "security_officer") -> dict[str, Any]:
    """The fields of CommonNames for one document."""
    officer = inputs.profile.officers.privacy if owner == "privacy_officer" else inputs.profile.officers.security
    document = DocumentNames(
        id=id,
        title=title,
        summary=inputs.text(summary),
        edition=inputs.edition,
        as_of=printed_date(inputs.as_of),
        analysis=printed_date(inputs.assessment.date),
        next_review=next_review(inputs.as_of, inputs.profile.review_month),
        law_as_of=printed_date(inputs.catalog.law_as_of),
        owner=f"{inputs.profile.person(officer.person).name}, {inputs.word('role', owner)}",
    )
    return {**inputs.common, "document": document}


def next_review(as_of: date, month: int) -> str:
    """The review month after `as_of`, within twelve months of it: 'September 2027'."""
    year = as_of.year + (1 if month <= as_of.month else 0)
    return f"{date(year, month, 1):%B %Y}"


def links(
    inputs: Inputs, section: str | None, ids: Iterable[str], notes: Mapping[str, str] | None = None
) -> tuple[LinkNames, ...]:
    """Links from a document in `section` (None: the binder itself) to those documents that are part of this package."""
    found = [artifact for id in ids if (artifact := inputs.plan.get(id))]
    return tuple(LinkNames(a.id, a.title, a.href(section), (notes or {}).get(a.id, "")) for a in found)


def reaching(inputs: Inputs, citations: Collection[str]) -> str:
    """Numbers of the findings whose scenarios touch one of these provisions."""
    found = (f for f in inputs.assessment.findings if not set(citations).isdisjoint(inputs.scenarios[f.scenario].citations))
    return ", ".join(finding.id for finding in found)


def by_risk(findings: Iterable[Finding]) -> list[Finding]:
    """Findings from the highest level of risk down, then by number."""
    return sorted(findings, key=lambda f: (-LEVELS.index(f.level), f.id))


def finding_names(inputs: Inputs, section: str, finding: Finding) -> FindingNames:
    """One finding as documents print it."""
    scenario = inputs.scenarios[finding.scenario]
    level, residual = finding.level, finding.residual.level
    reason = finding.reason or ""
    if finding.response == "accept" and finding.accepted_by and finding.accepted_on and finding.review_on:
        name = inputs.profile.person(finding.accepted_by).name
        reason += (
            f" Accepted by {name} on {printed_date(finding.accepted_on)}; looked at again on {printed_date(finding.review_on)}."
        )
    return FindingNames(
        id=finding.id,
        title=scenario.title,
        narrative=inputs.text(scenario.narrative),
        theme=next(theme.title for theme in inputs.catalog.themes if theme.id == scenario.theme),
        threat=inputs.word("threat", scenario.threat),
        vulnerability=inputs.text(scenario.vulnerability),
        affects=joined(inputs.word("affects", code) for code in scenario.affects),
        measures=joined(inputs.word("measure", code) for code in scenario.measures),
        asked=tuple(_asked(inputs, scenario, finding)),
        observed=finding.observed or "",
        likelihood=inputs.word("level", finding.likelihood),
        impact=inputs.word("level", finding.impact),
        level=inputs.word("level", level),
        fill=LEVEL_FILLS[level],
        residual=inputs.word("level", residual),
        residual_fill=LEVEL_FILLS[residual],
        response=inputs.word("response", finding.response),
        reason=reason.strip(),
        existing=tuple(inputs.safeguard_titles[id] for id in finding.existing),
        actions=tuple(_action(inputs, action) for action in finding.actions),
        open=tuple(_action(inputs, action) for action in finding.actions if action.status != "done"),
        done=sum(action.status == "done" for action in finding.actions),
        policies=links(inputs, section, scenario.policies),
        citations=", ".join(scenario.citations),
    )


def _asked(inputs: Inputs, scenario: Scenario, finding: Finding) -> Iterator[AskedNames]:
    for question in scenario.question:
        texts = {choice.id: inputs.text(choice.text) for choice in question.choice} | {UNKNOWN: UNKNOWN_TEXT}
        yield AskedNames(inputs.text(question.text), texts[finding.answers[question.id]])


def _action(inputs: Inputs, action: Action) -> ActionNames:
    return ActionNames(
        action.what,
        inputs.profile.person(action.owner).name,
        printed_date(action.done_on or action.due),
        inputs.word("status", action.status),
    )
