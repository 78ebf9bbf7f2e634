"""How a changed field of a profile is told: a sentence of its own for each field of each kind of entry. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.facts import in_sentence, joined, printed_date
from pipeline.statements import ACCESS, ENTRY, VISITORS

Raw = Mapping[str, Any]
NOBODY = "nobody"
REGISTERED = ("tag", "model", "user", "location")
DEVICES = {
    "laptop": "laptops",
    "desktop": "desktop computers",
    "phone": "phones",
    "tablet": "tablets",
    "printer": "printers",
    "server": "servers",
    "external_drive": "external drives",
    "network_storage": "network storage",
}


@dataclass(frozen=True)
class Scene:
    """Both profiles as raw JSON, and the words of the catalogue for codes."""

    old: Raw
    new: Raw
    words: Mapping[str, Mapping[str, str]]

    @property
    def many(self) -> str:
        return f"{self.new['practice']['people_served']}s"

    def word(self, table: str, code: Any) -> str:
        """The word for a code inside a sentence."""
        return in_sentence(self.words[table].get(str(code), str(code)))

    def person(self, id: Any, *, then: bool = False) -> str:
        """Name of a person of the workforce or of a contact, of this edition or of the earlier one."""
        profile = self.old if then else self.new
        people = (*profile.get("workforce", ()), *profile.get("contacts", ()))
        return next((str(one["name"]) for one in people if one["id"] == id), NOBODY)

    def place(self, id: Any, *, then: bool = False) -> str:
        places = (self.old if then else self.new).get("locations", ())
        return next((str(one["name"]) for one in places if one["id"] == id), "no place")

    def day(self, value: Any) -> str:
        return printed_date(date.fromisoformat(str(value))) if value else "no day"

    def month(self, value: Any) -> str:
        return f"{date(2000, int(value), 1):%B}" if value else "no month"


# scene, name of the entry, the entry then and now → sentences
Sentence = Callable[[Scene, str, Raw, Raw], list[str]]


def aside(name: str) -> str:
    """A name before a verb: one with a degree behind it closes with a comma."""
    return f"{name}," if "," in name else name


def generic(field: str, name: str, was: Any, is_: Any) -> str:
    """A sentence for any field. A value that is more than a word or a number is named and not shown."""
    label = f"The {field.replace('_', ' ')} of {aside(name)}"
    if isinstance(was, bool | type(None)) and isinstance(is_, bool | type(None)):
        return f"{label} was {_yes(was)} and is now {_yes(is_)}."
    if any(isinstance(value, dict | list) for value in (was, is_)):
        return f"{label} reads otherwise now."
    return _was_is(label, "" if was is None else str(was), "" if is_ is None else str(is_))


def name_of(scene: Scene, table: str, entry: Raw, *, then: bool = False) -> str:
    """What an entry is called: its name, or for devices what they are."""
    if table != "devices":
        return str(entry.get("name") or entry["id"])
    owner = "personal" if entry["owner"] == "personal" else "practice-owned"
    platform = f" with {scene.words['platform'].get(entry['platform'], entry['platform'])}" if entry["platform"] != "none" else ""
    return f"{owner} {DEVICES.get(entry['class'], entry['class'])}{platform}"


def introduced(scene: Scene, table: str, entry: Raw) -> str:
    """The sentence for what is new."""
    name = name_of(scene, table, entry)
    match table:
        case "workforce":
            return f"{aside(name)} is new from {scene.day(entry.get('start_date'))}: {entry['title']}."
        case "systems":
            held = f"holds information about {scene.many}" if entry["ephi"] else f"holds no information about {scene.many}"
            return f"{name} is new: {scene.word('system_kind', entry['kind'])} ({entry['vendor']}); it {held}."
        case "devices":
            used = "used" if entry["ephi"] else "not used"
            return f"New devices: {entry['count']} × {name}, {used} with information about {scene.many}."
        case "locations":
            return f"New place: {name} ({scene.word('location_kind', entry['kind'])}{_where(entry)})."
        case "networks":
            kind = scene.word("network_kind", entry["kind"])
            return f"New network at {scene.place(entry['location'])}: {name} ({kind}, Wi-Fi {scene.word('wifi', entry['wifi'])})."
        case _:
            company = f", {entry['company']}" if entry.get("company") else ""
            seen = "works" if entry["ephi"] else "does not work"
            kind = scene.word("contact_kind", entry["kind"])
            return f"{name} is new: {kind}{company}; {seen} with information about {scene.many}."


def left(scene: Scene, table: str, entry: Raw) -> str:
    """The sentence for what is gone."""
    name = name_of(scene, table, entry, then=True)
    match table:
        case "workforce":
            return f"{aside(name)} left."
        case "systems":
            return f"{name} is no longer used ({scene.word('system_kind', entry['kind'])})."
        case "devices":
            return f"No longer in use: {entry['count']} × {name}."
        case "locations":
            return f"No longer a place of the practice: {name} ({scene.word('location_kind', entry['kind'])}{_where(entry)})."
        case "networks":
            return f"The network {name} at {scene.place(entry['location'], then=True)} is gone."
        case _:
            return f"{name} no longer works for the practice ({scene.word('contact_kind', entry['kind'])})."


def sentences_of(table: str) -> Mapping[str, Sentence]:
    """Field → how its change is told, for the entries of a list of the profile."""
    return SENTENCES.get(table, {})


def _yes(value: bool | None) -> str:
    return "not given" if value is None else "yes" if value else "no"


def _was_is(label: str, was: str, is_: str) -> str:
    if not was:
        return f"{label} is now {is_}; before, none was given."
    return f"{label} was {was} and is now {is_}." if is_ else f"{label} was {was}; none is given now."


def _where(entry: Raw) -> str:
    address = entry.get("address")
    return f", {address['city']}, {address['state']}" if address else ""


def _value(label: str, field: str, show: Callable[[Scene, Any, bool], str] | None = None) -> Sentence:
    """ "<label> of <name> was … and is now …". show: scene, value, whether it is the earlier one → words."""

    def told(scene: Scene, name: str, old: Raw, new: Raw) -> list[str]:
        was, is_ = old.get(field), new.get(field)
        shown = [
            "" if value is None else show(scene, value, then) if show else str(value)
            for value, then in ((was, True), (is_, False))
        ]
        if shown[0] != shown[1]:
            return [_was_is(label.format(name=aside(name)), *shown)]
        # another id for the same person or place is no change; a part that is not shown is one
        return [generic(field, name, was, is_)] if isinstance(is_, dict) else []

    return told


def _code(label: str, field: str, table: str) -> Sentence:
    return _value(label, field, lambda scene, value, _: scene.word(table, value))


def _flag(field: str, true: str, false: str) -> Sentence:
    return lambda scene, name, old, new: [(true if new.get(field) else false).format(name=name, many=scene.many)]


def _name(scene: Scene, name: str, old: Raw, new: Raw) -> list[str]:
    return [f"{old.get('name')} is now called {new.get('name')}."]


def _anew(what: str) -> Sentence:
    return lambda scene, name, old, new: [what.format(name=name)]


def _device(scene: Scene, name: str, old: Raw, new: Raw) -> list[str]:
    was = name_of(scene, "devices", old, then=True)
    return [f"{was[:1].upper()}{was[1:]} are now {name}."]


def _agreement(scene: Scene, name: str, old: Raw, new: Raw) -> list[str]:
    was, is_ = old.get("baa") or {}, new.get("baa") or {}
    label = f"The business associate agreement with {aside(str(new.get('vendor') or name))}"
    label += f" for {name}" if new.get("vendor") else ""
    told: list[str] = []
    if was.get("status") != is_.get("status"):
        on = f" ({scene.day(is_.get('signed_on'))})" if is_.get("signed_on") else ""
        told.append(f"{label} was {scene.word('baa', was.get('status'))} and is now {scene.word('baa', is_.get('status'))}{on}.")
    elif was.get("signed_on") != is_.get("signed_on"):
        told.append(f"{label} is that of {scene.day(is_.get('signed_on'))}; before: {scene.day(was.get('signed_on'))}.")
    if was.get("review_on") != is_.get("review_on") and is_.get("review_on"):
        told.append(f"{label} is read again by {scene.day(is_['review_on'])}.")
    if was.get("reason") != is_.get("reason") and is_.get("reason") and was.get("reason"):
        told.append(f"The reason why {name} needs no business associate agreement was written anew.")
    return told or [f"{label} reads otherwise now."]


def _register(scene: Scene, name: str, old: Raw, new: Raw) -> list[str]:
    """Device by device, as the register has them."""
    then = {one["tag"]: one for one in old.get("register", ())}
    now = {one["tag"]: one for one in new.get("register", ())}
    told = [
        f"{tag} ({one['model']}) is new on the register{', ' * bool(_holder(scene, one))}{_holder(scene, one)}."
        for tag, one in now.items()
        if tag not in then
    ]
    told += [f"{tag} ({one['model']}) is no longer on the register." for tag, one in then.items() if tag not in now]
    for tag in now.keys() & then.keys():
        was, is_ = then[tag], now[tag]
        if was["model"] != is_["model"]:
            told.append(f"{tag} was {was['model']} and is now {is_['model']}.")
        if _holder(scene, was, then=True) != _holder(scene, is_):
            told.append(f"{tag} ({is_['model']}) is now {_holder(scene, is_) or 'without a user or a place'}.")
        others = [key for key in (is_ | was) if key not in REGISTERED and was.get(key) != is_.get(key)]
        told += [generic(key, tag, was.get(key), is_.get(key)) for key in others]
    if not told and list(then) != list(now):
        told.append(f"The register of {name} is listed in another order.")
    return sorted(told)


def _holder(scene: Scene, one: Raw, *, then: bool = False) -> str:
    used = f"used by {scene.person(one['user'], then=then)}" if one.get("user") else ""
    kept = f"at {scene.place(one['location'], then=then)}" if one.get("location") else ""
    return joined(filter(None, (used, kept)))


def _address(scene: Scene, value: Raw, _: bool) -> str:
    return f"{value['street']}, {value['city']}, {value['state']} {value['zip']}"


def _places(scene: Scene, value: list[str], then: bool) -> str:
    return joined(scene.place(id, then=then) for id in value) or "no place"


SENTENCES: Mapping[str, Mapping[str, Sentence]] = {
    "workforce": {
        "name": _name,
        "title": _value("The title of {name}", "title"),
        "role": _code("The role of {name}", "role", "person_role"),
        "employment": _code("The employment of {name}", "employment", "employment"),
        "supervisor": _value("The supervisor of {name}", "supervisor", lambda s, v, then: s.person(v, then=then)),
        "access": _value("What {name} may see", "access", lambda s, v, _: ACCESS.get(v, v).format(many=s.many)),
        "works_from": _value("The place of work of {name}", "works_from", _places),
        "email": _value("The e-mail address of {name}", "email"),
        "start_date": _value("The first day of {name}", "start_date", lambda s, v, _: s.day(v)),
    },
    "systems": {
        "name": _name,
        "kind": _code("The use of {name}", "kind", "system_kind"),
        "vendor": _value("The vendor of {name}", "vendor"),
        "ephi": _flag("ephi", "{name} now holds information about {many}.", "{name} no longer holds information about {many}."),
        "baa": _agreement,
        "mfa": _code("The second step at sign-in to {name}", "mfa", "mfa"),
        "audit_log": _flag(
            "audit_log",
            "{name} now keeps a log that an administrator can read.",
            "{name} no longer keeps a log that an administrator can read.",
        ),
        "administrator": _value("The administrator of {name}", "administrator", lambda s, v, then: s.person(v, then=then)),
        "note": _anew("The remark on {name} in the profile was written anew."),
    },
    "devices": {
        "class": _device,
        "platform": _device,
        "owner": _device,
        "ephi": _flag(
            "ephi",
            "Now used with information about {many}: {name}.",
            "No longer used with information about {many}: {name}.",
        ),
        "count": _value("The number of {name}", "count"),
        "encryption": _code("The storage encryption of {name}", "encryption", "encryption"),
        "managed": _flag(
            "managed",
            "Device management now enforces the settings of {name}.",
            "Device management no longer enforces the settings of {name}; they are checked by hand.",
        ),
        "register": _register,
    },
    "locations": {
        "name": _name,
        "kind": _code("What {name} is", "kind", "location_kind"),
        "address": _value("The address of {name}", "address", _address),
        "alarm": _flag("alarm", "There is now an alarm at {name}.", "There is no alarm at {name} any more."),
        "entry": _value("The way in to {name}", "entry", lambda s, v, _: ENTRY.get(v, v)),
        "visitors": lambda scene, name, old, new: [
            f"At {name}, {VISITORS.get(new['visitors'], new['visitors'])} now; before: "
            f"{VISITORS.get(old['visitors'], old['visitors'])}."
        ],
        "keeps_paper": _flag(
            "keeps_paper",
            "Paper with information about {many} is now kept at {name}.",
            "Paper with information about {many} is no longer kept at {name}.",
        ),
        "keeps_equipment": _flag(
            "keeps_equipment",
            "Equipment of the practice now stays at {name} overnight.",
            "Equipment of the practice no longer stays at {name} overnight.",
        ),
    },
    "networks": {
        "name": _name,
        "kind": _code("What {name} is", "kind", "network_kind"),
        "location": _value("The place of {name}", "location", lambda s, v, then: s.place(v, then=then)),
        "wifi": _code("The Wi-Fi of {name}", "wifi", "wifi"),
        "administrator": _value("The administrator of {name}", "administrator", lambda s, v, then: s.person(v, then=then)),
    },
    "contacts": {
        "name": _name,
        "company": _value("The company of {name}", "company"),
        "kind": _code("The work of {name}", "kind", "contact_kind"),
        "phone": _value("The telephone number of {name}", "phone"),
        "email": _value("The e-mail address of {name}", "email"),
        "ephi": _flag(
            "ephi",
            "{name} now works with information about {many}.",
            "{name} no longer works with information about {many}.",
        ),
        "baa": _agreement,
    },
    "practice": {
        "legal_name": _value("The registered name of the practice", "legal_name"),
        "name": _value("The name of the practice", "name"),
        "short_name": _value("The short name of the practice", "short_name"),
        "colour": _anew("The colour of the documents is another one."),
        "logo": _anew("The logo of the practice is another file."),
        "phone": _value("The telephone number of the practice", "phone"),
        "email": _value("The e-mail address of the practice", "email"),
        "website": _value("The website of the practice", "website"),
        "people_served": _value("The word for the people whom the practice serves", "people_served"),
    },
    "consultant": {
        "firm": _value("The firm of the consultant", "firm"),
        "contact": _value("The consultant", "contact"),
        "email": _value("The e-mail address of the consultant", "email"),
        "phone": _value("The telephone number of the consultant", "phone"),
        "logo": _anew("The logo of the consultant is another file."),
    },
}
