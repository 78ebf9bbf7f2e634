"""The words of a Word paragraph, each with its look and its link. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.compare.tracked import properties, spelled
from pipeline.render.parts import R, W

WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Token:
    """A word, blank, sign or other thing in a line. element: what is no text; look: its run properties; link: target."""

    text: str
    look: str
    link: str
    run: etree._Element = field(compare=False)
    element: etree._Element | None = field(default=None, compare=False)


def tokens_of(paragraph: etree._Element, links: Mapping[str, str]) -> list[Token]:
    """links: relationship id → target."""
    found: list[Token] = []
    for child in paragraph:
        if child.tag == f"{W}hyperlink":
            target = links.get(str(child.get(f"{R}id")), "")
            for run in child.iterfind(f"{W}r"):
                found += _of_run(run, target)
        elif child.tag == f"{W}r":
            found += _of_run(child, "")
    return found


def _of_run(run: etree._Element, link: str) -> Iterator[Token]:
    look = properties(run.find(f"{W}rPr"))
    for part in run:
        if part.tag == f"{W}t":
            yield from (Token(text, look, link, run) for text in WORD.findall(part.text or ""))
        elif part.tag != f"{W}rPr":
            yield Token(spelled(part), look, link, run, part)


def steadied(tokens: Sequence[tuple[str, Token]]) -> list[tuple[str, Token]]:
    """Where only a blank between two changes stayed, it changed with them: whole phrases read better than every second word."""
    found: list[tuple[str, Token]] = []
    for at, (kind, token) in enumerate(tokens):
        around = tokens[max(at - 1, 0)][0], tokens[min(at + 1, len(tokens) - 1)][0]
        if not kind and token.text.isspace() and token.element is None and all(around):
            found += [("del", token), ("ins", token)]
        else:
            found.append((kind, token))
    done: list[tuple[str, Token]] = []
    start = 0
    for at in range(len(found) + 1):
        if at == len(found) or not found[at][0]:
            block = found[start:at]
            done += [entry for entry in block if entry[0] == "del"] + [entry for entry in block if entry[0] == "ins"]
            done += found[at : at + 1]
            start = at + 1
    return done
