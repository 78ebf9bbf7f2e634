"""The risk workbook of the next year: the sheets of an analysis with last year beside them, and what only it has. Pure."""

from __future__ import annotations

from dataclasses import replace

from pipeline.facts import printed_date
from pipeline.workbook.beside import beside, same_lists
from pipeline.workbook.last import BECAME, Last, OpenStep
from pipeline.workbook.make import ANALYSIS, Answers, filled, lists, pages_of
from pipeline.workbook.news import Retired, new_assets, new_facts, new_stories, retired
from pipeline.workbook.pages import heading, start_page
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text, Workbook

NEWS, BEFORE, RETIRED = "What is new", "Earlier steps", "No longer asked"


def next_workbook(last: Last, known: Answers, proposed: Answers) -> Workbook:
    """The workbook; known, proposed: as for a first analysis."""
    setting = last.setting
    words = setting.catalog.workbook
    inventory = tuple(setting.text(paragraph, last=last.day) for paragraph in words["again_inventory"])
    told = replace(setting, catalog=replace(setting.catalog, workbook={**words, "inventory": inventory}))
    pages, new, gone = pages_of(told, known, proposed), new_stories(last), retired(last)
    held = tuple(beside(sheet, last, new) for sheet in (*pages.front, *pages.cards, *pages.back))
    front, rest = held[: len(pages.front)], held[len(pages.front) :]
    news = news_page(last, new, gone)
    before = (steps_page(last),) if last.steps else ()
    after = (retired_page(last, gone),) if gone else ()
    since = [(NEWS, "", ""), *((BEFORE, f"{BEFORE}/done", f"{BEFORE}/of") for _ in before)]
    parts = [(f"Since {last.day}", since), *pages.parts]
    parts += [("For the record", [(RETIRED, "", "")])] if gone else []
    title = f"Risk analysis of {setting.profile.practice.name}"
    paragraphs = (*words["start"][:1], *(setting.text(p, last=last.day) for p in words["again"]), *words["start"][1:])
    start = start_page(setting, title, paragraphs, parts)
    sheets = (start, news, *before, *front, *rest, *after)
    named = lists(setting)
    named |= {"became": tuple(BECAME.values()), "became/over": (BECAME["done"], BECAME["given_up"])}
    named |= same_lists(sheets, named)
    made = Workbook(ANALYSIS, setting.profile.practice.slug, title, setting.day, named, sheets, last.mark)
    return filled(made, known, proposed)


def steps_page(last: Last) -> Sheet:
    """What became of the steps that were open."""
    setting = last.setting
    rows = heading(BEFORE, (setting.text(p, last=last.day) for p in setting.catalog.workbook["before"]), 9)
    heads = (
        *("No.", "Story", "What was to be done", "Who", "By"),
        *("What became of it?", "Done on, or new day", "Where the proof is kept, or why it is given up"),
        "Who does it now, if somebody else",
    )
    rows.append(Row(tuple(Text(head, "head") for head in heads)))
    top = len(rows)
    titles = {scenario.id: scenario.title for scenario in setting.catalog.scenarios}
    for step in last.steps:
        rows.append(_step(last, step, titles.get(step.finding.scenario, "")))
    counted = f'COUNTIF({{{last.steps[0].key}/became}}:{{{last.steps[-1].key}/became}},"?*")'
    rows.append(Row((Formula(f"{BEFORE}/done", counted, "hidden"), Formula(f"{BEFORE}/of", str(len(last.steps)), "hidden"))))
    return Sheet(BEFORE, (9, 30, 48, 20, 14, 15, 14, 36, 20), tuple(rows), heading=top, landscape=True)


def _step(last: Last, step: OpenStep, title: str) -> Row:
    action = step.action
    story = f"{step.finding.scenario} {title}".strip() + ("" if step.asked else " (no longer asked)")
    by = printed_date(action.due) + (" (under way)" if action.status == "in_progress" else "")
    return Row(
        (
            Text(step.finding.id),
            Text(story),
            Text(action.what),
            Text(last.person(action.owner)),
            Text(by),
            Entry(f"{step.key}/became", "choice", "became" if step.asked else "became/over"),
            Entry(f"{step.key}/date", "date"),
            Entry(f"{step.key}/text"),
            Entry(f"{step.key}/who", "choice", "person"),
        ),
        step.key,
        2,
    )


def news_page(last: Last, new: dict[str, str], gone: tuple[Retired, ...]) -> Sheet:
    """What is otherwise than last year; to be read."""
    setting = last.setting
    rows = heading(NEWS, (setting.text(p, last=last.day) for p in setting.catalog.workbook["news"]), 3)
    rows += _table("Facts of the practice", ("", f"On {last.day}", "Now"))
    rows += [
        Row((Text(fact.group), Text(fact.then or "Not there.", "last"), Text(fact.now or "Not there any more.")))
        for fact in new_facts(last)
    ] or [_none()]
    added, left = new_assets(last)
    rows += _table("Where client information is", ("", f"On {last.day}", "Now"))
    rows += [Row((Text("New"), Text("Not there.", "last"), Text(text))) for text in added]
    rows += [Row((Text("Gone"), Text(text, "last"), Text("Not there any more."))) for text in left]
    rows += [] if added or left else [_none()]
    if last.changes:
        kinds = {change.id: change.title for change in setting.catalog.changes}
        rows += _table("Changes that were assessed in between", ("Day", "Change", "What it was"))
        rows += [
            Row((Text(printed_date(c.date)), Text(kinds.get(c.change, c.change), "last"), Text(c.description)))
            for c in last.changes
        ]
    rows += _table("Stories that are asked for the first time", ("Story", "Why", ""))
    rows += [Row((Text(f"{id} {setting.scenarios[id].title}"), Text(why, "new", 2))) for id, why in new.items()] or [_none()]
    rows += _table("Stories that are no longer asked", ("Story", "Why", ""))
    rows += [Row((Text(f"{entry.scenario} {entry.title}".strip()), Text(entry.why, "last", 2))) for entry in gone] or [_none()]
    return Sheet(NEWS, (44, 60, 60), tuple(rows), landscape=True)


def _table(title: str, heads: tuple[str, str, str]) -> list[Row]:
    return [Row((Text(title, "part", 3),), keep=True), Row(tuple(Text(head, "head") for head in heads), keep=True)]


def _none() -> Row:
    return Row((Text("Nothing.", "text", 3),))


def retired_page(last: Last, gone: tuple[Retired, ...]) -> Sheet:
    """Stories of last year that are not asked any more; to be seen."""
    setting = last.setting
    rows = heading(RETIRED, (setting.text(p, last=last.day) for p in setting.catalog.workbook["retired"]), 5)
    heads = ("No.", "Story", "Level then", "What was found then", "Why it is not asked any more")
    rows.append(Row(tuple(Text(head, "head") for head in heads)))
    top = len(rows)
    for entry in gone:
        story = f"{entry.scenario} {entry.title}".strip()
        texts = (entry.number, story, entry.level, entry.found, entry.why)
        rows.append(Row(tuple(Text(text, "last" if index > 1 else "text") for index, text in enumerate(texts))))
    return Sheet(RETIRED, (9, 36, 12, 70, 46), tuple(rows), heading=top, landscape=True)
