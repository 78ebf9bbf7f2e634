"""The facts of one practice, as frozen dataclasses; schemas/profile.schema.json says what each field means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# roles that treat people
CLINICAL = ("clinician", "supervisor", "intern")


@dataclass(frozen=True)
class Identity:
    slug: str
    legal_name: str
    name: str
    short_name: str
    colour: str
    phone: str
    email: str
    people_served: str
    logo: str | None = None
    website: str | None = None


@dataclass(frozen=True)
class Address:
    street: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True)
class Location:
    id: str
    name: str
    kind: str
    alarm: bool
    entry: str
    visitors: str
    keeps_paper: bool
    keeps_equipment: bool
    address: Address | None = None


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    title: str
    role: str
    employment: str
    access: str
    works_from: tuple[str, ...]
    start_date: date
    supervisor: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Officer:
    person: str
    since: date


@dataclass(frozen=True)
class Officers:
    security: Officer
    privacy: Officer


@dataclass(frozen=True)
class Agreement:
    """A business associate agreement (45 CFR 164.308(b)(3), 164.314(a))."""

    status: str
    signed_on: date | None = None
    review_on: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class System:
    id: str
    name: str
    kind: str
    vendor: str
    ephi: bool
    baa: Agreement
    mfa: str
    audit_log: bool
    administrator: str
    note: str | None = None


@dataclass(frozen=True)
class RegisteredDevice:
    tag: str
    model: str
    user: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Device:
    id: str
    class_: str
    platform: str
    owner: str
    ephi: bool
    count: int
    encryption: str
    managed: bool
    register: tuple[RegisteredDevice, ...] = ()


@dataclass(frozen=True)
class Network:
    id: str
    name: str
    kind: str
    location: str
    wifi: str
    administrator: str | None = None


@dataclass(frozen=True)
class Contact:
    id: str
    name: str
    kind: str
    ephi: bool
    baa: Agreement
    company: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Part2:
    """42 CFR Part 2: `program`, `lawful_holder` or `neither`."""

    status: str
    reason: str
    decided_on: date


@dataclass(frozen=True)
class WaysOfWorking:
    byod: bool
    remote_work: bool
    telehealth: bool
    client_texting: bool
    client_email: bool
    removable_media: bool
    paper_records: bool
    psychotherapy_notes_separate: bool
    part2: Part2
    sponsors_health_plan: bool


@dataclass(frozen=True)
class Consultant:
    firm: str
    contact: str
    email: str
    phone: str | None = None
    logo: str | None = None


@dataclass(frozen=True)
class Profile:
    practice: Identity
    states_served: tuple[str, ...]
    locations: tuple[Location, ...]
    workforce: tuple[Person, ...]
    owners: tuple[str, ...]
    officers: Officers
    approver: str
    systems: tuple[System, ...]
    devices: tuple[Device, ...]
    networks: tuple[Network, ...]
    contacts: tuple[Contact, ...]
    ways_of_working: WaysOfWorking
    service_plan: str
    consultant: Consultant
    review_month: int

    def person(self, id: str) -> Person:
        """The member of the workforce with this id; the check has made sure that there is one."""
        return next(p for p in self.workforce if p.id == id)

    def place(self, id: str) -> Location:
        """The location with this id; the check has made sure that there is one."""
        return next(place for place in self.locations if place.id == id)

    def holder(self, device: RegisteredDevice) -> str:
        """Who uses a registered device, or else where it stays; empty where neither is said."""
        if device.user:
            return self.person(device.user).name
        return self.place(device.location).name if device.location else ""

    def audiences(self, person: Person) -> tuple[str, ...]:
        """What a person is trained as: clinician or admin, and officer where the person is one of the two officers."""
        own = "clinician" if person.role in CLINICAL else "admin"
        officers = (self.officers.security.person, self.officers.privacy.person)
        return (own, "officer") if person.id in officers else (own,)

    def name_of(self, id: str) -> str:
        """Name of a person of the workforce or of an outside contact."""
        people = {person.id: person.name for person in self.workforce}
        return people.get(id) or next(contact.name for contact in self.contacts if contact.id == id)
