"""The names of the documents of the Security Officer: comparison, duties, needs, letter, first ninety days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pipeline.catalog import Report, Task
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import joined, printed_date
from pipeline.names import LinkNames, TaskNames
from pipeline.officer_names import AccessNames, ContactNames, DatedNames, OfficerKitNames, OfficerLinks, RhythmNames, WeeksNames
from pipeline.plan import Artifact
from pipeline.practice import System
from pipeline.schedule import cadence, occurrences
from pipeline.training import training_day

OFFICER = "security_officer"
RHYTHMS = {"monthly": "Each month", "quarterly": "Each quarter", "semiannual": "Each half year", "annual": "Each year"}
# the parts of the first ninety days: title, first and last week
WEEKS = (("Weeks 1 and 2", 1, 2), ("Weeks 3 and 4", 3, 4), ("Weeks 5 to 8", 5, 8), ("Weeks 9 to 13", 9, 13))
# field of OfficerLinks → document
DOCUMENTS = {
    "comparison": "SO-01",
    "duties": "SO-02",
    "needs": "SO-03",
    "letter": "SO-04",
    "checklist": "SO-05",
    "designation": "F-03",
    "report": "R-01",
    "plan": "R-03",
    "register": "R-02",
    "report_form": "F-01",
    "emergency": "F-13",
    "tracker": "PR-03",
    "associates": "L-11",
    "devices": "L-02",
    "access": "L-23",
    "management": "L-09",
    "incidents": "L-04",
}


def officer_names(inputs: Inputs, artifact: Artifact) -> OfficerKitNames:
    """The names of one document of the Security Officer (45 CFR 164.308(a)(2))."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    profile = inputs.profile
    own = [task for task in inputs.plan.tasks if task.who == OFFICER]
    rhythms = tuple(_rhythms(inputs, section, own))
    after = inputs.catalog.numbers["training_month_after_review"]
    return OfficerKitNames(
        **common_names(inputs, report.id, report.title, report.summary),
        owner_is_officer=profile.officers.security.person in profile.owners,
        since=printed_date(profile.officers.security.since),
        recurring=sum(len(rhythm.tasks) for rhythm in rhythms),
        rhythms=rhythms,
        events=_numbered(inputs, section, [task for task in own if task.cadence == "event"]),
        systems=tuple(_access(inputs, system) for system in profile.systems if system.ephi or system.kind == "password_manager"),
        contacts=tuple(_contacts(inputs)),
        weeks=tuple(_weeks(inputs, section, own)),
        unsigned=_unsigned(inputs),
        training=printed_date(training_day(inputs.as_of, profile.review_month, after)),
        to=OfficerLinks(**{name: _link(inputs, section, id) for name, id in DOCUMENTS.items()}),
        attestation=links(inputs, section, ["TR-50"]),
        calendar=links(inputs, section, ["SO-06"]),
    )


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _rhythms(inputs: Inputs, section: str, tasks: list[Task]) -> Iterator[RhythmNames]:
    for code, every in RHYTHMS.items():
        held = [task for task in tasks if cadence(task, inputs.clauses) == code]
        if held:
            yield RhythmNames(every, _numbered(inputs, section, held))


def _numbered(inputs: Inputs, section: str, tasks: list[Task]) -> tuple[TaskNames, ...]:
    return tuple(
        TaskNames(
            number,
            task.title,
            inputs.text(task.step),
            inputs.word("role", task.who),
            inputs.text(task.when),
            _link(inputs, section, task.record),
            ", ".join(task.citations),
        )
        for number, task in enumerate(tasks, 1)
    )


def _access(inputs: Inputs, system: System) -> AccessNames:
    own = system.administrator == inputs.profile.officers.security.person
    asked = ["administrator account"]
    if system.mfa != "unavailable":
        asked.append("second step")
    if system.audit_log:
        asked.append("record of activity")
    return AccessNames(
        system.name,
        inputs.word("system_kind", system.kind),
        inputs.profile.name_of(system.administrator),
        joined(asked).capitalize(),
        own,
    )


def _contacts(inputs: Inputs) -> Iterator[ContactNames]:
    for contact in inputs.profile.contacts:
        name = f"{contact.name}, {contact.company}" if contact.company else contact.name
        yield ContactNames(name, inputs.word("contact_kind", contact.kind), contact.phone or "", contact.email or "")


def _unsigned(inputs: Inputs) -> str:
    waiting = ("missing", "requested")
    systems = [system.vendor for system in inputs.profile.systems if system.baa.status in waiting]
    return joined([*systems, *(c.company or c.name for c in inputs.profile.contacts if c.baa.status in waiting)])


def _weeks(inputs: Inputs, section: str, tasks: list[Task]) -> Iterator[WeeksNames]:
    """Thirteen weeks from the first Monday on or after the day of the edition; what is due before it belongs to the first."""
    begin = inputs.as_of + timedelta(-inputs.as_of.weekday() % 7)
    titles = {task.id: task for task in tasks}
    due = occurrences(tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of)
    for title, first, last in WEEKS:
        start, end = begin + timedelta(7 * (first - 1)), begin + timedelta(7 * last - 1)
        since = start if first > 1 else inputs.as_of
        yield WeeksNames(
            title,
            printed_date(start),
            printed_date(end - timedelta(2)),
            tuple(
                DatedNames(_short(one.due), titles[one.task].title, links(inputs, section, [titles[one.task].record]))
                for one in due
                if since <= one.due <= end
            ),
            tuple(_steps(inputs, since, end)),
        )


def _steps(inputs: Inputs, start: date, end: date) -> Iterator[DatedNames]:
    """The open steps of the Security Officer that are due in these days, each once, by day."""
    actions = {
        (action.due, action.what)
        for finding in inputs.assessment.findings
        for action in finding.actions
        if action.status != "done" and action.owner == inputs.profile.officers.security.person and start <= action.due <= end
    }
    for due, what in sorted(actions):
        yield DatedNames(_short(due), what, ())


def _short(day: date) -> str:
    return f"{day:%b} {day.day}"
