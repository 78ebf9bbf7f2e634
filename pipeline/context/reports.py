"""The names of the documents of the risk analysis: report, register, mitigation plan, decision records, inventory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.assessment.model import ChangeRecord, Decision, Finding
from pipeline.assessment.scoring import LEVELS, at_least, risk_level
from pipeline.catalog import Provision, Report
from pipeline.context.assets import asset_names
from pipeline.context.changes import trend_names
from pipeline.context.common import Inputs, by_risk, common_names, finding_names, links, reaching
from pipeline.context.mitigation import by_month, by_owner, first_month, measures, steps_by_date, steps_by_owner
from pipeline.facts import joined, printed_date
from pipeline.names import LinkNames, NotApplicableNames
from pipeline.numbered import why_withdrawn
from pipeline.plan import Artifact
from pipeline.render.look import LEVEL_FILLS
from pipeline.report_names import (
    ChangeNames,
    CriterionNames,
    DecisionNames,
    HeatCell,
    HeatRow,
    ReportNames,
    StandardNames,
    StepNames,
)

TOP = 5
NEXT = 6
MAJOR_FROM = "high"


def report_names(inputs: Inputs, artifact: Artifact) -> ReportNames:
    """The names of a document of the risk analysis (the elements of OCR's guidance of July 14, 2010)."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    assessment = inputs.assessment
    ranked = by_risk(assessment.findings)
    findings = tuple(finding_names(inputs, section, finding) for finding in ranked)
    major = sum(at_least(finding.level, MAJOR_FROM) for finding in ranked)
    assets = asset_names(inputs)
    steps, owned = steps_by_date(inputs), steps_by_owner(inputs)
    waiting = tuple(step for step in steps if step.status != inputs.word("status", "done"))
    return ReportNames(
        **common_names(inputs, report.id, report.title, report.summary),
        scope=assessment.scope,
        participants=tuple(inputs.person(id) for id in assessment.participants),
        sources=assessment.sources,
        assets=assets,
        systems=tuple(asset for asset in assets if asset.group == "System"),
        devices=tuple(asset for asset in assets if asset.group == "Device"),
        places=tuple(asset for asset in assets if asset.group == "Place"),
        levels={level: inputs.word("level", level) for level in LEVELS},
        counts=_counted(inputs, (finding.level for finding in ranked)),
        after=_counted(inputs, (finding.residual.level for finding in ranked)),
        heat=tuple(_heat(inputs, ranked)),
        findings=findings,
        major=findings[:major],
        minor=findings[major:],
        top=findings[:TOP],
        steps=steps,
        next_steps=waiting[:NEXT],
        open_steps=len(waiting),
        owners=by_owner(inputs, owned),
        months=by_month(waiting),
        measures=measures(inputs),
        first_month=first_month(inputs),
        not_applicable=tuple(_not_applicable(inputs)),
        decisions=tuple(_decisions(inputs, section)),
        standards=tuple(_standards(inputs, section)),
        changes=tuple(_change(inputs, section, record) for record in inputs.changes),
        trend=trend_names(inputs),
        report=_link(inputs, section, "R-01"),
        register=_link(inputs, section, "R-02"),
        mitigation=_link(inputs, section, "R-03"),
        schedule=_link(inputs, section, "R-04"),
        records=_link(inputs, section, "R-05"),
        inventory=_link(inputs, section, "R-06"),
        row=findings[0],
        rows=findings,
        step=StepNames(),
        own=StepNames(),
        owns=owned,
        asset=assets[0],
    )


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _counted(inputs: Inputs, levels: Iterable[str]) -> str:
    """'2 very high, 7 high and 40 low'."""
    counts = Counter(levels)
    return joined(f"{counts[level]} {inputs.word('level', level).lower()}" for level in reversed(LEVELS) if counts[level])


def _heat(inputs: Inputs, findings: list[Finding]) -> Iterator[HeatRow]:
    for likelihood in reversed(LEVELS):
        yield HeatRow(
            inputs.word("level", likelihood),
            tuple(
                HeatCell(
                    LEVEL_FILLS[risk_level(likelihood, impact)],
                    ", ".join(
                        sorted(f.id.removeprefix("RA-") for f in findings if (f.likelihood, f.impact) == (likelihood, impact))
                    ),
                )
                for impact in LEVELS
            ),
        )


def _not_applicable(inputs: Inputs) -> Iterator[NotApplicableNames]:
    """Scenarios left out by the assessment, and those that the facts of the practice leave out."""
    from_assessment = {entry.scenario: entry.reason for entry in inputs.assessment.not_applicable}
    assessed = {finding.scenario for finding in inputs.assessment.findings}
    standing = {scenario.id for scenario in inputs.catalog.scenarios if scenario.withdrawn is None}
    for scenario in inputs.catalog.scenarios:
        reason = from_assessment.get(scenario.id) or (scenario.omitted_because if scenario.id not in assessed else None)
        if scenario.withdrawn and scenario.id not in (*assessed, *from_assessment):
            reason = why_withdrawn(scenario.withdrawn, standing)
        if reason:
            yield NotApplicableNames(scenario.id, scenario.title, reason)


def _decisions(inputs: Inputs, section: str) -> Iterator[DecisionNames]:
    provisions = {provision.citation: provision for provision in inputs.catalog.provisions}
    order = {citation: index for index, citation in enumerate(provisions)}
    for number, decision in enumerate(sorted(inputs.assessment.decisions, key=lambda one: order[one.citation]), 1):
        yield _decision(inputs, section, number, decision, provisions[decision.citation])


def _decision(inputs: Inputs, section: str, number: int, decision: Decision, provision: Provision) -> DecisionNames:
    policies = [policy.id for policy in inputs.catalog.policies if provision.citation in policy.citations]
    return DecisionNames(
        number,
        decision.citation,
        provision.title,
        provision.summary,
        inputs.word("decision", decision.decision),
        decision.how or "",
        decision.why,
        inputs.profile.person(decision.decided_by).name,
        printed_date(decision.decided_on),
        links(inputs, section, policies),
        reaching(inputs, {provision.citation}),
    )


def _standards(inputs: Inputs, section: str) -> Iterator[StandardNames]:
    """Each standard of the Security Rule with what reaches it and what answers it."""
    for standard in inputs.catalog.provisions:
        if standard.kind != "standard":
            continue
        family = [standard, *(p for p in inputs.catalog.provisions if p.parent == standard.citation)]
        citations = {provision.citation for provision in family}
        answering = [policy.id for policy in inputs.catalog.policies if citations.intersection(policy.citations)]
        recorded = [id for provision in family for id in provision.documented_in]
        yield StandardNames(
            standard.citation,
            standard.title,
            reaching(inputs, citations),
            links(inputs, section, dict.fromkeys((*answering, *recorded))),
            inputs.plan.not_applicable.get(standard.citation, ""),
        )


def _change(inputs: Inputs, section: str, record: ChangeRecord) -> ChangeNames:
    change = next(change for change in inputs.catalog.changes if change.id == record.change)
    criteria = {criterion.id: criterion for criterion in inputs.catalog.criteria}
    return ChangeNames(
        date=printed_date(record.date),
        title=change.title,
        description=record.description,
        participants=joined(inputs.profile.person(id).name for id in record.participants),
        criteria=tuple(
            CriterionNames(criteria[answer.criterion].text, "Yes" if answer.true else "No") for answer in record.criteria
        ),
        full=record.full_analysis_needed,
        findings=tuple(finding_names(inputs, section, finding) for finding in by_risk(record.findings)),
        ended=joined(entry.id for entry in record.ended),
    )
