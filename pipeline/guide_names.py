"""The names of a device guide."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames


@dataclass(frozen=True)
class PartNames:
    """A heading of a guide with its steps; policy: the policy that asks for them, or an empty list."""

    title: str
    steps: tuple[str, ...]
    note: str
    policy: tuple[LinkNames, ...]


@dataclass(frozen=True)
class CheckNames:
    """A point to be seen and ticked off; column: of the device audit log, or empty."""

    text: str
    column: str


@dataclass(frozen=True)
class GuideNames(CommonNames):
    """A device guide. written_on: a printed date; who: names of the people or devices it is for, as a phrase."""

    versions: str
    written_on: str
    policies: tuple[LinkNames, ...]
    citations: str
    parts: tuple[PartNames, ...]
    checks: tuple[CheckNames, ...]
    audit: tuple[LinkNames, ...]
