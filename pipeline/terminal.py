"""What a person sees while the program works, and at its end."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator

import click

from pipeline.errors import Problem


class Progress:
    """One line that changes where a person watches, a line a step where nobody does."""

    def __init__(self, label: str) -> None:
        self.label, self.watched = label, sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def tell(self, step: str) -> None:
        """Say which step begins."""
        click.echo(f"\r\x1b[K{self.label}: {step} …" if self.watched else f"{self.label}: {step}", nl=not self.watched, err=True)

    def __exit__(self, *_: object) -> None:
        if self.watched:
            click.echo("\r\x1b[K", nl=False, err=True)


def places_of(error: BaseException) -> Iterator[str]:
    """Where the program failed, cause first: kinds of errors and lines of code, without what the errors say, which may be a value."""
    before = error.__cause__ or error.__context__
    if before is not None:
        yield from places_of(before)
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__name__}\n"


def print_problems(problems: Iterable[Problem]) -> None:
    """All problems, sorted, then how many."""
    listed = list(problems)
    for problem in listed:
        click.echo(str(problem), err=True)
    serious = sum(not problem.warning for problem in listed)
    if listed:
        warned = len(listed) - serious
        click.echo(f"\n{serious} problem{'s' * (serious != 1)}, {warned} warning{'s' * (warned != 1)}.", err=True)
