"""What came back filled in: forms, logs and trackers, as records of a practice, and what they show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.catalog import Catalog, Task
from pipeline.evidence_catalog import Shown
from pipeline.practice import Profile
from pipeline.progress import Proof


@dataclass(frozen=True)
class Line:
    """A filled row of a table. values: heading of the column → what stands there; a date as YYYY-MM-DD."""

    sheet: str
    cell: str
    values: Mapping[str, str]

    def day(self, heading: str) -> date | None:
        """The date under a heading; None where nothing stands there."""
        text = self.values.get(heading, "")
        return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Record:
    """A document that came back. effective: the day it speaks for; received: the day it was filed; file: in the practice's folder.

    edition: empty where the file does not say it; person: id of whom a signed paper concerns, where it concerns one.
    """

    document: str
    edition: str
    effective: date
    received: date
    file: str
    sha256: str
    lines: tuple[Line, ...] = ()
    person: str | None = None


Entry = tuple[Record, Line]


def entries(records: Sequence[Record], document: str, sheet: str | None = None) -> tuple[Entry, ...]:
    """Every distinct line of a document over all its files, each with the first file that holds it, in the order of filing.

    A later file repeats the lines of the earlier ones; a line that was changed meanwhile counts as another.
    """
    found: dict[tuple[str, frozenset[tuple[str, str]]], Entry] = {}
    for record in _in_order(records):
        for line in record.lines if record.document == document else ():
            if sheet is None or line.sheet == sheet:
                found.setdefault((line.sheet, frozenset(line.values.items())), (record, line))
    return tuple(found.values())


def latest(
    records: Sequence[Record], document: str, key: Sequence[str], sheet: str | None = None
) -> dict[tuple[str, ...], Entry]:
    """What stands under the headings `key` → the line filed last that has it; lines in which all of them are empty are none."""
    found: dict[tuple[str, ...], Entry] = {}
    for record in _in_order(records):
        for line in record.lines if record.document == document else ():
            name = tuple(line.values.get(heading, "") for heading in key)
            if any(name) and (sheet is None or line.sheet == sheet):
                found[name] = (record, line)
    return found


def filed(records: Sequence[Record], document: str, person: str | None = None) -> tuple[Record, ...]:
    """The records of a document, of one person where one is given, by the day they speak for."""
    held = [record for record in records if record.document == document and (person is None or record.person == person)]
    return tuple(sorted(held, key=lambda record: (record.effective, record.received, record.file)))


def proofs(catalog: Catalog, profile: Profile, task: Task, records: Sequence[Record]) -> tuple[Proof, ...]:
    """The days on which a task was done, by its form or log, each with the first file that shows it, by day."""
    days: dict[date, str] = {}
    for day, record in showing(catalog, profile, task, records):
        days.setdefault(day, record.file)
    return tuple(Proof(day, file) for day, file in sorted(days.items()))


def showing(catalog: Catalog, profile: Profile, task: Task, records: Sequence[Record]) -> Iterator[tuple[date, Record]]:
    """Each entry that shows the task, as its day and its file; of a form without rules, each one that was filed."""
    rules = [rule for rule in catalog.shown if rule.task == task.id]
    dated = {entry.sheet: entry.dated for entry in catalog.returned if entry.document == task.record}
    if not rules and not any(dated.values()):
        yield from ((record.effective, record) for record in filed(records, task.record))
        return
    if not rules:
        # a log kept on paper and scanned
        yield from ((record.effective, record) for record in filed(records, task.record) if not record.lines)
    for record, line in entries(records, task.record):
        days = (_day(rule, line, record, dated) for rule in rules if _meets(rule, line, task, profile))
        # without a rule, each dated entry of a log of one task
        found = [day for day in days if day] if rules else [line.day(dated.get(line.sheet) or "")]
        yield from ((day, record) for day in found if day)


def _day(rule: Shown, line: Line, record: Record, dated: Mapping[str, str | None]) -> date | None:
    return record.effective if rule.filed else line.day(rule.dated or dated.get(line.sheet) or "")


def _meets(rule: Shown, line: Line, task: Task, profile: Profile) -> bool:
    values = line.values
    word = values.get(rule.column or "", "")
    named = {system.name for system in profile.systems if system.kind in rule.kind}
    named |= {network.name for network in profile.networks if network.kind in rule.kind}
    return (
        rule.sheet in (None, line.sheet)
        and (not rule.any or word in rule.any)
        and (not rule.kind or word in named)
        and (rule.policy is None or bool(set(task.policies) & set(re.findall(r"[A-Z]+-\d{2}", values.get(rule.policy, "")))))
        and all(values.get(heading) for heading in rule.filled)
        and not any(values.get(heading) for heading in rule.empty)
    )


def _in_order(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (record.received, record.effective, record.file))
