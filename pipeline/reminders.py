"""Which security reminders a practice gets in its year, in which month, and why (45 CFR 164.308(a)(5)(ii)(A)). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.assessment.model import Finding
from pipeline.assessment.scoring import LEVELS, at_least
from pipeline.materials import Reminder
from pipeline.practice import System

# a finding from this level on goes before what only a system calls for
CALLS_FROM = "moderate"


@dataclass(frozen=True)
class Call:
    """A reminder with what calls for it: tasks that it carries out, findings from the highest down, systems."""

    reminder: Reminder
    tasks: tuple[str, ...]
    findings: tuple[Finding, ...]
    systems: tuple[System, ...]

    @property
    def rank(self) -> tuple[int, int, int, str, str]:
        """Sorts the calls, the most urgent first: the level of the highest finding, then how many findings have it."""
        if not self.findings:
            return (1 if self.systems else 3, 0, 0, "", self.reminder.id)
        highest = self.findings[0].level
        tier = 0 if at_least(highest, CALLS_FROM) else 1 if self.systems else 2
        same = sum(finding.level == highest for finding in self.findings)
        return (tier, -LEVELS.index(highest), -same, self.findings[0].id, self.reminder.id)


@dataclass(frozen=True)
class Chosen:
    """month: its first day."""

    month: date
    call: Call


def choose_reminders(
    reminders: Iterable[Reminder],
    findings: Sequence[Finding],
    systems: Sequence[System],
    months: Sequence[date],
    due: Mapping[str, date],
) -> tuple[Chosen, ...]:
    """One reminder for each month, no subject twice, in the order of the months; fewer where fewer apply.

    reminders: those that apply to the practice; findings: of its analysis; months: first days; due: task → the day it is due.
    A reminder that carries out a task is always among them, in the month of the task. The others follow the risk, so that
    the first month gets the highest; those that name their months take one of these, or give way to the next in rank.
    """
    calls = sorted((_call(reminder, findings, systems, due) for reminder in reminders), key=lambda call: call.rank)
    placed: dict[date, Call] = {}
    anywhere: list[Call] = []
    for call in sorted(calls, key=lambda call: not call.tasks):
        if len(placed) + len(anywhere) == len(months):
            break
        named = {due[task].replace(day=1) for task in call.tasks}
        wanted = [month for month in months if month in named or month.month in call.reminder.months]
        free = next((month for month in wanted if month not in placed), None)
        if free:
            placed[free] = call
        elif call.tasks or not call.reminder.months:
            anywhere.append(call)
    left = [month for month in months if month not in placed]
    placed |= dict(zip(left, sorted(anywhere, key=lambda call: call.rank), strict=False))
    return tuple(Chosen(month, placed[month]) for month in months if month in placed)


def _call(reminder: Reminder, findings: Sequence[Finding], systems: Sequence[System], due: Mapping[str, date]) -> Call:
    called = [finding for finding in findings if finding.scenario in reminder.scenarios]
    return Call(
        reminder,
        tuple(task for task in reminder.tasks if task in due),
        tuple(sorted(called, key=lambda finding: (-LEVELS.index(finding.level), finding.id))),
        tuple(system for system in systems if system.kind in reminder.systems),
    )
