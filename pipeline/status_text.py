"""Progress as lines for a terminal of 80 columns. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from pipeline.errors import Problem
from pipeline.facts import printed_date
from pipeline.progress import AREAS, DUE, OVERDUE, SOON_DAYS, Counts, Item, Progress, until_review, waiting

WIDTH = 80
# so many of what is overdue, and of what is due soon; the page shows all
SHOWN = 12
SHORT = {"trainings": "training", "papers": "paper", "agreements": "agreement", "actions": "step", "tasks": "task"}


def status_lines(progress: Progress) -> Iterator[str]:
    """The figures of each area, then what is overdue, then what is due soon."""
    yield from _wrapped(f"{progress.name} · edition {progress.edition} · {printed_date(progress.today)}")
    yield ""
    yield _figures("", ("done", "overdue", f"in {SOON_DAYS} days", "later", "all"))
    for area, title in AREAS.items():
        yield _figures(title, _numbers(progress.counts[area]))
    yield ""
    yield f"Next yearly review: by {printed_date(progress.next_review)}, {until_review(progress)}."
    until = printed_date(progress.today + timedelta(SOON_DAYS))
    for state, heading in ((OVERDUE, "Overdue"), (DUE, f"Due by {until}")):
        if held := waiting(progress, state):
            yield from ("", heading)
            yield from (_line(area, item) for area, item in held[:SHOWN])
            if len(held) > SHOWN:
                yield f"  and {len(held) - SHOWN} more"


def portfolio_lines(held: Sequence[Progress], unread: Sequence[tuple[str, Sequence[Problem]]]) -> Iterator[str]:
    """A line a practice, in the order given; unread: practices that could not be read, with their problems."""
    if held:
        yield f"{'':40} {'overdue':>8} {f'in {SOON_DAYS} days':>11} {'done':>6} {'all':>6}"
    for progress in held:
        counts = progress.counts.values()
        due, done, total = (sum(getattr(one, name) for one in counts) for name in ("due", "done", "total"))
        yield f"{_cut(progress.slug, 40):40} {progress.overdue:8} {due:11} {done:6} {total:6}"
    for slug, problems in unread:
        yield f"{_cut(slug, 40):40} cannot be read: {len(problems)} problem{'s' * (len(problems) != 1)}; binder check {slug}"


def _numbers(counts: Counts) -> tuple[str, ...]:
    return tuple(map(str, (counts.done, counts.overdue, counts.due, counts.later, counts.total)))


def _figures(title: str, numbers: Sequence[str]) -> str:
    return f"{title:22}" + "".join(f"{number:>11}" for number in numbers)


def _line(area: str, item: Item) -> str:
    day = item.due.isoformat() if item.due else "now"
    times = f"{item.note}: " if area == "tasks" and item.note else ""
    who = _cut(item.who, 22)
    return f"  {day:10}  {who:22}  {SHORT[area]:9}  {_cut(times + item.what, WIDTH - 49)}".rstrip()


def _cut(text: str, width: int) -> str:
    """At most so many letters; what a terminal would obey instead of printing it becomes a blank."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def _wrapped(text: str) -> Iterator[str]:
    yield from (_cut(part, WIDTH) for part in ([text] if len(text) <= WIDTH else text.split(" · ")))
