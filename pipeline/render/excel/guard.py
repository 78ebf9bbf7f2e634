"""Workbooks that come from outside: opened with bounds, their texts as the program keeps them."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Collection
from difflib import get_close_matches
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.workbook import Workbook as Book

from pipeline.errors import Problem, ProblemsFound
from pipeline.render.parts import UnsafeFile, read_parts, refers_outside, write_parts

MAX_INSIDE = 40_000_000  # bytes of all parts together; a full workbook of a large practice has two million
UNESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
ANEW = "Open the file in Excel or LibreOffice and save it anew as .xlsx; send that."


def open_guarded(data: bytes, shown: str, *, linked: bool = True) -> Book:
    """The workbook; ProblemsFound where it must not be opened, is none, or (not `linked`) takes values from other files."""
    try:
        parts = read_parts(data)
        if sum(map(len, parts.values())) > MAX_INSIDE:
            raise UnsafeFile("It is far larger inside than any workbook of ours.")
        if not linked and refers_outside(parts):
            raise UnsafeFile("It takes values from another file. Copy the values in.")
        with warnings.catch_warnings():
            # of drop-downs and pictures that are not read anyway
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(_escapes_kept(parts)), keep_links=False)
    except UnsafeFile as error:
        raise ProblemsFound([Problem(shown, f"The file cannot be used. {error}", ANEW)]) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, BadZipFile, OSError, SyntaxError) as error:
        raise ProblemsFound([Problem(shown, "The file is damaged.", ANEW)]) from error


def renamed(name: str, book: Book, known: Collection[str]) -> str:
    """What to do about a sheet that is missing: the one that may be it, by its place. known: the names of ours."""
    free = {other: number for number, other in enumerate(book.sheetnames, 1) if other not in known}
    near = get_close_matches(name, free, n=1, cutoff=0.6)
    return f"Give it back its name.{f' It may be sheet number {free[near[0]]}.' if near else ''}"


def one_line(raw: object) -> str:
    """A value as one line of text: escapes undone, accents with their letters, Yes and No for true and false."""
    text = str(raw) if not isinstance(raw, bool) else ("Yes" if raw else "No")
    text = unescaped(text)
    return unicodedata.normalize("NFC", re.sub(r"[ \t]*[\r\n\t]+[ \t]*", " ", text).strip())


def unescaped(text: str) -> str:
    """The text with the escapes of ECMA-376 part 1, 22.9.2.19 undone."""
    return UNESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)


def _escapes_kept(parts: dict[str, bytes]) -> bytes:
    """The file, with the escapes of its shared strings doubled: openpyxl takes every x005F_ out of them.

    https://foss.heptapod.net/openpyxl/openpyxl/-/issues/2141
    """
    shared = parts.get("xl/sharedStrings.xml", b"")
    if b"x005F_" in shared:
        parts["xl/sharedStrings.xml"] = shared.replace(b"_x005F_", b"_x005f_").replace(b"x005F_", b"_x0078_005F_")
    return write_parts(parts)
