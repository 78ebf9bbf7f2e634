"""Papers that must be signed: who owes which, and by when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog import Catalog
from pipeline.conditions import applies
from pipeline.load import load_subject
from pipeline.papers import PaperDue, papers_due, review_end
from pipeline.practice import Profile
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
DAY = date(2026, 9, 14)
EACH = pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
ONCE, YEARLY, DEVICES, REMOTE, ATTESTATION, DESIGNATION = "P-01", "P-04", "P-03", "P-04", "P-05", "P-06"


@pytest.fixture(scope="module")
def subjects(project: Workspace) -> dict[str, tuple[Profile, Mapping[str, Any]]]:
    """Profile and raw profile of the three examples."""
    found = {slug: load_subject(project, slug) for slug in (JUNIPER, LANTERN, HARBOR)}
    return {slug: (subject.profile, subject.raw) for slug, subject in found.items() if subject.profile}


def due(catalog: Catalog, subject: tuple[Profile, Mapping[str, Any]], day: date = DAY) -> tuple[PaperDue, ...]:
    profile, raw = subject
    return papers_due(catalog, profile, day, lambda condition: applies(condition, raw))


@EACH
def test_each_person_owes_the_agreement_and_the_attestation_once(slug: str, catalog: Catalog, subjects: Any) -> None:
    """Nobody is missing, and nobody owes the same paper twice."""
    owed = due(catalog, subjects[slug])
    people = {person.id for person in subjects[slug][0].workforce}
    assert max(Counter((one.person, one.paper) for one in owed).values()) == 1
    for paper in (ONCE, ATTESTATION):
        assert {one.person for one in owed if one.paper == paper} == people


@EACH
def test_only_the_security_officer_owes_the_designation(slug: str, catalog: Catalog, subjects: Any) -> None:
    """A yearly confirmation belongs to one person."""
    officer = subjects[slug][0].officers.security.person
    assert [one.person for one in due(catalog, subjects[slug]) if one.paper == DESIGNATION] == [officer]


def test_remote_workers_are_those_who_work_from_a_home(catalog: Catalog, subjects: Any) -> None:
    """The manager of the example works from the suite alone and owes no checklist; the others are the control."""
    owed = {one.person for one in due(catalog, subjects[JUNIPER]) if one.paper == REMOTE}
    assert "linh" in owed
    assert "denise" not in owed


def test_a_practice_without_own_devices_owes_no_device_agreement(catalog: Catalog, subjects: Any) -> None:
    """The condition of the catalogue decides; the practice whose people bring their own is the control."""
    owed = {slug: [one for one in due(catalog, subjects[slug]) if one.paper == DEVICES] for slug in (JUNIPER, LANTERN)}
    assert owed[JUNIPER]
    assert not owed[LANTERN]


def test_devices_that_are_only_counted_leave_it_open_whom_they_concern(catalog: Catalog, subjects: Any) -> None:
    """A laptop in the register names its owner; twelve counted telephones may be anybody's."""
    sure = {one.person: one.sure for one in due(catalog, subjects[JUNIPER]) if one.paper == DEVICES}
    assert sure["linh"]
    assert not sure["denise"]
    profile, raw = subjects[JUNIPER]
    registered = replace(profile, devices=tuple(device for device in profile.devices if device.register))
    owed = {one.person: one.sure for one in due(catalog, (registered, raw)) if one.paper == DEVICES}
    assert owed == dict.fromkeys(("linh", "adaeze", "priyanka", "yuki", "bjorn", "joss", "camille", "jamal"), True)


def test_who_begins_later_signs_on_the_first_day(catalog: Catalog, subjects: Any) -> None:
    """No access begins without the papers, so that nothing is due before the person is there, nor later than the first day."""
    profile, raw = subjects[JUNIPER]
    first = date(2027, 1, 11)
    late = replace(profile, workforce=(replace(profile.workforce[0], start_date=first), *profile.workforce[1:]))
    owed = due(catalog, (late, raw))
    assert {one.due for one in owed if one.person == profile.workforce[0].id} == {first}
    assert first not in {one.due for one in owed if one.person != profile.workforce[0].id}


def test_yearly_papers_are_due_at_the_end_of_the_review_month_and_others_after_the_grace(catalog: Catalog, subjects: Any) -> None:
    """September is the review month of the example, and its day lies in it."""
    when = {one.paper: one.due for one in due(catalog, subjects[JUNIPER])}
    assert when[YEARLY] == date(2026, 9, 30)
    assert when[ONCE] == DAY + timedelta(catalog.numbers["action_close_days"])


@given(day=st.dates(date(2020, 1, 1), date(2040, 12, 31)), month=st.integers(1, 12))
def test_the_review_month_ends_within_a_year(day: date, month: int) -> None:
    """It is the right month, its last day, not over yet and no more than a year ahead."""
    end = review_end(day, month)
    assert day <= end <= day + timedelta(366)
    assert end.month == month
    assert (end + timedelta(1)).day == 1


def test_each_document_is_tracked_as_one_paper(catalog: Catalog) -> None:
    """A tracker that comes back knows a paper by person and document."""
    assert max(Counter(paper.document for paper in catalog.papers).values()) == 1
