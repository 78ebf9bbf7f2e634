"""An assessment as what stands in the cells of its workbook. Pure; `interpret` is the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.assessment.model import FLOWS, Action, Assessment, Asset, Decision, Finding, NotApplicable
from pipeline.assessment.questions import proved
from pipeline.workbook.setting import YES_NO, Setting
from pipeline.workbook.sheets import Value


def answers_of(setting: Setting, assessment: Assessment) -> dict[str, Value]:
    """Key of a cell → what stands in it. A fact that changed since, a person who left, a choice that is gone: left open."""
    words = setting.words
    statements = {statement.key: statement.text for statement in setting.statements}
    pairs: list[tuple[str, Value | None]] = [("about/scope", assessment.scope), ("about/note", assessment.note)]
    pairs += [(f"participant/{n:03}", words["person"].get(id)) for n, id in enumerate(assessment.participants, 1)]
    pairs += [(f"source/{n:03}", text) for n, text in enumerate(assessment.sources, 1)]
    pairs += [
        (f"fact/{entry.fact}", words["right"]["right"])
        for entry in assessment.confirmed
        if statements.get(entry.fact) == entry.statement
    ]
    for asset in assessment.inventory:
        pairs += _asset(asset)
    for decision in assessment.decisions:
        pairs += _decision(decision, words)
    return {key: value for key, value in pairs if value is not None} | scenario_answers(
        setting, assessment.findings, assessment.not_applicable
    )


def scenario_answers(setting: Setting, findings: Iterable[Finding], not_applicable: Iterable[NotApplicable]) -> dict[str, Value]:
    """What stands in the cards, the plan and the steps of these findings, as far as their scenarios apply."""
    pairs: list[tuple[str, Value | None]] = [
        (f"{entry.scenario}/absent", entry.reason) for entry in not_applicable if entry.scenario in setting.scenarios
    ]
    held = [finding for finding in findings if finding.scenario in setting.scenarios]
    for finding in held:
        pairs += _finding(setting, finding)
    actions = [(finding, action) for finding in held for action in finding.actions]
    for number, (finding, action) in enumerate(actions, 1):
        pairs += action_answers(f"action/{number:03}", finding.scenario, action, setting.words)
    return {key: value for key, value in pairs if value is not None}


def _asset(asset: Asset) -> Iterator[tuple[str, Value | None]]:
    key = f"asset/{asset.asset}"
    for flow in FLOWS:
        yield f"{key}/{flow}", YES_NO["yes" if getattr(asset, flow) else "no"]
    yield f"{key}/note", asset.note


def _decision(decision: Decision, words: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Value | None]]:
    key = f"decision/{decision.citation}"
    yield f"{key}/decision", words["decision"][decision.decision]
    yield f"{key}/how", decision.how
    yield f"{key}/why", decision.why
    yield f"{key}/by", words["person"].get(decision.decided_by)
    yield f"{key}/on", decision.decided_on


def _finding(setting: Setting, finding: Finding) -> Iterator[tuple[str, Value | None]]:
    words, id = setting.words, finding.scenario
    scenario = setting.scenarios[id]
    for question in scenario.question:
        if question.id in finding.answers:
            yield f"{id}/q/{question.id}", words[f"{id}/{question.id}"].get(finding.answers[question.id])
    yield f"{id}/likelihood", words["likelihood"][finding.likelihood]
    yield f"{id}/impact", words["impact"][finding.impact]
    yield f"{id}/observed", finding.observed
    yield f"{id}/notes", finding.notes
    key = f"plan/{id}"
    yield f"{key}/number", finding.id
    yield f"{key}/response", words["response"][finding.response]
    yield f"{key}/reason", finding.reason
    yield f"{key}/by", words["person"].get(finding.accepted_by or "")
    yield f"{key}/accepted", finding.accepted_on
    yield f"{key}/review", finding.review_on
    yield f"{key}/likelihood", words["likelihood"][finding.residual.likelihood]
    yield f"{key}/impact", words["impact"][finding.residual.impact]
    also = [one for one in finding.existing if one not in proved(scenario, finding.answers)]
    yield f"{key}/also", ", ".join(also) or None


def action_answers(
    key: str, scenario: str, action: Action, words: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Value | None]]:
    """What stands in the line of a step; key: of the line."""
    yield f"{key}/scenario", words["scenario"][scenario]
    yield f"{key}/what", action.what
    yield f"{key}/safeguard", words["safeguard"].get(action.safeguard or "")
    yield f"{key}/owner", words["person"].get(action.owner)
    yield f"{key}/due", action.due
    yield f"{key}/status", words["status"][action.status]
    yield f"{key}/done", action.done_on
    yield f"{key}/evidence", action.evidence
    yield f"{key}/effort", words["effort"].get(action.effort or "")
    yield f"{key}/cost", words["cost"].get(action.cost or "")
    yield f"{key}/why", action.why
