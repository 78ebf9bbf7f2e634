"""A workbook of the next year as one of a first analysis: "Same as last year" becomes last year's answer, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pipeline.errors import Problem, without_ids
from pipeline.workbook.answers import action_answers
from pipeline.workbook.last import BECAME, LINE_PARTS, NOTHING, OPTIONAL, SAME, Last, OpenStep
from pipeline.workbook.returned import Found, Returned
from pipeline.workbook.sheets import Value

CODES = {text: code for code, text in BECAME.items()}
NO_ANSWER = "There is no answer of last year that this could mean."


@dataclass
class Resolved:
    """returned: without the words that stand for last year's answers; steps: what became of each open step, as JSON;
    open, problems: as in reading a first analysis; wheres: JSON pointer → cell."""

    returned: Returned
    steps: list[dict[str, Any]] = field(default_factory=list)
    wheres: dict[str, str] = field(default_factory=dict)
    open: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def resolve(last: Last, returned: Returned) -> Resolved:
    """What came back, as if every answer had been typed. A cell that nobody touched stays empty."""
    found = dict(returned.found)
    result = Resolved(returned)
    untouched = _untouched(last, returned)
    lines = [key.removesuffix("/same") for key in found if key.endswith("/same") and key.split("/")[0] in LINE_PARTS]
    for row in lines:
        mark = found.pop(f"{row}/same")
        if not says_same(mark.value):
            mend = f'Choose "{SAME}", or empty the cell.'
            result.problems.append(Problem(mark.where, "This is none of the answers that can stand here.", mend))
        else:
            result.problems += _take_line(last, row, mark, found)
    for key, entry in list(found.items()):
        if says_same(entry.value):
            if key in last.values:
                found[key] = replace(entry, value=last.values[key])
            else:
                result.problems.append(Problem(entry.where, NO_ANSWER, "Write or choose what is true this year."))
                del found[key]
        elif entry.value == NOTHING and key.split("/")[-1] in OPTIONAL:
            del found[key]
    result.open += [
        Problem(returned.places[key], "Last year something stood here, and nothing says whether it still holds.", mend)
        for key in untouched
        if key in returned.places
        for mend in [f'Write what is true now, or choose "{SAME}" or "{NOTHING}".']
    ]
    _Steps(last, returned, found, result).follow()
    result.returned = replace(returned, found=found, places=result.returned.places)
    return result


def says_same(value: Value) -> bool:
    return isinstance(value, str) and value.casefold().strip(" .") == SAME.casefold()


def _untouched(last: Last, returned: Returned) -> list[str]:
    """Words of last year beside a cell that is empty, in stories that are not said to be elsewhere."""
    return [
        key
        for story in last.setting.scenarios
        for key in (f"{story}/{part}" for part in OPTIONAL)
        if last.offers(key) and key not in returned.found and f"{story}/absent" not in returned.found
    ]


def _take_line(last: Last, row: str, mark: Found, found: dict[str, Found]) -> Iterator[Problem]:
    """Put last year's values into the empty cells of a line; a cell that says something else is a slip."""
    values = last.line(row)
    if not values:
        yield Problem(mark.where, NO_ANSWER, "Fill in the line.")
    for part, value in values.items():
        held = found.setdefault(f"{row}/{part}", Found(value, mark.where))
        if held.value != value and not says_same(held.value):
            what = f'The line says "{SAME}", and something else stands in this cell.'
            yield Problem(held.where, what, "Empty one of the two.")
        found[f"{row}/{part}"] = Found(value, held.where)


class _Steps:
    """Reads what became of the steps that were open, and carries on those that go on or are done."""

    def __init__(self, last: Last, returned: Returned, found: dict[str, Found], result: Resolved) -> None:
        self.last, self.given, self.found, self.result = last, returned, found, result
        self.places = dict(returned.places)

    def follow(self) -> None:
        for step in self.last.steps:
            self.step(step)
        self.result.returned = replace(self.result.returned, places=self.places)

    def step(self, step: OpenStep) -> None:
        cells = {part: self.found.pop(f"{step.key}/{part}", None) for part in ("became", "date", "text", "who")}
        place = self.place(step, "became")
        if cells["became"] is None:
            self.missing(place, "It is not said what became of this step.", "Choose from the list.")
            return
        became = CODES.get(str(cells["became"].value))
        if became is None:
            mend = "Choose one of the entries of the list in this cell."
            self.wrong(place, "This is none of the answers that can stand here.", mend)
            return
        day = cells["date"].value if cells["date"] and isinstance(cells["date"].value, date) else None
        text = str(cells["text"].value) if cells["text"] else None
        if became in ("open", "in_progress") and day is None and step.action.due > self.last.setting.day:
            day = step.action.due  # the day that was set then is still ahead
        self.complete(step, became, day, text)
        here = step.asked and f"{step.finding.scenario}/absent" not in self.found
        if became in ("open", "in_progress") and not here:
            mend = "Choose Done or Given up. If it is still to be done, write it on the sheet Steps under another story."
            self.wrong(place, "The story of this step is not asked here any more, so the step cannot go on under it.", mend)
        elif became != "given_up" and here:
            self.carry(step, became, day, text, cells["who"])
        self.record(step, became, day, text)

    def complete(self, step: OpenStep, became: str, day: date | None, text: str | None) -> None:
        """What each answer needs beside itself."""
        at, beside = self.place(step, "date"), self.place(step, "text")
        if became == "done":
            if day is None:
                self.missing(at, "It is not said when it was done.", "Enter the date.")
            elif day > self.last.setting.day:
                self.wrong(at, "The step is done on a day after the analysis.", 'Choose "Still open", or correct the date.')
            if text is None:
                self.missing(beside, "It is not said where the proof is kept.", "Write it down: the log, the file, the setting.")
        elif became == "given_up":
            if text is None:
                self.missing(beside, "It is not said why the step is given up.", "Say why, and what protects instead.")
        elif day is None:
            self.missing(at, "The day by which it was due has come, and no new one is set.", "Enter the new date.")

    def carry(self, step: OpenStep, became: str, day: date | None, text: str | None, who: Found | None) -> None:
        """The step as one of this year, under a key of its own; messages name the cells in which it was answered."""
        key = f"carried/{self.last.steps.index(step) + 1:03}"
        done = became == "done"
        action = replace(
            step.action,
            status=became,
            due=step.action.due if done or day is None else day,
            done_on=day if done else None,
            evidence=text if done else step.action.evidence,
        )
        cells = action_answers(key, step.finding.scenario, action, self.last.setting.words)
        for name, value in cells:
            part = name.rpartition("/")[2]
            source = {"due": "date", "done": "date", "evidence": "text", "owner": "who"}.get(part, "became")
            if part in ("due", "done") and day is None:
                continue  # that it is missing is said already
            self.places[name] = self.place(step, source)
            if value is not None:
                self.found[name] = Found(value, self.places[name])
        if who:
            self.found[f"{key}/owner"] = who

    def record(self, step: OpenStep, became: str, day: date | None, text: str | None) -> None:
        entry = {
            "finding": step.finding.id,
            "what": step.action.what,
            "became": became,
            ("on" if became in ("done", "given_up") else "due"): day.isoformat() if day else None,
            ("evidence" if became == "done" else "why"): text,
        }
        pointer = f"/followed_up/steps/{len(self.result.steps)}"
        self.result.wheres[pointer] = self.place(step, "became")
        for name, part in (("on", "date"), ("due", "date"), ("evidence", "text"), ("why", "text")):
            self.result.wheres[f"{pointer}/{name}"] = self.place(step, part)
        self.result.steps.append({name: value for name, value in entry.items() if value is not None})

    def place(self, step: OpenStep, part: str) -> str:
        key = f"{step.key}/{part}"
        return self.given.places.get(key, f"the cell {without_ids(key)}, which is not in this workbook")

    def missing(self, where: str, what: str, mend: str) -> None:
        self.result.open.append(Problem(where, what, mend))

    def wrong(self, where: str, what: str, mend: str) -> None:
        self.result.problems.append(Problem(where, what, mend))
