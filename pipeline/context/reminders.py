"""The names of the security reminders of a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.catalog import Report
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import joined
from pipeline.plan import Artifact
from pipeline.reminder_names import ReminderNames, RemindersNames
from pipeline.reminders import Call, Chosen, choose_reminders
from pipeline.schedule import Occurrence, occurrences

# how many findings of the highest level are named as the reason
NAMED = 2


def reminders_names(inputs: Inputs, artifact: Artifact) -> RemindersNames:
    """The names of the document that holds the reminders of the year."""
    report = artifact.source
    assert isinstance(report, Report)
    return RemindersNames(
        **common_names(inputs, report.id, report.title, report.summary),
        reminders=tuple(reminder_names(inputs, chosen, artifact.section) for chosen in year_of_reminders(inputs)),
        log=links(inputs, artifact.section, _logs(inputs)),
    )


def year_of_reminders(inputs: Inputs) -> tuple[Chosen, ...]:
    """The reminders of the twelve months of this edition."""
    held = {artifact.id for artifact in inputs.plan.artifacts}
    due = {one.task: one.due for one in reversed(_occurrences(inputs))}
    return choose_reminders(
        [one for one in inputs.catalog.reminders if inputs.holds(one.applies_when) and held.intersection(one.policies)],
        inputs.assessment.findings,
        inputs.profile.systems,
        reminder_months(inputs),
        due,
    )


def reminder_months(inputs: Inputs) -> tuple[date, ...]:
    """First days of the twelve months in which reminders are due, as the calendar has them."""
    monthly = {task.id for task in inputs.plan.tasks if task.record in _logs(inputs) and task.cadence == "monthly"}
    months = sorted({one.start for one in _occurrences(inputs) if one.task in monthly})
    start = inputs.as_of.year * 12 + inputs.as_of.month
    return tuple(months) or tuple(date(number // 12, number % 12 + 1, 1) for number in range(start, start + 12))


def reminder_names(inputs: Inputs, chosen: Chosen, section: str | None) -> ReminderNames:
    """One reminder as it is printed; section: of the document that links to its policies."""
    reminder = chosen.call.reminder
    return ReminderNames(
        month=f"{chosen.month:%B %Y}",
        title=inputs.text(reminder.title),
        text=tuple(inputs.text(paragraph) for paragraph in reminder.text),
        do=tuple(inputs.text(line) for line in reminder.do),
        policies=links(inputs, section, reminder.policies),
        why=_why(inputs, chosen.call),
    )


def _why(inputs: Inputs, call: Call) -> str:
    """'Very high risk: RA-005', or the task, or the systems that it is about."""
    tasks = {task.id: task for task in inputs.plan.tasks}
    carried = (f"{tasks[id].title} ({', '.join(tasks[id].policies)})" for id in call.tasks)
    if call.tasks:
        return joined(carried)
    if call.findings:
        highest = [finding for finding in call.findings if finding.level == call.findings[0].level]
        return f"{inputs.word('level', highest[0].level)} risk: {', '.join(finding.id for finding in highest[:NAMED])}"
    if call.systems:
        return f"In use here: {joined(system.name for system in call.systems)}"
    return "For every practice"


def _logs(inputs: Inputs) -> Sequence[str]:
    """The logs with a line for each month."""
    return [form.id for form in inputs.catalog.forms if form.rows == "months"]


def _occurrences(inputs: Inputs) -> Sequence[Occurrence]:
    """When the tasks are due that are recorded on these logs."""
    tasks = [task for task in inputs.plan.tasks if task.record in _logs(inputs)]
    return occurrences(tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of)
