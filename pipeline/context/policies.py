"""The names of a policy."""

from __future__ import annotations

from pipeline.catalog import Policy, Task
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
        revisions=tuple(RevisionNames(inputs.edition, printed_date(inputs.as_of), r.reason) for r in policy.revision[-1:]),
    )


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
