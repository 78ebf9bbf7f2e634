"""The passwords of a binder, from a file: on a command line other programs would see them."""

from __future__ import annotations

import os
import stringprep
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Problem, ProblemsFound

# NIST SP 800-63B-4, 3.1.1.2: a password that is the only thing asked for; whoever has the file may guess as often as they like
SHORTEST = 15
# ISO 32000-2, 7.6.4.3.3: a longer one is cut off in silence
LONGEST = 127
REFUSED = (
    stringprep.in_table_a1,
    stringprep.in_table_b1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
    # right to left; whether such a text is allowed hangs on its order
    stringprep.in_table_d1,
)


@dataclass(frozen=True)
class Passwords:
    """user: opens the binder; owner: may change it as well, "" for one that nobody knows. Neither is ever printed."""

    user: str = field(repr=False)
    owner: str = field(default="", repr=False)


def read_passwords(path: Path | None, slug: str) -> tuple[Passwords | None, tuple[Problem, ...]]:
    """The passwords for the binder of a practice, and warnings; none without a path.

    path: a file whose first line opens the binder and whose second, where there is one, is that of the owner; or a folder
    with such a file <slug>.txt for each practice. Read once, so that it may be a pipe. Raises ProblemsFound.
    """
    if path is None:
        return None, ()
    file = path / f"{slug}.txt" if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            others = os.name != "nt" and os.fstat(opened.fileno()).st_mode & 0o077
            # no more than is needed to see that it is something else
            data = opened.read(8 * LONGEST)
    except OSError as error:
        what = "The password file is not there or cannot be read."
        raise ProblemsFound(
            [Problem(str(file), what, "Write the password into its first line, or leave out --password-file.")]
        ) from error
    try:
        lines = [line.removesuffix("\r") for line in data.decode("utf-8-sig").rstrip("\r\n").split("\n")]
    except UnicodeDecodeError as error:
        what = "The password file is not plain text."
        raise ProblemsFound([Problem(str(file), what, "Save it as a text file in UTF-8.")]) from error
    if problems := list(_problems(str(file), lines)):
        raise ProblemsFound(problems)
    what, mend = "Other people who use this computer may read the password.", "Allow the file to yourself alone: chmod 600."
    warnings = (Problem(str(file), what, mend, warning=True),) if others else ()
    return Passwords(*lines), warnings


def _problems(file: str, lines: list[str]) -> Iterator[Problem]:
    if len(lines) > 2:
        what = "The password file has more than two lines."
        yield Problem(file, what, "The first line opens the binder, a second one is for its owner; nothing else stands there.")
        return
    for number, line in enumerate(lines, 1):
        where = f"{file}, line {number}"
        if not line:
            yield Problem(where, "No password stands there.", f"Write one of at least {SHORTEST} characters into the first line.")
        elif len(line) < SHORTEST:
            mend = f"Take at least {SHORTEST} characters: whoever has the file can guess without limit. Four unrelated words will do."
            yield Problem(where, "The password is too short.", mend)
        elif len(line.encode()) > LONGEST:
            mend = f"A PDF takes {LONGEST} bytes at most, which are {LONGEST} plain letters. Shorten it."
            yield Problem(where, "The password is too long.", mend)
        elif line != line.strip():
            yield Problem(where, "The password begins or ends with a blank.", "Take the blank away: nobody sees it when typing.")
        elif not _is_plain(line):
            what = "The password holds a character that programs write in different ways, so that it might not open the binder."
            yield Problem(where, what, "Take letters, digits and signs of an ordinary keyboard.")
    if len(lines) == 2 and lines[0] == lines[1]:
        mend = "Choose another one for the owner, or leave the line out."
        yield Problem(f"{file}, line 2", "The password of the owner is the one that opens the binder.", mend)


def _is_plain(text: str) -> bool:
    """Whether SASLprep (RFC 4013), which some readers apply to what is typed and others do not, leaves a text as it is."""
    same = unicodedata.ucd_3_2_0.normalize("NFKC", text) == text
    return same and not any(refuses(char) for char in text for refuses in REFUSED)
