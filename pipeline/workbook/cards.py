"""The sheets with the stories: one a theme, at most twelve stories each, every story a card. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.catalog import Scenario, Theme
from pipeline.workbook.pages import heading
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text

MAX_CARDS = 12
NOT_HERE = "Not here"


def card_pages(setting: Setting, themes: Sequence[tuple[Theme, Sequence[Scenario]]]) -> Iterator[tuple[str, Sheet]]:
    """Theme sheets with their names; a theme of more than twelve stories takes several."""
    for theme, scenarios in themes:
        for start in range(0, len(scenarios), MAX_CARDS):
            name = theme.title if len(scenarios) <= MAX_CARDS else f"{theme.title} {start // MAX_CARDS + 1}"
            yield name, card_page(setting, name, theme.intro, scenarios[start : start + MAX_CARDS])


def card_page(setting: Setting, name: str, intro: str, scenarios: Sequence[Scenario]) -> Sheet:
    """One sheet of stories."""
    finished = "+".join(f'({{{s.id}/done}}<>"Open")' for s in scenarios)
    progress = f'{{{name}/done}}&" of {len(scenarios)} stories done"'
    rows = heading(name, (intro, *(setting.text(p) for p in setting.catalog.workbook["theme"])), 3, progress)
    for number, scenario in enumerate(scenarios, 1):
        rows += _card(setting, scenario, number)
    rows.append(Row((Formula(f"{name}/done", finished, "hidden"), Formula(f"{name}/of", str(len(scenarios)), "hidden"))))
    return Sheet(name, (44, 70, 30), tuple(rows))


def _card(setting: Setting, scenario: Scenario, number: int) -> Iterator[Row]:
    id = scenario.id
    questions = [f"{id}/q/{question.id}" for question in scenario.question]
    answered = "+".join(f'({{{key}}}<>"")' for key in questions)
    open_or_done = f'IF(AND({answered}={len(questions)},{{{id}/impact}}<>""),"Done","Open")'
    state = f'IF({{{id}/absent}}<>"","{NOT_HERE}",{open_or_done})'
    yield Row((Text(f"{number}   {scenario.title}", "card", 2), Formula(f"{id}/done", state, "state")), keep=True)
    yield Row((Text(setting.text(scenario.narrative), "story", 3),), keep=True)
    for question, key in zip(scenario.question, questions, strict=True):
        yield Row(
            (
                Text(setting.text(question.text), "label"),
                Entry(key, "choice", f"{id}/{question.id}", help="Choose what is true today."),
            ),
            key,
            keep=True,
        )
    yield Row(
        (
            Text("How likely is it here?", "label"),
            Entry(f"{id}/likelihood", "choice", "likelihood", help="Leave it empty to take what your answers suggest."),
            Formula(f"{id}/suggested", f'IF({{{id}/suggestion}}="","","Your answers suggest: "&{{{id}/suggestion}})', "hint"),
        ),
        f"{id}/likelihood",
        2,
        keep=True,
    )
    yield Row(
        (
            Text("How much would it hurt?", "label"),
            Entry(f"{id}/impact", "choice", "impact", help="Think of the people whose information it is, and of the practice."),
            Formula(f"{id}/level", risk_formula(f"{id}/rated", f"{id}/impact"), "level"),
        ),
        f"{id}/impact",
        keep=True,
    )
    for part, label, lines in (
        ("observed", "What is it like here? (a sentence or two)", 2),
        ("absent", "It does not apply here, because", 1),
        ("notes", "Notes", 1),
    ):
        yield Row((Text(label, "label"), Entry(f"{id}/{part}")), f"{id}/{part}", lines, keep=part != "notes")
    likelihood = f'IF({{{id}/likelihood}}="",{{{id}/suggestion}},{{{id}/likelihood}})'
    yield Row(
        (None, Formula(f"{id}/suggestion", suggestion_formula(scenario), "hidden"), Formula(f"{id}/rated", likelihood, "hidden"))
    )


def suggestion_formula(scenario: Scenario) -> str:
    """The likelihood that the answers suggest, in the words of the list, or nothing while one is missing."""
    keys = {question.id: f"{scenario.id}/q/{question.id}" for question in scenario.question}
    missing = ",".join(f'{{{key}}}=""' for key in keys.values())
    ranks = ",".join(
        f"INDEX({{list:{scenario.id}/{question}/rank}},MATCH({{{key}}},{{list:{scenario.id}/{question}}},0))"
        for question, key in keys.items()
    )
    return f'IF(OR({missing}),"",IFERROR(INDEX({{list:likelihood}},MAX({ranks})),""))'


def risk_formula(likelihood: str, impact: str) -> str:
    """The level of risk of two cells by Table I-2 of SP 800-30r1; the same as scoring.risk_level."""
    row, column = f"MATCH({{{likelihood}}},{{list:likelihood}},0)", f"MATCH({{{impact}}},{{list:impact}},0)"
    return f'IF(OR({{{likelihood}}}="",{{{impact}}}=""),"",IFERROR(INDEX({{list:risk}},({row}-1)*5+{column}),""))'
