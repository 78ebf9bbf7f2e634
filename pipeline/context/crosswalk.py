"""The names of the crosswalk: from the law to the documents, from the documents to the law, with pages of the binder."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.catalog import Form, Policy, Report
from pipeline.context.common import Inputs, common_names, reaching
from pipeline.context.front import Paging, paged_links
from pipeline.coverage import Answer, answers
from pipeline.facts import printed_date
from pipeline.names import AnswerNames, CitedNames, CrosswalkNames, NotApplicableNames
from pipeline.plan import Artifact

MARKS = {"R": "Required", "A": "Addressable"}


def crosswalk_names(inputs: Inputs, artifact: Artifact, paging: Paging | None = None) -> CrosswalkNames:
    """The names of a document that prints pages of the binder; without paging the pages are left empty."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    found = answers(inputs.catalog, inputs.plan)
    return CrosswalkNames(
        **common_names(inputs, report.id, report.title, report.summary),
        answers=tuple(_answer(inputs, section, answer, paging) for answer in found if not answer.reason),
        cited=tuple(_cited(inputs, section, paging)),
        not_applicable=tuple(
            NotApplicableNames(answer.provision.citation, answer.provision.title, answer.reason)
            for answer in found
            if answer.reason
        ),
        left_out=tuple(NotApplicableNames(entry.id, entry.title, entry.reason) for entry in inputs.plan.left_out),
    )


def _answer(inputs: Inputs, section: str, answer: Answer, paging: Paging | None) -> AnswerNames:
    provision = answer.provision
    decision = next((one for one in inputs.assessment.decisions if one.citation == provision.citation), None)
    return AnswerNames(
        citation=provision.citation,
        title=provision.title,
        mark=MARKS.get(provision.mark or "", provision.kind.capitalize()),
        policies=paged_links(inputs, section, answer.policies, paging),
        tasks=tuple(task.title for task in answer.tasks),
        records=paged_links(inputs, section, answer.records, paging),
        findings=reaching(inputs, {provision.citation}),
        decision=f"{inputs.word('decision', decision.decision)}, {printed_date(decision.decided_on)}" if decision else "",
    )


def _cited(inputs: Inputs, section: str, paging: Paging | None) -> Iterator[CitedNames]:
    """Each policy and each form with the provisions it carries out."""
    for artifact in inputs.plan.artifacts:
        match artifact.source:
            case Policy(citations=citations):
                pass
            case Form():
                tasks = [task for task in inputs.plan.tasks if task.record == artifact.id]
                citations = tuple(dict.fromkeys(citation for task in tasks for citation in task.citations))
            case _:
                recorded = [p for p in inputs.catalog.provisions if artifact.id in p.documented_in]
                citations = tuple(provision.citation for provision in recorded)
        if citations:
            (document,) = paged_links(inputs, section, [artifact.id], paging)
            yield CitedNames(document, ", ".join(citations))
