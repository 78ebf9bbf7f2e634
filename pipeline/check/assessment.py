"""Whether a risk analysis agrees with the practice, with the catalogue and with itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pipeline.assessment.model import Action, Assessment, Finding
from pipeline.assessment.scoring import LEVELS, risk_level
from pipeline.catalog import Catalog
from pipeline.check.references import exists, unique
from pipeline.conditions import applies
from pipeline.errors import Problem
from pipeline.practice import Profile


def check_assessment(
    assessment: Assessment, profile: Profile, raw_profile: Mapping[str, Any], catalog: Catalog, file_date: str, shown: str
) -> Iterator[Problem]:
    """Every disagreement; `file_date` is the stem of the file's name."""
    if assessment.practice != profile.practice.slug:
        yield Problem(f"{shown}#/practice", "This is the analysis of another practice.", "Put the right file here.")
    if assessment.date.isoformat() != file_date:
        yield Problem(f"{shown}#/date", "The date is not the one in the file's name.", "Rename the file, or correct the date.")
    workforce = {person.id for person in profile.workforce}
    for index, id in enumerate(assessment.participants):
        yield from exists(id, workforce, f"{shown}#/participants/{index}", "member of the workforce")
    yield from unique((finding.id for finding in assessment.findings), f"{shown}#/findings", "number")
    for index, finding in enumerate(assessment.findings):
        yield from _finding(finding, assessment.date, workforce, catalog, f"{shown}#/findings/{index}")
    yield from _scenarios(assessment, raw_profile, catalog, shown)
    yield from _decisions(assessment, workforce, catalog, shown)


def _finding(finding: Finding, day: date, workforce: set[str], catalog: Catalog, where: str) -> Iterator[Problem]:
    safeguards = {safeguard.id for safeguard in catalog.safeguards}
    for index, id in enumerate(finding.existing):
        yield from exists(id, safeguards, f"{where}/existing/{index}", "safeguard")
    yield from exists(finding.accepted_by, workforce, f"{where}/accepted_by", "member of the workforce")
    if finding.review_on and finding.review_on <= day:
        yield Problem(f"{where}/review_on", "The accepted risk is looked at again before the analysis.", "Give a later date.")
    for index, action in enumerate(finding.actions):
        yield from _action(action, day, workforce, safeguards, f"{where}/actions/{index}")
    before, after = (LEVELS.index(risk_level(r.likelihood, r.impact)) for r in (finding, finding.residual))
    if after > before:
        yield Problem(f"{where}/residual", "The risk that is left is higher than the risk before.", "Assess it again.")


def _action(action: Action, day: date, workforce: set[str], safeguards: set[str], where: str) -> Iterator[Problem]:
    yield from exists(action.owner, workforce, f"{where}/owner", "member of the workforce")
    yield from exists(action.safeguard, safeguards, f"{where}/safeguard", "safeguard")
    if action.status == "done":
        if action.done_on and action.done_on > day:
            yield Problem(
                f"{where}/done_on", "The action is done on a day after the analysis.", 'Write "open", or correct the date.'
            )
    elif action.due <= day:
        yield Problem(
            f"{where}/due",
            "The action is due on or before the day of the analysis.",
            "Give a later date, or write that it is done.",
        )


def _scenarios(assessment: Assessment, raw_profile: Mapping[str, Any], catalog: Catalog, shown: str) -> Iterator[Problem]:
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    held = {policy.id for policy in catalog.policies if applies(policy.applies_when, raw_profile)}
    named = [finding.scenario for finding in assessment.findings] + [entry.scenario for entry in assessment.not_applicable]
    yield from unique(named, f"{shown}#/findings", "scenario")
    for place in ("findings", "not_applicable"):
        for index, entry in enumerate(getattr(assessment, place)):
            where = f"{shown}#/{place}/{index}/scenario"
            yield from exists(entry.scenario, scenarios, where, "scenario")
            scenario = scenarios.get(entry.scenario)
            if scenario is None or place != "findings":
                continue
            if not applies(scenario.applies_when, raw_profile):
                yield Problem(
                    where,
                    f'The profile says that this cannot happen here: "{scenario.omitted_because}"',
                    "Take the finding out, or correct the profile.",
                )
            if not held.intersection(scenario.policies):
                yield Problem(
                    where,
                    "No policy of this practice answers the finding.",
                    "Name a policy for the scenario in catalog/scenarios.toml.",
                )
    for scenario in catalog.scenarios:
        if scenario.id not in named and applies(scenario.applies_when, raw_profile):
            yield Problem(
                f"{shown}#/findings",
                f'The scenario {scenario.id} "{scenario.title}" is not assessed.',
                "Add a finding, or an entry in not_applicable with the reason.",
            )


def _decisions(assessment: Assessment, workforce: set[str], catalog: Catalog, shown: str) -> Iterator[Problem]:
    addressable = {p.citation: p for p in catalog.provisions if p.mark == "A"}
    known = {p.citation for p in catalog.provisions}
    yield from unique((decision.citation for decision in assessment.decisions), f"{shown}#/decisions", "citation")
    for index, decision in enumerate(assessment.decisions):
        where = f"{shown}#/decisions/{index}"
        yield from exists(decision.decided_by, workforce, f"{where}/decided_by", "member of the workforce")
        yield from exists(decision.citation, known, f"{where}/citation", "provision")
        if decision.citation in known and decision.citation not in addressable:
            yield Problem(
                f"{where}/citation", "This provision is not addressable; there is nothing to decide.", "Take the record out."
            )
        if decision.decided_on > assessment.date:
            yield Problem(f"{where}/decided_on", "The decision is dated after the analysis.", "Correct one of the two dates.")
    decided = {decision.citation for decision in assessment.decisions}
    for citation, provision in addressable.items():
        if citation not in decided:
            yield Problem(
                f"{shown}#/decisions",
                f"There is no decision on {citation} {provision.title}. Addressable is not optional (45 CFR 164.306(d)(3)).",
                "Add the record: implemented, alternative or not_reasonable, and why.",
            )
