"""Whether the headings, questions and choices that catalog/evidence.toml names stand in the Excel templates, letter by letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from openpyxl.workbook import Workbook

from pipeline.catalog import Catalog
from pipeline.check.evidence import FILE
from pipeline.check.references import exists
from pipeline.errors import Problem
from pipeline.evidence_catalog import Shown
from pipeline.render.excel.identity import CHOICE, Column, identify

Columns = Mapping[str, Column]


def check_returned(catalog: Catalog, templates: Mapping[str, Mapping[str, Columns]]) -> Iterator[Problem]:
    """templates: name of a sound Excel template → its columns; documents whose template is not among them are passed over."""
    named = {form.id: form.template for form in catalog.forms}
    named |= {report.id: report.template for report in catalog.reports if report.template}
    read = {entry.document for entry in catalog.returned if named.get(entry.document) in templates}
    columns = {document: templates[named[document]] for document in sorted(read)}
    for entry in catalog.returned:
        if entry.document in columns:
            where = f"{FILE}, {entry.document} {entry.sheet}"
            held = columns[entry.document].get(entry.sheet)
            if held is None:
                yield from exists(entry.sheet, columns[entry.document], where, "sheet with a table or questions")
                continue
            dated = [entry.dated] if entry.dated else []
            yield from _headings([*dated, *entry.people, *entry.past, *entry.dates, *entry.key], held, where)
    records = {task.id: task.record for task in catalog.tasks}
    for rule in catalog.shown:
        sheets = columns.get(records.get(rule.task, ""), {})
        for sheet, held in sheets.items():
            if rule.sheet in (None, sheet):
                yield from _rule(rule, held, f"{FILE}, {rule.task}")


def columns_of(template: Workbook) -> Mapping[str, Columns]:
    """Sheet → heading or question → its column, of an Excel template."""
    found = identify(template, "", "", "", date.min)
    sheets: dict[str, dict[str, Column]] = {}
    for table in found.tables:
        sheets.setdefault(table.sheet, {}).update({column.heading: column for column in table.columns})
    for asked in found.asked:
        sheets.setdefault(asked.sheet, {})[asked.column.heading] = asked.column
    return sheets


def _rule(rule: Shown, held: Columns, where: str) -> Iterator[Problem]:
    single = [heading for heading in (rule.column, rule.policy, rule.dated) if heading]
    yield from _headings([*single, *rule.filled, *rule.empty], held, where)
    column = held.get(rule.column or "")
    for word in rule.any if column and column.kind == CHOICE else ():
        yield from exists(word, column.says if column else (), where, f'choice under "{rule.column}"')


def _headings(headings: Iterable[str], held: Columns, where: str) -> Iterator[Problem]:
    for heading in headings:
        yield from exists(heading, held, where, "heading or question")
