"""What a person sees while the program works, and at its end."""

from __future__ import annotations

import sys
from collections.abc import Iterable

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


def print_problems(problems: Iterable[Problem]) -> None:
    """All problems, sorted, then how many."""
    listed = list(problems)
    for problem in listed:
        click.echo(str(problem), err=True)
    serious = sum(not problem.warning for problem in listed)
    if listed:
        warned = len(listed) - serious
        click.echo(f"\n{serious} problem{'s' * (serious != 1)}, {warned} warning{'s' * (warned != 1)}.", err=True)
