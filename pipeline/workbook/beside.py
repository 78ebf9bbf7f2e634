"""Last year's answers beside this year's empty cells: a sheet of the analysis with what was said then in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.assessment.model import FLOWS
from pipeline.workbook.last import LINE_PARTS, NOTHING, OPTIONAL, SAME, Last, line_of
from pipeline.workbook.pages import ABOUT, FACTS, INVENTORY
from pipeline.workbook.plan_pages import ACTIONS, DECISIONS, PLAN
from pipeline.workbook.sheets import Cell, Entry, Formula, Row, Sheet, Text

SAME_TEXT, SAME_OR_NOTHING = "same/text", "same/optional"
# formulas that work with answers; all others count cells, and a cell that says "Same as last year" counts
RATING = re.compile(r"/(suggestion|rated|level|left)$")
KEY = re.compile(r"\{([^{}:]+)\}")
# line sheets → the cell that, filled in, means that a line is answered
ANSWERED = {INVENTORY: FLOWS[-1], DECISIONS: "decision", PLAN: "response"}


def beside(sheet: Sheet, last: Last, new: Mapping[str, str]) -> Sheet:
    """The sheet with last year's answers. new: scenario → why it is asked for the first time."""
    if sheet.name == ACTIONS:
        return sheet
    if sheet.name in ANSWERED:
        changed = _lines(sheet, last)
    elif sheet.name == FACTS:
        changed = _facts(sheet, last)
    elif sheet.name == ABOUT:
        changed = _about(sheet, last)
    else:
        changed = _cards(sheet, last, new)
    return replace(
        changed, rows=tuple(replace(row, cells=tuple(_cell(cell, last) for cell in row.cells)) for row in changed.rows)
    )


def same_lists(sheets: tuple[Sheet, ...], lists: Mapping[str, tuple[str | int, ...]]) -> dict[str, tuple[str | int, ...]]:
    """The lists that the cells of these sheets name beside those of the analysis."""
    named = {cell.choices for sheet in sheets for row in sheet.rows for cell in row.cells if isinstance(cell, Entry)}
    found: dict[str, tuple[str | int, ...]] = {SAME_TEXT: (SAME,), SAME_OR_NOTHING: (SAME, NOTHING)}
    for name in sorted(named):
        if name.endswith("/same"):
            found[name] = (SAME, *lists[name.removesuffix("/same")])
    return found


def _cell(cell: Cell, last: Last) -> Cell:
    """An entry that can also say "Same as last year"; a formula that knows what that means."""
    if isinstance(cell, Formula) and RATING.search(cell.key):
        return replace(cell, formula=KEY.sub(lambda found: _meant(found.group(1), last), cell.formula))
    if not isinstance(cell, Entry) or not last.offers(cell.key):
        return cell
    if cell.kind == "choice":
        return replace(cell, choices=f"{cell.choices}/same")
    optional = cell.key.split("/")[-1] in OPTIONAL
    return replace(cell, choices=SAME_OR_NOTHING if optional else SAME_TEXT)


def _meant(key: str, last: Last) -> str:
    """A cell in a formula, with last year's answer in place of the words that stand for it."""
    value = last.values.get(key)
    if not isinstance(value, str):
        return f"{{{key}}}"
    literal = '"' + value.replace('"', '""') + '"'
    if row := line_of(key):
        return f'IF({{{key}}}<>"",{{{key}}},IF({{{row}/same}}="","",{literal}))'
    return f'IF({{{key}}}="{SAME}",{literal},{{{key}}})' if len(value) <= 255 else f"{{{key}}}"


def _cards(sheet: Sheet, last: Last, new: Mapping[str, str]) -> Sheet:
    """Last year's answers stand between this year's and the hints."""
    rows: list[Row] = []
    story, below = "", False
    for row in sheet.rows:
        state = next((cell for cell in row.cells if isinstance(cell, Formula) and cell.style == "state"), None)
        if state:
            story, below = state.key.removesuffix("/done"), True
            head = Text("New", "new") if story in new else Text(f"On {last.day} you said", "last head")
            title, done = row.cells
            rows.append(replace(row, cells=(title, head, _counting(done, story, last))))
        elif below:
            below = False
            then = Text(new[story], "new", 2) if story in new else Text(_standing(last, story), "last", 2)
            told = row.cells[0]
            rows.append(replace(row, cells=(replace(told, span=2) if isinstance(told, Text) else told, then)))
        elif row.key and story:
            then = Text(last.said(row.key), "last")
            rows.append(replace(row, cells=(*row.cells[:2], None if story in new else then, *row.cells[2:])))
        else:
            rows.append(row)
    return replace(sheet, rows=tuple(rows), widths=(40, 58, 48, 26), landscape=True)


def _counting(cell: Cell, story: str, last: Last) -> Cell:
    """A story is done only when the words of last year were looked at, too."""
    asked = [f"{story}/{part}" for part in OPTIONAL if last.offers(f"{story}/{part}")]
    if not isinstance(cell, Formula) or not asked:
        return cell
    impact = f'{{{story}/impact}}<>""'
    return replace(cell, formula=cell.formula.replace(impact, ",".join((impact, *(f'{{{key}}}<>""' for key in asked)))))


def _standing(last: Last, story: str) -> str:
    if story in last.absent:
        return "It did not apply here."
    finding = last.findings[story]
    waiting = sum(action.status != "done" for action in finding.actions)
    steps = f" Steps then open: {waiting}." if waiting else ""
    return f"{finding.id}: {last.level(finding).lower()} risk.{steps}"


def _wide(row: Row, columns: int, cell: Text) -> Row:
    """The row with a cell after so many columns."""
    taken = sum(getattr(held, "span", 1) for held in row.cells)
    return replace(row, cells=(*row.cells, *(None,) * (columns - taken), cell))


def _about(sheet: Sheet, last: Last) -> Sheet:
    rows: list[Row] = []
    for row in sheet.rows:
        if row.key == "about/scope":
            rows.append(Row((None, Text("This year", "head"), Text(f"On {last.day}", "last head")), keep=True))
        text = {"about/scope": last.whole.scope, "about/note": last.whole.note or ""}.get(row.key) or (
            last.said(row.key) if row.key else ""
        )
        rows.append(_wide(row, 2, Text(text, "last")) if text else row)
    return replace(sheet, rows=tuple(rows), widths=(30, 64, 60), landscape=True)


def _facts(sheet: Sheet, last: Last) -> Sheet:
    then = {f"fact/{entry.fact}": entry.statement for entry in last.whole.confirmed}
    rows: list[Row] = []
    for row in sheet.rows:
        styles = {getattr(cell, "style", "") for cell in row.cells}
        if "head" in styles:
            rows.append(_wide(row, 3, Text(f"On {last.day}", "last head")))
        elif not row.key:
            rows.append(row)
        elif row.key not in then:
            rows.append(_wide(row, 3, Text(f"New since {last.day}.", "new")))
        elif last.offers(row.key):
            rows.append(_wide(row, 3, Text("You said that this is right.", "last")))
        else:
            rows.append(_wide(row, 3, Text(f"Changed. Then: {then[row.key]}", "new")))
    return replace(sheet, rows=tuple(rows), widths=(70, 19, 36, 56), landscape=True)


def _lines(sheet: Sheet, last: Last) -> Sheet:
    """Sheets with several cells a line: a cell for "Same as last year" at its end, what was said in a line below it."""
    columns = len(sheet.widths)
    rows: list[Row] = []
    keys = [row.key for row in sheet.rows if row.key.split("/")[0] in LINE_PARTS]
    for row in sheet.rows:
        if row.key in keys:
            rows += _line(row, columns, last)
        elif any(getattr(cell, "style", "") == "head" for cell in row.cells):
            rows.append(_wide(row, columns, Text("As last year?", "head")))
        else:
            rows.append(replace(row, cells=tuple(_counted(cell, sheet.name, keys) for cell in row.cells)))
    return replace(sheet, rows=tuple(rows), widths=(*sheet.widths, 17))


def _line(row: Row, columns: int, last: Last) -> Iterator[Row]:
    said, known = last.line_said(row.key), last.line(row.key)
    same = Entry(f"{row.key}/same", "choice", SAME_TEXT, help="One click takes the whole line below over.")
    # where there is nothing to take over, a cell that stays empty keeps its place in what is counted
    end: Entry | Formula = same if known else Formula(f"{row.key}/same", '""', "hint")
    yield replace(row, cells=(*row.cells, end), keep=True)
    if said:
        yield Row((Text(said, "last", columns + 1),))
    else:
        yield Row((Text(f"New: nothing was said of it on {last.day}.", "new", columns + 1),))


def _counted(cell: Cell, sheet: str, keys: list[str]) -> Cell:
    """How many lines are answered, one way or the other."""
    if not isinstance(cell, Formula) or not keys:
        return cell
    if cell.key == f"{sheet.lower()}/done":
        answered, same = (f"{{{keys[0]}/{part}}}:{{{keys[-1]}/{part}}}" for part in (ANSWERED[sheet], "same"))
        return replace(cell, formula=f'SUMPRODUCT(--((({answered})<>"")+(({same})<>"")>0))')
    return replace(cell, formula=str(len(keys))) if cell.key == f"{INVENTORY.lower()}/of" else cell
