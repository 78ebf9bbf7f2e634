"""The mitigation plan: the steps of all findings as pieces of work, by date, by owner and by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from pipeline.assessment.model import Action, Finding
from pipeline.context.common import Inputs, by_risk
from pipeline.facts import printed_date
from pipeline.render.look import LEVEL_FILLS
from pipeline.report_names import MeasureNames, MonthNames, OwnerStepsNames, StepNames

MONTHS = 12
MARK = "X"


@dataclass(frozen=True)
class Work:
    """An action, and the findings it lowers, the gravest first: one piece of work may stand in several findings.

    number: place in the plan, by date, from 1; it is that of this edition.
    """

    number: int
    action: Action
    findings: tuple[Finding, ...]

    @property
    def label(self) -> str:
        """Its number as documents print it: S-04."""
        return f"S-{self.number:02}"


def pieces_of_work(inputs: Inputs) -> list[Work]:
    """All pieces of work: the open ones by their dates, then those that are done."""
    found: dict[tuple[object, ...], list[tuple[Action, Finding]]] = {}
    for finding in by_risk(inputs.assessment.findings):
        for action in finding.actions:
            same = (action.what, action.owner, action.due, action.status, action.done_on)
            found.setdefault(same, []).append((action, finding))
    pieces = [(entries[0][0], tuple({finding.id: finding for _, finding in entries}.values())) for entries in found.values()]
    pieces.sort(key=lambda piece: (piece[0].status == "done", _day(piece[0]), piece[1][0].id))
    return [Work(number, action, findings) for number, (action, findings) in enumerate(pieces, 1)]


def steps_by_date(inputs: Inputs) -> tuple[StepNames, ...]:
    """All steps: the open ones by their dates, then those that are done."""
    return tuple(_step(inputs, work) for work in pieces_of_work(inputs))


def steps_by_owner(inputs: Inputs) -> tuple[StepNames, ...]:
    """The steps that are not done, person by person in the order of the workforce, each by date."""
    order = {person.id: index for index, person in enumerate(inputs.profile.workforce)}
    waiting = [work for work in pieces_of_work(inputs) if work.action.status != "done"]
    ordered = sorted(waiting, key=lambda work: (order[work.action.owner], work.number))
    return tuple(_step(inputs, work) for work in ordered)


def by_owner(inputs: Inputs, steps: Iterable[StepNames]) -> tuple[OwnerStepsNames, ...]:
    """Steps sorted by owner, a group a person."""
    titles = {person.name: person.title for person in inputs.profile.workforce}
    return tuple(OwnerStepsNames(name, titles[name], tuple(held)) for name, held in groupby(steps, key=lambda step: step.owner))


def by_month(steps: Iterable[StepNames]) -> tuple[MonthNames, ...]:
    """Steps sorted by date, a group a month, and in it a line a person."""
    months = []
    for month, held in groupby(steps, key=lambda step: step.month):
        numbers: dict[str, list[str]] = {}
        for step in held:
            numbers.setdefault(step.owner, []).append(step.number)
        who = tuple(f"{owner}: {', '.join(listed)}" for owner, listed in numbers.items())
        months.append(MonthNames(month, sum(map(len, numbers.values())), who))
    return tuple(months)


def measures(inputs: Inputs) -> tuple[MeasureNames, ...]:
    """The safeguards that open steps put in place, in the order of their numbers."""
    wanted = {work.action.safeguard for work in pieces_of_work(inputs) if work.action.status != "done"}
    return tuple(
        MeasureNames(one.id, inputs.safeguard_titles[one.id], inputs.text(one.text), ", ".join(one.citations))
        for one in inputs.catalog.safeguards
        if one.id in wanted
    )


def first_month(inputs: Inputs) -> str:
    """The month of the analysis, with which the timeline begins."""
    return f"{inputs.assessment.date:%B %Y}"


def _day(action: Action) -> date:
    return action.done_on or action.due


def _step(inputs: Inputs, work: Work) -> StepNames:
    action, gravest = work.action, work.findings[0]
    day, start = _day(action), inputs.assessment.date
    column = min(max((day.year - start.year) * 12 + day.month - start.month, 0), MONTHS)
    return StepNames(
        number=work.label,
        findings=", ".join(finding.id for finding in work.findings),
        level=inputs.word("level", gravest.level),
        fill=LEVEL_FILLS[gravest.level],
        what=action.what,
        safeguard=inputs.safeguard_titles[action.safeguard] if action.safeguard else "",
        owner=inputs.profile.person(action.owner).name,
        due=printed_date(day),
        month=f"{day:%B %Y}",
        status=inputs.word("status", action.status),
        evidence=action.evidence or "",
        effort=inputs.word("effort", action.effort) if action.effort else "",
        cost=inputs.word("cost", action.cost) if action.cost else "",
        why=action.why or "",
        months=tuple(MARK if index == column else "" for index in range(MONTHS + 1)),
    )
