"""What a practice owes on a day and what its records show done: facts, findings, calendar and records → Progress. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.assessment.model import Action
from pipeline.catalog import Form
from pipeline.context.common import Inputs
from pipeline.context.mitigation import Work, pieces_of_work
from pipeline.papers import papers_due
from pipeline.practice import Agreement
from pipeline.progress import DONE, LATER, OVERDUE, Item, Progress, state_on
from pipeline.recorded import Line, Record
from pipeline.training import YEARLY, assignments

TRAINING_LOG, TRAINING_TRACKER, PAPER_TRACKER, AGREEMENT_LOG, RISK_PLAN = "L-13", "PR-02", "PR-03", "L-11", "R-04"
# signed once, within the year before the day it is due; other yearly papers are the edition itself and signed after it
A_YEAR = timedelta(days=365)


def practice_progress(inputs: Inputs, today: date) -> Progress:
    """How far the practice has come under the edition of inputs.as_of; records that speak for a later day than today do not count."""
    known = sorted((record for record in inputs.records if record.effective <= today), key=lambda r: (r.effective, r.received))
    inputs = replace(inputs, records=tuple(known))
    practice = inputs.profile.practice
    return Progress(
        slug=practice.slug,
        name=practice.name,
        today=today,
        trainings=tuple(_trainings(inputs, today)),
        papers=tuple(_papers(inputs, today)),
        agreements=tuple(_agreements(inputs, today)),
        actions=tuple(_actions(inputs, today)),
        tasks=(),
        next_review=review_day(inputs.as_of, inputs.profile.review_month),
        edition=inputs.edition,
        colour=practice.colour[1:].upper(),
    )


def review_day(as_of: date, month: int) -> date:
    """The last day of the review month that follows `as_of`, as document control prints the month."""
    return end_of_month(as_of.year + (month <= as_of.month), month)


def _trainings(inputs: Inputs, today: date) -> Iterator[Item]:
    """The courses that everybody owes. A course at hiring counts on whatever day it was taken, a yearly one from the edition on.

    "Repeat" under Test is no training done (SEC-07).
    """
    titles = {course.id: inputs.text(course.title) for course in inputs.catalog.courses}
    lines = list(_lines(inputs.records, (TRAINING_LOG, TRAINING_TRACKER), "Trained on"))
    for one in assignments(inputs.catalog, inputs.profile, inputs.as_of, inputs.raw):
        name = inputs.profile.person(one.person).name
        taken = [
            (day, line)
            for line in lines
            if _is(line, "Person", name)
            and _names(line.values.get("Course", ""), one.course, titles[one.course])
            and (day := _day(line, "Trained on")) is not None
            and day <= today
        ]
        passed = [day for day, line in taken if not _is(line, "Test", "Repeat")]
        counting = [day for day in passed if one.occasion != YEARLY or day >= inputs.as_of]
        note = inputs.word("occasion", one.occasion)
        if not counting and taken:
            last, line = max(taken, key=lambda entry: entry[0])
            note += f"; {'test to be repeated' if _is(line, 'Test', 'Repeat') else 'last taken'}, {last:%Y-%m-%d}"
        yield _item(name, titles[one.course], one.due, min(counting, default=None), today, note, one.person, one.course)


def _papers(inputs: Inputs, today: date) -> Iterator[Item]:
    """The papers that everybody signs: by the tracker, or because the signed paper itself was filed."""
    papers = {paper.id: paper for paper in inputs.catalog.papers}
    lines = list(_lines(inputs.records, (PAPER_TRACKER,), "Signed on"))
    for one in papers_due(inputs.catalog, inputs.profile, inputs.as_of, inputs.holds):
        paper, name = papers[one.paper], inputs.profile.person(one.person).name
        title = inputs.text(paper.title)
        signed = [
            day
            for line in lines
            if _is(line, "Person", name)
            and _names(line.values.get("Document", ""), paper.document, title)
            and (day := _day(line, "Signed on")) is not None
        ]
        signed += [r.effective for r in inputs.records if r.document == paper.document and r.person in (one.person, name)]
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
    lines = list(_lines(inputs.records, (AGREEMENT_LOG,), "Agreement"))
    for company, what, baa in held:
        if baa.status == "not_required":
            continue
        said = [baa, *(_agreement(line) for line in lines if _concerns(line, company, what))]
        signed = [one for one in said if one.status == "signed"]
        latest = max(signed, key=lambda one: (one.signed_on or date.min, one.review_on or date.min), default=said[-1])
        if latest.status != "signed":
            note = f"{inputs.word('baa', latest.status)}: no agreement yet" if latest.status != "missing" else "No agreement yet"
            yield Item(company, what, None, None, OVERDUE, note)
            continue
        state = state_on(latest.review_on, today) if latest.review_on else DONE
        # an agreement whose review is far away is as it should be
        yield Item(company, what, latest.review_on, latest.signed_on, DONE if state == LATER else state, "Review")


def _actions(inputs: Inputs, today: date) -> Iterator[Item]:
    """The steps of the risk plan, as the analysis says or a plan that came back after it."""
    said = {finding.id: inputs.assessment.date for finding in inputs.assessment.findings}
    said |= {finding.id: change.date for change in inputs.changes for finding in change.findings if finding.id in said}
    done_word = inputs.word("status", "done")
    for work in pieces_of_work(inputs):
        action, name = work.action, inputs.profile.person(work.action.owner).name
        newer = [
            (record, line)
            for record in inputs.records
            if record.document == RISK_PLAN and record.effective >= max(said[finding.id] for finding in work.findings)
            for line in record.lines
            if "Due or done" in line.values and _is(line, "Step", action.what) and _is(line, "Who", name)
        ]
        # several steps may have the same words; then the number tells them apart
        newer = [entry for entry in newer if _is(entry[1], "No.", work.label)] or newer
        due, done, word = action.due, action.done_on, inputs.word("status", action.status)
        if newer:
            record, line = newer[-1]
            word, day = line.values.get("Status", "") or word, _day(line, "Due or done")
            if _is(line, "Status", done_word):
                done = min(day or record.effective, record.effective)
            elif not done:
                due = day or due
        elif _closed(action):
            done = done or action.due
        yield _item(name, action.what, due, done, today, "" if done else word, action.owner, work.label)


def _closed(action: Action) -> bool:
    return action.status == "done"


def _item(who: str, what: str, due: date, done: date | None, today: date, note: str = "", person: str = "", id: str = "") -> Item:
    return Item(who, what, due, done, DONE if done else state_on(due, today), note, person, id)


def _lines(records: Iterable[Record], documents: tuple[str, ...], heading: str) -> Iterator[Line]:
    """The rows of these documents that have something under a heading; of each edition, those of the copy that came last.

    A log goes on growing, so that its last copy holds what the earlier ones held, and what was put right in it since.
    """
    last = {(record.document, record.edition): record for record in records if record.document in documents}
    for record in last.values():
        yield from (line for line in record.lines if line.values.get(heading, "").strip())


def _agreement(line: Line) -> Agreement:
    status = "signed" if _is(line, "Agreement", "Signed") or _day(line, "Signed on") else "missing"
    status = "requested" if _is(line, "Agreement", "Requested") else status
    return Agreement(status, _day(line, "Signed on"), _day(line, "Next review"))


def _concerns(line: Line, company: str, what: str) -> bool:
    return _is(line, "Company or person", company) and (not what or _is(line, "System, or person to ask for", what))


def _is(line: Line, heading: str, wanted: str) -> bool:
    return _plain(line.values.get(heading, "")) == _plain(wanted)


def _names(text: str, id: str, title: str) -> bool:
    """Whether a cell names a document or course: by its number, its title, or both with a blank between."""
    return _plain(text) in (_plain(id), _plain(title)) or _plain(text).startswith(f"{_plain(id)} ")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _day(line: Line, heading: str) -> date | None:
    """The date under a heading, as records write it or as documents print it; None where there is none."""
    text = line.values.get(heading, "").strip()
    for form in ("%Y-%m-%d", "%B %d, %Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
