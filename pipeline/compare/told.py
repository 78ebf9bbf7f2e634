"""A comparison as lines for a terminal of 80 columns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from pipeline.compare.model import Comparison, DocumentChange, FactChange
from pipeline.facts import printed_date

WIDTH = 80
STATES = ("new", "ended", "closed", "worse", "better", "same")
SHOWN = 12


def told(comparison: Comparison) -> list[str]:
    """The risk picture then and now, facts, findings by state, then documents by state with their passages and reasons."""
    return [_plain(line) for line in _lines(comparison)]


def _lines(seen: Comparison) -> Iterator[str]:
    approved = f", approved {printed_date(seen.old_approved)}" if seen.old_approved else ", never approved"
    yield from wrap(
        f"Edition {seen.old} of {printed_date(seen.old_as_of)}{approved}, and edition {seen.new} of {printed_date(seen.new_as_of)}",
        WIDTH,
    )
    yield ""
    yield f"{'Findings':16}{'then':>10}{'now':>10}{'after steps then':>20}{'after steps now':>20}"
    yield from _picture(seen.levels, seen.after)
    if seen.law:
        yield from ("", "Law")
        yield from _listed(seen.law)
    yield from ("", "Facts")
    yield from _listed(map(_fact, seen.facts)) if seen.facts else ["  none changed"]
    yield from ("", "Findings")
    for state in STATES:
        held = [finding.id for finding in seen.findings if finding.state == state]
        if held and state == "same":
            yield f"  {state:8}{len(held):5}"
        elif held:
            yield from wrap(f"{state:8}{len(held):5}  {', '.join(held)}", WIDTH, initial_indent="  ", subsequent_indent=" " * 17)
    counts = Counter(document.state for document in seen.documents)
    yield from ("", "Documents")
    yield "  " + ", ".join(f"{counts[state]} {state}" for state in ("new", "gone", "changed", "same"))
    for document in seen.documents:
        if document.state != "same":
            yield from _document(document)


def _picture(levels: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    for level, (then, now) in levels.items():
        left = after.get(level, (0, 0))
        yield f"  {_words(level):14}{then:10}{now:10}{left[0]:20}{left[1]:20}"


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _fact(fact: FactChange) -> str:
    return f"{fact.state}: {fact.kind} {fact.what}" + (f". {fact.how}" if fact.how else "")


def _document(document: DocumentChange) -> Iterator[str]:
    count = len(document.passages)
    places = f", {count} passage{'s' * (count != 1)}" if document.state == "changed" else ""
    former = f" (was: {document.former})" if document.former else ""
    yield from wrap(
        f"{document.id:7} {document.title}{former}: {document.state}{places}",
        WIDTH,
        initial_indent="  ",
        subsequent_indent=" " * 10,
    )
    for reason in document.reasons:
        yield from wrap(reason.text, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)


def _listed(texts: Iterable[str]) -> Iterator[str]:
    held = list(texts)
    for text in held[:SHOWN]:
        yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    if len(held) > SHOWN:
        yield f"  and {len(held) - SHOWN} more"


def _plain(line: str) -> str:
    """What a terminal would obey instead of printing it becomes a blank."""
    return "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
