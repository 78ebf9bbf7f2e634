"""What is true of a practice, as yes-or-no facts and ready-made phrases for the texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.practice import Address, Device, Profile

STATES = dict(
    pair.split("=")
    for pair in [
        "AL=Alabama",
        "AK=Alaska",
        "AZ=Arizona",
        "AR=Arkansas",
        "CA=California",
        "CO=Colorado",
        "CT=Connecticut",
        "DE=Delaware",
        "DC=District of Columbia",
        "FL=Florida",
        "GA=Georgia",
        "HI=Hawaii",
        "ID=Idaho",
        "IL=Illinois",
        "IN=Indiana",
        "IA=Iowa",
        "KS=Kansas",
        "KY=Kentucky",
        "LA=Louisiana",
        "ME=Maine",
        "MD=Maryland",
        "MA=Massachusetts",
        "MI=Michigan",
        "MN=Minnesota",
        "MS=Mississippi",
        "MO=Missouri",
        "MT=Montana",
        "NE=Nebraska",
        "NV=Nevada",
        "NH=New Hampshire",
        "NJ=New Jersey",
        "NM=New Mexico",
        "NY=New York",
        "NC=North Carolina",
        "ND=North Dakota",
        "OH=Ohio",
        "OK=Oklahoma",
        "OR=Oregon",
        "PA=Pennsylvania",
        "RI=Rhode Island",
        "SC=South Carolina",
        "SD=South Dakota",
        "TN=Tennessee",
        "TX=Texas",
        "UT=Utah",
        "VT=Vermont",
        "VA=Virginia",
        "WA=Washington",
        "WV=West Virginia",
        "WI=Wisconsin",
        "WY=Wyoming",
        "PR=Puerto Rico",
        "GU=Guam",
        "VI=the U.S. Virgin Islands",
        "AS=American Samoa",
        "MP=the Northern Mariana Islands",
    ]
)
OFFICES = ("own_office", "shared_suite")
COMPUTERS = ("laptop", "desktop")
DISK_ENCRYPTION = {
    "windows": "BitLocker or device encryption on Windows",
    "macos": "FileVault on macOS",
    "chromeos": "the built-in one on ChromeOS",
    "linux": "full-disk encryption on Linux",
}
KINDS_WITH_A_NAME = (
    "ehr", "email", "telehealth", "texting", "fax", "storage", "messaging", "password_manager", "device_management", "backup",
)  # fmt: skip


def printed_date(day: date) -> str:
    """A date as Americans write it: September 14, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def joined(items: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'; each item once, in the order given."""
    unique = list(dict.fromkeys(items))
    return " and ".join(filter(None, (", ".join(unique[:-1]), *unique[-1:])))


def in_sentence(word: str) -> str:
    """A printed word inside a sentence: 'health record', but 'AI tool'."""
    return word[:1].lower() + word[1:] if word[1:2].islower() or word[1:2] == "-" else word


def facts_of(profile: Profile) -> dict[str, bool]:
    """Every fact by name; all are always there."""
    ways = profile.ways_of_working
    places = {place.kind for place in profile.locations}
    offices = [place for place in profile.locations if place.kind in OFFICES]
    employment = {person.employment for person in profile.workforce}
    roles = {person.role for person in profile.workforce}
    used = [device for device in profile.devices if device.ephi]
    networks = {network.kind for network in profile.networks}
    kinds = {system.kind for system in profile.systems}
    return {
        "byod": ways.byod,
        "remote_work": ways.remote_work,
        "telehealth": ways.telehealth,
        "client_texting": ways.client_texting,
        "client_email": ways.client_email,
        "removable_media": ways.removable_media,
        "paper_records": ways.paper_records,
        "psychotherapy_notes": ways.psychotherapy_notes_separate,
        "part2_program": ways.part2.status == "program",
        "part2_lawful_holder": ways.part2.status == "lawful_holder",
        "has_office": bool(offices),
        "several_offices": len(offices) > 1,
        "has_coworking": "co_working" in places,
        "has_home": "home" in places,
        "all_remote": places == {"home"},
        "has_contractors": "contractor" in employment,
        "has_interns": "intern" in employment or "intern" in roles,
        "has_admin_staff": bool(roles & {"admin", "billing", "manager"}),
        "has_supervisors": any(person.supervisor for person in profile.workforce),
        "several_owners": len(profile.owners) > 1,
        "same_officer": profile.officers.security.person == profile.officers.privacy.person,
        "has_it_contact": any(contact.kind == "it" for contact in profile.contacts),
        **{
            f"{owner}_{plural}": any(_is(device, owner, classes) for device in used)
            for owner in ("personal", "practice")
            for plural, classes in (("phones", ("phone",)), ("computers", COMPUTERS), ("tablets", ("tablet",)))
        },
        "has_printer": any(device.class_ == "printer" for device in profile.devices),
        "has_external_drive": any(device.class_ == "external_drive" for device in profile.devices),
        "has_server": any(device.class_ in ("server", "network_storage") for device in profile.devices),
        "has_office_network": "office" in networks,
        "has_guest_network": "guest" in networks,
        "has_building_network": "building" in networks,
        **{f"has_{kind}": kind in kinds for kind in KINDS_WITH_A_NAME},
        "has_ai_tool": "ai_tool" in kinds,
        "has_website": bool(kinds & {"website", "forms"}),
        "has_mfa_optional": bool(_held(profile, mfa="optional")),
        "has_mfa_missing": bool(_held(profile, mfa="unavailable")),
        "has_logged_systems": bool(_held(profile, audit_log=True)),
        "has_address": _address(profile) is not None,
        "sponsors_health_plan": ways.sponsors_health_plan,
    }


def phrases_of(profile: Profile) -> dict[str, str]:
    """Ready-made phrases by name; a phrase whose fact is false is left out, so that using it is an error."""
    phrases = {
        "ephi_systems": joined(_held(profile)),
        **{kind: joined(s.name for s in profile.systems if s.kind == kind) for kind in KINDS_WITH_A_NAME},
        "ai_tools": joined(s.name for s in profile.systems if s.kind == "ai_tool"),
        "mfa_optional_systems": joined(_held(profile, mfa="optional")),
        "mfa_missing_systems": joined(_held(profile, mfa="unavailable")),
        "logged_systems": joined(_held(profile, audit_log=True)),
        "offices": joined(place.name for place in profile.locations if place.kind in OFFICES),
        "coworking": joined(place.name for place in profile.locations if place.kind == "co_working"),
        **{
            f"{kind}_networks": joined(n.name for n in profile.networks if n.kind == kind)
            for kind in ("office", "guest", "building")
        },
        "it_contact": joined(
            f"{contact.name} ({contact.company})" if contact.company else contact.name
            for contact in profile.contacts
            if contact.kind == "it"
        ),
        "disk_encryption": joined(
            phrase
            for platform, phrase in DISK_ENCRYPTION.items()
            if any(d.platform == platform and d.class_ in COMPUTERS and d.ephi for d in profile.devices)
        ),
        "owners": joined(profile.person(id).name for id in profile.owners),
        "website": joined(s.name for s in profile.systems if s.kind in ("website", "forms")),
        "address": address_line(address) if (address := _address(profile)) else "",
    }
    return {name: phrase for name, phrase in phrases.items() if phrase}


FACTS = frozenset(
    (
        *[
            "byod",
            "remote_work",
            "telehealth",
            "client_texting",
            "client_email",
            "removable_media",
            "paper_records",
            "psychotherapy_notes",
        ],
        *["part2_program", "part2_lawful_holder", "has_office", "several_offices", "has_coworking", "has_home", "all_remote"],
        *[
            "has_contractors",
            "has_interns",
            "has_admin_staff",
            "has_supervisors",
            "several_owners",
            "same_officer",
            "has_it_contact",
        ],
        *(f"{owner}_{kind}" for owner in ("personal", "practice") for kind in ("phones", "computers", "tablets")),
        *["has_printer", "has_external_drive", "has_server", "has_office_network", "has_guest_network", "has_building_network"],
        *(f"has_{kind}" for kind in KINDS_WITH_A_NAME),
        *["has_ai_tool", "has_website", "has_mfa_optional", "has_mfa_missing", "has_logged_systems"],
        *["has_address", "sponsors_health_plan"],
    )
)
PHRASES = frozenset(
    (*KINDS_WITH_A_NAME, "ephi_systems", "ai_tools", "mfa_optional_systems", "mfa_missing_systems", "logged_systems",
     "offices", "coworking", "office_networks", "guest_networks", "building_networks", "it_contact", "disk_encryption", "owners",
     "website", "address")
)  # fmt: skip


def address_line(address: Address) -> str:
    """A postal address on one line."""
    return f"{address.street}, {address.city}, {address.state} {address.zip}"


def _address(profile: Profile) -> Address | None:
    """Where letters come from: the first office with an address. Nobody's home is printed on a letter."""
    return next((place.address for place in profile.locations if place.kind != "home" and place.address), None)


def _held(profile: Profile, **wanted: object) -> list[str]:
    """Names of the systems that hold ePHI and have these properties."""
    return [s.name for s in profile.systems if s.ephi and all(getattr(s, key) == value for key, value in wanted.items())]


def _is(device: Device, owner: str, classes: tuple[str, ...]) -> bool:
    return device.owner == owner and device.class_ in classes
