"""Progress as a page for the browser. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pipeline.errors import Problem
from pipeline.facts import printed_date
from pipeline.progress import (
    AREAS,
    DONE,
    DUE,
    LATER,
    OVERDUE,
    SOON_DAYS,
    Counts,
    Item,
    Period,
    Progress,
    TaskProgress,
    counted,
    until_review,
    waiting,
)
from pipeline.render.page import render_page

Names = dict[str, Any]
WORDS = {DONE: "Done", DUE: "Due soon", OVERDUE: "Overdue", LATER: "Later"}
# what most needs a look comes first
ORDER = (OVERDUE, DUE, LATER, DONE)
# so many of what is overdue, and of what is due soon, stand at the top
SHOWN = 12
PORTFOLIO_COLOUR = "2F3B45"


def status_page(progress: Progress) -> str:
    """The page of one practice: the same Progress always gives the same bytes."""
    names = {
        "name": progress.name,
        "edition": progress.edition,
        "today": printed_date(progress.today),
        "until": printed_date(progress.today + timedelta(SOON_DAYS)),
        "lead": _lead(progress),
        "tiles": [_tile(area, title, progress.counts[area]) for area, title in AREAS.items()],
        "review": _review(progress),
        "overdue": _first(progress, OVERDUE),
        "soon": _first(progress, DUE),
        "courses": (courses := _unique(item.what for item in sorted(progress.trainings, key=lambda item: item.id))),
        "people": [_person(name, courses, items) for name, items in _by_person(progress.trainings)],
        "papers": [_papers(name, items) for name, items in _by_person(progress.papers)],
        "agreements": [_agreement(item) for item in _urgent(progress.agreements)],
        "actions": [
            _actions(state, progress.actions) for state in ORDER if any(item.state == state for item in progress.actions)
        ],
        "tasks": [_task(task) for task in _late_first(progress.tasks)],
        "states": [_state(state) for state in (DONE, DUE, OVERDUE, LATER)],
    }
    return render_page("status", names, progress.colour)


def portfolio_page(
    held: Sequence[Progress], unread: Sequence[tuple[str, Sequence[Problem]]], today: date, *, linked: bool = True
) -> str:
    """The page of all practices, in the order given; unread: those that could not be read, with their problems.

    linked: the pages of the practices stand beside it, each in a folder of its slug.
    """
    names = {
        "today": printed_date(today),
        "titles": list(AREAS.values()),
        "linked": linked,
        "practices": [_line(progress) for progress in held],
        "unread": [{"slug": slug, "problems": len(problems)} for slug, problems in unread],
    }
    return render_page("portfolio", names, PORTFOLIO_COLOUR)


# what a figure counts, where it is not simply done
DONE_WORDS = {"papers": "signed", "agreements": "in order"}
AREA_NOTE = {
    "trainings": "Training",
    "papers": "Paper to sign",
    "agreements": "Business associate agreement",
    "actions": "Step of the risk plan",
    "tasks": "Calendar task",
}


def _line(progress: Progress) -> Names:
    counts = progress.counts.values()
    return {
        "slug": progress.slug,
        "name": progress.name,
        "edition": progress.edition,
        "overdue": progress.overdue,
        "due": sum(one.due for one in counts),
        "areas": [{"done": one.done, "total": one.total, "overdue": one.overdue} for one in counts],
        "review": printed_date(progress.next_review),
    }


def _first(progress: Progress, state: str) -> Names:
    """The first of what is overdue or due; more: how many follow, which the sections of the areas show."""
    held = waiting(progress, state)
    rows = [_row(item, item.what or item.who, item.who if item.what else "", AREA_NOTE[area]) for area, item in held[:SHOWN]]
    return {"rows": rows, "more": max(len(held) - SHOWN, 0)}


def _lead(progress: Progress) -> str:
    counts = list(progress.counts.values())
    late, soon = sum(one.overdue for one in counts), sum(one.due for one in counts)
    if not (late or soon):
        return f"Nothing is overdue, and nothing falls due in the next {SOON_DAYS} days."
    began = f"{late} {'thing is' if late == 1 else 'things are'} overdue" if late else "Nothing is overdue"
    ahead = f"{soon or 'nothing'} {'fall' if soon > 1 else 'falls'}"
    return f"{began}, and {ahead} due in the next {SOON_DAYS} days."


def _review(progress: Progress) -> Names:
    return {
        "month": f"{progress.next_review:%b}",
        "year": f"{progress.next_review:%Y}",
        "text": until_review(progress),
        "sentence": f"The yearly review is due by {printed_date(progress.next_review)}: {until_review(progress)}.",
    }


def _tile(area: str, title: str, counts: Counts) -> Names:
    parts, start = [], 0.0
    for code in (DONE, OVERDUE, DUE):
        width = 100 * getattr(counts, code) / counts.total if counts.total else 0.0
        parts.append({"code": code, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    numbers = {code: getattr(counts, code) for code in ORDER}
    return {"id": area, "title": title, "total": counts.total, "word": DONE_WORDS.get(area, "done"), "parts": parts, **numbers}


def _row(item: Item, first: str, *more: str) -> Names:
    """A line of a list. first, more: what stands in it, bold and below; each is text of its own, whichever way it is written."""
    return {
        "state": _state(item.state),
        "first": first,
        "more": _unique(text for text in (*more, item.note) if text not in ("", first)),
        **_when(item),
    }


def _agreement(item: Item) -> Names:
    """An agreement is signed once and looked at again; its day is that of the next look."""
    review = {"day": item.due.isoformat(), "when": f"Review {_short(item.due)}"} if item.due else {}
    signed = f"Signed {_short(item.done)}" if item.done else ""
    return {**_row(item, item.who, item.what, signed), **review, "state": _state(item.state, "Signed")}


def _when(item: Item, word: str = "Done") -> Names:
    """The day that matters: done, or else due."""
    if item.done and item.state == DONE:
        return {"day": item.done.isoformat(), "when": f"{word} {_short(item.done)}"}
    if item.due:
        return {"day": item.due.isoformat(), "when": f"Due {_short(item.due)}"}
    return {"day": "", "when": "" if item.state == DONE else "Due now"}


def _person(name: str, courses: Sequence[str], items: Sequence[Item]) -> Names:
    cells = [[_cell(item) for item in items if item.what == course] for course in courses]
    return {"name": name, "state": _worst(item.state for item in items), "cells": cells}


def _cell(item: Item) -> Names:
    day = item.done or item.due
    return {
        "state": _state(item.state),
        "day": day.isoformat() if day else "",
        "on": _short(day) if day else "",
        "more": item.note,
    }


def _papers(name: str, items: Sequence[Item]) -> Names:
    entries = [
        {**_row(item, item.what), **_when(item, "Signed"), "state": _state(item.state, "Signed")} for item in _urgent(items)
    ]
    return {"name": name, "entries": entries, **_summed(items)}


def _actions(state: str, items: Sequence[Item]) -> Names:
    """The steps of one state, by the day on which they are due, or were done."""
    held = [item for item in items if item.state == state]
    held.sort(key=lambda item: (item.done if state == DONE else item.due) or date.min)
    return {"state": _state(state), "total": len(held), "entries": [_row(item, item.what, item.id, item.who) for item in held]}


def _task(task: TaskProgress) -> Names:
    summed, waits = _summed(task.periods), [period.due for period in task.periods if period.state != DONE]
    return {
        "title": task.title,
        "who": task.who,
        "record": task.record,
        "next": _short(min(waits)) if waits else "",
        "periods": [_period(period) for period in task.periods],
        **summed,
        "state": _state(summed["state"]),
    }


def _period(period: Period) -> Names:
    done = min((proof.day for proof in period.proofs), default=None)
    return {
        "state": _state(period.state),
        "name": _span(period.start, period.end),
        "proofs": [{"day": _short(proof.day), "file": proof.file} for proof in period.proofs],
        **_when(Item("", "", period.due, done, period.state)),
    }


def _summed(held: Iterable[Item | Period]) -> Names:
    """The figures of a group."""
    listed = list(held)
    counts = counted(listed)
    return {
        "done": counts.done,
        "due": counts.due,
        "overdue": counts.overdue,
        "total": counts.total,
        "state": _worst(one.state for one in listed),
    }


def _span(start: date, end: date) -> str:
    """A period: 'March 2027', 'January to June 2027', 'April 2026 to March 2027'."""
    if (start.year, start.month) == (end.year, end.month):
        return f"{start:%B %Y}"
    return f"{start:%B} to {end:%B %Y}" if start.year == end.year else f"{start:%B %Y} to {end:%B %Y}"


def _state(code: str, done: str = WORDS[DONE]) -> Names:
    return {"code": code, "word": done if code == DONE else WORDS[code]}


def _worst(states: Iterable[str]) -> str:
    return min(states, key=ORDER.index)


def _short(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _by_person(items: Iterable[Item]) -> list[tuple[str, list[Item]]]:
    """The items of each person in the order given; two people of one name stay two."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.person, item.who), []).append(item)
    return [(name, held) for (_, name), held in groups.items()]


def _urgent(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (ORDER.index(item.state), item.due or date.min))


def _late_first(tasks: Iterable[TaskProgress]) -> list[TaskProgress]:
    """By what needs a look, then by the day on which it is due next."""

    def key(task: TaskProgress) -> tuple[int, date, str]:
        open_days = [period.due for period in task.periods if period.state != DONE]
        return ORDER.index(_worst(period.state for period in task.periods)), min(open_days, default=date.max), task.title

    return sorted(tasks, key=key)
