"""Messages about what is open: polite, each to one person, opened by any mail program, and never sent."""

from __future__ import annotations

import email
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN

from pipeline.catalog import Catalog
from pipeline.context.reminders import reminder_names, year_of_reminders
from pipeline.errors import ProblemsFound, UsageError
from pipeline.inputs import to_inputs
from pipeline.lint.templates import check_catalog_texts
from pipeline.load import Loaded, Shared, load_practice
from pipeline.mail import Letter, Mailbox, as_draft
from pipeline.outbox import write_drafts, write_month
from pipeline.practice import Person, Profile
from pipeline.progress import DONE, DUE, LATER, OVERDUE, Item, Progress
from pipeline.remind import Post, drafts, month_draft
from pipeline.workspace import Workspace

TODAY = date(2027, 3, 1)
STRICT = SMTP.clone(raise_on_defect=True)
BERRY = "Zoë Müller-Łukasik, LCSW"


@pytest.fixture(scope="module")
def practice(project: Workspace, catalog: Catalog) -> Callable[[str], Loaded]:
    """practice(slug) is an example, ready to be used; the templates are checked elsewhere."""
    return lambda slug: load_practice(project, slug, shared=Shared(catalog, ()))


@pytest.fixture(scope="module")
def profile(practice: Callable[[str], Loaded]) -> Profile:
    return practice(JUNIPER).profile


def item(person: str, what: str, days: int | None, state: str = OVERDUE) -> Item:
    """Something that a person owes; days: how long it is past its day, or None where it has none."""
    due = None if days is None else TODAY - timedelta(days)
    return Item("", what, due, TODAY if state == DONE else None, state, person=person)


def standing(trainings: Iterable[Item] = (), papers: Iterable[Item] = ()) -> Progress:
    later = TODAY + timedelta(200)
    return Progress("slug", "Name", TODAY, tuple(trainings), tuple(papers), (), (), (), later)


def read(data: bytes) -> EmailMessage:
    """The message as another reader takes it; a defect is an error."""
    message = email.message_from_bytes(data, policy=STRICT)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    assert all(header.defects == () for header in message.values())
    return message


def text_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content


def boxes(message: EmailMessage, header: str) -> list[str]:
    value = message[header]
    assert isinstance(value, AddressHeader)
    return [address.addr_spec for address in value.addresses]


def mail(post: Post) -> dict[str, EmailMessage]:
    """Id of the person → the message."""
    return {draft.name.split("-", 1)[1]: read(draft.data) for draft in post.drafts}


def with_person(profile: Profile, id: str, **what: Any) -> Profile:
    """The profile with one member of the workforce changed."""
    people = tuple(replace(one, **what) if one.id == id else one for one in profile.workforce)
    return replace(profile, workforce=people)


def someone(profile: Profile, **what: Any) -> Person:
    """The first member of the workforce of whom this is true."""
    return next(one for one in profile.workforce if all(getattr(one, key) == value for key, value in what.items()))


# --- what a message is


def test_a_message_is_a_draft_that_a_strict_reader_takes_without_a_defect(profile: Profile, catalog: Catalog) -> None:
    """From the officer, to the person, marked as not sent, dated on the given day, plain text without attachments."""
    named = with_person(profile, "bjorn", name=BERRY, email="bjorn@juniperridge.example")
    (draft,) = drafts(standing([item("bjorn", "Seelsorge für Großfamilien – Übung", 3)]), named, catalog).drafts
    message = read(draft.data)
    officer = named.person(named.officers.security.person)
    assert boxes(message, "From") == [officer.email]
    assert boxes(message, "To") == ["bjorn@juniperridge.example"]
    assert message["To"].addresses[0].display_name == "Zoë Müller-Łukasik"
    assert message["X-Unsent"] == "1"
    assert isinstance(message["Date"], DateHeader)
    assert message["Date"].datetime.date() == TODAY
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert list(message.iter_attachments()) == []
    assert message["Cc"] is None
    assert message["Bcc"] is None
    assert "Dear Zoë Müller-Łukasik," in text_of(message)
    assert "Seelsorge für Großfamilien – Übung (was due on February 26, 2027)" in text_of(message)


def test_lines_end_as_mail_wants_and_none_is_too_long(profile: Profile, catalog: Catalog) -> None:
    """CR LF and nothing else ends a line, and no line of the text has more than 78 characters (RFC 5322, 2.1.1)."""
    (draft,) = drafts(standing([item("bjorn", "word " * 400, 3)]), profile, catalog).drafts
    assert draft.data.count(b"\n") == draft.data.count(b"\r\n") == draft.data.count(b"\r") > 10
    assert max(map(len, draft.data.split(b"\r\n"))) <= 78
    assert draft.data.isascii()


@pytest.mark.parametrize("length", range(50, 140, 3))
def test_a_subject_of_any_length_begins_beside_its_name(length: int) -> None:
    """Python puts a value that just does not fit on a line below; a program that reads only the first line shows no subject."""
    subject = ("Security reminder for the month " * 5)[:length].strip()
    box = Mailbox("A B", "a@b.example")
    data = as_draft(Letter(box, box, subject, ("Text",), TODAY))
    assert re.search(rb"(?m)^Subject: Security", data)
    assert read(data)["Subject"] == subject


def test_each_person_gets_one_message_with_all_that_is_open(profile: Profile, catalog: Catalog) -> None:
    """Trainings and papers stand in one message, the oldest first; what is done or far away is not mentioned."""
    progress = standing(
        [item("bjorn", "Course one", 2), item("bjorn", "Course two", 9), item("linh", "Course one", -5, DUE)],
        [
            item("bjorn", "Paper", 1),
            item("bjorn", "Paper without a day", None, DUE),
            item("bjorn", "Signed", 5, DONE),
            item("bjorn", "Far away", -90, LATER),
            item("dov", "Signed", 5, DONE),
        ],
    )
    held = mail(drafts(progress, profile, catalog))
    assert list(held) == ["bjorn", "linh"]  # the longest open first
    text = text_of(held["bjorn"])
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines == [
        "- Course two (was due on February 20, 2027)",
        "- Course one (was due on February 27, 2027)",
        "- Paper without a day (still open)",
        "- Paper (was due on February 28, 2027)",
    ]
    assert "Course one (due on March 6, 2027)" in text_of(held["linh"])


@pytest.mark.parametrize(
    ("days", "tone"),
    [(-3, "soon"), (0, "soon"), (1, "first"), (6, "first"), (7, "second"), (20, "second"), (21, "copy"), (300, "copy")],
)
def test_the_tone_follows_the_days(profile: Profile, catalog: Catalog, days: int, tone: str) -> None:
    """A look ahead, a first reminder, a second one, and one with a copy, from the days that the catalogue names."""
    given = item("linh", "Course", days, OVERDUE if days > 0 else DUE)
    message = mail(drafts(standing([given]), profile, catalog))["linh"]
    subject = catalog.remind.tone[tone].subject.split(":")[0]
    assert message["Subject"].startswith(subject)
    assert (message["Cc"] is not None) == (tone == "copy")


def test_the_days_of_the_tone_are_parameters(profile: Profile, catalog: Catalog) -> None:
    """A firm that wants the copy sooner changes one number."""
    sooner = replace(
        catalog,
        parameters=tuple(replace(p, value=3) if p.name == "remind_copy_days" else p for p in catalog.parameters),
    )
    progress = standing([item("jamal", "Course", 4)])
    assert mail(drafts(progress, profile, catalog))["jamal"]["Cc"] is None
    assert mail(drafts(progress, profile, sooner))["jamal"]["Cc"] is not None


def test_the_copy_goes_to_the_supervisor_or_else_to_an_owner(profile: Profile, catalog: Catalog) -> None:
    """The supervisor can make room; whoever has none is copied to an owner, and an owner to another owner."""
    first, second = (profile.person(id) for id in profile.owners)
    alone = someone(profile, supervisor=None, employment="contractor")
    progress = standing([item(id, "Course", 30) for id in ("jamal", alone.id, first.id)])
    held = mail(drafts(progress, profile, catalog))
    supervisor = profile.person(str(profile.person("jamal").supervisor))
    assert boxes(held["jamal"], "Cc") == [supervisor.email]
    assert boxes(held[alone.id], "Cc") == [first.email]
    assert boxes(held[first.id], "Cc") == [second.email]
    assert f"A copy of this message goes to {supervisor.name.split(',')[0]}" in text_of(held["jamal"])


def test_the_only_owner_is_copied_to_nobody(practice: Callable[[str], Loaded], catalog: Catalog) -> None:
    """In a practice of three the owner is the officer too: the message names no copy that does not go."""
    owner = practice(LANTERN).profile.owners[0]
    message = mail(drafts(standing([item(owner, "Course", 60)]), practice(LANTERN).profile, catalog))[owner]
    assert message["Cc"] is None
    assert "copy" not in text_of(message)


def test_access_is_mentioned_only_for_a_training(profile: Profile, catalog: Catalog) -> None:
    """SEC-07 lets access wait for a training that is not made up for, and says nothing of the kind about a paper."""
    for progress, said in ((standing([item("linh", "X", 40)]), True), (standing([], [item("linh", "X", 40)]), False)):
        assert ("SEC-07" in text_of(mail(drafts(progress, profile, catalog))["linh"])) is said


def test_who_has_no_address_is_named_and_gets_no_draft(profile: Profile, catalog: Catalog) -> None:
    """A message that cannot go anywhere is not written; somebody has to talk to the person."""
    without = with_person(profile, "linh", email=None)
    post = drafts(standing([item("linh", "Course", 3), item("dov", "Course", 3)]), without, catalog)
    assert [draft.name for draft in post.drafts] == ["01-dov"]
    assert post.without_address == (profile.person("linh").name,)
    assert drafts(standing(), without, catalog) == Post((), ())


def test_the_texts_come_from_the_catalogue(profile: Profile, catalog: Catalog) -> None:
    """What a firm changes there stands in the next message, and a misspelt name is a defect of the catalogue."""
    other = replace(catalog, remind=replace(catalog.remind, greeting="Hello {{ person }}!"))
    assert "Hello Linh Tran-Weaver!" in text_of(mail(drafts(standing([item("linh", "X", 1)]), profile, other))["linh"])
    wrong = replace(catalog, remind=replace(catalog.remind, greeting="Hello {{ persons }}!"))
    assert [problem.where for problem in check_catalog_texts(wrong)] == ["catalog/catalog.toml, remind"]
    assert list(check_catalog_texts(catalog)) == []


# --- what cannot be smuggled in


INJECTED = "linh@b.example\r\nBcc: everybody@elsewhere.example"


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x85", "\u2028"])
def test_a_line_break_never_begins_a_header(profile: Profile, catalog: Catalog, field: str, end: str) -> None:
    """A name or address with a line break is refused, with the id of the person and without the name."""
    evil = with_person(profile, "linh", **{field: INJECTED.replace("\r\n", end)})
    with pytest.raises(ProblemsFound) as found:
        drafts(standing([item("linh", "X", 1), item("dov", "X", 1)]), evil, catalog)
    (problem,) = found.value.problems
    assert problem.where == "message to /workforce/2 of the profile"
    assert "elsewhere" not in str(problem)


def test_the_control_a_header_made_by_hand_is_taken_over() -> None:
    """Without the guard the same name adds a recipient that nobody sees."""
    by_hand = f"From: a@b.example\r\nTo: {INJECTED}\r\nSubject: X\r\n\r\nText\r\n".encode()
    assert boxes(read(by_hand), "Bcc") == ["everybody@elsewhere.example"]


def test_a_line_break_in_a_subject_is_refused(profile: Profile, catalog: Catalog) -> None:
    """The subject is filled from the profile too: whatever comes out of it stays on one line."""
    named = replace(profile, practice=replace(profile.practice, short_name="Juniper\r\nBcc: everybody@elsewhere.example"))
    message = mail(drafts(standing([item("linh", "X", 1)]), named, catalog))["linh"]
    assert message["Bcc"] is None
    assert "Bcc: everybody@elsewhere.example" in message["Subject"]
    unfilled = replace(catalog.remind.tone["first"], subject="Plain\nBcc: everybody@elsewhere.example")
    texts = replace(catalog.remind, tone={**catalog.remind.tone, "first": unfilled})
    with pytest.raises(ProblemsFound, match="1 problem"):
        drafts(standing([item("linh", "X", 1)]), profile, replace(catalog, remind=texts))


@pytest.mark.parametrize("address", ["linh", "linh@", "@example.org", "linh@a@b.example", "lïnh@example.org", "a b@c.example"])
def test_what_is_no_address_is_refused(profile: Profile, catalog: Catalog, address: str) -> None:
    """Better no draft than one that a mail program sends elsewhere or not at all."""
    with pytest.raises(ProblemsFound) as found:
        drafts(standing([item("linh", "X", 1)]), with_person(profile, "linh", email=address), catalog)
    assert "is no e-mail address" in found.value.problems[0].what


# --- the reminder of the month


def test_the_reminder_of_the_month_shows_nobody_the_addresses_of_the_others(
    practice: Callable[[str], Loaded], catalog: Catalog
) -> None:
    """To the officer, unseen to everybody else who has an address, each once; the others are named."""
    loaded = practice(JUNIPER)
    inputs = to_inputs(loaded)
    chosen = year_of_reminders(inputs)[0]
    printed = reminder_names(inputs, chosen, None)
    people = with_person(with_person(loaded.profile, "linh", email=None), "dov", email="marisol@juniperridge.example")
    post = month_draft(printed, date(2026, 10, 2), people, catalog)
    (draft,) = post.drafts
    message = read(draft.data)
    officer = people.person(people.officers.security.person)
    expected = {person.email for person in people.workforce if person.email} - {officer.email}
    assert boxes(message, "To") == [officer.email]
    assert sorted(boxes(message, "Bcc")) == sorted(str(address) for address in expected)
    assert message["Cc"] is None
    assert post.without_address == (loaded.profile.person("linh").name,)
    assert message["Subject"] == f"Security reminder for October 2026: {printed.title}"
    lines = text_of(message).splitlines()
    assert [*printed.text, *(f"- {line}" for line in printed.do)] == [
        line for line in lines if line in printed.text or line[:2] == "- "
    ]
    assert f"The rule: {printed.policies[0].id} {printed.policies[0].title}." in lines


def test_a_month_outside_the_year_says_which_months_there_are(project: Workspace, tmp_path: Path) -> None:
    """The reminders of an edition end with its year."""
    with pytest.raises(UsageError, match="run from October 2026 to September 2027"):
        write_month(project, JUNIPER, date(2028, 1, 3), tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- the command


@pytest.fixture
def nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("nothing_leaves")
def test_nothing_leaves_the_machine(binder: Callable[..., Result], workspace: Workspace) -> None:
    """The command writes files and opens no connection; the control: whoever tries to open one is caught."""
    done = binder("remind", JUNIPER, "--on", "2027-03-01")
    assert done.exit_code == 0, done.output
    folder = workspace.practices / JUNIPER / "drafts" / "2027-03-01"
    written = sorted(folder.iterdir())
    assert f"Wrote {len(written)} drafts to practices/{JUNIPER}/drafts/2027-03-01. Nothing was sent." in done.output
    for file in written:
        assert re.fullmatch(r"\d\d-[a-z]+\.eml", file.name)
        assert file.stat().st_mode & 0o777 == 0o600
        assert read(file.read_bytes())["X-Unsent"] == "1"
    assert folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(AssertionError, match="a connection was opened"):
        socket.create_connection(("localhost", 25))


def test_a_draft_that_somebody_changed_is_never_overwritten(workspace: Workspace) -> None:
    """The same messages again: what lies there word for word is left alone, what was changed gets a new one beside it."""
    day = date(2027, 3, 1)
    first = write_drafts(workspace, JUNIPER, day, None)
    changed = first.files[0]
    changed.write_bytes(b"Dear Yuki, in my own words\r\n")
    again = write_drafts(workspace, JUNIPER, day, None)
    assert again.same == len(first.files) - 1 > 0
    assert [file.name for file in again.files] == [f"{changed.stem}-2.eml"]
    assert changed.read_bytes() == b"Dear Yuki, in my own words\r\n"


def test_the_command_says_whom_no_draft_reaches(
    binder: Callable[..., Result], edit: Callable[..., Path], workspace: Workspace, tmp_path: Path
) -> None:
    """Without an address there is a name to talk to; the monthly reminder says so too."""
    people = [person.id for person in load_practice(workspace, LANTERN).profile.workforce]
    officer = load_practice(workspace, LANTERN).profile.officers.security.person
    other = next(id for id in people if id != officer)
    edit(LANTERN, "profile", f"/workforce/{people.index(other)}/email", ...)
    name = load_practice(workspace, LANTERN).profile.person(other).name
    done = binder("remind", LANTERN, "--month", "--on", "2026-12-01", "--output", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert f"tell them in person: {name}." in done.output
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["security-reminder-2026-12.eml"]
    before = binder("remind", LANTERN, "--month", "--on", "2026-01-01")
    assert before.exit_code == 2
