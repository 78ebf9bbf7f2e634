"""Whether everything that comes back can be read, and every recurring task can be shown to be done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipeline.catalog import Catalog
from pipeline.check.references import exists, unique
from pipeline.errors import Problem

FILE = "catalog/evidence.toml"


def check_evidence(catalog: Catalog, profile: Mapping[str, Any]) -> Iterator[Problem]:
    """Names that do not exist, and tasks that no entry can show; profile: the schema of profiles, for kinds of systems."""
    # a withdrawn log is still read: it comes back filled from packages of earlier years
    documents = catalog.documents.keys()
    yield from unique([f"{entry.document} {entry.sheet}" for entry in catalog.returned], FILE, "sheet")
    for entry in catalog.returned:
        yield from exists(entry.document, documents, f"{FILE}, {entry.document}", "document")
    tasks = {task.id: task for task in catalog.tasks}
    named = {task.id: task for task in (*catalog.withdrawn.get("tasks", ()), *catalog.tasks)}
    kinds = {kind for name in ("system", "network") for kind in profile["$defs"][name]["properties"]["kind"]["enum"]}
    sheets: dict[str, dict[str, str | None]] = {}
    for entry in catalog.returned:
        sheets.setdefault(entry.document, {})[entry.sheet] = entry.dated
    for rule in catalog.shown:
        where = f"{FILE}, {rule.task}"
        yield from exists(rule.task, named, where, "task")
        for kind in rule.kind:
            yield from exists(kind, kinds, where, "kind of system or network")
        if rule.task in tasks and (held := sheets.get(tasks[rule.task].record)):
            if rule.sheet:
                yield from exists(rule.sheet, held, where, f"returned sheet of {tasks[rule.task].record}")
            if not (rule.filed or rule.dated or any(day for name, day in held.items() if rule.sheet in (None, name))):
                yield Problem(where, "Nothing says where the day of such an entry stands.", "Add dated, or filed = true.")
    yield from _shown(catalog, sheets, {rule.task for rule in catalog.shown})


def _shown(catalog: Catalog, sheets: Mapping[str, Mapping[str, str | None]], ruled: Collection[str]) -> Iterator[Problem]:
    """A log that several tasks share needs a rule for each; every Excel form and log must be read."""
    forms = {form.id: form for form in catalog.forms}
    recorded = {task.record for task in catalog.tasks}
    for form in catalog.forms:
        if form.template.endswith(".xlsx") and form.id not in sheets and form.id in recorded:
            mend = "Add [[returned]] for each of its sheets."
            yield Problem(f"{FILE}, {form.id}", "Nothing says how it is read when it comes back.", mend)
    for task in catalog.tasks:
        held = forms.get(task.record)
        sharing = [other.id for other in catalog.tasks if other.record == task.record]
        if held and held.kind == "log" and len(sharing) > 1 and task.id not in ruled:
            what = f"Nothing says which entries of {task.record} show the task; {len(sharing)} tasks share it."
            yield Problem(f"{FILE}, {task.id}", what, "Add [[shown]] for it.")
