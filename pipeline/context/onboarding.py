"""The names of the packets for new people, of the notice of a new edition, and of the page about leaving."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.catalog import Policy, Report
from pipeline.compare.model import DocumentChange
from pipeline.context.changes import facts_told, reason_of
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import printed_date
from pipeline.materials import Course, Guide
from pipeline.names import LinkNames
from pipeline.onboarding_names import (
    AccountNames,
    ChangedRuleNames,
    CourseNames,
    OnboardingLinks,
    OnboardingNames,
    SignNames,
    StricterNames,
)
from pipeline.papers import papers_due
from pipeline.plan import POLICIES, Artifact
from pipeline.practice import CLINICAL, Person
from pipeline.training import HIRING, YEARLY, takes, training_day

CLINICIAN, CONTRACTOR, INTERN, OFFICE, OTHER = "clinician", "contractor", "intern", "office", "other"
FROM_FINDINGS, BY_HAND = "What the risk analysis asks for here changed.", "The wording was changed for us."
OFFICE_ROLES = ("admin", "billing", "manager")
# kinds of systems in which people of a packet usually work; the access request decides
SHARED = ("ehr", "email", "phone", "texting", "fax", "storage", "scheduling", "messaging", "password_manager")
USUAL = {
    CLINICIAN: (*SHARED, "telehealth"),
    CONTRACTOR: (*SHARED, "telehealth"),
    INTERN: (*SHARED, "telehealth"),
    OFFICE: (*SHARED, "billing", "forms"),
    OTHER: (),
}
# field of OnboardingLinks → document
DOCUMENTS = {
    "incident": "F-01",
    "agreement": "F-18",
    "request": "F-04",
    "leaving": "F-05",
    "accounts": "L-14",
    "log": "L-13",
    "devices": "L-02",
    "audit": "L-03",
    "movement": "L-19",
    "attestation": "TR-50",
    "letter": "SO-04",
    "tracker": "PR-03",
    "reporting": "SEC-11",
    "people": "SEC-05",
}


def packet_of(person: Person) -> str:
    """Which packet a new colleague with this role and employment gets."""
    if person.employment == "intern" or person.role == "intern":
        return INTERN
    if person.employment == "contractor":
        return CONTRACTOR
    if person.employment == "volunteer" or person.role == "other":
        return OTHER
    return CLINICIAN if person.role in CLINICAL else OFFICE


def onboarding_names(inputs: Inputs, artifact: Artifact) -> OnboardingNames:
    """The names of one document for new people or for the team."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    people = [person for person in inputs.profile.workforce if report.packet in (None, packet_of(person))]
    courses = list(_courses(inputs, people)) if report.packet else []
    after = inputs.catalog.numbers["training_month_after_review"]
    reading = sorted({policy for course in courses for policy in course.policies if HIRING in course.occasion})
    return OnboardingNames(
        **common_names(inputs, report.id, report.title, report.summary),
        packet=report.packet or "",
        courses=tuple(_course(inputs, section, course) for course in courses),
        papers=tuple(_papers(inputs, section, people)),
        accounts=tuple(_accounts(inputs, report.packet)),
        reading=links(inputs, section, reading),
        guides=links(inputs, section, [a.id for a in inputs.plan.artifacts if isinstance(a.source, Guide)]),
        stricter=tuple(_stricter(inputs, section)),
        since=inputs.comparison.old if inputs.comparison else "",
        news=_news(inputs),
        changed=tuple(_changed(inputs, section)),
        gone=tuple(f"{change.id} {change.title}" for change in _rules(inputs, "gone")),
        policies=sum(isinstance(artifact.source, Policy) for artifact in inputs.plan.artifacts),
        training=printed_date(training_day(inputs.as_of, inputs.profile.review_month, after)),
        to=OnboardingLinks(**{name: _link(inputs, section, id) for name, id in DOCUMENTS.items()}),
    )


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _courses(inputs: Inputs, people: list[Person]) -> Iterator[Course]:
    """What begins with the work: the courses at hiring, then those for some work of it; those of the officers are theirs."""
    own = {"clinician", "admin"}
    found = [
        course
        for course in inputs.catalog.courses
        if own.intersection(course.audience)
        and course.occasion != (YEARLY,)
        and inputs.holds(course.applies_when)
        and any(takes(inputs.profile, person, course) for person in people)
    ]
    yield from sorted(found, key=lambda course: HIRING not in course.occasion)


def _course(inputs: Inputs, section: str, course: Course) -> CourseNames:
    return CourseNames(
        inputs.text(course.title), course.minutes, HIRING not in course.occasion, links(inputs, section, course.material)
    )


def _papers(inputs: Inputs, section: str, people: list[Person]) -> Iterator[SignNames]:
    """The papers that somebody of them owes as a person of the practice, not as officer or owner."""
    owed: dict[str, set[str]] = {}
    for one in papers_due(inputs.catalog, inputs.profile, inputs.as_of, inputs.holds):
        if one.sure:
            owed.setdefault(one.paper, set()).add(one.person)
    for paper in inputs.catalog.papers:
        some = owed.get(paper.id, set()).intersection(person.id for person in people)
        if paper.signer in ("security_officer", "owner") or not some:
            continue
        for document in links(inputs, section, [paper.document]):
            yield SignNames(document, inputs.text(paper.why), inputs.word("paper", paper.cadence), len(some) < len(people))


def _accounts(inputs: Inputs, packet: str | None) -> Iterator[AccountNames]:
    usual = USUAL[packet] if packet else ()
    for system in inputs.profile.systems:
        if system.kind in usual:
            kind = inputs.word("system_kind", system.kind)
            yield AccountNames(system.name, kind, system.mfa != "unavailable")


def _stricter(inputs: Inputs, section: str) -> Iterator[StricterNames]:
    for policy in inputs.catalog.policies:
        if any(inputs.clauses[clause] for clause in policy.clauses):
            for link in links(inputs, section, [policy.id]):
                yield StricterNames(link, inputs.text(policy.summary))


def _news(inputs: Inputs) -> tuple[str, ...]:
    """What the team meets in its work: officers, ways of working, systems that came or went."""
    came_or_went = facts_told(inputs, "system", states=("new", "gone"))
    return (*facts_told(inputs, "officer"), *facts_told(inputs, "work"), *came_or_went)


def _rules(inputs: Inputs, *states: str) -> Iterator[DocumentChange]:
    """The policies that became this since the edition before."""
    documents = inputs.comparison.documents if inputs.comparison else ()
    yield from (change for change in documents if change.section == POLICIES and change.state in states)


def _changed(inputs: Inputs, section: str) -> Iterator[ChangedRuleNames]:
    for change in _rules(inputs, "new", "changed"):
        for link in links(inputs, section, [change.id]):
            yield ChangedRuleNames(link, _for_team(change))


def _for_team(change: DocumentChange) -> str:
    """Why a policy changed, without the numbers of findings, which mean nothing to the team."""
    told = {"finding": FROM_FINDINGS, "edit": BY_HAND}
    said = [told.get(reason.kind, reason.text) for reason in change.reasons]
    return " ".join(said) if said else reason_of(change)
