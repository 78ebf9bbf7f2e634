"""Workbooks that come from outside: opened with bounds, their texts as the program keeps them."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import Problem, ProblemsFound
from pipeline.render.outside import refers_outside
from pipeline.render.parts import UnsafeFile, parse, read_parts, write_parts

PRINT_AREA = "_xlnm.Print_Area"
MAX_INSIDE = 40_000_000  # bytes of all parts together; a full workbook of a large practice has two million
MAX_AREA = 200_000  # cells that are joined, belong to a table or are printed, of each sheet; ours have twenty thousand
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
        bound_areas(parts)
        with warnings.catch_warnings():
            # of drop-downs and pictures that are not read anyway
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(_escapes_kept(parts)), keep_links=False)
    except UnsafeFile as error:
        raise ProblemsFound([Problem(shown, f"The file cannot be used. {error}", ANEW)]) from error
    except Exception as error:
        # openpyxl answers a damaged file with whatever goes wrong first
        raise ProblemsFound([Problem(shown, "The file is damaged.", ANEW)]) from error


def bound_areas(parts: Mapping[str, bytes]) -> None:
    """UnsafeFile where a sheet joins, lists or prints more cells than any sheet of ours has; of any part, whatever it is called.

    openpyxl makes an object for each joined cell, and A1:XFD1048576 has seventeen thousand million.
    https://foss.heptapod.net/openpyxl/openpyxl/-/issues/1717
    """
    for name, part in parts.items():
        if not (name.startswith("xl/") or b"spreadsheetml" in part or b"s\0p\0r\0e\0a\0d\0s\0h\0e\0e\0t\0m\0l" in part):
            continue
        if not part.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n").startswith(b"<"):
            continue
        root = parse(part)
        areas = [sum(_size(each.get("ref", "")) for each in root.iter("{*}mergeCell"))]
        areas += [_size(each.get("ref", "")) for each in root.iter("{*}table")]
        areas += [
            sum(_size(area.rpartition("!")[2]) for area in (each.text or "").split(","))
            for each in root.iter("{*}definedName")
            if each.get("name") == PRINT_AREA
        ]
        if max(areas) > MAX_AREA:
            raise UnsafeFile("A table, a print area or joined cells reach far beyond what is written. Make them smaller.")


def _size(area: str) -> int:
    """How many cells an area has; none where it is no area."""
    try:
        left, top, right, bottom = range_boundaries(area.strip().replace("$", ""))
    except (ValueError, TypeError):
        return 0
    # of whole lines or columns openpyxl gives no end
    width, height = abs((right or MAX_AREA) - (left or 1)) + 1, abs((bottom or MAX_AREA) - (top or 1)) + 1
    return int(width * height)


def cells_of(sheet: Worksheet) -> Iterator[Cell | MergedCell]:
    """The cells that the file has, line by line. iter_rows makes all between them: one in XFD1048576 would be followed by billions."""
    return (cell for _, cell in sorted(sheet._cells.items()))


def rows_of(sheet: Worksheet, columns: int) -> Iterator[list[object]]:
    """The values of each line from the first to the last that has a cell, this many of each, None where nothing stands."""
    lines: dict[int, list[object]] = {}
    for (line, column), cell in sheet._cells.items():
        if column <= columns:
            lines.setdefault(line, [None] * columns)[column - 1] = cell.value
    return (lines.get(line, [None] * columns) for line in range(1, max(lines, default=0) + 1))


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
