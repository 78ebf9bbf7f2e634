"""The names of a device guide."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class TheseNames:
    """What a guide is for, in this practice: the entries of the profile that its condition looks for.

    names: a phrase. personal, practice: some belong to the people, to the practice; managed: device management sets some of
    them; carried: some are phones, tablets or laptops; email, storage, messaging: some are systems of that kind.
    """

    names: str
    personal: bool
    practice: bool
    managed: bool
    carried: bool
    phones: bool
    tablets: bool
    email: bool
    storage: bool
    messaging: bool


@dataclass(frozen=True)
class GuideTexts(CommonNames):
    """What the parts and points of a guide may use."""

    these: TheseNames


@dataclass(frozen=True)
class PartNames:
    """A heading of a guide with its steps; policy: the policy that asks for them, or an empty list."""

    title: str
    steps: tuple[str, ...]
    note: str
    policy: tuple[LinkNames, ...]


@dataclass(frozen=True)
class CheckNames:
    """A point to be seen and ticked off; column: of the record, or empty."""

    text: str
    column: str


@dataclass(frozen=True)
class GuideNames(CommonNames):
    """A device guide. written_on: a printed date; who: the people or devices it is for, as a phrase.

    fields: labels to fill in on the check-off sheet; record: the form or log on which what was seen is
    entered, or an empty list where it is not part of the package.
    """

    who: str
    versions: str
    written_on: str
    policies: tuple[LinkNames, ...]
    citations: str
    parts: tuple[PartNames, ...]
    fields: tuple[str, ...]
    checks: tuple[CheckNames, ...]
    record: tuple[LinkNames, ...]
