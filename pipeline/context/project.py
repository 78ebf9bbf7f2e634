"""The names of the documents of the project: engagement plan, responsibility matrix, paperwork tracker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pipeline.catalog import Report
from pipeline.context.common import Inputs, common_names, links
from pipeline.names import LinkNames
from pipeline.papers import PaperDue, papers_due
from pipeline.plan import Artifact
from pipeline.project_names import PaperNames, ProjectNames

PERHAPS = "Only with an own device that opens {{ practice.one }} information"


def project_names(inputs: Inputs, artifact: Artifact) -> ProjectNames:
    """The names of one document of the project."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    (agreements,) = links(inputs, section, ["L-11"])
    rows, kinds = by_person(inputs, section), by_document(inputs, section)
    return ProjectNames(
        **common_names(inputs, report.id, report.title, report.summary),
        agreements=agreements,
        row=rows[0],
        rows=rows,
        kind=kinds[0],
        kinds=kinds,
    )


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
    count = f"{len(lines)} papers" if len(lines) > 1 else "1 paper"
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
