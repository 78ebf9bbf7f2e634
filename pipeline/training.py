"""Who takes which course, and by when. Pure.

A course at hiring is due before the first access, which is the day of starting work (SEC-07; 45 CFR 164.308(a)(5)(i)); a
course for a new role, so many days after the role begins. Both are assigned to whoever began within the year before the
edition, or begins after it: of those who have been here longer, earlier logs hold the proof. A yearly course is due by the
end of the training month, for everybody who works here on the day of the edition and has not taken the same course as new
that year; whoever starts later is trained on this edition at hiring.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.catalog import Catalog
from pipeline.conditions import applies
from pipeline.materials import Course
from pipeline.practice import Person, Profile

HIRING, YEARLY, ONCE = "hiring", "yearly", "once"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Assignment:
    """A course that a person owes. person, course: their ids; occasion: hiring, yearly or once."""

    person: str
    course: str
    occasion: str
    due: date


def assignments(catalog: Catalog, profile: Profile, as_of: date, raw: Mapping[str, Any]) -> tuple[Assignment, ...]:
    """What everybody owes under the edition of `as_of`: by person as the profile lists them, then by date and course.

    raw: the profile as JSON, for the conditions of the courses.
    """
    courses = [course for course in catalog.courses if applies(course.applies_when, raw)]
    yearly = training_day(as_of, profile.review_month, catalog.numbers["training_month_after_review"])
    return tuple(
        assignment
        for person in profile.workforce
        for assignment in sorted(
            (one for course in courses for one in _owed(profile, person, course, as_of, yearly)),
            key=lambda one: (one.due, one.course),
        )
    )


def training_day(as_of: date, review_month: int, months_after: int) -> date:
    """The day by which the yearly training is done: the last of the training month, the first such day from `as_of` on."""
    month = (review_month - 1 + months_after) % 12 + 1
    day = _end_of_month(as_of.year, month)
    return day if day >= as_of else _end_of_month(as_of.year + 1, month)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _owed(profile: Profile, person: Person, course: Course, as_of: date, yearly: date) -> Iterator[Assignment]:
    if not takes(profile, person, course):
        return
    begin = begins(profile, person, course)
    new = [occasion for occasion in (HIRING, ONCE) if occasion in course.occasion and begin > as_of - YEAR]
    for occasion in new:
        yield Assignment(person.id, course.id, occasion, begin + timedelta(days=course.within_days))
    if YEARLY in course.occasion and begin <= as_of and not new:
        yield Assignment(person.id, course.id, YEARLY, yearly)


def takes(profile: Profile, person: Person, course: Course) -> bool:
    """Whether a course is meant for this person."""
    return not set(course.audience).isdisjoint(profile.audiences(person)) and (
        not course.only or not set(course.only).isdisjoint(kinds_of(profile, person))
    )


def kinds_of(profile: Profile, person: Person) -> frozenset[str]:
    """What a course may be narrowed to: the role of a person, and owner, home, supervisor, security_officer, privacy_officer.

    Whoever is named as somebody's supervisor is one, whatever the role.
    """
    homes = {place.id for place in profile.locations if place.kind == "home"}
    facts = {
        "owner": person.id in profile.owners,
        "supervisor": person.role == "supervisor" or any(other.supervisor == person.id for other in profile.workforce),
        "home": not homes.isdisjoint(person.works_from),
        "security_officer": person.id == profile.officers.security.person,
        "privacy_officer": person.id == profile.officers.privacy.person,
    }
    return frozenset((person.role, *(kind for kind, true in facts.items() if true)))


def begins(profile: Profile, person: Person, course: Course) -> date:
    """The day on which the work that a course is for begins: of an officer's course the day of taking office."""
    offices = {"security_officer": profile.officers.security, "privacy_officer": profile.officers.privacy}
    held = [office.since for kind, office in offices.items() if office.person == person.id and kind in course.only]
    return max(person.start_date, *held) if held else person.start_date
