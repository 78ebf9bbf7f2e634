"""Which papers must be signed, by whom and by when. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.catalog import Catalog, Condition
from pipeline.practice import CLINICAL, Profile

# how long a paper may take that somebody who already works here has not signed yet
GRACE = "action_close_days"


@dataclass(frozen=True)
class PaperDue:
    """A paper that a person owes. person, paper: ids; due: the last day.

    sure: False where the profile does not say whether it concerns the person, as with own devices that no register names.
    """

    person: str
    paper: str
    due: date
    sure: bool = True


def papers_due(catalog: Catalog, profile: Profile, as_of: date, holds: Callable[[Condition], bool]) -> tuple[PaperDue, ...]:
    """What each person of the workforce signs in the year from `as_of`: by person, then in the order of the catalogue.

    Due is the first working day of those who begin after `as_of`, because no access begins without the paper. For the others
    a yearly paper is due at the end of the review month, the first one on or after `as_of`, and a paper that is signed once
    so many days after `as_of` as the parameter action_close_days says. holds: whether a condition is true of the practice.
    """
    papers = [paper for paper in catalog.papers if holds(paper.applies_when)]
    signers = {paper.id: _signers(profile, paper.signer) for paper in papers}
    usual = {"annual": review_end(as_of, profile.review_month), "once": as_of + timedelta(catalog.numbers[GRACE])}
    return tuple(
        PaperDue(person.id, paper.id, person.start_date if person.start_date > as_of else usual[paper.cadence], sure)
        for person in profile.workforce
        for paper in papers
        if (sure := signers[paper.id].get(person.id)) is not None
    )


def review_end(as_of: date, month: int) -> date:
    """The last day of the review month that is the next one, `as_of` included."""
    year = as_of.year + (month < as_of.month)
    return date(year, month, monthrange(year, month)[1])


def _signers(profile: Profile, signer: str) -> dict[str, bool]:
    """Person → whether the profile says that the paper concerns them."""
    people = profile.workforce
    homes = {place.id for place in profile.locations if place.kind == "home"}
    match signer:
        case "with_access":
            return {person.id: True for person in people if person.access != "none"}
        case "clinicians":
            return {person.id: True for person in people if person.role in CLINICAL}
        case "remote_workers":
            return {person.id: True for person in people if homes.intersection(person.works_from)}
        case "own_devices":
            return _device_owners(profile)
        case "security_officer":
            return {profile.officers.security.person: True}
        case "owner":
            return {profile.approver: True}
    return {person.id: True for person in people}


def _device_owners(profile: Profile) -> dict[str, bool]:
    """Those who use an own device for ePHI; where some of these devices are only counted, it may be anybody with access."""
    own = [device for device in profile.devices if device.owner == "personal" and device.ephi]
    named = {one.user: True for device in own for one in device.register if one.user}
    counted = any(len([one for one in device.register if one.user]) < device.count for device in own)
    anybody = {person.id: False for person in profile.workforce if person.access != "none"} if counted else {}
    return anybody | named
