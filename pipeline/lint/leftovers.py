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
    """A problem for each paragraph or cell of an Office file, in any part, that still holds a leftover."""
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
            found = LEFTOVER.search(text) or ALONE.fullmatch(text)
            if found:
                yield Problem(
                    f"{shown}, {name}",
                    f"A leftover of a template stands in the text ({found.group().strip()}).",
                    "Mend the template or the text it comes from.",
                )
