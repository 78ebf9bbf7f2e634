"""Which papers must be signed, by whom and by when. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.catalog import Catalog, Condition
from pipeline.materials import Paper
from pipeline.practice import CLINICAL, Profile
from pipeline.training import training_day

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
    a yearly paper is due at the end of the review month, the first one on or after `as_of`, or where it is signed after the
    training at the end of the training month, and a paper that is signed once so many days after `as_of` as the parameter
    action_close_days says. holds: whether a condition is true of the practice.
    """
    papers = [paper for paper in catalog.papers if holds(paper.applies_when)]
    signers = {paper.id: _signers(profile, paper.signer) for paper in papers}
    due = {paper.id: _due(catalog, profile, as_of, paper) for paper in papers}
    return tuple(
        PaperDue(person.id, paper.id, person.start_date if person.start_date > as_of else due[paper.id], sure)
        for person in profile.workforce
        for paper in papers
        if (sure := signers[paper.id].get(person.id)) is not None
    )


def _due(catalog: Catalog, profile: Profile, as_of: date, paper: Paper) -> date:
    if paper.cadence == "once":
        return as_of + timedelta(catalog.numbers[GRACE])
    later = catalog.numbers["training_month_after_review"] if paper.after_training else 0
    return training_day(as_of, profile.review_month, later)


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
