"""Messages about trainings and papers that are open, and the security reminder of a month, as drafts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipeline.catalog import Catalog
from pipeline.context.common import practice_names
from pipeline.errors import Problem, ProblemsFound
from pipeline.facts import joined, printed_date
from pipeline.mail import Letter, Mailbox, Unsendable, as_draft
from pipeline.practice import Person, Profile
from pipeline.primitives import primitives
from pipeline.progress import DUE, OVERDUE, Item, Progress
from pipeline.reminder_names import MessageNames, ReminderNames
from pipeline.render.jinja import fill

SOON, FIRST, SECOND, COPY = "soon", "first", "second", "copy"


@dataclass(frozen=True)
class Draft:
    """name: of the file, without .eml."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Post:
    """without_address: names of the people for whom there is a message and no e-mail address."""

    drafts: tuple[Draft, ...]
    without_address: tuple[str, ...]


@dataclass(frozen=True)
class Open:
    """What a person has open; days: how long the oldest is past its day, 0 where none is."""

    person: Person
    trainings: tuple[Item, ...]
    papers: tuple[Item, ...]
    days: int

    @property
    def items(self) -> tuple[Item, ...]:
        return (*self.trainings, *self.papers)


def drafts(progress: Progress, profile: Profile, catalog: Catalog) -> Post:
    """One message for each person with a training or a paper that is due or overdue, the longest open first.

    Raises ProblemsFound where a name or an address cannot stand in the head of a message.
    """
    waiting = sorted(_open(progress, profile), key=lambda one: (-one.days, one.person.name))
    letters = [(one.person, _letter(one, progress.today, profile, catalog)) for one in waiting if one.person.email]
    return Post(_numbered(letters, profile.workforce), tuple(one.person.name for one in waiting if not one.person.email))


def month_draft(reminder: ReminderNames, day: date, profile: Profile, catalog: Catalog) -> Post:
    """The security reminder of a month to everybody: to the Security Officer, and unseen to the others.

    So nobody's address is shown to the others. Raises ProblemsFound like `drafts`.
    """
    texts, officer = catalog.remind, profile.person(profile.officers.security.person)
    policies = joined(f"{link.id} {link.title}" for link in reminder.policies)
    names = _names(profile, catalog, month=reminder.month, title=reminder.title, policies=policies)
    lines = [fill(texts.month.opening, names), ""]
    lines += [line for paragraph in reminder.text for line in (paragraph, "")]
    lines += [f"{fill(texts.do, names)}:", *(f"- {line}" for line in reminder.do), ""]
    lines += [fill(texts.rule, names), fill(texts.month.closing, names), "", *_signature(catalog, names)]
    others = [person for person in profile.workforce if person.email and person.id != officer.id]
    sender = _sender(profile)
    blind = tuple({person.email: _mailbox(person) for person in others}.values())
    letter = Letter(sender, sender, fill(texts.month.subject, names), tuple(lines), day, blind=blind)
    missed = tuple(person.name for person in profile.workforce if not person.email and person.id != officer.id)
    (draft,) = _numbered([(officer, letter)], profile.workforce)
    return Post((replace(draft, name=f"security-reminder-{day:%Y-%m}"),), missed)


def _numbered(letters: Iterable[tuple[Person, Letter]], people: Sequence[Person]) -> tuple[Draft, ...]:
    made: list[Draft] = []
    problems = []
    for number, (person, letter) in enumerate(letters, 1):
        try:
            made.append(Draft(f"{number:02}-{person.id}", as_draft(letter)))
        except Unsendable as error:
            mend = "Write names and e-mail addresses in the profile anew, each in one line."
            problems.append(
                Problem(f"message to /workforce/{people.index(person)} of the profile", f"No draft can be made: {error}.", mend)
            )
    if problems:
        raise ProblemsFound(problems)
    return tuple(made)


def _open(progress: Progress, profile: Profile) -> Iterator[Open]:
    for person in profile.workforce:
        trainings, papers = (_waiting(items, person) for items in (progress.trainings, progress.papers))
        days = [(progress.today - item.due).days for item in (*trainings, *papers) if item.state == OVERDUE and item.due]
        if trainings or papers:
            yield Open(person, trainings, papers, max(days, default=0))


def _waiting(items: Iterable[Item], person: Person) -> tuple[Item, ...]:
    held = [item for item in items if item.person == person.id and item.state in (DUE, OVERDUE)]
    return tuple(sorted(held, key=lambda item: (item.due or date.min, item.what)))


def _letter(one: Open, day: date, profile: Profile, catalog: Catalog) -> Letter:
    texts, tone = catalog.remind, _tone(one, catalog.numbers)
    copied = _copied(one.person, profile) if tone == COPY else None
    names = _names(
        profile,
        catalog,
        person=_plain(one.person.name),
        days=one.days,
        late_training=any(item.state == OVERDUE for item in one.trainings),
        copied=_plain(copied.name) if copied else "",
    )
    around = texts.tone[tone]
    lines = [fill(texts.greeting, names), "", fill(around.opening, names)]
    for heading, items in ((texts.trainings, one.trainings), (texts.papers, one.papers)):
        if items:
            lines += ["", f"{fill(heading, names)}:", *(f"- {_line(catalog, item, names)}" for item in items)]
    lines += ["", fill(around.closing, names), "", fill(texts.help, names), "", *_signature(catalog, names)]
    copy = (_mailbox(copied),) if copied else ()
    return Letter(_sender(profile), _mailbox(one.person), fill(around.subject, names), tuple(lines), day, copy)


def _tone(one: Open, numbers: Mapping[str, int]) -> str:
    if not any(item.state == OVERDUE for item in one.items):
        return SOON
    if one.days >= numbers["remind_copy_days"]:
        return COPY
    return SECOND if one.days >= numbers["remind_second_days"] else FIRST


def _copied(person: Person, profile: Profile) -> Person | None:
    """Who can help to make room: the supervisor, or else an owner; nobody where that is the person, or has no address."""
    wanted = (person.supervisor, *profile.owners)
    return next((held for id in wanted if id and id != person.id and (held := profile.person(id)).email), None)


def _names(profile: Profile, catalog: Catalog, **own: Any) -> dict[str, Any]:
    names: dict[str, Any] = primitives(MessageNames(**practice_names(profile, catalog), **own))
    return names


def _line(catalog: Catalog, item: Item, names: Mapping[str, Any]) -> str:
    texts = catalog.remind
    text = texts.undated if item.due is None else texts.overdue if item.state == OVERDUE else texts.due
    return fill(text, {**names, "what": item.what, "due": printed_date(item.due) if item.due else ""})


def _signature(catalog: Catalog, names: Mapping[str, Any]) -> list[str]:
    return [fill(line, names) for line in catalog.remind.signature]


def _sender(profile: Profile) -> Mailbox:
    officer = profile.person(profile.officers.security.person)
    return Mailbox(_plain(officer.name), officer.email or profile.practice.email)


def _mailbox(person: Person) -> Mailbox:
    return Mailbox(_plain(person.name), person.email or "")


def _plain(name: str) -> str:
    """The name without degrees: nobody is greeted by a license."""
    return name.split(",")[0].strip()
