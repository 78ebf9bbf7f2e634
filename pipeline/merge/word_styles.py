"""What styles, defaults and lists of a Word file make of a run or a paragraph, so that looks compare across programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from pipeline.render.parts import W

ON = {"1", "true", "on"}
SWITCHES = ("b", "i", "caps", "smallCaps", "vanish")
COLOURS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "green": "00FF00",
    "magenta": "FF00FF",
    "red": "FF0000",
    "yellow": "FFFF00",
    "white": "FFFFFF",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "darkGray": "808080",
    "lightGray": "C0C0C0",
}
ALIGNED = {"start": "", "left": "", "end": "right", "distribute": "both"}
# programs round lengths; a person moves an indent by more than this (twentieths of a point)
STEP = 60


@dataclass(frozen=True)
class Style:
    id: str
    name: str
    kind: str
    based_on: str
    run: Mapping[str, str]
    paragraph: Mapping[str, str]


@dataclass(frozen=True)
class Level:
    """One level of a list: form of its number ("bullet", "decimal"), text with %1, first number, indent and hanging."""

    form: str
    text: str = ""
    start: str = "1"
    left: str = "720"
    hanging: str = "360"


@dataclass(frozen=True)
class Styles:
    """Styles by id, defaults of the file, and its lists: number → level → what it looks like. known: answered before."""

    styles: Mapping[str, Style] = field(default_factory=dict)
    default_run: Mapping[str, str] = field(default_factory=dict)
    default_paragraph: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Mapping[int, Level]] = field(default_factory=dict)
    known: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict, compare=False)

    @cached_property
    def normal(self) -> str:
        """Id of the paragraph style that holds where none is named."""
        return next((s.id for s in self.styles.values() if s.kind == "paragraph default"), "")

    @cached_property
    def ids(self) -> dict[tuple[str, str], str]:
        """(kind, name in small letters) → id."""
        return {(style.kind.split()[0], style.name): style.id for style in self.styles.values()}

    def chain(self, id: str) -> list[Style]:
        """The style and those it is based on, the farthest first."""
        found: list[Style] = []
        while id in self.styles and self.styles[id] not in found and len(found) < 20:
            found.append(self.styles[id])
            id = found[-1].based_on
        return found[::-1]

    def of_runs(self, *ids: str) -> dict[str, str]:
        """How a run in these styles looks, before anything set by hand."""
        if ids not in self.known:
            merged = dict(self.default_run)
            for id in ids:
                for style in self.chain(id):
                    merged |= style.run
            self.known[ids] = {name: value for name, value in merged.items() if value}
        return self.known[ids]

    def of_paragraphs(self, id: str) -> dict[str, str]:
        merged = dict(self.default_paragraph)
        for style in self.chain(id):
            merged |= style.paragraph
        return merged

    def level(self, number: str, depth: str) -> Level | None:
        levels = self.lists.get(number, {})
        return levels.get(whole(depth, 8))


def read_styles(styles: etree._Element | None, numbering: etree._Element | None) -> Styles:
    """From the roots of styles.xml and numbering.xml; either may be missing."""
    found: dict[str, Style] = {}
    run: dict[str, str] = {}
    paragraph: dict[str, str] = {}
    if styles is not None:
        run = run_look(styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        paragraph = paragraph_look(styles.find(f"{W}docDefaults/{W}pPrDefault/{W}pPr"))
        for element in styles.iter(f"{W}style"):
            id, kind = element.get(f"{W}styleId", ""), element.get(f"{W}type", "paragraph")
            default = " default" if element.get(f"{W}default", "0") in ON else ""
            found[id] = Style(
                id,
                value(element, "name").lower() or id.lower(),
                kind + default,
                value(element, "basedOn"),
                run_look(element.find(f"{W}rPr")),
                paragraph_look(element.find(f"{W}pPr")),
            )
    return Styles(found, run, paragraph, _lists(numbering))


def whole(text: str | None, most: int = 1_000_000) -> int:
    """A number as files have it, 0 where it is none."""
    return min(int(text), most) if text and re.fullmatch("[0-9]{1,9}", text) else 0


def value(element: etree._Element, name: str) -> str:
    """w:val of the child of this name, or an empty text."""
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def run_look(properties: etree._Element | None) -> dict[str, str]:
    """What is set in a w:rPr but for the font, which is the house's; an empty value: switched off."""
    look: dict[str, str] = {}
    for child in properties if properties is not None else ():
        name = etree.QName(child).localname
        told = child.get(f"{W}val")
        if name in SWITCHES:
            look[name] = "on" if told is None or told in ON else ""
        elif name in ("strike", "dstrike"):
            on = told is None or told in ON
            if on or "strike" not in look:
                look["strike"] = "on" if on else ""
        elif name == "u":
            look["u"] = "" if told in (None, "none") else str(told)
        elif name == "highlight":
            look["highlight"] = COLOURS.get(str(told), "")
        elif name == "shd":
            fill = child.get(f"{W}fill", "auto").upper()
            if fill != "AUTO" or "highlight" not in look:
                look["highlight"] = "" if fill == "AUTO" else fill
        elif name == "color":
            look["color"] = str(told).upper()
        elif name == "vertAlign":
            look["vertAlign"] = "" if told == "baseline" else str(told)
        elif name == "sz":
            look["sz"] = str(told)
    return look


def paragraph_look(properties: etree._Element | None) -> dict[str, str]:
    """What is set in a w:pPr: alignment, list and depth in it, indent and first line, a new page before it."""
    look: dict[str, str] = {}
    for child in properties if properties is not None else ():
        name = etree.QName(child).localname
        if name == "jc":
            told = child.get(f"{W}val", "")
            look["jc"] = ALIGNED.get(told, told)
        elif name == "pageBreakBefore":
            look["page"] = "on" if child.get(f"{W}val", "1") in ON else ""
        elif name == "numPr":
            number, depth = value(child, "numId"), value(child, "ilvl")
            if number:
                look["number"] = number
            look["depth"] = depth or look.get("depth", "0")
        elif name == "ind":
            left = child.get(f"{W}left") or child.get(f"{W}start")
            hanging, first = child.get(f"{W}hanging"), child.get(f"{W}firstLine")
            if left is not None:
                look["left"] = left
            if hanging is not None or first is not None:
                look["first"] = f"-{hanging}" if hanging not in (None, "0") else str(first or "0")
    return look


def _lists(numbering: etree._Element | None) -> dict[str, dict[int, Level]]:
    if numbering is None:
        return {}
    abstract = {e.get(f"{W}abstractNumId", ""): _levels(e) for e in numbering.iter(f"{W}abstractNum")}
    lists: dict[str, dict[int, Level]] = {}
    for element in numbering.iter(f"{W}num"):
        levels = dict(abstract.get(value(element, "abstractNumId"), {}))
        for override in element.iter(f"{W}lvlOverride"):
            levels |= _levels(override)
        lists[element.get(f"{W}numId", "")] = levels
    return lists


def _levels(holder: etree._Element) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    for element in holder.findall(f"{W}lvl"):
        indent = paragraph_look(element.find(f"{W}pPr"))
        depth = element.get(f"{W}ilvl", "0")
        levels[whole(depth, 8)] = Level(
            value(element, "numFmt") or "decimal",
            value(element, "lvlText"),
            value(element, "start") or "1",
            indent.get("left", "720"),
            indent.get("first", "-360").lstrip("-"),
        )
    return levels


def differences(seen: Mapping[str, str], base: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What differs from the base; an empty value: the base has it and this has not."""
    names = {name for name in (*seen, *base) if seen.get(name, "") != base.get(name, "")}
    return frozenset((name, seen.get(name, "")) for name in names)


def own_look(styles: Styles, style: str, direct: Mapping[str, str]) -> tuple[frozenset[tuple[str, str]], str]:
    """(how a paragraph differs from its style, the number of its list where that differs)."""
    base = styles.of_paragraphs(style)
    seen = {**base, **direct}
    look = {name: seen.get(name, "") for name in ("jc", "page") if seen.get(name, "") != base.get(name, "")}
    styled, own = (styles.level(each.get("number", ""), each.get("depth", "0")) for each in (base, seen))
    form, depth = (own.form, seen.get("depth", "0")) if own else ("", "0")
    listed = (styled.form, base.get("depth", "0")) if styled else ("", "0")
    number = ""
    if direct.get("number") == "0" and all(_length(direct.get(n, "0")) == _length(base.get(n, "0")) for n in ("left", "first")):
        # LibreOffice takes the list off the second style that shares one, and leaves its indent; a person's removal does not
        form, depth = listed
    if (form, depth) != listed:
        look["list"] = f"{depth} {form}" if form else ""
        number = seen.get("number", "")
    else:
        # the indent of a list comes with the list
        for name in ("left", "first"):
            stands = _length(direct.get(name) or base.get(name) or "0")
            styled_at = _length(base.get(name) or (_of_level(styled, name) if styled else "0"))
            if name in direct and abs(stands - styled_at) > STEP:
                look[name] = str(round(stands / STEP) * STEP)
    return frozenset(look.items()), number


def _of_level(level: Level, name: str) -> str:
    return level.left if name == "left" else f"-{level.hanging}"


def _length(text: str) -> int:
    try:
        return round(float(text))
    except (ValueError, OverflowError):
        return 0
