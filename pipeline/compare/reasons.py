"""Why a document reads otherwise than in the earlier edition: of the names that it uses, which say something else. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.catalog import Revision
from pipeline.compare.model import File, Passage, Reason
from pipeline.facts import joined

FACT, FINDING, LAW, TEMPLATE, RECORD, EDIT = "fact", "finding", "law", "template", "record", "edit"
# in the order in which they are told
KINDS = (LAW, FACT, FINDING, TEMPLATE, RECORD, EDIT)
# first part of a name, or name of the document itself → what a difference in it comes from; other lists come from several
ORIGIN = {
    **dict.fromkeys(("practice", "officer", "approver", "consultant", "facts", "names", "document.owner", "contacts", "assets",
                     "systems", "devices", "places", "these", "accounts", "not_applicable"), FACT),
    **dict.fromkeys(("findings", "clause", "standards", "heat", "major", "minor", "top", "counts", "after", "steps", "next_steps",
                     "open_steps", "owners", "measures", "decisions", "changes", "scope", "participants", "sources"), FINDING),
    **dict.fromkeys(("citations", "addressable"), LAW),
    **dict.fromkeys(("number", "document.title", "document.summary", "purpose", "how"), TEMPLATE),
    "done": RECORD,
}  # fmt: skip
# and of a policy, whose lists come from the catalogue
OF_POLICY = dict.fromkeys(("tasks", "records", "related", "audience"), TEMPLATE)
# what is another in each edition, or only leads somewhere
ADMINISTRATIVE = ("document.edition", "document.as_of", "document.analysis", "document.next_review", "document.law_as_of",
                  "document.approved", "document.id", "revisions")  # fmt: skip
DRAWN_UP = "What it lists was drawn up anew for this edition."
REVISED = "The firm's text was revised."
BY_HAND = "The consultant changed the text by hand."
# names → how a sentence calls them; others are called by their own words
CALLED = {
    "practice.phone": "the telephone number of the practice",
    "practice.email": "the e-mail address of the practice",
    "practice.name": "the name of the practice",
    "practice.legal_name": "the name of the practice",
    "practice.short_name": "the name of the practice",
    "practice.one": "the word for the people it serves",
    "practice.many": "the word for the people it serves",
    "practice.states": "the states it serves",
    "practice.clinicians": "the number of clinicians",
    "practice.people": "the number of people",
    "document.summary": "its summary",
    "purpose": "its purpose",
    "how": "how it is filled in",
    "audience": "who must follow it",
    "tasks": "the procedures",
    "records": "the forms and logs",
    "related": "the related documents",
    "not_applicable": "what does not apply here",
    "these": "the devices and systems it is for",
    "officer.security": "the Security Officer",
    "officer.privacy": "the Privacy Officer",
    "approver": "who approves",
    "consultant": "the consultant",
    "contacts": "people and companies outside",
    "assets": "systems, devices and places",
    "names.ephi_systems": "the systems with ePHI",
    "names.mfa_optional_systems": "the systems in which the second step is a choice",
    "names.mfa_missing_systems": "the systems without a second step",
    "names.logged_systems": "the systems with an activity log",
    "names.ai_tools": "AI tools",
    "names.it_contact": "the IT contact",
    "names.ehr": "the health record",
    "facts.has_ehr": "the health record",
    "facts.has_ai_tool": "AI tools",
    "facts.has_it_contact": "the IT contact",
    "facts.has_mfa_optional": "the systems in which the second step is a choice",
    "facts.has_mfa_missing": "the systems without a second step",
    "facts.has_logged_systems": "the systems with an activity log",
    "facts.byod": "work on own devices",
    "facts.part2_program": "records of substance-use treatment",
    "facts.part2_lawful_holder": "records of substance-use treatment",
    "facts.same_officer": "who the two officers are",
    "facts.several_owners": "the owners",
    "facts.has_home": "work at home",
    "facts.all_remote": "work at home",
    "facts.has_office": "the offices",
    "facts.several_offices": "the offices",
    "facts.has_address": "the address",
}


def reasons(
    old: File,
    new: File,
    found: Sequence[Passage],
    used: Collection[str] | None,
    revisions: Sequence[Revision] = (),
    since: date | None = None,
    *,
    texts: Collection[str] = (),
    retold: bool | None = None,
) -> tuple[Reason, ...]:
    """At most one reason a kind, for a document whose passages are `found`; none where nothing reads otherwise.

    used: names that the template uses (pipeline.lint.used); None where the program writes the file, and all count.
    revisions: what the firm says of its own changes after the first issue; those after `since`, the day of the earlier edition, are told.
    texts: names such as "tasks" whose texts are the firm's as they were, so that only facts can have changed them.
    retold: whether the new template says something else than the old one did with the facts of then; None: not known.
    """
    if not found:
        return ()
    differing = tuple(_differing(old.names, new.names, used))
    # only policies have tasks, records and related documents of their own
    known = ORIGIN | (OF_POLICY if "tasks" in new.names and "related" in new.names else {}) | dict.fromkeys(texts, FACT)
    if any("level" in row for row in new.names.get("rows", ())):
        known["rows"] = FINDING
    said: dict[str, str] = {}
    for kind in KINDS:
        held = [path for path in differing if known.get(_first(path)) == kind]
        if text := _sentence(kind, held, old.names, new.names):
            said[kind] = text
    if old.template != new.template and retold is not False:
        own = [revision.reason for revision in revisions if since and revision.date > since]
        said[TEMPLATE] = " ".join(dict.fromkeys(own)) or said.get(TEMPLATE) or REVISED
    if any(_first(path) not in known for path in differing) or (differing and not said):
        said[FACT] = " ".join(filter(None, (said.get(FACT), DRAWN_UP)))
    if new.edited and (not old.edited or not said):
        said[EDIT] = BY_HAND
    return tuple(Reason(kind, said[kind]) for kind in KINDS if kind in said)


def _first(path: str) -> str:
    """What of a name says where it comes from."""
    parts = path.rstrip("?").split(".")
    return ".".join(parts[:2]) if parts[0] == "document" else parts[0]


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], used: Collection[str] | None) -> Iterator[str]:
    """The used names that say something else, sorted."""
    paths = sorted(set(_all(old)) | set(_all(new))) if used is None else sorted(used)
    for path in paths:
        if not path.rstrip("?").startswith(ADMINISTRATIVE) and values(old, path) != values(new, path):
            yield path


def _all(names: Mapping[str, Any]) -> Iterator[str]:
    for key, value in names.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in _all(value))
        else:
            yield key


def values(names: Mapping[str, Any], path: str) -> Any:
    """What a name says: of lists a list, without what only leads somewhere; None where it is not there."""
    found = _at(names, path.rstrip("?").split("."))
    return _truth(found) if path.endswith("?") else found


def _at(value: Any, steps: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_at(item, steps) for item in value]
    if isinstance(value, Mapping):
        if steps:
            return _at(value.get(steps[0]), steps[1:])
        return {key: _at(item, steps) for key, item in value.items() if key not in ("href", "note", "fill", "residual_fill")}
    return None if steps else value


def _truth(value: Any) -> Any:
    return [bool(item) for item in value] if isinstance(value, list) and value else bool(value)


# -- sentences


def _sentence(kind: str, paths: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if not paths:
        return ""
    match kind:
        case "fact":
            called = joined(_called(path, new) for path in paths)
            return f"Facts of the practice changed: {called}."
        case "finding":
            return _of_findings(paths, old, new)
        case "law":
            return _of_law(old, new)
        case "template":
            return _of_template(paths, old, new)
        case "record":
            return "What came back since changed what it prints."
    return ""


def _called(path: str, names: Mapping[str, Any]) -> str:
    bare = path.rstrip("?")
    if bare == "document.owner":
        # name, then role
        return f"the {names['document']['owner'].rsplit(', ', 1)[-1]}"
    for name in (bare, ".".join(bare.split(".")[:2]), bare.split(".")[0]):
        if name in CALLED:
            return CALLED[name]
    words = bare.split(".")[-1] if bare.startswith(("facts.", "names.")) else bare.split(".")[0]
    return words.removeprefix("has_").replace("_", " ")


def _of_findings(paths: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    held = [path for path in ("findings", "rows", "major", "minor") if path in old or path in new]
    then, now = ({f["id"]: f for name in held for f in names.get(name, ()) if "level" in f} for names in (old, new))
    said = []
    if come := [id for id in now if id not in then]:
        said.append(_are(come, "new"))
    if gone := [id for id in then if id not in now]:
        said.append(_are(gone, "no longer among them"))
    both = [id for id in now if id in then]
    closed = [id for id in both if then[id]["open"] and not now[id]["open"] and now[id]["actions"]]
    if closed:
        said.append(f"the steps of {_ids(closed)} are done")
    moves: dict[tuple[str, str], list[str]] = {}
    for id in both:
        if now[id]["level"] != then[id]["level"]:
            moves.setdefault((then[id]["level"].lower(), now[id]["level"].lower()), []).append(id)
    said += [f"{_ids(ids)} went from {before} to {after}" for (before, after), ids in moves.items()]
    printed = [p.split(".", 1)[1] for p in paths if p.split(".")[0] in held and "." in p]
    steps = [id for id in both if id not in closed and _shown(then[id], printed, True) != _shown(now[id], printed, True)]
    if steps:
        said.append(f"steps of {_ids(steps)} changed")
    rest = [id for id in both if _shown(then[id], printed, False) != _shown(now[id], printed, False)]
    rest = [id for id in rest if now[id]["level"] == then[id]["level"]]
    if rest:
        said.append(f"what is said of {_ids(rest)} changed")
    rules = [values(new, path) for path in paths if path.startswith("clause.")]
    if any(rules):
        said.append("stricter rules follow from them")
    if not all(rules):
        said.append("stricter rules are no longer needed")
    if not said:
        said = ["what follows from them changed"]
    return f"Findings: {'; '.join(said)}."


def _shown(finding: Mapping[str, Any], printed: Sequence[str], steps: bool) -> list[Any]:
    """What a document prints of a finding: its steps, or all else."""
    about = ("open", "actions", "done")
    return [values(finding, path) for path in printed if (path.split(".")[0].rstrip("?") in about) == steps]


def _are(ids: Sequence[str], what: str) -> str:
    return f"{_ids(ids)} {'is' if len(ids) == 1 else 'are'} {what}"


def _ids(ids: Sequence[str], most: int = 8) -> str:
    ordered = sorted(ids)
    shown = ordered if len(ordered) <= most else [*ordered[: most - 1], f"{len(ordered) - most + 1} more"]
    return joined(shown)


def _of_law(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    then, now = ({c["citation"]: c for c in names.get("citations", ()) if isinstance(c, dict)} for names in (old, new))
    said = []
    if come := [f"45 CFR {citation}" for citation in now if citation not in then]:
        said.append(f"{joined(come)} {'was' if len(come) == 1 else 'were'} added")
    if gone := [f"45 CFR {citation}" for citation in then if citation not in now]:
        said.append(f"{joined(gone)} no longer {'stands' if len(gone) == 1 else 'stand'} here")
    if other := [f"45 CFR {c}" for c in now if c in then and now[c] != then[c]]:
        said.append(f"the title or mark of {joined(other)} changed")
    return f"The law: {'; '.join(said)}." if said else "The law: the provisions named here changed."


def _of_template(paths: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    said = []
    numbers = [path.removeprefix("number.") for path in paths if path.startswith("number.")]
    for name in numbers:
        then, now = values(old, f"number.{name}"), values(new, f"number.{name}")
        if then is not None and now is not None:
            said.append(f"{name.replace('_', ' ')} is now {now}, not {then}")
    firsts = {path.rstrip("?").split(".")[0] for path in paths} - {"number"}
    if "tasks" in firsts:
        said += _of_tasks(old, new)
    linked = {"records": "forms and logs", "related": "related documents", "policies": "policies"}
    said += [f"the {what} named here changed" for name, what in linked.items() if name in firsts]
    if not said or firsts - {"tasks", *linked}:
        said.append("wording was revised")
    return f"The firm's text: {'; '.join(said)}."


def _of_tasks(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    then, now = ({t["title"]: json.dumps([t["step"], t["who"], t["when"]]) for t in names["tasks"]} for names in (old, new))
    if come := [title for title in now if title not in then]:
        yield f"new in the procedures: {joined(come)}"
    if gone := [title for title in then if title not in now]:
        yield f"no longer in the procedures: {joined(gone)}"
    if other := [title for title in now if title in then and now[title] != then[title]]:
        yield f"in the procedures, the words of {joined(other)} changed"
