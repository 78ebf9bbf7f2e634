"""Who takes which course, and by when."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog import Catalog
from pipeline.conditions import applies
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.training import HIRING, ONCE, YEARLY, Assignment, assignments, takes, training_day
from pipeline.workspace import Workspace

HARBOR, JUNIPER, LANTERN = "example-harbor-oak", "example-juniper-ridge", "example-lantern"
DAY = {HARBOR: date(2026, 10, 19), JUNIPER: date(2026, 9, 14), LANTERN: date(2026, 10, 5)}


@pytest.fixture(scope="module", params=sorted(DAY))
def practice(request: pytest.FixtureRequest, project: Workspace) -> tuple[str, dict[str, object], Profile]:
    """Each example: slug, raw profile, profile."""
    raw = json.loads((project.practices / request.param / "profile.json").read_text("utf-8"))
    return request.param, raw, structure(raw, Profile)


def test_everybody_owes_a_training_each_year(catalog: Catalog, practice: tuple[str, dict[str, object], Profile]) -> None:
    """Each person of the practice takes at least one yearly course, due on the last day of the month after the review."""
    slug, raw, profile = practice
    found = assignments(catalog, profile, DAY[slug], raw)
    yearly = {one.person for one in found if one.occasion == YEARLY}
    assert yearly == {person.id for person in profile.workforce}
    (due,) = {one.due for one in found if one.occasion == YEARLY}
    assert due == (date(2026, 10, 31) if slug == JUNIPER else date(2026, 11, 30))


def test_a_new_person_is_trained_before_the_first_day_ends(
    catalog: Catalog, practice: tuple[str, dict[str, object], Profile]
) -> None:
    """A course at hiring is due on the day of starting, for exactly those who started within the year before the edition."""
    slug, raw, profile = practice
    as_of = DAY[slug]
    found = [one for one in assignments(catalog, profile, as_of, raw) if one.occasion == HIRING]
    assert all(one.due == profile.person(one.person).start_date for one in found)
    new = {person.id for person in profile.workforce if person.start_date > as_of - timedelta(days=365)}
    assert {one.person for one in found} == new


def test_nobody_takes_a_course_twice_under_an_edition(catalog: Catalog, practice: tuple[str, dict[str, object], Profile]) -> None:
    """Whoever takes a course because the role is new does not take it again with the others."""
    slug, raw, profile = practice
    found = [(one.person, one.course) for one in assignments(catalog, profile, DAY[slug], raw)]
    assert len(found) == len(set(found))


def test_an_officer_new_in_office_is_trained_within_the_days_of_the_course(catalog: Catalog, project: Workspace) -> None:
    """The day counts from taking office, not from starting to work here."""
    raw = json.loads((project.practices / JUNIPER / "profile.json").read_text("utf-8"))
    found = assignments(catalog, structure(raw, Profile), DAY[JUNIPER], raw)
    assert Assignment("denise", "C-05", ONCE, date(2026, 9, 16)) in found
    assert Assignment("marisol", "C-06", YEARLY, date(2026, 10, 31)) in found


def test_who_starts_after_the_edition_is_trained_at_hiring_only(catalog: Catalog, project: Workspace) -> None:
    """A start in the future gives courses at hiring and none of the yearly ones."""
    raw = json.loads((project.practices / LANTERN / "profile.json").read_text("utf-8"))
    raw["workforce"][2]["start_date"] = "2026-12-01"
    profile = structure(raw, Profile)
    own = [one for one in assignments(catalog, profile, DAY[LANTERN], raw) if one.person == raw["workforce"][2]["id"]]
    assert {one.occasion for one in own} == {HIRING, ONCE}
    assert min(one.due for one in own) == date(2026, 12, 1)


def test_a_course_on_a_fact_the_practice_has_not_is_not_assigned(catalog: Catalog, project: Workspace) -> None:
    """No AI tool, no course on AI tools; with the tool there it is assigned (positive control)."""
    raw = json.loads((project.practices / JUNIPER / "profile.json").read_text("utf-8"))
    assert "C-13" in {one.course for one in assignments(catalog, structure(raw, Profile), DAY[JUNIPER], raw)}
    raw["systems"] = [system for system in raw["systems"] if system["kind"] != "ai_tool"]
    assert "C-13" not in {one.course for one in assignments(catalog, structure(raw, Profile), DAY[JUNIPER], raw)}


def test_every_course_that_applies_has_somebody_to_take_it(
    catalog: Catalog, practice: tuple[str, dict[str, object], Profile]
) -> None:
    """A course whose condition is true of a practice is meant for at least one of its people."""
    _, raw, profile = practice
    for course in catalog.courses:
        if applies(course.applies_when, raw):
            assert any(takes(profile, person, course) for person in profile.workforce), course.id


@given(as_of=st.dates(date(2020, 1, 1), date(2040, 12, 31)), review=st.integers(1, 12), after=st.integers(0, 11))
def test_the_training_day_is_a_month_end_within_a_year(as_of: date, review: int, after: int) -> None:
    """The yearly training always lies ahead, within thirteen months, on the last day of its month."""
    day = training_day(as_of, review, after)
    assert as_of <= day < as_of + timedelta(days=397)
    assert (day + timedelta(days=1)).day == 1
    assert (day.month - review - after) % 12 == 0
