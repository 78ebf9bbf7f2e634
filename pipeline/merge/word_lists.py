"""Lists that a person began in an edited file, begun again in the generated one."""

from __future__ import annotations

from lxml import etree

from pipeline.merge.word_relations import add_relation, declare
from pipeline.merge.word_styles import Level, Styles
from pipeline.render.parts import W, parse, serialize

CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
PART = "word/numbering.xml"
FORMS = ("bullet", "decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman")


def list_number(parts: dict[str, bytes], main: str, edited: Styles, number: str, made: dict[str, str]) -> str:
    """Number in the generated file of the list that has this number in the edited one; made: those begun so far."""
    if number in made:
        return made[number]
    name = next((part for part in parts if part.endswith("/numbering.xml")), "")
    if not name:
        name = PART
        parts[name] = serialize(etree.Element(f"{W}numbering", nsmap={"w": W[1:-1]}))
        add_relation(parts, main, "numbering", name)
        declare(parts, name, CONTENT)
    root = parse(parts[name])
    abstract = _next(root, "abstractNum", "abstractNumId", 0)
    element = etree.Element(f"{W}abstractNum", {f"{W}abstractNumId": abstract})
    etree.SubElement(element, f"{W}multiLevelType", {f"{W}val": "hybridMultilevel"})
    for depth, level in sorted(edited.lists.get(number, {}).items())[:9]:
        _level(element, depth, level)
    before = root.findall(f"{W}abstractNum")
    # the schema wants all definitions before the first list
    root.insert(root.index(before[-1]) + 1 if before else 0, element)
    made[number] = _next(root, "num", "numId", 1)
    listed = etree.Element(f"{W}num", {f"{W}numId": made[number]})
    etree.SubElement(listed, f"{W}abstractNumId", {f"{W}val": abstract})
    lists = root.findall(f"{W}num")
    root.insert(root.index(lists[-1]) + 1 if lists else root.index(element) + 1, listed)
    parts[name] = serialize(root)
    return made[number]


def _next(root: etree._Element, tag: str, attribute: str, least: int) -> str:
    used = [each.get(f"{W}{attribute}", "") for each in root.findall(f"{W}{tag}")]
    return str(max([least - 1, *(int(each) for each in used if each.isdecimal())]) + 1)


def _level(holder: etree._Element, depth: int, level: Level) -> None:
    element = etree.SubElement(holder, f"{W}lvl", {f"{W}ilvl": str(depth)})
    text = level.text
    form = level.form if level.form in FORMS else "decimal"
    if level.form == "bullet":
        # bullets of symbol fonts are letters that the house font has not got
        text = text if text in ("•", "–", "-", "*") else "•"
    for name, told in (("start", _number(level.start, "1")), ("numFmt", form), ("lvlText", text), ("lvlJc", "left")):
        etree.SubElement(element, f"{W}{name}", {f"{W}val": told})
    indent = etree.SubElement(element, f"{W}pPr")
    etree.SubElement(indent, f"{W}ind", {f"{W}left": _number(level.left, "720"), f"{W}hanging": _number(level.hanging, "360")})


def _number(text: str, otherwise: str) -> str:
    return text if text.isdecimal() and len(text) <= 5 else otherwise
