"""What can go wrong, said to the person who has to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend.

    where: file, then a JSON pointer, a template paragraph or a cell.
    what: what is wrong there. It may name keys and ids, never a value of a client.
    mend: what to do about it.
    """

    where: str
    what: str
    mend: str
    warning: bool = False

    def __str__(self) -> str:
        label = "warning: " if self.warning else ""
        return f"{self.where}\n    {label}{self.what}\n    {self.mend}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by place: numbers in a place count as numbers, so that cell C9 comes before C10."""

    def key(problem: Problem) -> tuple[list[tuple[int, str]], Problem]:
        steps = re.findall(r"\d+|\D+", problem.where)
        return [(int(step), "") if step.isdecimal() else (-1, step) for step in steps], problem

    return tuple(sorted(set(problems), key=key))


class BinderError(Exception):
    """Base of every expected failure; `exit_code` is named in docs/errors.md."""

    exit_code = 1


class UsageError(BinderError):
    """What was asked for does not exist or cannot be combined."""

    exit_code = 2


class ProblemsFound(BinderError):
    """The input has problems; nothing was rendered."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(f"{len(self.problems)} problems")

    def __reduce__(self) -> tuple[type[ProblemsFound], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class OutputError(BinderError):
    """The package could not be written; the one that was there is untouched."""

    exit_code = 3


class BusyError(OutputError):
    """Another build of the same practice is running."""

    exit_code = 4


class ConversionError(BinderError):
    """A document could not be turned into PDF."""

    exit_code = 5


class VerificationError(BinderError):
    """A package does not agree with its manifest."""

    exit_code = 6

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(f"{len(self.problems)} differences")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """'Did you mean "x"?' or, where nothing is near, the names that exist (at most twelve)."""
    names: Sequence[str] = sorted(set(known))
    near = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known here: {shown}." if names else "Nothing of the kind exists yet."
