"""Whether the font of the documents can draw a text; said without opening a font where all of it is what every text is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.errors import Problem
from pipeline.loading import strings

# what the house font has for certain (tests/test_fonts.py): printable ASCII, and the signs of our own texts
CERTAIN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\n\t“”‘’–—…§×é")


def undrawable(value: Any, shown: str) -> Iterator[Problem]:
    """A problem for each string of a JSON value that holds a character which the house font cannot draw."""
    for pointer, text in strings(value):
        if missing := sorted(_missing(set(text) - CERTAIN)):
            listed = ", ".join(f"U+{ord(char):04X}" for char in missing)
            yield Problem(
                f"{shown}#{pointer}",
                f"The font of the documents cannot draw {listed}.",
                "Write it with the letters A to Z and their usual accents.",
            )


def _missing(doubtful: set[str]) -> set[str]:
    if not doubtful:
        return doubtful
    from pipeline.pdf.fonts import house_characters

    return {char for char in doubtful if ord(char) not in house_characters()}
