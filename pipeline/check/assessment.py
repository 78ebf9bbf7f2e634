"""Whether a risk analysis agrees with the practice, with the catalogue and with itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.assessment.model import Action, Assessment, ChangeRecord, Finding, NotApplicable
from pipeline.assessment.questions import likelihoods, proved
from pipeline.assessment.scoring import LEVELS
from pipeline.catalog import Catalog, Scenario
from pipeline.check.references import ids_of, in_catalog, in_profile, instead_of, unique_in_file
from pipeline.conditions import applies
from pipeline.errors import Problem, without_ids
from pipeline.practice import Profile


def check_assessment(assessment: Assessment, profile: Profile, catalog: Catalog, file_date: str, shown: str) -> Iterator[Problem]:
    """Every disagreement of an assessment with practice, catalogue and itself; `file_date` is the stem of the file's name."""
    if assessment.practice != profile.practice.slug:
        yield Problem(f"{shown}#/practice", "This is the analysis of another practice.", "Put the right file here.")
    if assessment.date.isoformat() != file_date:
        yield Problem(f"{shown}#/date", "The date is not the one in the file's name.", "Rename the file, or correct the date.")
    workforce = ids_of(profile, "workforce")
    for index, id in enumerate(assessment.participants):
        yield from in_profile(id, workforce, f"{shown}#/participants/{index}", "member of the workforce")
    yield from unique_in_file((entry.fact for entry in assessment.confirmed), f"{shown}#/confirmed", "fact")
    yield from unique_in_file((entry.asset for entry in assessment.inventory), f"{shown}#/inventory", "asset")
    yield from _in_force(assessment, catalog, shown)
    yield from check_findings(assessment.findings, assessment.date, workforce, catalog, shown)
    yield from _decisions(assessment, workforce, catalog, shown)
    yield from _followed_up(assessment, shown)


def check_change(
    record: ChangeRecord, assessment: Assessment, profile: Profile, catalog: Catalog, file_stem: str, shown: str
) -> Iterator[Problem]:
    """The same for the record of a change to this assessment."""
    if record.practice != profile.practice.slug:
        yield Problem(f"{shown}#/practice", "This is the change of another practice.", "Put the right file here.")
    if f"{record.date.isoformat()}-{record.change}" != file_stem:
        yield Problem(
            f"{shown}#/date", "Date and change are not those in the file's name.", "Rename the file: <date>-<change>.json."
        )
    if record.analysis != assessment.date:
        mend = "Do the small analysis again on the latest full one, with binder change."
        yield Problem(f"{shown}#/analysis", "The change adds to another analysis than the latest one before it.", mend)
    yield from in_catalog(record.change, {change.id for change in catalog.changes}, f"{shown}#/change", "change")
    workforce = ids_of(profile, "workforce")
    for index, id in enumerate(record.participants):
        yield from in_profile(id, workforce, f"{shown}#/participants/{index}", "member of the workforce")
    yield from _in_force(record, catalog, shown)
    yield from check_findings(record.findings, record.date, workforce, catalog, shown)
    scenarios = {scenario.id for scenario in catalog.scenarios}
    again = {finding.scenario for finding in record.findings} | {entry.scenario for entry in record.not_applicable}
    for index, ended in enumerate(record.ended):
        where = f"{shown}#/ended/{index}/scenario"
        yield from in_catalog(ended.scenario, scenarios, where, "scenario")
        if ended.scenario in again:
            yield Problem(where, "The change ends this finding and also goes on with it.", "Take one of the two out.")
    yield from unique_in_file((answer.criterion for answer in record.criteria), f"{shown}#/criteria", "criterion")
    criteria = {criterion.id for criterion in catalog.criteria}
    for index, answer in enumerate(record.criteria):
        yield from in_catalog(answer.criterion, criteria, f"{shown}#/criteria/{index}", "criterion")
    for missing in sorted(criteria - {answer.criterion for answer in record.criteria}):
        yield Problem(f"{shown}#/criteria", f'The criterion "{missing}" is not answered.', "Answer it.")


def check_findings(
    findings: Sequence[Finding], day: date, workforce: Mapping[str, Sequence[str]], catalog: Catalog, shown: str
) -> Iterator[Problem]:
    """Every defect of the findings themselves."""
    yield from unique_in_file((finding.id for finding in findings), f"{shown}#/findings", "number")
    for index, finding in enumerate(findings):
        yield from _finding(finding, day, workforce, catalog, f"{shown}#/findings/{index}")


def _in_force(analysis: Assessment | ChangeRecord, catalog: Catalog, shown: str) -> Iterator[Problem]:
    """An analysis of an earlier day may speak of what is withdrawn since, and is built from as before."""
    over = {scenario.id: scenario.withdrawn for scenario in catalog.scenarios if not scenario.in_force(analysis.date)}
    named = [(f"findings/{index}", finding.scenario) for index, finding in enumerate(analysis.findings)]
    named += [(f"not_applicable/{index}", entry.scenario) for index, entry in enumerate(analysis.not_applicable)]
    for at, id in named:
        if withdrawn := over.get(id):
            what = f"The scenario {id} is withdrawn since {withdrawn.since}, and the analysis is of a later day."
            yield Problem(f"{shown}#/{at}/scenario", what, instead_of(withdrawn))


def _finding(
    finding: Finding, day: date, workforce: Mapping[str, Sequence[str]], catalog: Catalog, where: str
) -> Iterator[Problem]:
    safeguards = {safeguard.id for safeguard in catalog.safeguards}
    for index, id in enumerate(finding.existing):
        yield from in_catalog(id, safeguards, f"{where}/existing/{index}", "safeguard")
    if list(finding.existing) != sorted(finding.existing):
        yield Problem(f"{where}/existing", "The safeguards are not in the order of their numbers.", "Sort them.")
    yield from _answers(finding, catalog, where)
    yield from in_profile(finding.accepted_by, workforce, f"{where}/accepted_by", "member of the workforce")
    if finding.accepted_on and finding.accepted_on > day:
        yield Problem(f"{where}/accepted_on", "The risk is accepted on a day after the analysis.", "Correct the date.")
    if finding.review_on and finding.review_on <= day:
        yield Problem(f"{where}/review_on", "The accepted risk is looked at again before the analysis.", "Give a later date.")
    for index, action in enumerate(finding.actions):
        yield from _action(action, day, workforce, safeguards, f"{where}/actions/{index}")
    before, after = (LEVELS.index(rated.level) for rated in (finding, finding.residual))
    if after > before:
        yield Problem(f"{where}/residual", "The risk that is left is higher than the risk before.", "Assess it again.")


def _answers(finding: Finding, catalog: Catalog, where: str) -> Iterator[Problem]:
    scenario = next((scenario for scenario in catalog.scenarios if scenario.id == finding.scenario), None)
    if scenario is None:
        return
    questions = {question.id: question for question in scenario.question}
    for id, choice in finding.answers.items():
        yield from in_catalog(id, questions, f"{where}/answers/{id}", "question")
        if id in questions:
            yield from in_catalog(choice, likelihoods(questions[id]), f"{where}/answers/{id}", "choice")
    for id in questions.keys() - finding.answers.keys():
        yield Problem(f"{where}/answers", f'The question "{id}" is not answered.', 'Answer it; "unknown" is an answer.')
    for safeguard in proved(scenario, finding.answers):
        if safeguard not in finding.existing:
            what = f"The answers show that {safeguard} is there, and it is not listed."
            yield Problem(f"{where}/existing", what, "List it, or correct the answer.")


def _action(
    action: Action, day: date, workforce: Mapping[str, Sequence[str]], safeguards: set[str], where: str
) -> Iterator[Problem]:
    yield from in_profile(action.owner, workforce, f"{where}/owner", "member of the workforce")
    yield from in_catalog(action.safeguard, safeguards, f"{where}/safeguard", "safeguard")
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


def check_coverage(
    sources: Sequence[tuple[str, Sequence[Finding], Sequence[NotApplicable]]],
    raw_profile: Mapping[str, Any],
    catalog: Catalog,
    missing: str,
) -> Iterator[Problem]:
    """Whether each scenario that applies to the practice, and no other, is assessed or set aside exactly once.

    sources: file, and what counts of it. missing: the file in which a scenario that is missing belongs.
    """
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    held = {policy.id for policy in catalog.policies if applies(policy.applies_when, raw_profile)}
    named = []
    for shown, findings, not_applicable in sources:
        for index, finding in enumerate(findings):
            named.append(finding.scenario)
            where = f"{shown}#/findings/{index}/scenario"
            yield from in_catalog(finding.scenario, scenarios.keys(), where, "scenario")
            if scenario := scenarios.get(finding.scenario):
                yield from _fits(scenario, held, raw_profile, where)
        for index, entry in enumerate(not_applicable):
            named.append(entry.scenario)
            where = f"{shown}#/not_applicable/{index}/scenario"
            yield from in_catalog(entry.scenario, scenarios.keys(), where, "scenario")
            scenario = scenarios.get(entry.scenario)
            if scenario and not applies(scenario.applies_when, raw_profile):
                mend = "Take the entry out, or record what changed with binder change; the report gives the catalogue's reason."
                yield Problem(where, "The profile says already that this cannot happen here.", mend)
    yield from unique_in_file(named, f"{missing}#/findings", "scenario")
    if len(sources) > 1:  # within one file this is found already
        numbers = (finding.id for _, findings, _ in sources for finding in findings)
        yield from unique_in_file(numbers, f"{missing}#/findings", "number")
    for scenario in catalog.scenarios:
        if scenario.id not in named and not scenario.withdrawn and applies(scenario.applies_when, raw_profile):
            yield Problem(
                f"{missing}#/findings",
                f'The scenario {scenario.id} "{scenario.title}" is not assessed.',
                "Add a finding, or an entry in not_applicable with the reason. For a change since the analysis: binder change.",
            )


def _fits(scenario: Scenario, held: set[str], raw_profile: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if not applies(scenario.applies_when, raw_profile):
        what = f'The profile says that this cannot happen here: "{scenario.omitted_because}"'
        yield Problem(where, what, "Take the finding out, correct the profile, or record the change with binder change.")
    if not scenario.withdrawn and not held.intersection(scenario.policies):
        mend = "Name a policy for the scenario in catalog/scenarios."
        yield Problem(where, "No policy of this practice answers the finding.", mend)


def check_facts(
    assessment: Assessment, statements: Mapping[str, str], assets: Mapping[str, str], shown: str
) -> Iterator[Problem]:
    """Warnings where the profile has moved on since its facts were confirmed.

    statements: fact → sentence of today; assets: what holds ePHI today → its place in the profile.
    """
    confirmed = {entry.fact: entry.statement for entry in assessment.confirmed}
    changed = [fact for fact in (*statements, *confirmed) if confirmed.get(fact) != statements.get(fact)]
    if changed:
        count, first = len(set(changed)), changed[0]
        facts = "1 fact of the profile is" if count == 1 else f"{count} facts of the profile are"
        told = without_ids(first) if first in statements else f"at /confirmed/{list(confirmed).index(first)}"
        what = f"{facts} not what the practice confirmed, the first of them {told}."
        yield Problem(f"{shown}#/confirmed", what, "Look at what changed, and record it with binder change.", warning=True)
    named = {entry.asset for entry in assessment.inventory}
    for place in sorted(place for asset, place in assets.items() if asset not in named):
        what = f"The inventory does not say what happens to ePHI in {place} of the profile."
        yield Problem(f"{shown}#/inventory", what, "Add it, or record the change with binder change.", warning=True)
    for index, entry in enumerate(assessment.inventory):
        if entry.asset not in assets:
            what = "The profile has nothing of this id with ePHI any more."
            yield Problem(f"{shown}#/inventory/{index}", what, "Record the change with binder change.", warning=True)


def _followed_up(assessment: Assessment, shown: str) -> Iterator[Problem]:
    if assessment.followed_up is None:
        return
    if assessment.followed_up.analysis >= assessment.date:
        where = f"{shown}#/followed_up/analysis"
        yield Problem(where, "The analysis whose steps are followed up is not before this one.", "Correct the date.")
    for index, step in enumerate(assessment.followed_up.steps):
        if step.on and step.on > assessment.date:
            where = f"{shown}#/followed_up/steps/{index}/on"
            yield Problem(where, "The step is done on a day after the analysis.", "Correct the date.")


def _decisions(assessment: Assessment, workforce: Mapping[str, Sequence[str]], catalog: Catalog, shown: str) -> Iterator[Problem]:
    addressable = {p.citation: p for p in catalog.provisions if p.mark == "A"}
    known = {p.citation for p in catalog.provisions}
    yield from unique_in_file((decision.citation for decision in assessment.decisions), f"{shown}#/decisions", "citation")
    for index, decision in enumerate(assessment.decisions):
        where = f"{shown}#/decisions/{index}"
        yield from in_profile(decision.decided_by, workforce, f"{where}/decided_by", "member of the workforce")
        yield from in_catalog(decision.citation, known, f"{where}/citation", "provision")
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
