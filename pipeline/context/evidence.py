"""The evidence summary: what shows, for each task and each time it was due, that it was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from pipeline.catalog import Report, Task
from pipeline.context.common import Inputs, common_names, links
from pipeline.evidence_names import (
    AwaitedMonthNames,
    AwaitedNames,
    EvidenceNames,
    FoundNames,
    RecordEvidenceNames,
    TaskEvidenceNames,
)
from pipeline.facts import joined, printed_date
from pipeline.plan import Artifact
from pipeline.progress import Proof
from pipeline.recorded import proofs
from pipeline.schedule import Occurrence, occurrences


@dataclass(frozen=True)
class Evidence:
    """A task over the months looked at. found: what shows it; missing, later: times without, before and after the day."""

    task: Task
    found: tuple[Proof, ...]
    done: int
    missing: tuple[Occurrence, ...]
    later: tuple[Occurrence, ...]


def evidence_names(inputs: Inputs, artifact: Artifact) -> EvidenceNames:
    """The twelve months before the edition, or as many as there are since the first risk analysis."""
    report = artifact.source
    assert isinstance(report, Report)
    since = looked_from(inputs)
    evidence = evidence_of(inputs, since)
    recurring = [one for one in evidence if one.task.due is not None]
    events = [one for one in evidence if one.task.due is None and one.found]
    done, missing = sum(one.done for one in recurring), sum(len(one.missing) for one in recurring)
    return EvidenceNames(
        **common_names(inputs, report.id, report.title, report.summary),
        since=printed_date(since),
        begins=not (done or missing or events),
        done=done,
        missing=missing,
        later=sum(len(one.later) for one in recurring),
        records=_by_record(inputs, artifact.section, recurring),
        events=_by_record(inputs, artifact.section, events),
        months=tuple(_months(inputs, artifact.section)),
    )


def looked_from(inputs: Inputs) -> date:
    """A year before the edition, but not before the practice had its first risk analysis: nothing was asked for earlier."""
    as_of = inputs.as_of
    year_ago = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28) if as_of.month == 2 else as_of.day)
    return max(year_ago, inputs.began or year_ago)


def evidence_of(inputs: Inputs, since: date) -> tuple[Evidence, ...]:
    """Each task of the practice with what shows it between `since` and the day of the edition.

    Work done early or late counts for the period in which it lies, as the status of the practice counts it.
    """
    times: dict[str, list[Occurrence]] = {}
    for one in occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, since):
        times.setdefault(one.task, []).append(one)
    return tuple(_evidence(inputs, task, times.get(task.id, []), since) for task in inputs.plan.tasks)


def _evidence(inputs: Inputs, task: Task, times: Sequence[Occurrence], since: date) -> Evidence:
    shown = [proof for proof in proofs(inputs.catalog, inputs.profile, task, inputs.records) if proof.day <= inputs.as_of]
    begins = min((one.start for one in times), default=since)
    held = [one for one in times if any(one.start <= proof.day <= one.end for proof in shown)]
    open_ = [one for one in times if one not in held]
    return Evidence(
        task,
        tuple(proof for proof in shown if proof.day >= min(begins, since)),
        len(held),
        tuple(one for one in open_ if one.due < inputs.as_of),
        tuple(one for one in open_ if one.due >= inputs.as_of),
    )


def _by_record(inputs: Inputs, section: str, evidence: Iterable[Evidence]) -> tuple[RecordEvidenceNames, ...]:
    by_record: dict[str, list[Evidence]] = {}
    for one in evidence:
        by_record.setdefault(one.task.record, []).append(one)
    order = [artifact.id for artifact in inputs.plan.artifacts if artifact.id in by_record]
    return tuple(RecordEvidenceNames(links(inputs, section, [id])[0], tuple(_tasks(inputs, by_record[id]))) for id in order)


def _tasks(inputs: Inputs, evidence: Iterable[Evidence]) -> Iterator[TaskEvidenceNames]:
    """A line for each recurring task; events that the same files show share one, because a form does not say which it was."""
    together: dict[object, list[Evidence]] = {}
    for one in evidence:
        together.setdefault(one.task.id if one.task.due else one.found, []).append(one)
    for held in together.values():
        yield _task(inputs, held[0], "; ".join(inputs.text(one.task.title) for one in held))


def _task(inputs: Inputs, one: Evidence, title: str) -> TaskEvidenceNames:
    files: dict[str, list[date]] = {}
    for proof in one.found:
        files.setdefault(proof.file.rsplit("/", 1)[-1], []).append(proof.day)
    found = tuple(FoundNames(file, joined(_day(day) for day in days)) for file, days in files.items())
    count = one.done + len(one.missing) + len(one.later)
    return TaskEvidenceNames(title, one.done, count, found, _due(one.missing), _due(one.later))


def _months(inputs: Inputs, section: str) -> Iterator[AwaitedMonthNames]:
    """The year that begins with the edition: what is due, by month and record."""
    tasks = {task.id: task for task in inputs.plan.tasks}
    months: dict[date, dict[str, list[str]]] = {}
    for one in occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of):
        task = tasks[one.task]
        held = months.setdefault(one.due.replace(day=1), {})
        held.setdefault(task.record, []).append(inputs.text(task.title))
    for month, records in sorted(months.items()):
        awaited = (AwaitedNames(links(inputs, section, [id])[0], "; ".join(what)) for id, what in sorted(records.items()))
        yield AwaitedMonthNames(f"{month:%B %Y}", tuple(awaited))


def _due(times: Iterable[Occurrence]) -> str:
    """The months in which something was due, each year once: Oct, Nov 2026; Jan 2027."""
    years = groupby(times, key=lambda one: one.due.year)
    return "; ".join(f"{', '.join(f'{one.due:%b}' for one in held)} {year}" for year, held in years)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
