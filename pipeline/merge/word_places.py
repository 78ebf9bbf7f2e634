"""Where something stands in a document, as a person finds it, and what changed about it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.merge.word_model import Paragraph, Table, Unit

LONGEST = 60
WORDS = {
    "b": "bold",
    "i": "italic",
    "u": "underlined",
    "strike": "struck out",
    "highlight": "highlighted",
    "color": "coloured",
    "sz": "another size",
    "caps": "capitals",
    "smallCaps": "small capitals",
    "vanish": "hidden",
    "vertAlign": "raised or lowered",
    "jc": "aligned otherwise",
    "page": "on a new page",
    "list": "in a list",
    "left": "indented",
    "first": "first line indented",
}


def places(units: Sequence[Unit], prefix: str) -> list[str]:
    """For each unit of a body or a cell: the headings above it, the farthest first."""
    found: list[str] = []
    above: list[tuple[int, str]] = []
    for unit in units:
        if isinstance(unit, Paragraph) and unit.level and not unit.is_blank:
            above = [*(each for each in above if each[0] < unit.level), (unit.level, _short(unit.text))]
        found.append(" › ".join([*([prefix] if prefix else []), *(text for _, text in above)]))
    return found


def table_place(place: str, table: Table) -> str:
    caption = _short(table.caption)
    named = f"table {caption}" if caption and not place.endswith(caption) else "table"
    return f"{place}, {named}" if place else named


def row_places(table: Table, place: str) -> list[str]:
    """Rows are counted below the heading."""
    headings = 0
    while headings < len(table.rows) and table.rows[headings].heading:
        headings += 1
    return [
        f"{place}, row {number - headings + 1}" if number >= headings else f"{place}, heading"
        for number in range(len(table.rows))
    ]


def cell_place(table: Table, column: int, place: str) -> str:
    """Said where the table has a row of headings."""
    first = table.rows[0]
    heading = _short(first.cells[column].text) if first.heading and column < len(first.cells) else ""
    return f"{place}, {heading}" if heading else place


def shown(unit: Unit, other: Unit | None = None) -> str:
    """The text of a unit, or what stands for it; beside a version with the same text, also what else is different about it."""
    text = unit.text.strip()
    if not text:
        return "an empty paragraph" if isinstance(unit, Paragraph) and unit.is_blank else "something without text"
    if other is None or not isinstance(unit, Paragraph) or not isinstance(other, Paragraph) or other.text != unit.text:
        return text
    told = []
    if unit.style != other.style:
        told.append(f"style {unit.style}")
    told += [_look(look, unit.text) for look in _marked(unit) if look not in _marked(other)]
    return f"{text} [{'; '.join(told)}]" if told else text


def _marked(unit: Paragraph) -> list[tuple[str, str, str]]:
    spans = [(name, value, span.text) for span in unit.spans for name, value in sorted(span.shown) if not span.text.isspace()]
    links = [("link", span.target, span.text) for span in unit.spans if span.link]
    atoms = [("", span.strange or span.atom.split()[0], "") for span in unit.spans if span.atom]
    return [*((name, value, "") for name, value in sorted(unit.look)), *spans, *links, *atoms]


def _look(look: tuple[str, str, str], whole: str) -> str:
    name, value, text = look
    told = WORDS.get(name, name) if value else f"not {WORDS.get(name, name)}"
    if name == "link":
        told = f"leads to {value}"
    return value if not name else (f"{told}: “{_short(text)}”" if text and text != whole else told)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
