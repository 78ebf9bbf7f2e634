"""What can go wrong, said to the person who has to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

# a number that the catalogue gives out (SEC-10, SC-012, RA-003), or a citation of the rule
NUMBER = re.compile(r"[A-Z]{1,3}-[0-9]{2,3}|164\.[0-9]{3}(\([A-Za-z0-9]{1,5}\))*")
WORD = re.compile(r"[a-z][a-z0-9_-]*|[0-9]+")
# in keys such as fact/systems/therapynotes an id of the practice stands behind these
LISTS = frozenset(f"{name}{s}" for name in ("system", "device", "location", "network", "contact") for s in ("", "s"))


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend.

    where: file, then a JSON pointer, a template paragraph or a cell.
    what: what is wrong there. It may say words of the program and of the catalogue: keys, numbers, choices, headings. What
    a client wrote it points to and never repeats, ids included: they are people's names in small letters.
    mend: what to do about it; the same holds.
    """

    where: str
    what: str
    mend: str
    warning: bool = False

    def __str__(self) -> str:
        label = "warning: " if self.warning else ""
        return f"{self.where}\n    {label}{self.what}\n    {self.mend}"


def without_ids(key: str) -> str:
    """A key of the program such as asset/system/therapynotes/keeps, as far as it may be printed: asset/system/…/keeps."""
    steps = key.split("/")
    ours = (WORD.fullmatch(step) or NUMBER.fullmatch(step) for step in steps)
    return "/".join(
        step if own and before not in LISTS else "…" for before, step, own in zip(["", *steps], steps, ours, strict=False)
    )


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
