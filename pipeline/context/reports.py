"""The names of the risk analysis report and of the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipeline.assessment.model import Decision, Finding
from pipeline.assessment.scoring import LEVELS, risk_level
from pipeline.catalog import Report
from pipeline.context.common import LEVEL_FILLS, Inputs, by_risk, common_names, finding_names, links
from pipeline.facts import joined, printed_date
from pipeline.names import (
    AssetNames,
    DecisionNames,
    HeatCell,
    HeatRow,
    NotApplicableNames,
    PlannedNames,
    ReportNames,
)
from pipeline.plan import Artifact

TOP = 5


def report_names(inputs: Inputs, artifact: Artifact) -> ReportNames:
    """The names of a report on the risk analysis (the elements of OCR's guidance of July 14, 2010)."""
    report = artifact.source
    assert isinstance(report, Report)
    assessment = inputs.assessment
    ranked = by_risk(assessment.findings)
    findings = tuple(finding_names(inputs, artifact.section, finding) for finding in ranked)
    counts = Counter(level_of(finding) for finding in ranked)
    (register,) = links(inputs, artifact.section, ["R-02"])
    return ReportNames(
        **common_names(inputs, report.id, report.title, report.summary),
        scope=assessment.scope,
        participants=tuple(inputs.person(id) for id in assessment.participants),
        sources=assessment.sources,
        systems=tuple(_systems(inputs)),
        devices=tuple(_devices(inputs)),
        places=tuple(_places(inputs)),
        counts=joined(f"{counts[level]} {inputs.word('level', level).lower()}" for level in reversed(LEVELS) if counts[level]),
        heat=tuple(_heat(inputs, ranked)),
        findings=findings,
        top=findings[:TOP],
        plan=tuple(_plan(inputs, ranked)),
        not_applicable=tuple(_not_applicable(inputs)),
        decisions=tuple(_decision(inputs, decision) for decision in _in_order(inputs)),
        register=register,
        row=finding_names(inputs, artifact.section, ranked[0]),
        rows=findings,
    )


def level_of(finding: Finding) -> str:
    return risk_level(finding.likelihood, finding.impact)


def _systems(inputs: Inputs) -> Iterator[AssetNames]:
    for system in inputs.profile.systems:
        if system.ephi:
            second = {"required": "second step required", "optional": "second step is each user's choice"}.get(system.mfa)
            agreement = inputs.word("baa", system.baa.status).lower()
            yield AssetNames(
                system.name,
                inputs.word("system_kind", system.kind),
                system.vendor,
                f"{(second or 'no second step offered').capitalize()}; business associate agreement: {agreement}",
                inputs.profile.name_of(system.administrator),
            )


def _devices(inputs: Inputs) -> Iterator[AssetNames]:
    for device in inputs.profile.devices:
        if device.ephi:
            platform = f", {inputs.word('platform', device.platform)}" if device.platform != "none" else ""
            users = joined(inputs.profile.person(one.user).name for one in device.register if one.user)
            yield AssetNames(
                f"{device.count} × {inputs.word('device_class', device.class_).lower()}{platform}",
                "Owned by the practice" if device.owner == "practice" else "Personal",
                "",
                f"Encryption: {inputs.word('encryption', device.encryption).lower()}; "
                + ("settings enforced by device management" if device.managed else "settings checked by hand"),
                users or "Not listed one by one",
            )


def _places(inputs: Inputs) -> Iterator[AssetNames]:
    for place in inputs.profile.locations:
        networks = [n for n in inputs.profile.networks if n.location == place.id]
        wifi = "; ".join(f"{n.name} ({inputs.word('wifi', n.wifi)})" for n in networks)
        held = [word for word, there in (("paper", place.keeps_paper), ("equipment", place.keeps_equipment)) if there]
        yield AssetNames(
            place.name,
            inputs.word("location_kind", place.kind),
            f"{place.address.city}, {place.address.state}" if place.address else "–",
            wifi or "–",
            joined(held).capitalize() if held else "Nothing",
        )


def _heat(inputs: Inputs, findings: list[Finding]) -> Iterator[HeatRow]:
    for likelihood in reversed(LEVELS):
        yield HeatRow(
            inputs.word("level", likelihood),
            tuple(
                HeatCell(
                    LEVEL_FILLS[risk_level(likelihood, impact)],
                    ", ".join(f.id.removeprefix("RA-") for f in findings if (f.likelihood, f.impact) == (likelihood, impact)),
                )
                for impact in LEVELS
            ),
        )


def _plan(inputs: Inputs, findings: list[Finding]) -> Iterator[PlannedNames]:
    actions = [(action.done_on or action.due, finding, action) for finding in findings for action in finding.actions]
    for day, finding, action in sorted(actions, key=lambda entry: (entry[2].status == "done", entry[0], entry[1].id)):
        yield PlannedNames(
            finding.id,
            inputs.word("level", level_of(finding)),
            action.what,
            inputs.profile.person(action.owner).name,
            printed_date(day),
            inputs.word("status", action.status),
        )


def _not_applicable(inputs: Inputs) -> Iterator[NotApplicableNames]:
    """Scenarios left out by the assessment, and those that the facts of the practice leave out."""
    from_assessment = {entry.scenario: entry.reason for entry in inputs.assessment.not_applicable}
    assessed = {finding.scenario for finding in inputs.assessment.findings}
    for scenario in inputs.catalog.scenarios:
        reason = from_assessment.get(scenario.id) or (scenario.omitted_because if scenario.id not in assessed else None)
        if reason:
            yield NotApplicableNames(scenario.id, scenario.title, reason)


def _in_order(inputs: Inputs) -> list[Decision]:
    order = {provision.citation: index for index, provision in enumerate(inputs.catalog.provisions)}
    return sorted(inputs.assessment.decisions, key=lambda decision: order[decision.citation])


def _decision(inputs: Inputs, decision: Decision) -> DecisionNames:
    title = next(p.title for p in inputs.catalog.provisions if p.citation == decision.citation)
    return DecisionNames(
        decision.citation,
        title,
        inputs.word("decision", decision.decision),
        decision.how or "",
        decision.why,
        inputs.profile.person(decision.decided_by).name,
        printed_date(decision.decided_on),
    )
