"""The names of the calendar: the days of all recurring tasks, by month, by person, and as entries of a calendar file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from pipeline.calendar_names import CalendarNames, DueNames, EventNames, OwnNames
from pipeline.catalog import Report, Task
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import joined
from pipeline.plan import Artifact
from pipeline.schedule import Occurrence, occurrences

# editions of a year are fewer than this (load.EDITION)
EDITIONS = 10_000


def calendar_names(inputs: Inputs, artifact: Artifact) -> CalendarNames:
    """The names of the calendar's workbook and of its file."""
    report = artifact.source
    assert isinstance(report, Report)
    due = occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of)
    tasks = {task.id: task for task in inputs.plan.tasks}
    rows = tuple(_rows(inputs, artifact.section, due, tasks))
    owns = tuple(_owns(inputs, artifact.section, due, tasks))
    return CalendarNames(
        **common_names(inputs, report.id, report.title, report.summary),
        name=f"{inputs.profile.practice.short_name}: HIPAA security",
        sequence=sequence(inputs.edition),
        row=rows[0],
        rows=rows,
        own=owns[0],
        owns=owns,
        events=tuple(_event(inputs, artifact.section, one, tasks[one.task]) for one in due),
    )


def sequence(edition: str) -> int:
    """A number that is larger for each later edition: '2026.1' → 20260001."""
    year, number = edition.split(".")
    return int(year) * EDITIONS + int(number)


def who_does(inputs: Inputs, role: str) -> str:
    """Who carries a task: the names for an office, else the word for the group."""
    profile = inputs.profile
    holders = {
        "security_officer": (profile.officers.security.person,),
        "privacy_officer": (profile.officers.privacy.person,),
        "owner": profile.owners,
        "it_contact": tuple(contact.id for contact in profile.contacts if contact.kind == "it"),
    }
    return joined(profile.name_of(id) for id in holders.get(role, ())) or inputs.word("role", role)


def _rows(inputs: Inputs, section: str, due: Iterable[Occurrence], tasks: dict[str, Task]) -> Iterator[DueNames]:
    for month, held in groupby(due, key=lambda one: f"{one.due:%B}"):
        for number, one in enumerate(held):
            task = tasks[one.task]
            (record,) = links(inputs, section, [task.record])
            policies = links(inputs, section, task.policies)
            yield DueNames(
                month="" if number else month,
                day=f"{one.due:%a, %b} {one.due.day}, {one.due.year}",
                task=task.id,
                title=task.title,
                who=who_does(inputs, task.who),
                record=record,
                policy=policies[0],
                policies=", ".join(policy.id for policy in policies),
            )


def _owns(inputs: Inputs, section: str, due: Iterable[Occurrence], tasks: dict[str, Task]) -> Iterator[OwnNames]:
    """By person, the one with the most to do first; the tasks of each in the order of their first days."""
    days: dict[str, list[date]] = {}
    for one in due:
        days.setdefault(one.task, []).append(one.due)
    held: dict[str, list[str]] = {}
    for id in days:
        held.setdefault(who_does(inputs, tasks[id].who), []).append(id)
    for who, ids in sorted(held.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        for id in ids:
            (record,) = links(inputs, section, [tasks[id].record])
            policies = links(inputs, section, tasks[id].policies)
            yield OwnNames(
                who=who,
                task=id,
                title=tasks[id].title,
                when=inputs.text(tasks[id].when),
                days=listed(days[id]),
                record=record,
                policy=policies[0],
                policies=", ".join(policy.id for policy in policies),
            )


def listed(days: Sequence[date]) -> str:
    """'Oct 7, Nov 6, 2026; Jan 7, 2027': sorted days, each year said once."""
    years = groupby(days, key=lambda day: day.year)
    return "; ".join(f"{', '.join(f'{day:%b} {day.day}' for day in held)}, {year}" for year, held in years)


def _event(inputs: Inputs, section: str, one: Occurrence, task: Task) -> EventNames:
    (record,) = links(inputs, section, [task.record])
    policies = links(inputs, section, task.policies)
    text = (
        inputs.text(task.step),
        f"Who: {who_does(inputs, task.who)}.",
        f"When: {inputs.text(task.when)}.",
        f"Recorded on {record.id} {record.title}.",
        f"Policy: {joined(f'{policy.id} {policy.title}' for policy in policies)}.",
    )
    return EventNames(
        uid=f"{task.id}.{one.key}.{inputs.profile.practice.slug}@hipaa-calendar",
        day=one.due.isoformat(),
        title=f"{task.title} ({task.id})",
        text="\n".join(text),
        category=inputs.word("role", task.who),
    )
