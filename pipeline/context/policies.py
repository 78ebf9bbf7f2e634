"""The names of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.catalog import Policy, Task
from pipeline.context.changes import change_of, reason_of
from pipeline.context.common import Inputs, by_risk, common_names, finding_names, links
from pipeline.facts import printed_date
from pipeline.names import CitationNames, PolicyNames, RevisionNames, TaskNames
from pipeline.plan import Artifact


def policy_names(inputs: Inputs, artifact: Artifact) -> PolicyNames:
    """The names of one policy."""
    policy = artifact.source
    assert isinstance(policy, Policy)
    tasks = [task for task in inputs.plan.tasks if policy.id in task.policies]
    provisions = {provision.citation: provision for provision in inputs.catalog.provisions}
    return PolicyNames(
        **common_names(inputs, policy.id, policy.title, policy.summary, policy.owner),
        audience=inputs.text(policy.audience),
        tasks=tuple(_task(inputs, artifact.section, number, task) for number, task in enumerate(tasks, 1)),
        records=links(inputs, artifact.section, sorted({task.record for task in tasks})),
        related=links(inputs, artifact.section, policy.related),
        citations=tuple(
            CitationNames(
                citation,
                provisions[citation].title,
                {"R": "required", "A": "addressable"}.get(provisions[citation].mark or "", provisions[citation].kind),
            )
            for citation in policy.citations
        ),
        addressable=any(provisions[citation].mark == "A" for citation in policy.citations),
        findings=tuple(
            finding_names(inputs, artifact.section, finding)
            for finding in by_risk(inputs.assessment.findings)
            if policy.id in inputs.scenarios[finding.scenario].policies
        ),
        report=links(inputs, artifact.section, ["R-01"])[0],
        revisions=tuple(_revisions(inputs, policy)),
    )


def _revisions(inputs: Inputs, policy: Policy) -> Iterator[RevisionNames]:
    """One row for each issued edition that had the policy, oldest first, then one for this edition."""
    for one in inputs.earlier:
        if policy.id in one.revised:
            yield RevisionNames(one.edition, printed_date(one.approved), one.revised[policy.id][1])
    reason = reason_of(change_of(inputs, policy.id)) if inputs.comparison else policy.revision[-1].reason
    yield RevisionNames(inputs.edition, printed_date(inputs.as_of), reason)


def _task(inputs: Inputs, section: str, number: int, task: Task) -> TaskNames:
    (record,) = links(inputs, section, [task.record])
    return TaskNames(
        number,
        task.title,
        inputs.text(task.step),
        inputs.word("role", task.who),
        inputs.text(task.when),
        record,
        ", ".join(task.citations),
    )
