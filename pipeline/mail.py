"""A message as a file that any mail program opens as a draft (RFC 5322). Nothing is ever sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from pipeline.loading import CONTROL


class Unsendable(ValueError):
    """A name, an address or a subject cannot stand in the head of a message; the text says which."""


@dataclass(frozen=True)
class Mailbox:
    name: str
    address: str


@dataclass(frozen=True)
class Letter:
    """lines: the text; an empty one parts paragraphs. copy and blind: who gets it openly or unseen beside `to`."""

    sender: Mailbox
    to: Mailbox
    subject: str
    lines: tuple[str, ...]
    day: date
    copy: tuple[Mailbox, ...] = ()
    blind: tuple[Mailbox, ...] = ()


def as_draft(letter: Letter) -> bytes:
    """The message as bytes, dated at noon (UTC) of its day; mail programs set the hour when it is sent. Raises Unsendable.

    Outlook opens a file as a draft when X-Unsent says 1; Thunderbird and Apple Mail offer it for editing.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _addresses("sender", [letter.sender])
    message["To"] = _addresses("recipient", [letter.to])
    for header, boxes in (("Cc", letter.copy), ("Bcc", letter.blind)):
        if boxes:
            message[header] = _addresses("recipient", boxes)
    if CONTROL.search(letter.subject):
        raise Unsendable("the subject holds a line break or a control character")
    message["Subject"] = letter.subject
    message["Date"] = datetime.combine(letter.day, time(12), UTC)
    message["X-Unsent"] = "1"
    message.set_content("\n".join(letter.lines) + "\n", charset="utf-8", cte="quoted-printable")
    head, end, body = message.as_bytes().partition(b"\r\n\r\n")
    # a value that fits into a line, but not beside its name, is put below it, and some programs then show an empty subject
    return re.sub(rb"(?m)^([\w-]+:)\r\n ", rb"\1 ", head) + end + body


def _addresses(role: str, boxes: Iterable[Mailbox]) -> tuple[Address, ...]:
    made = []
    for box in boxes:
        # a line break in a name would begin a header of its own
        if CONTROL.search(box.name + box.address):
            raise Unsendable(f"the name or address of a {role} holds a line break or a control character")
        try:
            address = Address(box.name, addr_spec=box.address)
        except (ValueError, IndexError, MessageError) as error:
            raise Unsendable(f"the address of a {role} is no e-mail address") from error
        if not (address.username and address.domain and box.address.isascii()):
            raise Unsendable(f"the address of a {role} is no e-mail address")
        made.append(address)
    return tuple(made)
