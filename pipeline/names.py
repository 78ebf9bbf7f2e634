"""The names that templates may use, as frozen dataclasses; a template gets them as JSON primitives.

The lint resolves every name in a template against these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PracticeNames:
    """The practice. slug: its folder; one/many: the word for the people it serves; states: phrase; clinicians, people: counts."""

    slug: str
    name: str
    legal_name: str
    short_name: str
    phone: str
    email: str
    one: str
    many: str
    states: str
    clinicians: int
    people: int


@dataclass(frozen=True)
class PersonNames:
    name: str
    title: str
    email: str


@dataclass(frozen=True)
class OfficerNames:
    security: PersonNames
    privacy: PersonNames


@dataclass(frozen=True)
class DocumentNames:
    """The document itself. Dates are printed dates; analysis is that of the risk analysis, next_review a month and a year.

    approved: day of the approval of an issued edition; empty for a draft.
    """

    id: str
    title: str
    summary: str
    edition: str
    as_of: str
    analysis: str
    next_review: str
    law_as_of: str
    owner: str
    approved: str


@dataclass(frozen=True)
class LinkNames:
    """Another document of the package; href is relative to the document that holds the link."""

    id: str
    title: str
    href: str
    note: str


@dataclass(frozen=True)
class CitationNames:
    """mark: 'required', 'addressable' or 'standard'."""

    citation: str
    title: str
    mark: str


@dataclass(frozen=True)
class TaskNames:
    number: int
    title: str
    step: str
    who: str
    when: str
    record: LinkNames
    citations: str


@dataclass(frozen=True)
class ActionNames:
    what: str
    owner: str
    due: str
    status: str


@dataclass(frozen=True)
class AskedNames:
    """A question of the analysis and the answer of the practice."""

    question: str
    answer: str


@dataclass(frozen=True)
class FindingNames:
    """fill: background of the level as RRGGBB; open: actions still to do; done: how many are done; policies: those that answer it.

    threat: source of the threat; vulnerability: the weakness; affects: confidentiality, integrity, availability, as a phrase;
    measures: kinds of safeguards, as a phrase; existing: titles of the safeguards in place.
    """

    id: str
    title: str
    narrative: str
    theme: str
    threat: str
    vulnerability: str
    affects: str
    measures: str
    asked: tuple[AskedNames, ...]
    observed: str
    likelihood: str
    impact: str
    level: str
    fill: str
    residual: str
    residual_fill: str
    response: str
    reason: str
    existing: tuple[str, ...]
    actions: tuple[ActionNames, ...]
    open: tuple[ActionNames, ...]
    done: int
    policies: tuple[LinkNames, ...]
    citations: str


@dataclass(frozen=True)
class RevisionNames:
    edition: str
    date: str
    reason: str


@dataclass(frozen=True)
class ProfileNames:
    """What follows from the profile alone, for texts that are printed before there is an analysis.

    facts, phrases (`names`) and parameters (`number`) go by their names.
    """

    practice: PracticeNames
    officer: OfficerNames
    approver: PersonNames
    consultant: PersonNames
    facts: Mapping[str, bool]
    names: Mapping[str, str]
    number: Mapping[str, int]


@dataclass(frozen=True)
class CommonNames(ProfileNames):
    """What every template may use. Clauses go by their names."""

    document: DocumentNames
    clause: Mapping[str, bool]


@dataclass(frozen=True)
class PolicyNames(CommonNames):
    """report: the risk analysis report; addressable: whether one of its citations is an addressable specification."""

    audience: str
    tasks: tuple[TaskNames, ...]
    records: tuple[LinkNames, ...]
    related: tuple[LinkNames, ...]
    citations: tuple[CitationNames, ...]
    addressable: bool
    findings: tuple[FindingNames, ...]
    report: LinkNames
    revisions: tuple[RevisionNames, ...]


@dataclass(frozen=True)
class RowNames:
    """One prefilled row of a form or log; a field that the list of facts does not have is empty."""

    id: str = ""
    title: str = ""
    name: str = ""
    kind: str = ""
    vendor: str = ""
    administrator: str = ""
    mfa: str = ""
    baa: str = ""
    tag: str = ""
    what: str = ""
    owner: str = ""
    user: str = ""
    encryption: str = ""
    managed: str = ""
    place: str = ""
    wifi: str = ""
    month: str = ""
    next_review: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""
    employment: str = ""
    since: str = ""
    signed: str = ""
    citation: str = ""
    documents: str = ""
    course: str = ""
    occasion: str = ""
    due: str = ""


@dataclass(frozen=True)
class FormNames(CommonNames):
    """contacts: people and companies outside the practice, with their numbers."""

    purpose: str
    how: tuple[str, ...]
    filled_by: str
    served: str
    policies: tuple[LinkNames, ...]
    contacts: tuple[RowNames, ...]
    row: RowNames
    rows: tuple[RowNames, ...]


@dataclass(frozen=True)
class NotApplicableNames:
    id: str
    title: str
    reason: str


@dataclass(frozen=True)
class EntryNames:
    """One line of the contents; page is a physical page of the binder, from 1; what is not on paper has 'file' there, and no pages."""

    id: str
    title: str
    href: str
    page: str
    pages: str


@dataclass(frozen=True)
class SectionNames:
    number: int
    title: str
    intro: str
    page: str
    documents: tuple[EntryNames, ...]


@dataclass(frozen=True)
class RequestNames:
    """Something an auditor asks for, and where it is; the note of a document is its page of the binder."""

    asks: str
    documents: tuple[LinkNames, ...]
    citations: str
    note: str


@dataclass(frozen=True)
class AnswerNames:
    """A provision that applies. mark: Required, Addressable, Standard or Duty; tasks: titles; the notes of links are pages."""

    citation: str
    title: str
    mark: str
    policies: tuple[LinkNames, ...]
    tasks: tuple[str, ...]
    records: tuple[LinkNames, ...]
    findings: str
    decision: str


@dataclass(frozen=True)
class CitedNames:
    """A document and the provisions it carries out; the note of the link is its page."""

    document: LinkNames
    citations: str


@dataclass(frozen=True)
class CrosswalkNames(CommonNames):
    """not_applicable: provisions; left_out: documents; both with the reason."""

    answers: tuple[AnswerNames, ...]
    cited: tuple[CitedNames, ...]
    not_applicable: tuple[NotApplicableNames, ...]
    left_out: tuple[NotApplicableNames, ...]


@dataclass(frozen=True)
class FrontNames(CommonNames):
    """Cover and contents."""

    sections: tuple[SectionNames, ...]
    requests: tuple[RequestNames, ...]
    left_out: tuple[NotApplicableNames, ...]
    pages: int


@dataclass(frozen=True)
class DividerNames(CommonNames):
    """The sheet before a section."""

    section: SectionNames
