"""Proposals for the cells of part 3 that are still empty, from the answers that are there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from pipeline.assessment.model import FLOWS
from pipeline.assessment.proposals import Step, propose_steps, reason_to_accept
from pipeline.assessment.questions import proved, suggested
from pipeline.assessment.scoring import at_least, risk_level
from pipeline.catalog import Scenario
from pipeline.workbook.interpret import SAFEGUARD
from pipeline.workbook.make import Answers, highest
from pipeline.workbook.setting import YES_NO, Setting
from pipeline.workbook.sheets import Value


def proposals(setting: Setting, known: Answers, elsewhere: Iterable[str] = ()) -> dict[str, Value]:
    """Cell → proposal: what usually happens to ePHI, responses and steps. Never what is left after the steps, nor an acceptance.

    elsewhere: safeguards that are in place by answers which are not in this workbook.
    """
    cells: dict[str, Value] = {
        f"asset/{row.asset}/{flow}": YES_NO["yes" if flow in row.usual else "no"] for row in setting.assets for flow in FLOWS
    }
    answers = {scenario.id: answered(setting, scenario, known) for scenario in setting.scenarios.values()}
    there = {safeguard for scenario in setting.scenarios.values() for safeguard in proved(scenario, answers[scenario.id])}
    there.update(elsewhere)
    for key, value in known.items():
        if key.startswith("plan/") and key.endswith("/also"):
            there.update(SAFEGUARD.findall(str(value)))
    planned = {
        str(value).split(" ")[0]
        for key, value in known.items()
        if key.startswith(("action/", "carried/")) and key.endswith("/scenario")
    }
    proposed: list[tuple[Scenario, Step]] = []
    for scenario in setting.scenarios.values():
        level = level_of(setting, scenario, answers[scenario.id], known)
        if level is None or scenario.id in planned or f"plan/{scenario.id}/response" in known or f"{scenario.id}/absent" in known:
            continue
        steps = propose_steps(setting.catalog, setting.profile, scenario, level, there, setting.day)
        proposed += [(scenario, step) for step in steps]
        if steps:
            cells[f"plan/{scenario.id}/response"] = setting.words["response"]["mitigate"]
        elif not at_least(level, "moderate"):
            cells |= _acceptance(setting, scenario, level, proved(scenario, answers[scenario.id]))
    for number, (scenario, step) in enumerate(proposed, highest("action", known) + 1):
        # one measure against several risks is one piece of work, and the gravest of them says by when
        due = min(other.due for _, other in proposed if other.safeguard == step.safeguard)
        cells |= _step(setting, f"action/{number:03}", scenario, replace(step, due=due))
    return cells


def answered(setting: Setting, scenario: Scenario, known: Answers) -> dict[str, str]:
    """Question → choice, as far as they are answered with an entry of the list."""
    found = {}
    for question in scenario.question:
        chosen = setting.codes[f"{scenario.id}/{question.id}"].get(str(known.get(f"{scenario.id}/q/{question.id}")))
        if chosen:
            found[question.id] = chosen
    return found


def level_of(setting: Setting, scenario: Scenario, answers: dict[str, str], known: Answers) -> str | None:
    """The level of risk, once it can be known."""
    rating = {}
    for part in ("likelihood", "impact"):
        rating[part] = setting.codes[part].get(str(known.get(f"{scenario.id}/{part}")))
    likelihood = rating["likelihood"] or (suggested(scenario, answers) if len(answers) == len(scenario.question) else None)
    return risk_level(likelihood, rating["impact"]) if likelihood and rating["impact"] else None


def _step(setting: Setting, key: str, scenario: Scenario, step: Step) -> dict[str, Value]:
    words = setting.words
    return {
        f"{key}/scenario": words["scenario"][scenario.id],
        f"{key}/what": setting.text(step.what),
        f"{key}/safeguard": words["safeguard"][step.safeguard.id],
        f"{key}/owner": words["person"][setting.profile.officers.security.person],
        f"{key}/due": step.due,
        f"{key}/status": words["status"]["open"],
        f"{key}/effort": words["effort"][step.safeguard.effort],
        f"{key}/cost": words["cost"][step.safeguard.cost],
        f"{key}/why": step.why,
    }


def _acceptance(setting: Setting, scenario: Scenario, level: str, existing: tuple[str, ...]) -> dict[str, Value]:
    """Response, reason, approver and review. The day of acceptance stays empty: only a person can accept a risk."""
    return {
        f"plan/{scenario.id}/response": setting.words["response"]["accept"],
        f"plan/{scenario.id}/reason": reason_to_accept(setting.catalog, level, existing),
        f"plan/{scenario.id}/by": setting.words["person"][setting.profile.approver],
        f"plan/{scenario.id}/review": setting.day + timedelta(days=setting.catalog.numbers["accepted_review_days"]),
    }
