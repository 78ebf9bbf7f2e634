"""The names of the documents of the project: engagement plan, responsibility matrix, paperwork tracker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from pipeline.catalog import Report
from pipeline.context.common import Inputs, common_names, links
from pipeline.engagement import Days, Planned, Size, engagement
from pipeline.facts import printed_date
from pipeline.materials import Duty
from pipeline.names import LinkNames
from pipeline.papers import PaperDue, papers_due
from pipeline.plan import Artifact
from pipeline.project_names import AreaNames, DutyNames, EngagementNames, PaperNames, PhaseNames, ProjectNames
from pipeline.training import training_day

# background of the column of the practice's own plan, and of the others
OWN, OTHERS = "FBEBC2", "FFFFFF"
# a day that the facts give says nothing about papers that were filed
KNOWN = "As the facts of the practice have it."
PERHAPS = "Only with an own device that opens {{ practice.one }} information"


def project_names(inputs: Inputs, artifact: Artifact) -> ProjectNames:
    """The names of one document of the project."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    planned = _engagement(inputs)
    rows, kinds = by_person(inputs, section), by_document(inputs, section)
    return ProjectNames(
        **common_names(inputs, report.id, report.title, report.summary),
        service=inputs.word("plan", inputs.profile.service_plan),
        plan=inputs.profile.service_plan,
        fills={plan: OWN if plan == inputs.profile.service_plan else OTHERS for plan in inputs.catalog.words["plan"]},
        phases=tuple(_phases(inputs, section, planned)),
        begins=printed_date(min(one.start for one in planned if not one.known)),
        ends=printed_date(max(one.end for one in planned)),
        count=len(planned),
        areas=tuple(_areas(inputs)),
        engagement=_link(inputs, section, "PR-01"),
        matrix=_link(inputs, section, "PR-02"),
        tracker=_link(inputs, section, "PR-03"),
        agreements=_link(inputs, section, "L-11"),
        row=rows[0],
        rows=rows,
        kind=kinds[0],
        kinds=kinds,
    )


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _engagement(inputs: Inputs) -> tuple[Planned, ...]:
    profile = inputs.profile
    size = Size(len(profile.workforce), len(profile.locations), profile.service_plan)
    after = inputs.catalog.numbers["training_month_after_review"]
    days = Days(
        begin=inputs.as_of,
        review=date(inputs.as_of.year + (profile.review_month <= inputs.as_of.month), profile.review_month, 1),
        training=training_day(inputs.as_of, profile.review_month, after),
        known={"analysis": inputs.assessment.date, "officer": profile.officers.security.since},
    )
    return engagement(inputs.catalog.steps, size, days, inputs.holds)


def _phases(inputs: Inputs, section: str, planned: Sequence[Planned]) -> Iterator[PhaseNames]:
    numbers = {id(one): number for number, one in enumerate(planned, 1)}
    for title, held in groupby(planned, key=lambda one: one.step.phase):
        steps = list(held)
        open = [one for one in steps if not one.known]
        days = _span(min(one.start for one in open), max(one.end for one in open)) if open else ""
        yield PhaseNames(title, days, tuple(_step(inputs, section, numbers[id(one)], one) for one in steps))


def _step(inputs: Inputs, section: str, number: int, one: Planned) -> EngagementNames:
    step = one.step
    part = f" (part {one.part} of {one.parts})" if one.parts > 1 else ""
    return EngagementNames(
        number,
        inputs.text(step.title) + part,
        inputs.text(step.what),
        KNOWN if one.known else inputs.text(step.result),
        _span(one.start, one.end),
        one.known,
        _who(inputs, one.party, step.role),
        links(inputs, section, step.documents),
    )


def _who(inputs: Inputs, party: str, role: str) -> str:
    """'Denise Abernathy (Security Officer) with Harbor Compliance Partners'."""
    profile = inputs.profile
    holder = {
        "security_officer": profile.officers.security.person,
        "privacy_officer": profile.officers.privacy.person,
        "owner": profile.approver,
    }.get(role)
    word = inputs.word("role", role)
    own = f"{profile.person(holder).name} ({word})" if holder else word
    return {"practice": own, "firm": profile.consultant.firm, "both": f"{own} with {profile.consultant.firm}"}[party]


def _span(start: date, end: date) -> str:
    """'September 14, 2026', 'September 14 to 16, 2026' or 'September 28 to October 2, 2026'."""
    if start == end:
        return printed_date(start)
    if start.year != end.year:
        return f"{printed_date(start)} to {printed_date(end)}"
    return f"{start:%B} {start.day} to {f'{end:%B} ' if end.month != start.month else ''}{end.day}, {end.year}"


def _areas(inputs: Inputs) -> Iterator[AreaNames]:
    for title, held in groupby(inputs.catalog.duties, key=lambda duty: duty.area):
        yield AreaNames(title, tuple(_duty(inputs, duty) for duty in held))


def _duty(inputs: Inputs, duty: Duty) -> DutyNames:
    diy, guided, copilot = (inputs.word("party", party) for party in (duty.diy, duty.guided, duty.copilot))
    return DutyNames(inputs.text(duty.title), diy, guided, copilot, inputs.word("role", duty.role), duty.note or "")


def by_person(inputs: Inputs, section: str) -> tuple[PaperNames, ...]:
    """Each person with the papers they owe under them."""
    due = _due(inputs)
    return tuple(
        line
        for person, held in groupby(due, key=lambda one: one.person)
        for line in _group(inputs, section, list(held), person=inputs.profile.person(person).name)
    )


def by_document(inputs: Inputs, section: str) -> tuple[PaperNames, ...]:
    """Each document with the people who owe it under it."""
    due = _due(inputs)
    order = [paper.id for paper in inputs.catalog.papers]
    return tuple(
        line
        for _, held in groupby(sorted(due, key=lambda one: order.index(one.paper)), key=lambda one: one.paper)
        for line in _group(inputs, section, list(held))
    )


def _due(inputs: Inputs) -> tuple[PaperDue, ...]:
    """What is owed and has a document in this package."""
    held = {paper.id for paper in inputs.catalog.papers if inputs.plan.get(paper.document)}
    return tuple(one for one in papers_due(inputs.catalog, inputs.profile, inputs.as_of, inputs.holds) if one.paper in held)


def _group(inputs: Inputs, section: str, held: Sequence[PaperDue], person: str = "") -> Iterator[PaperNames]:
    """A heading, which names the person or else the document, and a line for each paper."""
    lines = [_line(inputs, section, one) for one in held]
    count = f"{len(lines)} documents" if len(lines) > 1 else "1 document"
    nothing = LinkNames("", "", "", "")
    yield PaperNames(0, person, nothing if person else lines[0].document, count, "" if person else lines[0].kind, "", "")
    yield from lines


def _line(inputs: Inputs, section: str, one: PaperDue) -> PaperNames:
    paper = next(paper for paper in inputs.catalog.papers if paper.id == one.paper)
    (document,) = links(inputs, section, [paper.document])
    return PaperNames(
        1,
        inputs.profile.person(one.person).name,
        document,
        "",
        inputs.word("paper", paper.cadence),
        one.due.isoformat(),
        "" if one.sure else inputs.text(PERHAPS),
    )
