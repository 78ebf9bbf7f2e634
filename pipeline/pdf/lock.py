"""A finished PDF behind a password: AES with 256 bits, as PDF 2.0 has it (ISO 32000-2, 7.6.4.4, revision 6)."""

from __future__ import annotations

import io
import secrets

import pikepdf
from pikepdf import Encryption, Permissions

from pipeline.passwords import Passwords

ALLOWED = Permissions(
    accessibility=True,
    print_lowres=True,
    print_highres=True,
    extract=False,
    modify_annotation=False,
    modify_assembly=False,
    modify_form=False,
    modify_other=False,
)


def lock(pdf: bytes, passwords: Passwords) -> bytes:
    """The PDF, encrypted with all its properties. Different bytes each time: salts and keys are random, and have to be.

    What ALLOWED forbids is a request that viewers follow; the password is what keeps a stranger out.
    """
    owner = passwords.owner or secrets.token_urlsafe(32)
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        # made from the text, and it would stand in the clear
        del document.trailer.ID
        document.save(
            target, encryption=Encryption(owner=owner, user=passwords.user, R=6, allow=ALLOWED, aes=True, metadata=True)
        )
    return target.getvalue()
