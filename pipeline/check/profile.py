"""Whether the facts of a practice agree with each other."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.references import exists, unique
from pipeline.errors import Problem
from pipeline.practice import Device, Profile
from pipeline.render.look import contrast_on_white

READABLE = 4.5
DUTY = {"security": "164.308(a)(2)", "privacy": "164.530(a)(1)"}


def check_profile(profile: Profile, folder: str, shown: str) -> Iterator[Problem]:
    """Every disagreement in the profile that lies in the practice's `folder`; `shown` names the file."""
    if profile.practice.slug != folder:
        yield Problem(
            f"{shown}#/practice/slug", "The slug is not the name of the folder.", f'Write "{folder}", or rename the folder.'
        )
    if contrast_on_white(profile.practice.colour[1:]) < READABLE:
        yield Problem(
            f"{shown}#/practice/colour",
            "The branding colour is too light to be read on white paper.",
            f"Choose a darker one; its contrast with white must be {READABLE} or more.",
        )
    yield from _ids(profile, shown)
    yield from _people(profile, shown)
    yield from _things(profile, shown)
    yield from _ways(profile, shown)


def _ids(profile: Profile, shown: str) -> Iterator[Problem]:
    people = [person.id for person in profile.workforce] + [contact.id for contact in profile.contacts]
    yield from unique(people, f"{shown}#/workforce", "id of a person or contact")
    for name in ("locations", "systems", "devices", "networks"):
        yield from unique((entry.id for entry in getattr(profile, name)), f"{shown}#/{name}", "id")
    places: dict[str, list[str]] = {}
    for index, device in enumerate(profile.devices):
        for step, one in enumerate(device.register):
            places.setdefault(one.tag, []).append(f"/devices/{index}/register/{step}/tag")
    for first, *others in places.values():
        for other in others:
            yield Problem(f"{shown}#{other}", f"The inventory tag is that of {first}.", "Give each device its own.")


def _people(profile: Profile, shown: str) -> Iterator[Problem]:
    workforce = {person.id: person for person in profile.workforce}
    places = {place.id for place in profile.locations}
    outside = {contact.id for contact in profile.contacts}
    for name, officer in (("security", profile.officers.security), ("privacy", profile.officers.privacy)):
        where = f"{shown}#/officers/{name}/person"
        if officer.person in outside:
            yield Problem(
                where,
                f"The {name.capitalize()} Officer is an outside contact. The official must belong to the practice (45 CFR {DUTY[name]}).",
                "Designate somebody of the workforce; a consultant can advise, not hold the office.",
            )
        else:
            yield from exists(officer.person, workforce, where, "member of the workforce")
        holder = workforce.get(officer.person)
        if holder and officer.since < holder.start_date:
            yield Problem(
                f"{shown}#/officers/{name}/since",
                "The designation is older than the person's first day.",
                "Correct one of the two dates.",
            )
    for index, id in enumerate(profile.owners):
        yield from exists(id, workforce, f"{shown}#/owners/{index}", "member of the workforce")
    yield from exists(profile.approver, workforce, f"{shown}#/approver", "member of the workforce")
    for index, person in enumerate(profile.workforce):
        where = f"{shown}#/workforce/{index}"
        yield from exists(person.supervisor, workforce, f"{where}/supervisor", "member of the workforce")
        if person.supervisor == person.id:
            yield Problem(
                f"{where}/supervisor", "The person supervises themselves.", "Name the supervisor, or leave the key out."
            )
        if person.employment == "intern" and person.supervisor is None:
            yield Problem(where, "An intern has no supervisor.", 'Add "supervisor" with the id of a person.')
        for step, id in enumerate(person.works_from):
            yield from exists(id, places, f"{where}/works_from/{step}", "location")


def _things(profile: Profile, shown: str) -> Iterator[Problem]:
    workforce = {person.id for person in profile.workforce}
    places = {place.id for place in profile.locations}
    administrators = workforce | {contact.id for contact in profile.contacts}
    for index, system in enumerate(profile.systems):
        yield from exists(system.administrator, administrators, f"{shown}#/systems/{index}/administrator", "person or contact")
    agreements = {
        "systems": [system.baa for system in profile.systems],
        "contacts": [contact.baa for contact in profile.contacts],
    }
    for kind, held in agreements.items():
        for index, agreement in enumerate(held):
            signed, review = agreement.signed_on, agreement.review_on
            if signed and review and review <= signed:
                yield Problem(
                    f"{shown}#/{kind}/{index}/baa/review_on",
                    "The agreement is reviewed before it is signed.",
                    "Correct one of the two dates.",
                )
    for index, device in enumerate(profile.devices):
        yield from _register(device, f"{shown}#/devices/{index}", workforce, places)
    for index, network in enumerate(profile.networks):
        yield from exists(network.location, places, f"{shown}#/networks/{index}/location", "location")
        yield from exists(network.administrator, administrators, f"{shown}#/networks/{index}/administrator", "person or contact")


def _register(device: Device, where: str, workforce: set[str], places: set[str]) -> Iterator[Problem]:
    if device.register and len(device.register) != device.count:
        yield Problem(
            f"{where}/register",
            f"The register holds {len(device.register)} devices and count says {device.count}.",
            "List each device, or leave the register out.",
        )
    for step, one in enumerate(device.register):
        yield from exists(one.user, workforce, f"{where}/register/{step}/user", "member of the workforce")
        yield from exists(one.location, places, f"{where}/register/{step}/location", "location")


def _ways(profile: Profile, shown: str) -> Iterator[Problem]:
    """A way of working is said once as yes or no, and shows a second time in the lists; both must agree."""
    ways = profile.ways_of_working
    homes = {place.id for place in profile.locations if place.kind == "home"}
    kinds = {system.kind for system in profile.systems}
    lists = (
        ("byod", ways.byod, any(d.owner == "personal" and d.ephi for d in profile.devices), "a personal device with ePHI in /devices"),
        ("remote_work", ways.remote_work, any(homes.intersection(p.works_from) for p in profile.workforce), 'a person in /workforce who works from a location of the kind "home"'),
    )  # fmt: skip
    for name, said, shown_in_list, list_entry in lists:
        if said and not shown_in_list:
            yield Problem(
                f"{shown}#/ways_of_working/{name}", f"This says yes, but there is not {list_entry}.", "Add it, or write false."
            )
        if shown_in_list and not said:
            yield Problem(
                f"{shown}#/ways_of_working/{name}",
                f"This says no, but there is {list_entry}.",
                "Write true, or correct the list.",
            )
    if ways.telehealth and not kinds & {"telehealth", "phone"}:
        yield Problem(
            f"{shown}#/ways_of_working/telehealth",
            "Sessions are held at a distance, but no system serves for it.",
            "Add the video or telephone system.",
        )
    if not ways.paper_records and any(place.keeps_paper for place in profile.locations):
        yield Problem(
            f"{shown}#/ways_of_working/paper_records",
            "This says no, but a location keeps paper.",
            "Write true, or correct the location.",
        )
