"""One line changed by hand here and generated otherwise there, word by word: for headers and footers, which must stay true.

The edition stands in every footer, so that a footer changed by hand would differ from the generated one each year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from pipeline.merge.word_model import Paragraph, Span, split_words


def weave(g: Paragraph, e: Paragraph, n: Paragraph) -> Paragraph | None:
    """The edited paragraph with the words that are generated otherwise now; None where both changed the same words."""
    old, hand, new = (_words(each) for each in (g, e, n))
    ours, theirs = _changes(old, hand), _changes(old, new)
    if any(a[0] <= b[1] and b[0] <= a[1] for a in ours for b in theirs):
        return None
    woven: list[Span] = []
    place = 0
    for start, end, words in sorted(
        [*((a, b, hand[x:y]) for a, b, x, y in ours), *((a, b, new[x:y]) for a, b, x, y in theirs)], key=_start
    ):
        woven += [*old[place:start], *words]
        place = end
    return replace(e, spans=(*woven, *old[place:]))


def _start(change: tuple[int, int, list[Span]]) -> tuple[int, int]:
    return change[0], change[1]


def _words(paragraph: Paragraph) -> list[Span]:
    return [
        span if span.atom else replace(span, text=word)
        for span in paragraph.spans
        for word in ([""] if span.atom else split_words(span.text))
    ]


def _changes(old: Sequence[Span], new: Sequence[Span]) -> list[tuple[int, int, int, int]]:
    was, now = ([(span.text, span.shown, span.link, span.atom) for span in spans] for spans in (old, new))
    codes = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    return [(a, b, x, y) for tag, a, b, x, y in codes if tag != "equal"]
