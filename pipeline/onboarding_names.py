"""The names that the documents for new people and for the team may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class SignNames:
    """A paper to sign. often: Once or Each year; perhaps: whether it concerns only some of these people."""

    document: LinkNames
    why: str
    often: str
    perhaps: bool


@dataclass(frozen=True)
class AccountNames:
    """A system in which these people usually have an account. second_step: whether it offers one."""

    name: str
    kind: str
    second_step: bool


@dataclass(frozen=True)
class CourseNames:
    """A training. minutes: its length; perhaps: whether it concerns only some of these people; material: documents used."""

    title: str
    minutes: int
    perhaps: bool
    material: tuple[LinkNames, ...]


@dataclass(frozen=True)
class StricterNames:
    """A policy that findings of the analysis made stricter; summary: what it is about."""

    policy: LinkNames
    summary: str


@dataclass(frozen=True)
class ChangedRuleNames:
    """A policy that is new or changed since the edition before; why: the reason, as a text."""

    policy: LinkNames
    why: str


@dataclass(frozen=True)
class OnboardingLinks:
    """Documents that every practice gets."""

    incident: LinkNames
    agreement: LinkNames
    request: LinkNames
    leaving: LinkNames
    accounts: LinkNames
    log: LinkNames
    devices: LinkNames
    audit: LinkNames
    movement: LinkNames
    attestation: LinkNames
    letter: LinkNames
    tracker: LinkNames
    reporting: LinkNames
    people: LinkNames


@dataclass(frozen=True)
class OnboardingNames(CommonNames):
    """packet: clinician, contractor, intern, office or other; empty for the notice and for leaving.

    courses, papers, accounts, reading: what these people learn, sign, get and read; guides: for devices and systems;
    stricter: policies that findings made stricter; training: the day by which the yearly training is done. since: the edition
    before this one, or empty; news: sentences on officers, systems and ways of working; changed: policies that are new or
    changed since then; gone: titles of those that no longer apply.
    """

    packet: str
    courses: tuple[CourseNames, ...]
    papers: tuple[SignNames, ...]
    accounts: tuple[AccountNames, ...]
    reading: tuple[LinkNames, ...]
    guides: tuple[LinkNames, ...]
    stricter: tuple[StricterNames, ...]
    since: str
    news: tuple[str, ...]
    changed: tuple[ChangedRuleNames, ...]
    gone: tuple[str, ...]
    policies: int
    training: str
    to: OnboardingLinks
