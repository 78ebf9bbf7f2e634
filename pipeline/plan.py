"""Which documents this practice gets, and why the others are left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from pipeline.catalog import DOCUMENTS, Catalog, Form, Policy, Report, Task
from pipeline.compare.model import Comparison
from pipeline.conditions import applies
from pipeline.materials import Guide
from pipeline.numbered import why_withdrawn

POLICIES, FORMS, GUIDES = "02-policies", "03-forms-and-logs", "06-onboarding"
GUIDE_TEMPLATE = "guide.docx"
FROM_SECOND = "It begins with the second edition."
CHANGES, REDLINE, REDLINES = "08-changes", "redline", "RL-"
REDLINE_SUMMARY = "The policy with tracked changes against the edition before."
# what goes on paper; slides and calendars are for the screen
BOUND = (".docx", ".xlsx")


@dataclass(frozen=True)
class Artifact:
    """One file of the package. `source` is what the catalogue says of it; `path` is relative to the package.

    template: empty where the program writes the file itself.
    """

    id: str
    title: str
    section: str
    template: str
    path: str
    source: Policy | Form | Report | Guide

    @property
    def is_word(self) -> bool:
        return self.path.endswith(".docx")

    @property
    def template_path(self) -> str:
        """Where its template lies in the workspace; empty where the program writes the file itself."""
        return f"{'templates_docx' if self.is_word else 'forms_xlsx'}/{self.template}" if self.template else ""

    @property
    def bound(self) -> bool:
        """Whether it is part of the bound PDF; on paper, tracked changes would be read as text."""
        return self.path.endswith(BOUND) and not self.is_redline

    @property
    def is_redline(self) -> bool:
        return isinstance(self.source, Report) and self.source.view == REDLINE

    @property
    def is_rendered(self) -> bool:
        """Whether it is made from names alone: neither a redline, nor printing pages of the binder."""
        return not self.is_redline and not (isinstance(self.source, Report) and self.source.numbered)

    @property
    def is_first(self) -> bool:
        """Whether it can be made before the edition is compared with the one before."""
        return self.is_rendered and not (isinstance(self.source, Report) and self.source.from_second)

    def href(self, section: str | None) -> str:
        """Relative link to this file from a document in `section`, or from the package's own folder."""
        if section == self.section:
            return quote(self.path.split("/")[-1])
        return ("../" if section else "") + quote(self.path)


@dataclass(frozen=True)
class LeftOut:
    id: str
    title: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """not_applicable: citation → why the provision does not apply to this practice."""

    artifacts: tuple[Artifact, ...]
    tasks: tuple[Task, ...]
    left_out: tuple[LeftOut, ...]
    not_applicable: Mapping[str, str]

    def get(self, id: str) -> Artifact | None:
        return next((artifact for artifact in self.artifacts if artifact.id == id), None)


def make_plan(catalog: Catalog, profile: Mapping[str, Any], *, second: bool = False) -> Plan:
    """The artifacts of one practice in the order of the binder; `profile` is the raw, checked JSON.

    second: an edition was issued before this one, so that there is something to compare with.
    """
    left_out: list[LeftOut] = []

    def kept(entries: tuple[Any, ...]) -> Iterator[Any]:
        for entry in entries:
            if isinstance(entry, Report) and entry.from_second and not second:
                left_out.append(LeftOut(entry.id, entry.title, FROM_SECOND))
            elif applies(entry.applies_when, profile):
                yield entry
            else:
                left_out.append(LeftOut(entry.id, entry.title, entry.omitted_because))

    policies = tuple(kept(catalog.policies))
    forms = tuple(kept(catalog.forms))
    held = {policy.id for policy in policies}
    records = {form.id for form in forms}
    tasks = tuple(
        task
        for task in catalog.tasks
        if applies(task.applies_when, profile) and task.record in records and held.intersection(task.policies)
    )
    recorded = {task.record for task in tasks}
    for form in forms:
        if form.id not in recorded:
            left_out.append(LeftOut(form.id, form.title, "None of the tasks that are recorded on it applies to this practice."))
    documents = (
        *(_artifact(report, report.section) for report in kept(catalog.reports)),
        *(_artifact(policy, POLICIES) for policy in policies),
        *(_artifact(form, FORMS) for form in forms if form.id in recorded),
        *(_artifact(guide, GUIDES) for guide in kept(catalog.guides)),
    )
    present = {document.id for document in documents}
    for gone in (entry for name in DOCUMENTS for entry in catalog.withdrawn.get(name, ())):
        if gone.withdrawn:
            left_out.append(LeftOut(gone.id, gone.title, why_withdrawn(gone.withdrawn, present)))
    order = [section.folder for section in catalog.sections]
    artifacts = tuple(sorted(documents, key=lambda artifact: order.index(artifact.section)))
    not_applicable = {
        provision.citation: reason
        for provision in catalog.provisions
        if (reason := provision.not_applicable or ("" if applies(provision.applies_when, profile) else provision.omitted_because))
    }
    return Plan(artifacts, tasks, tuple(sorted(left_out, key=lambda entry: entry.id)), not_applicable)


def _artifact(source: Policy | Form | Report | Guide, section: str) -> Artifact:
    template = GUIDE_TEMPLATE if isinstance(source, Guide) else source.template or ""
    suffix = source.suffix if isinstance(source, Report) else template.rsplit(".", 1)[1]
    # characters that no file system, link or zip archive has an opinion about
    name = re.sub(r"[^A-Za-z0-9 -]+", "", source.title)
    return Artifact(source.id, source.title, section, template, f"{section}/{source.id} {name}.{suffix}", source)


def with_redlines(plan: Plan, comparison: Comparison) -> Plan:
    """The plan with a redline for each policy whose text changed, behind the other documents of its section."""
    redlines = tuple(
        _artifact(
            Report(f"{REDLINES}{one.id}", f"Redline of {one.title}", CHANGES, REDLINE_SUMMARY, format="docx", view=REDLINE),
            CHANGES,
        )
        for one in comparison.documents
        if one.section == POLICIES and one.state == "changed"
    )
    ahead = [artifact for artifact in plan.artifacts if artifact.section <= CHANGES]
    behind = [artifact for artifact in plan.artifacts if artifact.section > CHANGES]
    return replace(plan, artifacts=(*ahead, *redlines, *behind))
