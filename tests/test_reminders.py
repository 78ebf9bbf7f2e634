"""Twelve security reminders a year: chosen by the risks of the practice, written out, and on the log before the year begins."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from readers import page_texts
from test_truth import HARBOR, LACKING, Lack, everything_and_more

from pipeline.assessment.model import Assessment, Finding, Rating
from pipeline.binder import on_paper
from pipeline.catalog import Catalog
from pipeline.context import Inputs, names_for
from pipeline.context.reminders import reminder_months, reminder_names, year_of_reminders
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.materials import Reminder
from pipeline.pdf.convert import engine
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.reminders import choose_reminders
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

EXAMPLES = (JUNIPER, LANTERN, HARBOR)
EACH = pytest.mark.parametrize("slug", EXAMPLES)
TEXTING, SOCIAL_MEDIA = "M-18", "M-26"


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, Loaded]:
    """The three examples; the templates are checked elsewhere."""
    return {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in EXAMPLES}


@pytest.fixture(scope="module")
def inputs(practices: dict[str, Loaded]) -> dict[str, Inputs]:
    return {slug: to_inputs(loaded) for slug, loaded in practices.items()}


def finding(id: str, scenario: str, level: str) -> Finding:
    """A finding whose risk has this level."""
    return Finding(
        id, scenario, {}, (), "moderate" if level == "moderate" else level, level, "mitigate", (), Rating("low", "low")
    )


def reminder(id: str, *scenarios: str, **what: Any) -> Reminder:
    return Reminder(id, id, (), (), (), scenarios, **what)


def chosen(inputs: Inputs) -> list[str]:
    return [one.call.reminder.id for one in year_of_reminders(inputs)]


def with_facts(inputs: Inputs, change: Callable[[dict[str, Any]], None], *findings: Finding) -> Inputs:
    """The practice after a change of its profile, with these findings in place of its own."""
    raw = copy.deepcopy(dict(inputs.raw))
    change(raw)
    analysis: Assessment = replace(inputs.assessment, findings=findings)
    return replace(inputs, profile=structure(raw, Profile), raw=raw, plan=make_plan(inputs.catalog, raw), assessment=analysis)


def texts_of(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(reminder, text) of all that apply, whether chosen or not, with and without the stricter clauses."""
    for strict in (False, True):
        stated = replace(inputs)
        stated.__dict__["clauses"] = dict.fromkeys(inputs.catalog.clauses, strict)
        for one in inputs.catalog.reminders:
            if stated.holds(one.applies_when) and any(stated.plan.get(policy) for policy in one.policies):
                for text in (one.title, *one.text, *one.do):
                    yield one.id, stated.text(text)


# --- which ones


@EACH
def test_there_is_one_for_each_of_twelve_months_and_no_subject_twice(inputs: dict[str, Inputs], slug: str) -> None:
    """Twelve months in a row, from the first that is due on, each with a reminder of its own."""
    year = year_of_reminders(inputs[slug])
    months = [one.month for one in year]
    numbers = [month.year * 12 + month.month for month in months]
    assert numbers == list(range(numbers[0], numbers[0] + 12))
    assert inputs[slug].as_of.replace(day=1) <= months[0]
    assert (months[0] - inputs[slug].as_of).days < 31
    assert len({one.call.reminder.id for one in year}) == len({one.call.reminder.title for one in year}) == 12


@EACH
def test_the_choice_does_not_hang_on_the_order_of_anything(inputs: dict[str, Inputs], slug: str) -> None:
    """The same practice gets the same reminders, however its findings, its systems and the bank are sorted."""
    before, shuffled = inputs[slug], random.Random(7)
    mixed = {name: shuffled.sample(list(each), len(each)) for name, each in _parts(before).items()}
    after = replace(
        before,
        catalog=replace(before.catalog, reminders=tuple(mixed["reminders"])),
        assessment=replace(before.assessment, findings=tuple(mixed["findings"])),
        profile=replace(before.profile, systems=tuple(mixed["systems"])),
    )
    assert mixed["reminders"] != list(before.catalog.reminders)
    assert chosen(after) == chosen(before)


def _parts(inputs: Inputs) -> dict[str, Any]:
    return {
        "reminders": inputs.catalog.reminders,
        "findings": inputs.assessment.findings,
        "systems": inputs.profile.systems,
    }


@EACH
def test_the_highest_risk_comes_first(inputs: dict[str, Inputs], slug: str) -> None:
    """But for what has a month of its own, each month's reason weighs no more than that of the month before."""
    year = year_of_reminders(inputs[slug])
    free = [one.call.rank for one in year if not (one.call.tasks or one.call.reminder.months)]
    assert len(free) > 8
    assert free == sorted(free)


def test_the_first_month_is_about_the_only_very_high_finding(inputs: dict[str, Inputs]) -> None:
    """In the first example phishing is the only very high risk; the first reminder says so."""
    (worst,) = [one for one in inputs[JUNIPER].assessment.findings if one.level == "very_high"]
    first = reminder_names(inputs[JUNIPER], year_of_reminders(inputs[JUNIPER])[0], None)
    assert first.why == f"Very high risk: {worst.id}"


@EACH
def test_social_media_has_its_month(inputs: dict[str, Inputs], slug: str) -> None:
    """SEC-27 asks for one reminder a year (T-274): it stands in the month in which the calendar has it."""
    (social,) = [one for one in year_of_reminders(inputs[slug]) if one.call.reminder.id == SOCIAL_MEDIA]
    month = (inputs[slug].profile.review_month + 1) % 12 + 1
    assert social.month.month == month
    assert "SEC-27" in reminder_names(inputs[slug], social, None).why


def test_a_practice_without_texts_hears_nothing_about_them(inputs: dict[str, Inputs]) -> None:
    """A finding about texts calls for the reminder, but not where nobody writes any; the control: with texting it comes first."""
    asked = finding("RA-001", "SC-009", "very_high")

    def no_texting(raw: dict[str, Any]) -> None:
        raw["ways_of_working"]["client_texting"] = False
        raw["systems"] = [system for system in raw["systems"] if system["kind"] != "texting"]

    assert chosen(with_facts(inputs[JUNIPER], lambda raw: None, asked))[0] == TEXTING
    assert TEXTING not in chosen(with_facts(inputs[JUNIPER], no_texting, asked))


def test_without_findings_the_systems_are_the_reason(inputs: dict[str, Inputs]) -> None:
    """A system calls for its reminder, and the reason names it."""
    quiet = with_facts(inputs[JUNIPER], lambda raw: None)
    reasons = {one.call.reminder.id: reminder_names(quiet, one, None).why for one in year_of_reminders(quiet)}
    assert reasons[TEXTING] == "In use here: Spruce"
    assert len(reasons) == 12


def test_a_low_finding_gives_way_to_a_system_and_goes_before_nothing() -> None:
    """In this order: findings from moderate up, systems, low findings, the rest."""

    class Kind:
        kind = "fax"

    bank = [reminder("M-01"), reminder("M-02", "SC-2"), reminder("M-03", systems=("fax",)), reminder("M-04", "SC-4")]
    findings = [finding("RA-2", "SC-2", "low"), finding("RA-4", "SC-4", "moderate")]
    months = [date(2027, number, 1) for number in (1, 2, 3, 4)]
    year = choose_reminders(bank, findings, [Kind()], months, {})  # type: ignore[list-item]
    assert [one.call.reminder.id for one in year] == ["M-04", "M-03", "M-02", "M-01"]


def test_what_names_its_months_stands_there_or_gives_way() -> None:
    """Two reminders for the same month only: the graver one gets it, the other is left out, and no month stays empty."""
    bank = [reminder("M-01", "SC-1", months=(3,)), reminder("M-02", "SC-2", months=(3,)), reminder("M-03"), reminder("M-04")]
    findings = [finding("RA-1", "SC-1", "high"), finding("RA-2", "SC-2", "very_high")]
    months = [date(2027, number, 1) for number in (1, 2, 3)]
    year = choose_reminders(bank, findings, [], months, {})
    assert [(one.month.month, one.call.reminder.id) for one in year] == [(1, "M-03"), (2, "M-04"), (3, "M-02")]


def test_a_task_keeps_its_reminder_though_every_risk_is_higher() -> None:
    """With one month left the task wins; in a month that is not among the year's it stands in any."""
    bank = [reminder("M-01", "SC-1"), reminder("M-02", tasks=("T-274",))]
    high = [finding("RA-1", "SC-1", "very_high")]
    for due in (date(2027, 1, 7), date(2029, 1, 7)):
        (only,) = choose_reminders(bank, high, [], [date(2027, 1, 1)], {"T-274": due})
        assert only.call.reminder.id == "M-02"
    (other,) = choose_reminders(bank, high, [], [date(2027, 1, 1)], {})
    assert other.call.reminder.id == "M-01"


# --- what they say


@EACH
def test_each_is_short_enough_to_be_read_between_two_sessions(inputs: dict[str, Inputs], slug: str) -> None:
    """Text and tasks together have 110 to 200 words, and there are two or three things to do."""
    lengths: dict[str, int] = {}
    for one in inputs[slug].catalog.reminders:
        if inputs[slug].holds(one.applies_when):
            lengths[one.id] = sum(len(inputs[slug].text(text).split()) for text in (*one.text, *one.do))
            assert len(one.do) in (2, 3)
    assert {id: words for id, words in lengths.items() if not 110 <= words <= 200} == {}
    assert len(lengths) >= 25


@EACH
def test_each_names_its_rule_and_no_document_that_is_not_there(inputs: dict[str, Inputs], slug: str) -> None:
    """A policy of this package stands in the text of each, and every policy, form and log it names is part of the package."""
    named: dict[str, set[str]] = {}
    for id, text in texts_of(inputs[slug]):
        named.setdefault(id, set()).update(re.findall(r"\b(?:SEC|F|L|R)-\d\d\b", text))
    held = {artifact.id for artifact in inputs[slug].plan.artifacts}
    policies = {one.id: set(one.policies) for one in inputs[slug].catalog.reminders}
    assert {id: found - held for id, found in named.items() if found - held} == {}
    assert [id for id, found in named.items() if not found & policies[id]] == []


@EACH
def test_the_words_of_the_practice_are_used(inputs: dict[str, Inputs], slug: str) -> None:
    """A practice that says patient reads patient; no brace and no double blank is left."""
    served = inputs[slug].profile.practice.people_served
    text = " ".join(text for _, text in texts_of(inputs[slug]))
    other = {"client": "patient", "patient": "client"}[served]
    assert re.search(rf"\b{served}\b", text)
    assert not re.search(rf"\b{other}s?\b", text)
    assert not re.search(r"[{}]|  | [.,;:]", text)


@pytest.mark.parametrize("lack", LACKING, ids=str)
def test_no_reminder_mentions_what_the_practice_lacks(
    project: Workspace, inputs: dict[str, Inputs], catalog: Catalog, lack: Lack
) -> None:
    """The whole bank, also what is not chosen this year: without the fact its words are gone."""
    raw = json.loads((project.practices / lack.slug / "profile.json").read_text("utf-8"))
    if lack.slug == HARBOR:
        everything_and_more(raw)
    lack.change(raw)
    without = replace(inputs[lack.slug], profile=structure(raw, Profile), raw=raw, plan=make_plan(catalog, raw))
    assert lack.found(list(texts_of(without))) == []


def test_the_bank_mentions_what_practices_have(inputs: dict[str, Inputs]) -> None:
    """The control: most of what is looked for above is there where the fact is true."""
    told = {slug: list(texts_of(inputs[slug])) for slug in (JUNIPER, HARBOR)}
    assert sum(bool(lack.found(told[lack.slug])) for lack in LACKING) >= 15


# --- where they are printed


@EACH
def test_the_log_says_what_is_due(practices: dict[str, Loaded], inputs: dict[str, Inputs], slug: str) -> None:
    """L-06 begins with twelve months, each with subject and policies, and with the day of sending left to be filled in."""
    loaded = practices[slug]
    artifact = loaded.plan.get("L-06")
    assert artifact
    data = render_excel(loaded.templates["L-06.xlsx"], primitives(names_for(inputs[slug], artifact)), loaded.look, loaded.as_of)
    (sheet,) = read_sheets(data)
    lines = [[cell.text for cell in row.cells] for row in sheet.body[1:]]
    year = [reminder_names(inputs[slug], one, None) for one in year_of_reminders(inputs[slug])]
    assert [line[:4] for line in lines[:12]] == [
        [one.month, "", one.title, ", ".join(link.id for link in one.policies)] for one in year
    ]
    assert not any(text for line in lines[:12] for text in line[4:])
    assert [f"{month:%B %Y}" for month in reminder_months(inputs[slug])] == [line[0] for line in lines[:12]]


@EACH
def test_each_reminder_stands_on_one_page(practices: dict[str, Loaded], inputs: dict[str, Inputs], slug: str) -> None:
    """From its heading to where it is entered: no heading is left alone, and most pages hold two."""
    loaded, given = practices[slug], inputs[slug]
    artifact = loaded.plan.get("TR-60")
    assert artifact
    data = render_word(loaded.templates["TR-60.docx"], primitives(names_for(given, artifact)), loaded.look, loaded.as_of)
    (pdf,) = engine("dxpdf").convert(on_paper(given, {artifact.id: data}, loaded.templates, loaded.look))
    pages = [" ".join(page.split()) for page in page_texts(pdf)]
    for one in year_of_reminders(given):
        names = reminder_names(given, one, artifact.section)
        (page,) = [text for text in pages if f"{names.month}: {names.title}" in text]
        assert names.do[-1] in page
        assert "Sent: enter it on L-06" in page.split(names.do[-1])[1]
        assert names.why in pages[0]
    assert len(pages) == 7
