"""Whether the facts of a practice agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.check.references import ids_of, in_profile
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
    # people and contacts are named by the same keys
    for names in (("workforce", "contacts"), ("locations",), ("systems",), ("devices",), ("networks",)):
        places = ((id, f"/{name}/{index}/id") for name, ids in ids_of(profile, *names).items() for index, id in enumerate(ids))
        yield from _once(places, shown, "id", "Give each its own.")
    tags = (
        (one.tag, f"/devices/{index}/register/{step}/tag")
        for index, device in enumerate(profile.devices)
        for step, one in enumerate(device.register)
    )
    yield from _once(tags, shown, "inventory tag", "Give each device its own.")


def _once(entries: Iterable[tuple[str, str]], shown: str, what: str, mend: str) -> Iterator[Problem]:
    """A problem at each place whose value stands at an earlier one too. entries: value and place."""
    places: dict[str, list[str]] = {}
    for value, place in entries:
        places.setdefault(value, []).append(place)
    for first, *others in places.values():
        for other in others:
            yield Problem(f"{shown}#{other}", f"The {what} is that of {first}.", mend)


def _people(profile: Profile, shown: str) -> Iterator[Problem]:
    workforce, places = ids_of(profile, "workforce"), ids_of(profile, "locations")
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
            yield from in_profile(officer.person, workforce, where, "member of the workforce")
        holder = next((person for person in profile.workforce if person.id == officer.person), None)
        if holder and officer.since < holder.start_date:
            yield Problem(
                f"{shown}#/officers/{name}/since",
                "The designation is older than the person's first day.",
                "Correct one of the two dates.",
            )
    for index, id in enumerate(profile.owners):
        yield from in_profile(id, workforce, f"{shown}#/owners/{index}", "member of the workforce")
    yield from in_profile(profile.approver, workforce, f"{shown}#/approver", "member of the workforce")
    for index, person in enumerate(profile.workforce):
        where = f"{shown}#/workforce/{index}"
        yield from in_profile(person.supervisor, workforce, f"{where}/supervisor", "member of the workforce")
        if person.supervisor == person.id:
            yield Problem(
                f"{where}/supervisor", "The person supervises themselves.", "Name the supervisor, or leave the key out."
            )
        if person.employment == "intern" and person.supervisor is None:
            yield Problem(where, "An intern has no supervisor.", 'Add "supervisor" with the id of a person.')
        for step, id in enumerate(person.works_from):
            yield from in_profile(id, places, f"{where}/works_from/{step}", "location")


def _things(profile: Profile, shown: str) -> Iterator[Problem]:
    workforce, places = ids_of(profile, "workforce"), ids_of(profile, "locations")
    administrators = ids_of(profile, "workforce", "contacts")
    for index, system in enumerate(profile.systems):
        yield from in_profile(
            system.administrator, administrators, f"{shown}#/systems/{index}/administrator", "person or contact"
        )
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
        yield from in_profile(network.location, places, f"{shown}#/networks/{index}/location", "location")
        yield from in_profile(
            network.administrator, administrators, f"{shown}#/networks/{index}/administrator", "person or contact"
        )


def _register(
    device: Device, where: str, workforce: Mapping[str, Sequence[str]], places: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    if device.register and len(device.register) != device.count:
        yield Problem(
            f"{where}/register",
            f"The register holds {len(device.register)} devices and count says {device.count}.",
            "List each device, or leave the register out.",
        )
    for step, one in enumerate(device.register):
        yield from in_profile(one.user, workforce, f"{where}/register/{step}/user", "member of the workforce")
        yield from in_profile(one.location, places, f"{where}/register/{step}/location", "location")


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
