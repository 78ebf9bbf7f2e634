"""The names of the security reminders of a year, and of the messages about what is open; see pipeline.names."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.names import CommonNames, LinkNames, ProfileNames


@dataclass(frozen=True)
class ReminderNames:
    """The reminder of a month. title: its subject; text: paragraphs; do: what to do in this month; why: why it was chosen."""

    month: str
    title: str
    text: tuple[str, ...]
    do: tuple[str, ...]
    policies: tuple[LinkNames, ...]
    why: str


@dataclass(frozen=True)
class RemindersNames(CommonNames):
    """The reminders of a year, by month. log: the log on which each is entered, or an empty list."""

    reminders: tuple[ReminderNames, ...]
    log: tuple[LinkNames, ...]


@dataclass(frozen=True)
class MessageNames(ProfileNames):
    """A message to one person, or the reminder of a month to all.

    person: the name without degrees; what, due: the line that is printed, its day; days: how long the oldest line is past its
    day; late_training: whether a training is past its day; copied: who gets a copy, or empty. month, title, policies: of the
    reminder.
    """

    person: str = ""
    what: str = ""
    due: str = ""
    days: int = 0
    late_training: bool = False
    copied: str = ""
    month: str = ""
    title: str = ""
    policies: str = ""
