"""What must not stand in a finished document: tags, placeholders, words of the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.errors import Problem
from pipeline.render.parts import parse, read_parts

LEFTOVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|#\}|\b(?:TODO|TBD|FIXME|XXX)\b|lorem ipsum|\[(?:insert|your|practice name|name of)\b[^\]]*\]|<built-in method|<bound method|\bNaN\b",
    re.IGNORECASE,
)
ALONE = re.compile(r"\s*(None|null|True|False|nan|undefined)\s*")
BLOCKS = {"p", "si", "is"}


def find_leftovers(data: bytes, shown: str) -> Iterator[Problem]:
    """A problem for each paragraph or cell of an Office file, in any part, that still holds a leftover."""
    for name, part in read_parts(data).items():
        if not name.endswith((".xml", ".rels")):
            continue
        root = parse(part)
        blocks = [e for e in root.iter() if isinstance(e.tag, str) and e.tag.rsplit("}", 1)[-1] in BLOCKS] or [root]
        texts = ["".join(map(str, block.itertext())) for block in blocks]
        texts += [str(value) for e in root.iter() for key, value in e.attrib.items() if key in ("Target", "descr", "title")]
        for text in texts:
            found = LEFTOVER.search(text) or ALONE.fullmatch(text)
            if found:
                yield Problem(
                    f"{shown}, {name}",
                    f"A leftover of a template stands in the text ({found.group().strip()}).",
                    "Mend the template or the text it comes from.",
                )
