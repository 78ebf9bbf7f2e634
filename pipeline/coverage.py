"""Which documents of a package answer each provision of the law, and which provision none of them answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.catalog import Catalog, Policy, Provision, Task
from pipeline.errors import Problem
from pipeline.plan import Plan

# what a package must answer: 45 CFR 164.306 to 164.316 and 164.402 to 164.414; the Privacy Rule is cited, not carried out
ASKED = ("general", "administrative", "physical", "technical", "organizational", "documentation", "breach")


@dataclass(frozen=True)
class Answer:
    """A provision with what answers it. reason: why it does not apply to this practice, or empty; the rest are ids."""

    provision: Provision
    reason: str
    policies: tuple[str, ...]
    tasks: tuple[Task, ...]
    records: tuple[str, ...]


def answers(catalog: Catalog, plan: Plan) -> tuple[Answer, ...]:
    """Every provision that a package must answer, in the order of the regulation."""
    policies = [artifact.source for artifact in plan.artifacts if isinstance(artifact.source, Policy)]
    held = {artifact.id for artifact in plan.artifacts}
    found = []
    for provision in catalog.provisions:
        if provision.family not in ASKED:
            continue
        tasks = tuple(task for task in plan.tasks if provision.citation in task.citations)
        answering = tuple(policy.id for policy in policies if provision.citation in policy.citations)
        recorded = [*(task.record for task in tasks), *(id for id in provision.documented_in if id in held)]
        records = tuple(dict.fromkeys(id for id in recorded if id not in answering))
        reason = plan.not_applicable.get(provision.citation, "")
        found.append(Answer(provision, reason, answering, tasks, records))
    return tuple(found)


def gaps(catalog: Catalog, plan: Plan) -> Iterator[Problem]:
    """A problem for each provision that applies and that no policy answers, and for each that is never carried out.

    An addressable specification may be carried out otherwise; its decision record says how (45 CFR 164.306(d)(3)).
    """
    for answer in answers(catalog, plan):
        citation, title = answer.provision.citation, answer.provision.title
        if answer.reason:
            continue
        if not answer.policies:
            yield Problem(
                f"catalog/policies.toml, {citation}",
                f"No policy of this practice answers it ({title}).",
                "Add the citation to the policy that does, or write one.",
            )
        elif answer.provision.kind != "duty" and answer.provision.mark != "A" and not answer.records:
            yield Problem(
                f"catalog/tasks.toml, {citation}",
                f"No task of this practice carries it out, and no document records it ({title}).",
                "Add the citation to the task that does, or write one.",
            )
