"""All documents of two editions, each with what reads otherwise and why. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from pipeline.catalog import Catalog, Policy
from pipeline.compare.model import DocumentChange, File, Side
from pipeline.compare.passages import passages
from pipeline.compare.reasons import reasons
from pipeline.conditions import applies
from pipeline.facts import printed_date
from pipeline.lint.used import used_names
from pipeline.names import CommonNames
from pipeline.render.jinja import TemplateError, fill
from pipeline.render.parts import UnsafeFile

NEW, GONE, CHANGED, SAME = "new", "gone", "changed", "same"
COMMON = frozenset(field.name for field in fields(CommonNames))
Again = Callable[[str, Mapping[str, Any]], bytes]


def compare_documents(
    old: Side, new: Side, catalog: Catalog, templates: Mapping[str, bytes], again: Again | None = None
) -> tuple[DocumentChange, ...]:
    """Every document of either side: those of the new package in its order, then those that are gone in theirs.

    templates: of the new edition, by file name; those of the old one are used too where they are among them. again: draws a
    document (by id) with the new template and names of then, so that a template is a reason only where its words changed.
    A document that cannot be read on one of the two sides is changed where its bytes are others, and has no passages.
    """
    by_hash = {hashlib.sha256(data).hexdigest(): data for data in templates.values()}
    present = (_document(old, new, id, catalog, by_hash, again) for id in new.files)
    gone = (DocumentChange(f.id, f.title, f.section, f.path, GONE) for id, f in old.files.items() if id not in new.files)
    return (*present, *gone)


def _document(
    old: Side, new: Side, id: str, catalog: Catalog, templates: Mapping[str, bytes], again: Again | None
) -> DocumentChange:
    now, then = new.files[id], old.files.get(id)
    plain = DocumentChange(id, now.title, now.section, now.path, SAME)
    if then is None:
        return replace(plain, state=NEW)
    plain = replace(plain, former=then.title if then.title != now.title else "")
    try:
        found = passages(then.data, now.data, now.path, _own(then, old), _own(now, new))
    except UnsafeFile:
        return replace(plain, state=CHANGED if then.data != now.data else SAME)
    if not found:
        return replace(plain, state=CHANGED if plain.former else SAME)
    policy = next((policy for policy in catalog.policies if policy.id == id), None)
    why = reasons(
        then,
        now,
        found,
        _used(then, now, templates),
        policy.revision[1:] if policy else (),
        old.approved or old.as_of,
        texts=tuple(_as_they_were(then, now, old, catalog, policy)),
        retold=_retold(then, now, old, again),
    )
    return replace(plain, state=CHANGED, passages=found, reasons=why)


def _own(file: File, side: Side) -> Mapping[str, Any] | None:
    """The names of the document itself, with the day of approval, which approved editions print."""
    own = file.names.get("document")
    return {**own, "approved": printed_date(side.approved or side.as_of)} if own else None


def _used(then: File, now: File, templates: Mapping[str, bytes]) -> frozenset[str] | None:
    """Names that either of the two templates uses; None where the new one is not known.

    Where the program writes the file itself, its texts were filled in already: of the common names it uses two.
    """
    if not now.template:
        return frozenset((now.names.keys() | then.names.keys()) - COMMON) | {"practice.name", "practice.phone"}
    held = [templates[file.template] for file in (now, then) if file.template in templates]
    return frozenset().union(*map(used_names, held)) if now.template in templates else None


def _retold(then: File, now: File, old: Side, again: Again | None) -> bool | None:
    """Whether the new template says something else with the names of then; None where nobody can say."""
    if again is None or then.template == now.template or then.edited or not now.template:
        return None
    try:
        drawn = again(now.id, then.names)
    except TemplateError:
        # it asks for a name that was not there
        return True
    own = _own(then, old)
    return bool(passages(then.data, drawn, now.path, own, own))


def _as_they_were(then: File, now: File, old: Side, catalog: Catalog, policy: Policy | None) -> Iterator[str]:
    """Names whose texts in the catalogue are those of then, so that another text of them comes from facts of the practice."""
    form = next((form for form in catalog.forms if form.id == then.id), None)
    if form and then.names.get("purpose") == _filled(form.purpose, then):
        yield "purpose"
    if form and then.names.get("how") == [_filled(step, then) for step in form.how]:
        yield "how"
    if policy is None:
        return
    if then.names.get("audience") == _filled(policy.audience, then):
        yield "audience"
    if then.names["document"]["summary"] == _filled(policy.summary, then):
        yield "document.summary"
    if _tasks_as_they_were(then, old, catalog, policy):
        yield from ("tasks", "records")
    before, after = ({link["id"]: link["title"] for link in file.names.get("related", ())} for file in (then, now))
    # a document that was not in the package of then is not new among the related ones because of the firm
    named = {id for id in policy.related if id in old.files}
    if named == before.keys() and all(after.get(id, title) == title for id, title in before.items()):
        yield "related"


def _tasks_as_they_were(then: File, old: Side, catalog: Catalog, policy: Policy) -> bool:
    printed = [(task["title"], task["step"], task["when"]) for task in then.names.get("tasks", ())]
    records = {form.id for form in catalog.forms if applies(form.applies_when, old.profile)}
    asked = [
        (task.title, _filled(task.step, then), _filled(task.when, then))
        for task in catalog.tasks
        if policy.id in task.policies and task.record in records and applies(task.applies_when, old.profile)
    ]
    return printed == asked


def _filled(text: str, file: File) -> str | None:
    try:
        return fill(text, file.names)
    except TemplateError:
        return None
