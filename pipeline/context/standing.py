"""What a practice owes on a day and what its records show done: facts, findings, calendar and records → Progress. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from pipeline.catalog import Form, Task
from pipeline.context.common import Inputs
from pipeline.context.mitigation import pieces_of_work
from pipeline.facts import printed_date
from pipeline.papers import papers_due
from pipeline.practice import Agreement
from pipeline.progress import DONE, LATER, OVERDUE, Item, Period, Progress, Proof, TaskProgress, state_on
from pipeline.recorded import Line, entries, filed, latest, proofs
from pipeline.schedule import Occurrence, occurrences
from pipeline.training import YEARLY, assignments

TRAININGS, PAPERS, AGREEMENTS, RISK_PLAN = "L-13", "PR-03", "L-11", "R-04"
# signed once, within the year before the day it is due; other yearly papers are the edition itself and signed after it
A_YEAR = timedelta(days=365)
NO_AGREEMENT = {"missing": "There is no agreement.", "requested": "The agreement was asked for and is not signed."}


def practice_progress(inputs: Inputs, today: date) -> Progress:
    """How far the practice has come under the edition of inputs.as_of; records that speak for a later day than today do not count."""
    inputs = replace(inputs, records=tuple(record for record in inputs.records if record.effective <= today))
    practice = inputs.profile.practice
    return Progress(
        slug=practice.slug,
        name=practice.name,
        today=today,
        trainings=tuple(_trainings(inputs, today)),
        papers=tuple(_papers(inputs, today)),
        agreements=tuple(_agreements(inputs, today)),
        actions=tuple(_actions(inputs, today)),
        tasks=task_progress(inputs, today),
        next_review=review_day(inputs.as_of, inputs.profile.review_month),
        edition=inputs.edition,
        colour=practice.colour[1:].upper(),
    )


def review_day(as_of: date, month: int) -> date:
    """The last day of the review month that follows `as_of`, as document control prints the month."""
    return end_of_month(as_of.year + (month <= as_of.month), month)


def task_progress(inputs: Inputs, today: date) -> tuple[TaskProgress, ...]:
    """Each recurring task over the year from inputs.as_of, in the order of the catalogue; proofs after today do not count.

    A time that the task is due is done where an entry lies in its period; early and late work counts for the same period.
    """
    times: dict[str, list[Occurrence]] = {}
    for one in occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of):
        times.setdefault(one.task, []).append(one)
    return tuple(_task(inputs, task, times[task.id], today) for task in inputs.plan.tasks if task.id in times)


def _task(inputs: Inputs, task: Task, times: Iterable[Occurrence], today: date) -> TaskProgress:
    shown = [proof for proof in proofs(inputs.catalog, inputs.profile, task, inputs.records) if proof.day <= today]
    who = inputs.word("role", task.who)
    return TaskProgress(task.id, inputs.text(task.title), who, task.record, tuple(_period(one, shown, today) for one in times))


def _period(one: Occurrence, shown: Iterable[Proof], today: date) -> Period:
    held = tuple(proof for proof in shown if one.start <= proof.day <= one.end)
    return Period(one.start, one.end, one.due, DONE if held else state_on(one.due, today), held)


def _trainings(inputs: Inputs, today: date) -> Iterator[Item]:
    """The courses that everybody owes. A course at hiring counts on whatever day it was taken, a yearly one from the edition on.

    "Repeat" under Test is no training done (SEC-07).
    """
    titles = {course.id: inputs.text(course.title) for course in inputs.catalog.courses}
    lines = _last(inputs, TRAININGS, "Person", "Course", "Occasion")
    for one in assignments(inputs.catalog, inputs.profile, inputs.as_of, inputs.raw):
        name = inputs.profile.person(one.person).name
        taken = [
            (day, line)
            for line in lines
            if _is(line, "Person", name)
            and _names(line.values.get("Course", ""), one.course, titles[one.course])
            and (day := line.day("Trained on")) is not None
            and day <= today
        ]
        passed = [day for day, line in taken if not _is(line, "Test", "Repeat")]
        counting = [day for day in passed if one.occasion != YEARLY or day >= inputs.as_of]
        note = inputs.word("occasion", one.occasion)
        if not counting and taken:
            last, line = max(taken, key=lambda entry: entry[0])
            note += f"; {'test to be repeated,' if _is(line, 'Test', 'Repeat') else 'last taken'} {printed_date(last)}"
        yield _item(name, titles[one.course], one.due, min(counting, default=None), today, note, one.person, one.course)


def _papers(inputs: Inputs, today: date) -> Iterator[Item]:
    """The papers that everybody signs: by the tracker, or because the signed paper itself was filed."""
    papers = {paper.id: paper for paper in inputs.catalog.papers}
    lines = _last(inputs, PAPERS, "Person", "Document")
    for one in papers_due(inputs.catalog, inputs.profile, inputs.as_of, inputs.holds):
        paper, name = papers[one.paper], inputs.profile.person(one.person).name
        title = inputs.text(paper.title)
        signed = [
            day
            for line in lines
            if _is(line, "Person", name)
            and _names(line.values.get("Document", ""), paper.document, title)
            and (day := line.day("Signed on")) is not None
        ]
        signed += [record.effective for record in filed(inputs.records, paper.document, one.person)]
        if paper.cadence == "annual":
            artifact = inputs.plan.get(paper.document)
            filled = artifact is not None and isinstance(artifact.source, Form) and artifact.source.kind == "form"
            since = one.due - A_YEAR if filled else inputs.as_of
            signed = [day for day in signed if day >= since]
        done = max((day for day in signed if day <= today), default=None)
        item = _item(name, title, one.due, done, today, person=one.person, id=one.paper)
        if not (done or one.sure):
            # the profile only counts own devices: nobody is called late for a paper that may not concern them
            item = replace(item, state=LATER, note="Only if an own device is used for work")
        yield item


def _agreements(inputs: Inputs, today: date) -> Iterator[Item]:
    """The business associate agreements: what the profile says, or an entry of the log that is newer (45 CFR 164.308(b)(3))."""
    profile = inputs.profile
    held = [(system.vendor, system.name, system.baa) for system in profile.systems if system.ephi]
    held += [(c.company or c.name, c.name if c.company else "", c.baa) for c in profile.contacts]
    lines = [line for _, line in entries(inputs.records, AGREEMENTS) if "Agreement" in line.values]
    for company, what, baa in held:
        if baa.status == "not_required":
            continue
        said = [baa, *(_agreement(line) for line in lines if _concerns(line, company, what))]
        signed = [one for one in said if one.status == "signed"]
        newest = max(signed, key=lambda one: (one.signed_on or date.min, one.review_on or date.min), default=said[-1])
        if newest.status != "signed":
            yield Item(company, what, None, None, OVERDUE, NO_AGREEMENT[newest.status])
            continue
        state = state_on(newest.review_on, today) if newest.review_on else DONE
        # an agreement whose review is far away is as it should be
        yield Item(company, what, newest.review_on, newest.signed_on, DONE if state == LATER else state)


def _actions(inputs: Inputs, today: date) -> Iterator[Item]:
    """The steps of the risk plan, as the analysis says or a plan that came back after it.

    Numbers count within an edition, so that a step is known by its words and its owner; of several with the same, by its number.
    """
    said = {finding.id: inputs.assessment.date for finding in inputs.assessment.findings}
    said |= {finding.id: change.date for change in inputs.changes for finding in change.findings if finding.id in said}
    plans = latest(inputs.records, RISK_PLAN, ("Step", "Who", "No."), "By date")
    for work in pieces_of_work(inputs):
        action, name = work.action, inputs.profile.person(work.action.owner).name
        since = max(said[finding.id] for finding in work.findings)
        newer = [
            (record.received, record.effective, number, line)
            for (step, who, number), (record, line) in plans.items()
            if record.effective >= since and _plain(step) == _plain(action.what) and _plain(who) == _plain(name)
        ]
        newer = [entry for entry in newer if entry[2] == work.label] or newer
        due, done, word = action.due, action.done_on, inputs.word("status", action.status)
        if newer:
            *_, effective, _, line = max(newer, key=lambda entry: entry[:3])
            word, day = line.values.get("Status", "") or word, line.day("Due or done")
            done = min(day or effective, effective) if _is(line, "Status", inputs.word("status", "done")) else None
            due = due if done else day or due
        yield _item(name, action.what, due, done, today, word, action.owner, work.label)


def _item(who: str, what: str, due: date, done: date | None, today: date, note: str = "", person: str = "", id: str = "") -> Item:
    done = done if done and done <= today else None
    return Item(who, what, due, done, DONE if done else state_on(due, today), note, person, id)


def _last(inputs: Inputs, document: str, *key: str) -> list[Line]:
    """The rows of a document as they were filed last."""
    return [line for _, line in latest(inputs.records, document, key).values()]


def _agreement(line: Line) -> Agreement:
    status = "signed" if _is(line, "Agreement", "Signed") or line.day("Signed on") else "missing"
    status = "requested" if _is(line, "Agreement", "Requested") else status
    return Agreement(status, line.day("Signed on"), line.day("Next review"))


def _concerns(line: Line, company: str, what: str) -> bool:
    return _is(line, "Company or person", company) and (not what or _is(line, "System, or person to ask for", what))


def _is(line: Line, heading: str, wanted: str) -> bool:
    return _plain(line.values.get(heading, "")) == _plain(wanted)


def _names(text: str, id: str, title: str) -> bool:
    """Whether a cell names a document or course: by its number, its title, or both with a blank between."""
    return _plain(text) in (_plain(id), _plain(title)) or _plain(text).startswith(f"{_plain(id)} ")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
