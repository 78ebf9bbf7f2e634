"""What has a number for ever: withdrawn and renamed entries of the catalogue keep their numbers and their history. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from datetime import date

from pipeline.facts import joined, printed_date


@dataclass(frozen=True)
class Withdrawn:
    """From `since` on it is used no more. reason: a sentence, as packages print it; replaced_by: numbers of what takes its place."""

    since: date
    reason: str
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Former:
    """A title that it had before. until: the day on which it was renamed; reason: a sentence."""

    title: str
    until: date
    reason: str


@dataclass(frozen=True)
class Numbered:
    """An entry of the catalogue that packages, assessments and records of earlier years name. formerly: oldest first."""

    id: str
    title: str
    _: KW_ONLY
    withdrawn: Withdrawn | None = None
    formerly: tuple[Former, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether it is not withdrawn yet on this day."""
        return self.withdrawn is None or day < self.withdrawn.since

    def title_on(self, day: date) -> str:
        """The title that it had on this day."""
        return next((former.title for former in self.formerly if day < former.until), self.title)


def why_withdrawn(withdrawn: Withdrawn, held: Collection[str]) -> str:
    """What a package says of something withdrawn; held: numbers of what the practice has, since it is shown nothing else."""
    instead = [id for id in withdrawn.replaced_by if id in held]
    verb = "takes" if len(instead) == 1 else "take"
    place = f" {joined(instead)} {verb} its place." if instead else ""
    return f"Withdrawn on {printed_date(withdrawn.since)}. {withdrawn.reason}{place}"
