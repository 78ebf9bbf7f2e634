"""Whether the catalogue is whole: every name exists, no task without a form, no form without a task, no word missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from typing import Any

from pipeline.catalog import Catalog, Scenario, Task
from pipeline.check.evidence import check_evidence
from pipeline.check.references import exists, unique
from pipeline.check.scenarios import check_scenarios, check_weighing, place_of
from pipeline.check.withdrawn import check_withdrawn
from pipeline.conditions import check_condition
from pipeline.errors import Problem, did_you_mean
from pipeline.plan import FORMS, GUIDES, POLICIES
from pipeline.schedule import MONTHS

# word list of catalog.toml → (schema, path) of the codes it must have a word for
CODES = {
    "role": ("tasks", "properties/task/items/properties/who"),
    "level": ("assessment", "$defs/level"),
    "likelihood": ("assessment", "$defs/level"),
    "impact": ("assessment", "$defs/level"),
    "threat": ("scenarios", "properties/scenario/items/properties/threat"),
    "affects": ("scenarios", "properties/scenario/items/properties/affects/items"),
    "measure": ("scenarios", "properties/scenario/items/properties/measures/items"),
    "effort": ("safeguards", "properties/safeguard/items/properties/effort"),
    "cost": ("safeguards", "properties/safeguard/items/properties/cost"),
    "plan": ("profile", "properties/service_plan"),
    "occasion": ("courses", "properties/course/items/properties/occasion/items"),
    "depth": ("courses", "properties/course/items/properties/depth"),
    "party": ("steps", "properties/step/items/properties/diy"),
    "paper": ("papers", "properties/paper/items/properties/cadence"),
    "audience": ("courses", "properties/course/items/properties/audience/items"),
    "flow": ("catalog", "properties/flow/properties/system/additionalProperties/items"),
    "response": ("assessment", "$defs/finding/properties/response"),
    "status": ("assessment", "$defs/action/properties/status"),
    "decision": ("assessment", "$defs/decision/properties/decision"),
    "system_kind": ("profile", "$defs/system/properties/kind"),
    "device_class": ("profile", "$defs/device/properties/class"),
    "platform": ("profile", "$defs/device/properties/platform"),
    "encryption": ("profile", "$defs/device/properties/encryption"),
    "baa": ("profile", "$defs/baa/properties/status"),
    "mfa": ("profile", "$defs/system/properties/mfa"),
    "wifi": ("profile", "$defs/network/properties/wifi"),
    "location_kind": ("profile", "$defs/location/properties/kind"),
    "network_kind": ("profile", "$defs/network/properties/kind"),
    "person_role": ("profile", "$defs/person/properties/role"),
    "employment": ("profile", "$defs/person/properties/employment"),
    "contact_kind": ("profile", "$defs/contact/properties/kind"),
}
Schema = Mapping[str, Any]


def check_catalog(catalog: Catalog, schemas: Mapping[str, Schema]) -> Iterator[Problem]:
    """Every defect of the catalogue that a schema cannot see; schemas: those named in CODES, by name."""
    citations = {provision.citation for provision in catalog.provisions}
    documents, gone = catalog.documents, catalog.withdrawn
    policies = {entry.id: entry for entry in (*gone.get("policies", ()), *catalog.policies)}
    forms = {entry.id: entry for entry in (*gone.get("forms", ()), *catalog.forms)}
    tasks = {entry.id: entry for entry in (*gone.get("tasks", ()), *catalog.tasks)}
    for name, entries in _tables(catalog).items():
        keys = [getattr(entry, "id", None) or getattr(entry, "name", None) or entry.citation for entry in entries]
        yield from unique(keys, f"catalog/{name}", "number")
        for key, entry in zip(keys, entries, strict=True):
            where = place_of(entry) if isinstance(entry, Scenario) else f"catalog/{name}, {key}"
            cited = getattr(entry, "citations", ()) or filter(None, [getattr(entry, "citation", None)])
            for citation in cited:
                yield from exists(citation, citations, where, "provision in regulation.toml with the citation")
            for policy in getattr(entry, "policies", ()):
                yield from exists(policy, policies, where, "policy")
            yield from check_condition(getattr(entry, "applies_when", None), schemas["profile"], where)
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    for slide in catalog.slides:
        for scenario in slide.scenarios:
            yield from exists(scenario, scenarios, f"catalog/slides.toml, {slide.id}", "scenario")
    yield from _policies(catalog)
    yield from _tasks(catalog, forms)
    yield from _guides(catalog, forms, schemas["profile"])
    yield from check_scenarios(catalog)
    yield from check_withdrawn(catalog)
    yield from _reminders(catalog, schemas["profile"])
    yield from _words(catalog, schemas)
    yield from check_weighing(catalog, schemas["profile"])
    yield from check_evidence(catalog, schemas["profile"])
    sections = [section.folder for section in catalog.sections]
    yield from unique(sections, "catalog/catalog.toml", "folder of a section")
    for folder in (POLICIES, FORMS, *([GUIDES] if catalog.guides else [])):
        if folder not in sections:
            yield Problem(
                "catalog/catalog.toml", f'There is no section "{folder}", in which documents lie.', did_you_mean(folder, sections)
            )
    yield from unique((report.id for report in catalog.reports), "catalog/catalog.toml", "number of a report")
    for report in catalog.reports:
        yield from exists(report.section, sections, f"catalog/catalog.toml, {report.id}", "section")
    for course in catalog.courses:
        for material in course.material:
            yield from exists(material, documents, f"catalog/courses.toml, {course.id}", "document")
    for question in catalog.questions:
        yield from exists(question.policy, policies, f"catalog/questions.toml, {question.id}", "policy")
    for request in catalog.requests:
        where = f"catalog/catalog.toml, request “{request.asks}”"
        for document in request.documents:
            yield from exists(document, documents, where, "document")
        for citation in request.citations:
            yield from exists(citation, citations, where, "provision in regulation.toml with the citation")
    yield from unique((paper.document for paper in catalog.papers), "catalog/papers.toml", "document of a paper")
    for paper in catalog.papers:
        yield from exists(paper.document, documents, f"catalog/papers.toml, {paper.id}", "document")
    for step in catalog.steps:
        for document in step.documents:
            yield from exists(document, documents, f"catalog/steps.toml, {step.id}", "document")
    for duty in catalog.duties:
        yield from exists(duty.task, tasks, f"catalog/duties.toml, {duty.id}", "task")
    for provision in catalog.provisions:
        for document in provision.documented_in:
            yield from exists(document, documents, f"catalog/regulation.toml, {provision.citation}", "document")
        yield from exists(provision.parent, citations, f"catalog/regulation.toml, {provision.citation}", "provision")


def _tables(catalog: Catalog) -> dict[str, tuple[Any, ...]]:
    return {
        "regulation.toml": catalog.provisions,
        "parameters.toml": catalog.parameters,
        "safeguards.toml": tuple(safeguard for safeguard in catalog.safeguards if not safeguard.withdrawn),
        "scenarios": tuple(scenario for scenario in catalog.scenarios if not scenario.withdrawn),
        "changes.toml": (*catalog.changes, *catalog.criteria),
        "policies.toml": catalog.policies,
        "tasks.toml": catalog.tasks,
        "forms.toml": catalog.forms,
        "courses.toml": catalog.courses,
        "slides.toml": catalog.slides,
        "questions.toml": catalog.questions,
        "reminders.toml": catalog.reminders,
        "guides.toml": catalog.guides,
        "papers.toml": catalog.papers,
        "steps.toml": catalog.steps,
        "duties.toml": catalog.duties,
    }


def _policies(catalog: Catalog) -> Iterator[Problem]:
    served = {policy for task in catalog.tasks for policy in task.policies}
    for policy in catalog.policies:
        where = f"catalog/policies.toml, {policy.id}"
        for related in policy.related:
            yield from exists(related, catalog.documents, where, "document")
        if policy.id not in served:
            yield Problem(where, "No task belongs to this policy: nobody carries it out.", "Add a task in catalog/tasks.toml.")


def _tasks(catalog: Catalog, forms: Collection[str]) -> Iterator[Problem]:
    citations = {policy.id: set(policy.citations) for policy in catalog.policies}
    for task in catalog.tasks:
        where = f"catalog/tasks.toml, {task.id}"
        yield from exists(task.record, forms, where, "form or log")
        yield from exists(task.quarterly_with, catalog.clauses, where, "clause of a policy")
        yield from _due(task, where)
        answered = set().union(*(citations.get(policy, set()) for policy in task.policies))
        for citation in sorted(set(task.citations) - answered):
            yield Problem(
                where, f"The task cites {citation}, which none of its policies cites.", "Add it to a policy, or take it out."
            )
    recorded = {task.record for task in catalog.tasks}
    for form in catalog.forms:
        if form.id not in recorded:
            yield Problem(f"catalog/forms.toml, {form.id}", "No task is recorded on it.", "Add the task, or take the form out.")


def _guides(catalog: Catalog, forms: Collection[str], profile: Schema) -> Iterator[Problem]:
    """A guide cites what its policies cite, and its parts belong to those policies."""
    citations = {policy.id: set(policy.citations) for policy in catalog.policies}
    for guide in catalog.guides:
        where = f"catalog/guides.toml, {guide.id}"
        yield from exists(guide.record, forms, where, "form or log")
        answered = set().union(*(citations.get(policy, set()) for policy in guide.policies))
        for citation in sorted(set(guide.citations) - answered):
            yield Problem(
                where, f"The guide cites {citation}, which none of its policies cites.", "Add the policy, or take it out."
            )
        for part in guide.part:
            yield from exists(part.policy, guide.policies, f"{where}, “{part.title}”", "policy of the guide")
        for condition in (piece.applies_when for pieces in (guide.part, guide.check) for piece in pieces):
            yield from check_condition(condition, profile, where)


def _due(task: Task, where: str) -> Iterator[Problem]:
    """Whether the calendar can place the task."""
    due = task.due
    if task.cadence == "event":
        if due or task.quarterly_with:
            yield Problem(where, "It follows an event and has a day in the calendar.", "Take `due` and `quarterly_with` out.")
        return
    if due is None:
        yield Problem(where, "It comes back, and nothing says when it is due.", "Add `due`, for example due = { month = 1 }.")
        return
    # a task that may become quarterly must be due in a month that a quarter has
    period = min(MONTHS[task.cadence], MONTHS["quarterly"] if task.quarterly_with else 12)
    if due.review is not None and period != 12:
        yield Problem(where, "Only a yearly task can be due by the yearly review.", "Name the month of its period: `month`.")
    if due.month is not None and due.month > period:
        yield Problem(where, f"Month {due.month} is outside its period of {period}.", f"Write 1 to {period}.")
    if (due.month is None) == (due.review is None) and task.cadence != "monthly":
        yield Problem(where, "It does not say in which month it is due.", "Write either `month` or `review`.")


def _reminders(catalog: Catalog, profile: Schema) -> Iterator[Problem]:
    """A misspelt reason would call for a reminder nowhere, and nobody would notice."""
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    tasks = {task.id: task for task in (*catalog.withdrawn.get("tasks", ()), *catalog.tasks)}
    kinds = profile["$defs"]["system"]["properties"]["kind"]["enum"]
    for reminder in catalog.reminders:
        where = f"catalog/reminders.toml, {reminder.id}"
        for named, known, what in (
            (reminder.scenarios, scenarios, "scenario"),
            (reminder.tasks, tasks, "task"),
            (reminder.systems, kinds, "kind of system"),
        ):
            for one in named:
                yield from exists(one, known, where, what)


def _words(catalog: Catalog, schemas: Mapping[str, Schema]) -> Iterator[Problem]:
    for name, (schema, path) in CODES.items():
        codes = set(reduce(lambda holder, step: holder[step], path.split("/"), schemas[schema])["enum"])
        words = set(catalog.words.get(name, {}))
        for code in sorted(codes - words):
            yield Problem(f"catalog/catalog.toml, words.{name}", f'There is no word for "{code}".', "Add it.")
        for word in sorted(words - codes):
            yield Problem(f"catalog/catalog.toml, words.{name}", f'Nothing can say "{word}".', did_you_mean(word, codes))
