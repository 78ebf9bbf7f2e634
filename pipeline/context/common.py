"""What all documents share: the inputs, the common names, links and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipeline.assessment.model import Action, Assessment, Finding
from pipeline.assessment.scoring import LEVELS, at_least, risk_level
from pipeline.catalog import Catalog, Scenario
from pipeline.facts import STATES, facts_of, joined, phrases_of, printed_date
from pipeline.names import (
    ActionNames,
    DocumentNames,
    FindingNames,
    LinkNames,
    OfficerNames,
    PersonNames,
    PracticeNames,
)
from pipeline.plan import Plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.render.jinja import fill

# a finding from this level on makes the text of a policy stricter
STRICT_FROM = "moderate"
LEVEL_FILLS = {"very_low": "DCE9E3", "low": "E6EED3", "moderate": "FBEBC2", "high": "F6D2B8", "very_high": "EFB7B0"}


@dataclass(frozen=True)
class Inputs:
    """Everything the documents of one edition are made from."""

    catalog: Catalog
    profile: Profile
    assessment: Assessment
    plan: Plan
    edition: str
    as_of: date

    def word(self, kind: str, code: str) -> str:
        """The printed word for a code."""
        return self.catalog.words[kind][code]

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        return {scenario.id: scenario for scenario in self.catalog.scenarios}

    @cached_property
    def common(self) -> dict[str, Any]:
        """The fields of CommonNames but for the document itself."""
        profile = self.profile
        served = profile.practice.people_served
        clinicians = [p for p in profile.workforce if p.role in ("clinician", "supervisor", "intern")]
        officers = profile.officers
        return {
            "practice": PracticeNames(
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
            "officer": OfficerNames(self.person(officers.security.person), self.person(officers.privacy.person)),
            "approver": self.person(profile.approver),
            "consultant": PersonNames(profile.consultant.contact, profile.consultant.firm, profile.consultant.email),
            "facts": facts_of(profile),
            "names": phrases_of(profile),
            "number": {parameter.name: parameter.value for parameter in self.catalog.parameters},
            "clause": self.clauses,
        }

    @cached_property
    def clauses(self) -> dict[str, bool]:
        """Every clause of the catalogue; true where a finding that is not accepted asks for it."""
        asked = {
            clause
            for finding in self.assessment.findings
            if finding.response != "accept" and at_least(risk_level(finding.likelihood, finding.impact), STRICT_FROM)
            for clause in self.scenarios[finding.scenario].clauses
        }
        return {clause: clause in asked for clause in sorted(self.catalog.clauses)}

    def person(self, id: str) -> PersonNames:
        found = self.profile.person(id)
        return PersonNames(found.name, found.title, found.email or self.profile.practice.email)

    def text(self, template: str) -> str:
        """A text of the catalogue with the common names filled in."""
        return fill(template, {key: primitives(value) for key, value in self.common.items()})


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


def links(inputs: Inputs, section: str, ids: Iterable[str], notes: Mapping[str, str] | None = None) -> tuple[LinkNames, ...]:
    """Links from a document in `section` to those documents that are part of this package."""
    found = [artifact for id in ids if (artifact := inputs.plan.get(id))]
    return tuple(LinkNames(a.id, a.title, a.href(section), (notes or {}).get(a.id, "")) for a in found)


def by_risk(findings: Iterable[Finding]) -> list[Finding]:
    """Findings from the highest level of risk down, then by number."""
    return sorted(findings, key=lambda f: (-LEVELS.index(risk_level(f.likelihood, f.impact)), f.id))


def finding_names(inputs: Inputs, section: str, finding: Finding) -> FindingNames:
    """One finding as documents print it."""
    scenario = inputs.scenarios[finding.scenario]
    level = risk_level(finding.likelihood, finding.impact)
    safeguards = {safeguard.id: safeguard.title for safeguard in inputs.catalog.safeguards}
    reason = finding.reason or ""
    if finding.response == "accept" and finding.accepted_by and finding.review_on:
        name = inputs.profile.person(finding.accepted_by).name
        reason = f"{reason} Accepted by {name}; looked at again on {printed_date(finding.review_on)}.".strip()
    return FindingNames(
        id=finding.id,
        title=scenario.title,
        narrative=inputs.text(scenario.narrative),
        observed=finding.observed,
        likelihood=inputs.word("level", finding.likelihood),
        impact=inputs.word("level", finding.impact),
        level=inputs.word("level", level),
        fill=LEVEL_FILLS[level],
        residual=inputs.word("level", risk_level(finding.residual.likelihood, finding.residual.impact)),
        response=inputs.word("response", finding.response),
        reason=reason,
        existing=tuple(safeguards[id] for id in finding.existing),
        actions=tuple(_action(inputs, action) for action in finding.actions),
        open=tuple(_action(inputs, action) for action in finding.actions if action.status != "done"),
        done=sum(action.status == "done" for action in finding.actions),
        policies=links(inputs, section, scenario.policies),
        citations=", ".join(scenario.citations),
    )


def _action(inputs: Inputs, action: Action) -> ActionNames:
    return ActionNames(
        action.what,
        inputs.profile.person(action.owner).name,
        printed_date(action.done_on or action.due),
        inputs.word("status", action.status),
    )
