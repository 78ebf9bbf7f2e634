"""A portfolio for a terminal and for programs: how far it is, and the closing table. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.portfolio import UNEXPECTED, Outcome

# worst first; exit codes as in docs/errors.md
GRAVITY = (UNEXPECTED, 5, 6, 3, 4, 2)
COUNTED = {UNEXPECTED: "failed", 5: "could not be drawn", 6: "not as issued", 3: "not written", 4: "busy", 2: "with problems"}
# of those that were built without a warning; all others are listed
MOST_LISTED = 20
HEADINGS = ("practice", "edition", "documents", "pages", "warnings", "seconds", "what happened")


def how_far(done: int, total: int, elapsed: float) -> str:
    """How many are done, and an estimate from what they took."""
    counted = f"{done} of {total} done"
    if not done or done == total:
        return counted
    return f"{counted} after {_duration(elapsed)}, about {_duration(elapsed / done * (total - done))} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def worst_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What needs somebody first: what failed, then problems, then warnings."""
    return sorted(outcomes, key=lambda one: (_gravity(one), -len(one.problems), one.slug))


def _gravity(outcome: Outcome) -> int:
    return GRAVITY.index(outcome.exit_code) if outcome.exit_code in GRAVITY else len(GRAVITY)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """That of the worst."""
    return worst_first(outcomes)[0].exit_code if outcomes else 0


def closing_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each practice, worst first, and the sum."""
    listed = worst_first(outcomes)
    quiet = [one for one in listed if not one.exit_code and not one.problems]
    left_out = set(quiet[MOST_LISTED:])
    rows = [HEADINGS, *(_row(one) for one in listed if one not in left_out)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    for row in rows:
        cells = (cell.rjust(width) if column > 1 else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=False)))  # fmt: skip
        yield "  ".join((*cells, row[-1]))
    if left_out:
        yield f"and {len(left_out)} more, built without a warning"
    counts = Counter(one.exit_code for one in outcomes)
    told = [f"{counts[0]} built", *(f"{counts[code]} {COUNTED[code]}" for code in GRAVITY if counts[code])]
    yield f"\n{', '.join(told)}."


def _row(outcome: Outcome) -> tuple[str, ...]:
    built = outcome.exit_code == 0
    counts = (str(outcome.documents), str(outcome.pages), str(outcome.warnings)) if built else ("", "", "")
    return outcome.slug, outcome.edition, *counts, f"{outcome.seconds:.1f}", "built" if built else outcome.said


def portfolio_values(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The same for programs."""
    return {"practices": [{**asdict(one), "seconds": round(one.seconds, 1)} for one in worst_first(outcomes)]}
