"""A Word document as what a person sees of it: paragraphs and tables, each with a key that a program's saving does not change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

from lxml import etree

# what can be seen on a space; the rest may differ without anybody having done it
ON_SPACES = {"u", "strike", "highlight"}
Looks: TypeAlias = frozenset[tuple[str, str]]


class Unmergeable(Exception):
    """The edited file holds something that cannot be carried over; the message says what, in words."""


@dataclass(frozen=True)
class Comment:
    """day: ISO date and time as the file has it, or empty."""

    author: str
    initials: str
    day: str
    text: str


# beside a paragraph: what a person wrote there, or a text of ours
Remark: TypeAlias = Comment | str


@dataclass(frozen=True)
class Picture:
    """A picture in the line; width and height in EMU (914,400 to an inch)."""

    data: bytes
    suffix: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Span:
    """Text of one look. shown: how it differs from its paragraph's style (value "" = taken away); direct: and from `style` too.

    link: where it leads, so that moved files compare equal; target: as the file has it. atom: what is no text (a field, a
    picture); strange: what it is, where it cannot be carried over.
    """

    text: str
    shown: Looks = frozenset()
    direct: Looks = frozenset()
    style: str = ""
    link: str = ""
    target: str = ""
    atom: str = ""
    picture: Picture | None = None
    strange: str = ""


@dataclass(frozen=True)
class Paragraph:
    """style: its name in small letters; base: what that style looks like; look: alignment, list, indent, break before it.

    numbering: the list of the file that it belongs to, where `look` has one.
    """

    style: str
    look: Looks
    spans: tuple[Span, ...]
    base: Looks = frozenset()
    numbering: str = ""
    comments: tuple[Comment, ...] = ()
    element: etree._Element | None = field(default=None, compare=False, repr=False)

    @cached_property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    @cached_property
    def key(self) -> str:
        pieces: list[tuple[str, str]] = []
        for span in self.spans:
            for part in [span.text] if span.atom else split_words(span.text):
                shown = [look for look in sorted(span.shown) if look[0] in ON_SPACES or not part.isspace()]
                looks = repr((shown, span.link, span.atom)) if shown or span.link or span.atom else ""
                if part.isspace() and not looks and pieces:
                    # a space without a look of its own belongs to what stands before it
                    looks = pieces[-1][1]
                if pieces and pieces[-1][1] == looks and not span.atom:
                    pieces[-1] = (pieces[-1][0] + part, looks)
                elif part or span.atom:
                    pieces.append((part, looks))
        return _digest(["p", self.style, sorted(self.look), pieces])

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not any(span.atom for span in self.spans)

    @property
    def level(self) -> int:
        """1 to 9 for a heading, 0 for everything else."""
        name, _, number = self.style.partition(" ")
        return int(number) if name == "heading" and number.isdecimal() else 0


@dataclass(frozen=True)
class Cell:
    """span: columns it covers; joined: "restart" or "continue" where cells are joined downwards; fill: RRGGBB or empty."""

    blocks: tuple[Block, ...]
    span: int = 1
    joined: str = ""
    fill: str = ""
    width: int = 0
    element: etree._Element | None = field(default=None, compare=False, repr=False)

    @cached_property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]
    heading: bool = False
    element: etree._Element | None = field(default=None, compare=False, repr=False)

    @cached_property
    def text(self) -> str:
        return " | ".join(cell.text.strip() for cell in self.cells)

    @cached_property
    def key(self) -> str:
        return _digest(["r", [(cell.span, cell.joined, [block.key for block in cell.blocks]) for cell in self.cells]])

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        return tuple(comment for cell in self.cells for block in cell.blocks for comment in block.comments)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip(" |\n")

    @property
    def shape(self) -> tuple[tuple[int, str], ...]:
        return tuple((cell.span, cell.joined) for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """widths: of its columns, in twentieths of a point; caption: the title in its properties, which not every program keeps."""

    style: str
    rows: tuple[Row, ...]
    caption: str = ""
    widths: tuple[int, ...] = ()
    framed: bool = False
    element: etree._Element | None = field(default=None, compare=False, repr=False)

    @cached_property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)

    @cached_property
    def key(self) -> str:
        return _digest(["t", [row.key for row in self.rows]])

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        return tuple(comment for row in self.rows for comment in row.comments)

    @property
    def is_blank(self) -> bool:
        return False


Block: TypeAlias = Paragraph | Table
Unit: TypeAlias = Paragraph | Table | Row


@dataclass(frozen=True)
class Document:
    """margins: "header, default" and the like → blocks; page: width and height of each section in twentieths of a point."""

    body: tuple[Block, ...]
    margins: dict[str, tuple[Block, ...]]
    page: tuple[tuple[int, int], ...]
    tracked: bool


def paragraphs(units: Sequence[Unit]) -> Iterator[Paragraph]:
    """All of them, those in tables too, in the order of the page."""
    for unit in units:
        if isinstance(unit, Paragraph):
            yield unit
        else:
            for row in unit.rows if isinstance(unit, Table) else (unit,):
                for cell in row.cells:
                    yield from paragraphs(cell.blocks)


def _digest(seen: list[object]) -> str:
    return blake2b(repr(seen).encode(), digest_size=12).hexdigest()


def split_words(text: str) -> list[str]:
    """Words and the spaces between them."""
    parts: list[str] = []
    for letter in text:
        if parts and parts[-1][-1].isspace() == letter.isspace():
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts
