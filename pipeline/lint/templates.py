"""All templates and all texts of the catalogue, each against the names that it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields, is_dataclass, replace

from pipeline.assessment.proposals import Acceptance, Weighing
from pipeline.binder import TEMPLATES
from pipeline.catalog import Catalog, Form, Policy, Report, Scenario
from pipeline.check.scenarios import place_of
from pipeline.context import names_class
from pipeline.errors import Problem, did_you_mean
from pipeline.facts import FACTS, PHRASES
from pipeline.guide_names import GuideNames, GuideTexts
from pipeline.lint.excel import check_excel_template
from pipeline.lint.mentions import check_mentions
from pipeline.lint.names import KnownNames, check_text
from pipeline.lint.returned import Columns, check_returned
from pipeline.lint.word import check_word_template
from pipeline.loading import read_bounded
from pipeline.materials import Guide
from pipeline.names import CommonNames, DividerNames, FrontNames, ProfileNames
from pipeline.plan import GUIDE_TEMPLATE
from pipeline.reminder_names import MessageNames
from pipeline.render.text import office_text
from pipeline.workbook_names import NextYearNames
from pipeline.workspace import Workspace

MAX_TEMPLATE = 20_000_000
# files of the catalogue with texts for people
MATERIAL = ("courses", "slides", "questions", "reminders", "guides", "papers", "steps", "duties")
# texts of the risk workbook that only the next year's has
NEXT_YEAR = ("again", "again_inventory", "news", "before", "retired")


def known_names(catalog: Catalog, shape: type[ProfileNames]) -> KnownNames:
    """What a template with the names `shape` may use."""
    groups = {
        "facts": FACTS,
        "names": PHRASES,
        "number": frozenset(catalog.numbers),
        "clause": catalog.clauses,
    }
    return KnownNames(shape, groups)


@dataclass(frozen=True)
class Checked:
    """What the lint says of one template. columns: of a sound workbook, sheet → heading or question → its column."""

    problems: tuple[Problem, ...]
    columns: Mapping[str, Columns] = field(default_factory=dict)


def check_template(data: bytes, shown: str, known: KnownNames) -> Checked:
    """Every defect of one template file, a workbook or a Word file by its ending. Pure."""
    if shown.endswith(".docx"):
        return Checked(tuple(check_word_template(data, shown, known)))
    problems, columns = check_excel_template(data, shown, known)
    return Checked(tuple(problems), columns)


def check_templates(workspace: Workspace, catalog: Catalog, executor: Executor) -> Iterator[Problem]:
    """Every defect of templates and catalogue texts. executor: who looks at the templates."""
    wanted: dict[str, type[CommonNames]] = dict.fromkeys(TEMPLATES, FrontNames)
    wanted["divider.docx"] = DividerNames
    wanted |= {"paper-portrait.docx": CommonNames, "paper-landscape.docx": CommonNames}
    documents: list[Policy | Form | Report] = [*catalog.reports, *catalog.policies, *catalog.forms]
    wanted |= {entry.template: names_class(entry) for entry in documents if entry.template}
    wanted |= {GUIDE_TEMPLATE: GuideNames} if catalog.guides else {}
    present = {path.name: path for path in workspace.template_files()}
    for name in sorted(set(wanted) - set(present)):
        folder = workspace.templates if name.endswith(".docx") else workspace.forms
        yield Problem(workspace.shown(folder / name), "The template is missing.", did_you_mean(name, set(present) - set(wanted)))
    held: dict[str, bytes] = {}
    for name, path in present.items():
        shown = workspace.shown(path)
        if name not in wanted and path.stem in catalog.documents:
            continue  # of a withdrawn document, kept for its history
        if name not in wanted:
            yield Problem(shown, "The catalogue does not use this template.", "Name it there, or move it away.", warning=True)
            continue
        data, problems = read_bounded(path, shown, MAX_TEMPLATE)
        yield from problems
        if not problems:
            held[name] = data
    waiting = {
        name: executor.submit(check_template, data, workspace.shown(present[name]), known_names(catalog, wanted[name]))
        for name, data in held.items()
    }
    checked = {name: future.result() for name, future in waiting.items()}
    yield from (problem for one in checked.values() for problem in one.problems)
    sound = [name for name, one in checked.items() if not one.problems]
    yield from check_returned(catalog, {name: checked[name].columns for name in sound if name.endswith(".xlsx")})
    yield from check_mentions(catalog, ((workspace.shown(present[name]), office_text(held[name])) for name in sound))
    yield from check_catalog_texts(catalog)


def check_catalog_texts(catalog: Catalog) -> Iterator[Problem]:
    """Defects of the names in braces in the texts of the catalogue."""
    printed = [
        *((f"catalog/catalog.toml, {s.folder}", s.intro) for s in catalog.sections),
        *((f"catalog/catalog.toml, {r.id}", r.summary) for r in catalog.reports),
        *((f"catalog/policies.toml, {p.id}", text) for p in catalog.policies for text in (p.summary, p.audience)),
        *((f"catalog/tasks.toml, {t.id}", text) for t in catalog.tasks for text in (t.step, t.when)),
        *((f"catalog/forms.toml, {f.id}", text) for f in catalog.forms for text in (f.purpose, *f.how)),
        *(
            (f"catalog/{name}.toml, {entry.id}", text)
            for name in MATERIAL
            for entry in getattr(catalog, name)
            for text in _strings(replace(entry, part=(), check=()) if isinstance(entry, Guide) else entry)
        ),
    ]
    guided = [(f"catalog/guides.toml, {g.id}", text) for g in catalog.guides for text in _strings((g.part, g.check))]
    asked = [
        *((place_of(s), text) for s in catalog.scenarios for text in _scenario_texts(s)),
        *((f"catalog/safeguards.toml, {s.id}", text) for s in catalog.safeguards for text in (s.title, s.text, s.action)),
        *((f"catalog/catalog.toml, workbook.{n}", text) for n, texts in catalog.workbook.items() for text in texts),
    ]
    again = [entry for entry in asked if entry[0].rpartition(".")[2] in NEXT_YEAR]
    proposed = [(f"catalog/catalog.toml, proposal.{name}", text) for name, text in catalog.proposal.items()]
    written = [("catalog/catalog.toml, remind", text) for text in _strings(catalog.remind)]
    weighed = KnownNames(Acceptance, {}), KnownNames(Weighing, {})
    for texts, known in (
        (printed, known_names(catalog, CommonNames)),
        (guided, known_names(catalog, GuideTexts)),
        ([entry for entry in asked if entry not in again], known_names(catalog, ProfileNames)),
        (again, known_names(catalog, NextYearNames)),
        (written, known_names(catalog, MessageNames)),
        ([entry for entry in proposed if "accept" in entry[0]], weighed[0]),
        ([entry for entry in proposed if "accept" not in entry[0]], weighed[1]),
    ):
        yield from check_mentions(catalog, texts)
        for where, text in texts:
            for defect in check_text(text, known):
                yield Problem(where, defect.what, defect.mend)


def _strings(value: object) -> Iterator[str]:
    """Every text of an entry of the catalogue, its parts included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _strings(getattr(value, one.name))


def _scenario_texts(scenario: Scenario) -> Iterator[str]:
    yield from (scenario.title, scenario.narrative, scenario.vulnerability)
    for question in scenario.question:
        yield question.text
        yield from (choice.text for choice in question.choice)
