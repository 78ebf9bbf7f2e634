"""What must not stand in a finished document: tags, placeholders, words of the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.errors import Problem
from pipeline.render.parts import parse, read_parts

LEFTOVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|#\}|\b(?:TODO|TBD|FIXME|XXX|NaN)\b|<built-in method|<bound method"
    r"|(?i:lorem ipsum|\[(?:insert|your|practice name|name of)\b[^\]]*\])"
)
ALONE = re.compile(r"\s*(None|null|True|False|nan|undefined)\s*")
BLOCKS = {"p", "si", "is"}
# attributes that Office shows or follows
SHOWN = {"Target", "descr", "title", "name"}


def find_leftovers(data: bytes, shown: str) -> Iterator[Problem]:
    """A problem for each paragraph or cell of an Office file, in any part, or line of a calendar file, that holds a leftover.

    shown: the file as messages name it; its ending says what it is.
    """
    if shown.endswith(".ics"):
        yield from _in_lines(data, shown)
        return
    for name, part in read_parts(data).items():
        if not name.endswith((".xml", ".rels")):
            continue
        root = parse(part)
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        blocks = [element for element in elements if element.tag.rsplit("}", 1)[-1] in BLOCKS]
        inside = {inner for block in blocks for inner in block.iter()}
        texts = ["".join(map(str, block.itertext())) for block in blocks]
        texts += [element.text for element in elements if element.text and element not in inside]
        texts += [str(value) for element in elements for key, value in element.attrib.items() if key in SHOWN]
        for text in texts:
            yield from _in_text(text, f"{shown}, {name}")


def _in_lines(data: bytes, shown: str) -> Iterator[Problem]:
    """The lines of an iCalendar file, unfolded (RFC 5545, 3.1), each a name and a value."""
    for number, line in enumerate(data.replace(b"\r\n ", b"").decode().split("\r\n"), 1):
        for text in line.partition(":")[2].split(r"\n"):
            yield from _in_text(text, f"{shown}, line {number}")


def _in_text(text: str, where: str) -> Iterator[Problem]:
    found = LEFTOVER.search(text) or ALONE.fullmatch(text)
    if found:
        # what stands in brackets may go on with words of the client
        told = found.group().strip().split(" ")[0]
        yield Problem(
            where,
            f"A leftover of a template stands in the text ({told}).",
            "Mend the template or the text it comes from.",
        )
