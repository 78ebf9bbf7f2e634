"""What changed in the facts of a practice between two editions, in plain words. Pure.

Every field that reads otherwise gives at least one change: one that has no sentence of its own is named by a general one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.compare.model import FactChange
from pipeline.compare.sentences import Scene, Sentence, aside, generic, introduced, left, name_of, sentences_of
from pipeline.facts import STATES, in_sentence, joined
from pipeline.statements import PART2

Raw = Mapping[str, Any]
Words = Mapping[str, Mapping[str, str]]
# list of the profile → kind of change, in the order in which changes are told
KINDS = {
    "workforce": "person",
    "systems": "system",
    "devices": "device",
    "locations": "place",
    "networks": "place",
    "contacts": "partner",
}
# two entries under one id that differ in both of these are two things, and the id was used again
IDENTITY = {"workforce": ("name", "start_date"), "systems": ("name", "vendor"), "contacts": ("name", "kind")}
OFFICERS = {"security": "Security Officer", "privacy": "Privacy Officer"}
# not facts of the practice: the version of the format, and what a consultant noted for themselves
NOT_FACTS = frozenset({"schema", "note"})
# way of working → its name, and what is said when it begins and when it ends
WORK = {
    "byod": (
        "Own devices",
        "People now use devices of their own for work.",
        "Nobody uses a device of their own for work any more.",
    ),
    "remote_work": (
        "Work from home",
        "People now work from home or on the way.",
        "Nobody works from home or on the way any more.",
    ),
    "telehealth": (
        "Telehealth",
        "Sessions are now held by video or telephone.",
        "No sessions are held by video or telephone any more.",
    ),
    "client_texting": (
        "Text messages",
        "People now exchange text messages with {many}.",
        "Nobody exchanges text messages with {many} any more.",
    ),
    "client_email": ("E-mail", "People now exchange e-mail with {many}.", "Nobody exchanges e-mail with {many} any more."),
    "removable_media": (
        "Removable media",
        "Information about {many} is now put on USB sticks, external drives or discs.",
        "Information about {many} is no longer put on USB sticks, external drives or discs.",
    ),
    "paper_records": (
        "Paper",
        "Information about {many} is now kept or carried on paper.",
        "Information about {many} is no longer kept or carried on paper.",
    ),
    "psychotherapy_notes_separate": (
        "Psychotherapy notes",
        "Psychotherapy notes are now kept apart from the record.",
        "Psychotherapy notes are no longer kept apart from the record.",
    ),
    "sponsors_health_plan": (
        "Health plan of the staff",
        "The practice now sponsors a group health plan and gets its electronic information.",
        "The practice no longer gets electronic information of a group health plan of its own.",
    ),
}


@dataclass(frozen=True)
class _Pair:
    """An entry of a list in both profiles; one of the two is None where it is new or gone."""

    old: Raw | None
    new: Raw | None


def compare_facts(old: Raw, new: Raw, words: Words) -> tuple[FactChange, ...]:
    """What is new, gone or otherwise in the profile `new` (raw JSON, like `old`); words: those of the catalogue for codes.

    Officers first, then people, systems, devices, places, partners, ways of working and the practice itself.
    """
    scene = Scene(old, new, words)
    told: list[FactChange] = [*_officers(scene)]
    for table, kind in KINDS.items():
        told += _entries(scene, table, kind)
    told += _ways(scene)
    for key in _keys(old, new):
        if key not in KINDS and key not in NOT_FACTS and key not in ("officers", "ways_of_working"):
            told += _practice(scene, key)
    return tuple(told)


def _keys(old: Raw, new: Raw) -> list[str]:
    """The keys that do not hold the same in both, in the order of the newer profile."""
    return [key for key in dict.fromkeys((*new, *old)) if old.get(key) != new.get(key)]


def _officers(scene: Scene) -> Iterator[FactChange]:
    then, now = scene.old.get("officers", {}), scene.new.get("officers", {})
    for key in _keys(then, now):
        title = OFFICERS.get(key)
        if title is None:
            yield FactChange("officer", "changed", _title(key), generic(key, "the practice", then.get(key), now.get(key)))
            continue
        was, is_ = then.get(key) or {}, now.get(key) or {}
        person, former = scene.person(is_.get("person")), scene.person(was.get("person"), then=True)
        if was.get("person") != is_.get("person") and person != former:
            how = f"The {title} is now {aside(person)} since {scene.day(is_.get('since'))}; before: {former}."
            yield FactChange("officer", "new", title, how)
        else:
            for field in _keys(was, is_):
                if field == "person":
                    continue
                if field == "since":
                    how = f"{aside(person)} is entered as {title} since {scene.day(is_.get('since'))}; "
                    how += f"before: since {scene.day(was.get('since'))}."
                else:
                    how = generic(field, f"the {title}", was.get(field), is_.get(field))
                yield FactChange("officer", "changed", title, how)
    approver, former = scene.person(scene.new.get("approver")), scene.person(scene.old.get("approver"), then=True)
    if scene.old.get("approver") != scene.new.get("approver") and approver != former:
        how = f"The policies are now approved by {approver}; before: {former}."
        yield FactChange("officer", "new", "Approval", how)


def _entries(scene: Scene, table: str, kind: str) -> Iterator[FactChange]:
    for pair in _pairs(table, scene.old.get(table) or [], scene.new.get(table) or []):
        if pair.old is None and pair.new is not None:
            yield FactChange(kind, "new", name_of(scene, table, pair.new), introduced(scene, table, pair.new))
        elif pair.new is None and pair.old is not None:
            name = name_of(scene, table, pair.old, then=True)
            yield FactChange(kind, "gone", name, left(scene, table, pair.old))
        elif pair.old is not None and pair.new is not None and pair.old != pair.new:
            name = name_of(scene, table, pair.new)
            for how in _fields(scene, table, pair.old, pair.new, name):
                yield FactChange(kind, "changed", name, how)


def _pairs(table: str, old: list[Raw], new: list[Raw]) -> Iterator[_Pair]:
    """Entries that are one thing: those of one id, and of the rest those of one name."""
    then = {entry["id"]: entry for entry in old}
    partner: dict[str, Raw] = {}
    for entry in new:
        found = then.get(entry["id"])
        if found is not None and not _other(table, found, entry):
            partner[entry["id"]] = then.pop(entry["id"])
    for entry in new:
        if entry["id"] not in partner and entry.get("name"):
            same = next((id for id, left in then.items() if left.get("name") == entry["name"]), None)
            if same is not None:
                partner[entry["id"]] = then.pop(same)
    yield from (_Pair(partner.get(entry["id"]), entry) for entry in new)
    yield from (_Pair(entry, None) for entry in then.values())


def _other(table: str, old: Raw, new: Raw) -> bool:
    fields = IDENTITY.get(table, ())
    return bool(fields) and all(old.get(field) != new.get(field) for field in fields)


def _fields(scene: Scene, table: str, old: Raw, new: Raw, name: str) -> list[str]:
    """A sentence for each field that reads otherwise; one that would be said twice is said once."""
    own: Mapping[str, Sentence] = sentences_of(table)
    told: list[str] = []
    for field in _keys(old, new):
        # an id is the name of an entry in the file, and nobody's fact
        if field == "id":
            continue
        sentence: Callable[..., list[str]] | None = own.get(field)
        told += sentence(scene, name, old, new) if sentence else []
        if not sentence:
            told.append(generic(field, name, old.get(field), new.get(field)))
    return list(dict.fromkeys(told))


def _ways(scene: Scene) -> Iterator[FactChange]:
    then, now = scene.old.get("ways_of_working", {}), scene.new.get("ways_of_working", {})
    for key in _keys(then, now):
        if key == "part2":
            yield from _part2(then.get(key) or {}, now.get(key) or {})
        elif key in WORK:
            what, begins, ends = WORK[key]
            begun = bool(now.get(key))
            yield FactChange("work", "new" if begun else "gone", what, (begins if begun else ends).format(many=scene.many))
        else:
            yield FactChange("work", "changed", _title(key), generic(key, "the practice", then.get(key), now.get(key)))


def _part2(was: Raw, is_: Raw) -> Iterator[FactChange]:
    what = "Substance-use disorder records"
    for field in _keys(was, is_):
        if field == "status":
            how = f"{PART2[is_['status']]} Before: {in_sentence(PART2[was['status']])}" if was else PART2[is_["status"]]
            yield FactChange("work", "changed", what, how)
        elif was.get("status") == is_.get("status"):
            label = {"reason": "The reason", "decided_on": "The day"}.get(field, f"The {field.replace('_', ' ')}")
            how = f"{label} of the decision on substance-use disorder records (42 CFR Part 2) was entered anew."
            yield FactChange("work", "changed", what, how)


def _practice(scene: Scene, key: str) -> Iterator[FactChange]:
    """What changed under one key of the profile that is no list of entries."""
    was, is_ = scene.old.get(key), scene.new.get(key)
    match key:
        case "practice":
            for how in _fields(scene, "practice", was or {}, is_ or {}, "the practice"):
                yield FactChange("practice", "changed", "The practice", how)
        case "consultant":
            for how in _fields(scene, "consultant", was or {}, is_ or {}, "the consultant"):
                yield FactChange("practice", "changed", "Consultant", how)
        case "states_served":
            yield from _listed(
                "States",
                [STATES[code] for code in was or ()],
                [STATES[code] for code in is_ or ()],
                f"The practice now also sees {scene.many} in {{}}.",
                f"The practice no longer sees {scene.many} in {{}}.",
            )
        case "owners":
            owners = [scene.person(id, then=True) for id in was or ()]
            today = [scene.person(id) for id in is_ or ()]
            yield from _listed("Owners", owners, today, "Now also an owner: {}.", "No longer an owner: {}.")
        case "service_plan":
            plan = scene.words["plan"]
            how = f"The service plan was {plan[str(was)]} and is now {plan[str(is_)]}."
            yield FactChange("practice", "changed", "Service plan", how)
        case "review_month":
            how = f"The yearly review is now in {scene.month(is_)}; before: {scene.month(was)}."
            yield FactChange("practice", "changed", "Yearly review", how)
        case "approver":
            return  # told with the officers
        case _:
            yield FactChange("practice", "changed", _title(key), generic(key, "the practice", was, is_))


def _listed(what: str, old: list[str], new: list[str], more: str, less: str) -> Iterator[FactChange]:
    added, taken = [one for one in new if one not in old], [one for one in old if one not in new]
    if added:
        yield FactChange("practice", "changed", what, more.format(joined(added)))
    if taken:
        yield FactChange("practice", "changed", what, less.format(joined(taken)))
    if not added and not taken and old != new:
        yield FactChange("practice", "changed", what, f"{what} are listed in another order.")


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()
