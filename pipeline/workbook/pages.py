"""The sheets before the stories: start, who took part, the facts, the inventory. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.assessment.model import FLOWS
from pipeline.statements import Statement
from pipeline.workbook.setting import AssetRow, Setting
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text

PARTICIPANTS, SOURCES, MISSING = 14, 8, 5
START, ABOUT, FACTS, INVENTORY = "Start", "About", "Facts", "Inventory"


def heading(title: str, paragraphs: Iterable[str], span: int, progress: str = "") -> list[Row]:
    """The rows on top of a sheet. progress: formula that tells how far the sheet is."""
    rows = [Row((Text(title, "title", span),))]
    rows += [Row((Text(paragraph, "lead", span),)) for paragraph in paragraphs]
    if progress:
        rows.append(Row((Formula(f"{title}/progress", progress, "progress", span - 1), Text("Back to Start", "link", to=START))))
    return rows


def start_page(
    setting: Setting, title: str, paragraphs: Sequence[str], parts: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
) -> Sheet:
    """parts: heading → (sheet, key of its number of finished lines, key of its number of lines); no keys: only to be read."""
    rows = heading(title, (setting.text(paragraph) for paragraph in paragraphs), 5)
    everything = [entry for _, entries in parts for entry in entries if entry[1]]
    done = "+".join(f"{{{key}}}" for _, key, _ in everything)
    total = "+".join(f"{{{key}}}" for _, _, key in everything)
    rows.append(Row(()))
    rows.append(Row((Text("Sheet", "head", 2), Text("Done", "head"), Text("Of", "head"), Text("Progress", "head"))))
    for part, entries in parts:
        rows.append(Row((Text(part, "part", 5),)))
        for sheet, done_key, total_key in entries:
            if not done_key:
                rows.append(Row((Text(sheet, "link", 2, to=sheet), Text("to be read", "hint", 3))))
                continue
            rows.append(
                Row(
                    (
                        Text(sheet, "link", 2, to=sheet),
                        Formula(f"start/{sheet}/done", f"{{{done_key}}}", "number"),
                        Formula(f"start/{sheet}/of", f"{{{total_key}}}", "number"),
                        Formula(f"start/{sheet}/share", f"IF({{{total_key}}}=0,1,{{{done_key}}}/{{{total_key}}})", "share"),
                    )
                )
            )
    rows.append(
        Row(
            (
                Text("All sheets", "total", 2),
                Formula("start/done", done, "total number"),
                Formula("start/of", total, "total number"),
                Formula("start/share", "IF({start/of}=0,1,{start/done}/{start/of})", "share"),
            )
        )
    )
    return Sheet(START, (22, 30, 10, 10, 24), tuple(rows))


def about_page(setting: Setting, participants: int, sources: int) -> Sheet:
    """Scope, people, sources. participants, sources: how many stand there already."""
    rows = heading("About this analysis", (setting.text(p) for p in setting.catalog.workbook["about"]), 3)
    rows += [
        Row(
            (
                Text("What was looked at", "label"),
                Entry("about/scope", help="Systems, devices, places and people that the analysis covers."),
            ),
            "about/scope",
            5,
        ),
        Row((Text("Who took part", "head"), Text("One person a line; the Security Officer and whoever was asked.", "head", 2))),
    ]
    for number in range(1, max(PARTICIPANTS, participants + 4) + 1):
        key = f"participant/{number:03}"
        rows.append(Row((Text(f"Person {number}", "label"), Entry(key, "choice", "person")), key))
    rows.append(
        Row(
            (
                Text("Where the answers come from", "head"),
                Text("Talks, walks through the rooms, settings looked at, documents read: what, and when.", "head", 2),
            )
        )
    )
    for number in range(1, max(SOURCES, sources + 3) + 1):
        key = f"source/{number:03}"
        rows.append(Row((Text(f"Source {number}", "label"), Entry(key)), key))
    rows.append(Row((Text("Note for the consultant (printed nowhere)", "label"), Entry("about/note")), "about/note", 3))
    rows.append(
        Row(
            (
                Formula("about/done", '({about/scope}<>"")+({participant/001}<>"")+({source/001}<>"")', "hidden"),
                Formula("about/of", "3", "hidden"),
            )
        )
    )
    return Sheet(ABOUT, (30, 84, 20), tuple(rows))


def facts_page(setting: Setting, statements: Sequence[Statement]) -> Sheet:
    """Facts of the profile, to be confirmed."""
    keys = [f"fact/{statement.key}" for statement in statements]
    counted = f'COUNTIF({{{keys[0]}}}:{{{keys[-1]}}},"?*")'
    rows = heading("Facts to confirm", (setting.text(p) for p in setting.catalog.workbook["facts"]), 3)
    rows.append(Row((Text("What we hold", "head"), Text("Right or wrong?", "head"), Text("If wrong: what is right", "head"))))
    for group, held in groupby(statements, key=lambda statement: statement.group):
        rows.append(Row((Text(group, "part", 3),), keep=True))
        for statement in held:
            key = f"fact/{statement.key}"
            rows.append(Row((Text(statement.text, "text"), Entry(key, "choice", "right"), Entry(f"{key}/correction")), key))
    rows.append(Row((Formula("facts/done", counted, "hidden"), Formula("facts/of", str(len(keys)), "hidden"))))
    return Sheet(FACTS, (70, 16, 40), tuple(rows))


def inventory_page(setting: Setting, assets: Sequence[AssetRow], missing: int) -> Sheet:
    """Where ePHI is created, received, kept and sent. missing: how many entries stand below already."""
    rows = heading("Where client information is", (setting.text(p) for p in setting.catalog.workbook["inventory"]), 6)
    flow = [setting.catalog.words["flow"][name].capitalize() for name in FLOWS]
    rows.append(Row((Text("What", "head"), *(Text(word, "head") for word in flow), Text("Remark", "head"))))
    keys = [f"asset/{row.asset}" for row in assets]
    for row, key in zip(assets, keys, strict=True):
        flows = (Entry(f"{key}/{name}", "choice", "yes") for name in FLOWS)
        rows.append(Row((Text(row.text, "text"), *flows, Entry(f"{key}/note")), key))
    rows.append(Row((Text("What is missing in this list? Anything else that holds client information", "part", 6),), keep=True))
    for number in range(1, max(MISSING, missing + 3) + 1):
        key = f"missing/{number:03}"
        rows.append(Row((Entry(key),), key))
    done = f'COUNTIF({{{keys[0]}/creates}}:{{{keys[-1]}/sends}},"?*")' if keys else "0"
    rows.append(Row((Formula("inventory/done", done, "hidden"), Formula("inventory/of", str(len(keys) * len(FLOWS)), "hidden"))))
    return Sheet(INVENTORY, (46, 10, 10, 10, 10, 40), tuple(rows), landscape=True)
