"""The facts of a profile as sentences that the practice can confirm. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.facts import STATES, in_sentence, joined, printed_date
from pipeline.practice import Agreement, Profile

PEOPLE_A_ROW = 8
ENTRY = {"key": "a key", "code": "a code", "badge": "a badge", "reception": "past a reception", "open": "an unlocked door"}
VISITORS = {
    "escorted": "visitors are escorted",
    "waiting_room": "visitors wait in a waiting room",
    "reception_desk": "visitors come to a reception desk",
    "none": "no visitors come",
}
CONTACTS = {
    "it": "IT help",
    "billing": "billing",
    "landlord": "landlord",
    "attorney": "attorney",
    "insurer": "insurer",
    "accountant": "accountant",
    "answering_service": "answering service",
    "shredding": "shredding",
    "consultant": "consultant",
    "other": "other help",
}
ACCESS = {
    "all": "all records",
    "own_clients": "the records of their own {many}",
    "scheduling": "scheduling and contact data",
    "billing": "billing data",
    "none": "no client information",
}
ROLES = {
    "clinician": "Clinicians",
    "supervisor": "Supervisors",
    "intern": "Interns",
    "admin": "Front desk and administration",
    "billing": "Billing",
    "manager": "Management",
    "other": "Others",
}
WAYS = {
    "byod": ("People use devices of their own for work.", "Nobody uses a device of their own for work."),
    "remote_work": ("People work from home or on the way.", "Nobody works from home or on the way."),
    "telehealth": ("Sessions are held by video or telephone.", "No sessions are held by video or telephone."),
    "client_texting": ("People exchange text messages with {many}.", "Nobody exchanges text messages with {many}."),
    "client_email": ("People exchange e-mail with {many}.", "Nobody exchanges e-mail with {many}."),
    "removable_media": (
        "Client information is put on USB sticks, external drives or discs.",
        "No client information is put on USB sticks, external drives or discs.",
    ),
    "paper_records": ("Client information is kept or carried on paper.", "No client information is kept or carried on paper."),
    "psychotherapy_notes_separate": (
        "Psychotherapy notes are kept apart from the record.",
        "No psychotherapy notes are kept apart from the record.",
    ),
    "sponsors_health_plan": (
        "The practice sponsors a group health plan and gets its electronic information.",
        "The practice gets no electronic information of a group health plan of its own.",
    ),
}
PART2 = {
    "program": "The practice is a federally assisted substance-use disorder program (42 CFR Part 2).",
    "lawful_holder": "The practice is no substance-use disorder program, and holds records that came from one (42 CFR Part 2).",
    "neither": "The practice is no substance-use disorder program and holds no records of one (42 CFR Part 2).",
}


@dataclass(frozen=True)
class Statement:
    """One fact. key: where in the profile; group: heading under which it is asked."""

    key: str
    group: str
    text: str


def statements(profile: Profile, words: Mapping[str, Mapping[str, str]]) -> tuple[Statement, ...]:
    """Every fact of the profile that a risk analysis rests on; words: those of the catalogue for codes."""
    return (*_practice(profile), *_people(profile), *_things(profile, words), *_ways(profile))


def _practice(profile: Profile) -> Iterator[Statement]:
    practice, officers = profile.practice, profile.officers
    group = "The practice"
    states = joined(STATES[code] for code in profile.states_served)
    yield Statement(
        "practice", group, f"{practice.legal_name} works as {practice.name} and sees {practice.people_served}s in {states}."
    )
    yield Statement(
        "officers",
        group,
        f"Security Officer since {printed_date(officers.security.since)}: {profile.person(officers.security.person).name}. "
        f"Privacy Officer since {printed_date(officers.privacy.since)}: {profile.person(officers.privacy.person).name}.",
    )
    owners = joined(profile.person(id).name for id in profile.owners)
    yield Statement(
        "owners",
        group,
        f"Owner{'s' * (len(profile.owners) > 1)}: {owners}. Policies are approved by {profile.person(profile.approver).name}.",
    )


def _people(profile: Profile) -> Iterator[Statement]:
    many = profile.practice.people_served + "s"
    for role, title in ROLES.items():
        people = [person for person in profile.workforce if person.role == role]
        for start in range(0, len(people), PEOPLE_A_ROW):
            listed = "; ".join(
                f"{p.name} ({p.title}, {p.employment}; sees {ACCESS[p.access].format(many=many)})"
                for p in people[start : start + PEOPLE_A_ROW]
            )
            number = f" ({start // PEOPLE_A_ROW + 1})" if len(people) > PEOPLE_A_ROW else ""
            yield Statement(f"workforce/{role}/{start // PEOPLE_A_ROW + 1}", "People", f"{title}{number}: {listed}.")


def _things(profile: Profile, words: Mapping[str, Mapping[str, str]]) -> Iterator[Statement]:
    for place in profile.locations:
        kept = joined(
            word
            for word, there in (("paper with client information", place.keeps_paper), ("equipment", place.keeps_equipment))
            if there
        )
        where = f" in {place.address.city}, {place.address.state}" if place.address else ""
        text = f"{place.name}{where}: {in_sentence(words['location_kind'][place.kind])}; entered by {ENTRY[place.entry]}; "
        text += f"{'an alarm' if place.alarm else 'no alarm'}; {VISITORS[place.visitors]}; {kept or 'nothing'} stays there."
        yield Statement(f"locations/{place.id}", "Places", text)
    for system in profile.systems:
        kind = in_sentence(words["system_kind"][system.kind])
        if system.ephi:
            log = "keeps a log that an administrator can read" if system.audit_log else "keeps no log that we can read"
            text = f"{system.name} ({kind}, {system.vendor}) holds client information. {_agreement(system.baa)} "
            text += f"Second step at sign-in: {in_sentence(words['mfa'][system.mfa])}. It {log}. Run by {profile.name_of(system.administrator)}."
        else:
            text = f"{system.name} ({kind}, {system.vendor}) holds no client information."
        yield Statement(f"systems/{system.id}", "Systems", text)
    for device in profile.devices:
        platform = f" with {words['platform'][device.platform]}" if device.platform != "none" else ""
        text = f"{device.count} × {in_sentence(words['device_class'][device.class_])}{platform}, "
        text += f"{'owned by the practice' if device.owner == 'practice' else 'owned by the people who use them'}, "
        text += f"{'used' if device.ephi else 'never used'} with client information; storage encryption: {in_sentence(words['encryption'][device.encryption])}; "
        text += f"settings {'enforced by device management' if device.managed else 'checked by hand'}."
        yield Statement(f"devices/{device.id}", "Devices", text)
    for network in profile.networks:
        text = f"{network.name} at {profile.place(network.location).name}: {in_sentence(words['network_kind'][network.kind])}, Wi-Fi {in_sentence(words['wifi'][network.wifi])}."
        yield Statement(f"networks/{network.id}", "Networks", text)
    for contact in profile.contacts:
        company = f", {contact.company}" if contact.company else ""
        who = f"{contact.name} ({CONTACTS[contact.kind]}{company})"
        if contact.ephi:
            text = f"{who} works with client information for the practice. {_agreement(contact.baa)}"
        else:
            text = f"{who} does not work with client information."
        yield Statement(f"contacts/{contact.id}", "Outside help", text)


def _agreement(baa: Agreement) -> str:
    match baa.status:
        case "signed" if baa.signed_on:
            return f"Business associate agreement signed on {printed_date(baa.signed_on)}."
        case "requested":
            return "The business associate agreement is asked for and not yet signed."
        case "missing":
            return "There is no business associate agreement."
        case _:
            return "No business associate agreement is required."


def _ways(profile: Profile) -> Iterator[Statement]:
    ways, many = profile.ways_of_working, profile.practice.people_served + "s"
    for key, (true, false) in WAYS.items():
        yield Statement(f"ways_of_working/{key}", "How you work", (true if getattr(ways, key) else false).format(many=many))
    yield Statement("ways_of_working/part2", "How you work", PART2[ways.part2.status])
