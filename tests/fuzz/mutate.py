"""Damage that gets past the first door: archives whose parts were changed, XML whose elements were, JSON whose values were.

All of it follows from one Random, so that a number says again what was tried.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from random import Random
from typing import Any

from lxml import etree

from pipeline.render.parts import write_parts

# what readers stumble over: borders of numbers, signs of template languages, formulas, text that turns around, paths
TOKENS = (
    "", " ", "0", "-1", "1e309", "9" * 400, "4294967296", "NaN", "A1", "XFD1048576", "A1:XFD1048576", "A:XFD", "#REF!", "=1+1",
    "=cmd|'/c calc'!A1", "@SUM(A1)", "{{ x }}", "{% for a in b %}", "{{ 'x'*9**9 }}", "{{", "%}", "../../x", "..\\x", "C:\\x", "con",
    "\u202egnp.exe", "\u200b", "\u00e9", "e\u0301", "\U0001f600", "_x0000_", "_xD800_", "_x005F_x0041_", "2026-02-30", "9999-12-31",
    "rId1", "word/document.xml", "http://example.org/", "file:///etc/passwd", "true", "s", "inlineStr", "d", "x" * 40_000,
)  # fmt: skip
LARGEST = 1_000_000  # bytes that are put into a part at once: what is tried is the reader, and not this
NAMES = (
    "x.xml",
    "../x.xml",
    "word/vbaProject.bin",
    "xl/externalLinks/externalLink1.xml",
    "a\\b",
    "",
    "[Content_Types].xml",
    "X.XML",
)


def mutated(data: bytes, kind: str, chance: Random) -> bytes:
    """The file with some damage. kind: "zip", "json", "text" or "bytes"; what cannot be read as its kind is damaged as bytes."""
    deep = {"zip": _archive, "json": _json, "text": _text}.get(kind)
    try:
        return deep(data, chance) if deep and chance.random() < 0.85 else _bytes(data, chance)
    except Exception:
        # what is damaged already fails in every way that zipfile, lxml and json know
        return _bytes(data, chance)


def _bytes(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                changed[at : at + chance.choice((1, 2, 8, 300))] = b""
            case 2:
                changed[at:at] = changed[at : at + chance.choice((1, 8, 300))] * chance.choice((1, 2, 50))
            case 3:
                changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
            case _:
                changed[at:at] = chance.choice(TOKENS).encode("utf-8", "surrogatepass")
    return bytes(changed)


def _archive(data: bytes, chance: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    for _ in range(chance.choice((1, 1, 1, 2, 5)) if parts else 0):
        name = chance.choice(_told(parts))
        match chance.randrange(12):
            case 0:
                del parts[name]
            case 1:
                parts[chance.choice((*NAMES, chance.choice(list(parts))))] = parts[name]
            case 2:
                parts[name] = _bytes(parts[name], chance)
            case 3:
                parts[name] = parts[chance.choice(list(parts))]
            case _:
                parts[name] = _xml(parts[name], chance) if name.endswith((".xml", ".rels")) else _bytes(parts[name], chance)
        if not parts:
            break
    made = write_parts(parts)
    return _bytes(made, chance) if chance.random() < 0.03 else made


def _told(parts: dict[str, bytes]) -> list[str]:
    """Names of parts, those that say the most more often."""
    main = [name for name in parts if name.endswith(("document.xml", "workbook.xml", ".rels")) or "/worksheets/" in name]
    return [*parts, *main, *main, *main]


def _xml(part: bytes, chance: Random) -> bytes:
    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False))
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    for _ in range(chance.choice((1, 1, 2, 8))):
        element = chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(9):
            case 0 | 1:
                keys = [*element.keys(), "r", "s", "t", "ref", "val"]
                element.set(chance.choice(keys), _valid(chance))
            case 2 if element.keys():
                del element.attrib[chance.choice(element.keys())]
            case 3:
                element.text = _valid(chance)
            case 4 if parent is not None:
                parent.remove(element)
            case 5 if parent is not None:
                copies, told = chance.choice((1, 2, 200)), etree.tostring(element)
                if copies * len(told) < LARGEST:
                    parent[parent.index(element) : parent.index(element)] = [etree.fromstring(told) for _ in range(copies)]
            case 6:
                told = etree.tostring(chance.choice(elements))
                if len(told) < LARGEST // 10:
                    element.append(etree.fromstring(told))
            case 7:
                for _ in range(chance.choice((3, 50, 250))):
                    element = etree.SubElement(element, element.tag)
            case _:
                element.tag = chance.choice(elements).tag
    return etree.tostring(root, xml_declaration=True, encoding=chance.choice(("UTF-8", "UTF-8", "UTF-8", "UTF-16", "UTF-7")))


def _valid(chance: Random) -> str:
    return chance.choice(TOKENS)


def _json(data: bytes, chance: Random) -> bytes:
    value = json.loads(data)
    for _ in range(chance.choice((1, 1, 2, 6))):
        holders = [held for held in _holders(value) if held]
        if not holders:
            break
        holder: Any = chance.choice(holders)
        key: Any = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        other: Any = chance.choice(holders)
        match chance.randrange(7):
            case 0:
                del holder[key]
            case 1:
                holder[key] = chance.choice((None, True, 0, -1, 10**400, 1.0, 1e308, float("nan"), [], {}, "", [[]], {"": None}))
            case 2:
                holder[key] = chance.choice(TOKENS)
            case 3:
                holder[key] = json.loads(json.dumps(other)) if len(json.dumps(other)) < 20_000 else key
            case 4 if isinstance(holder, dict):
                holder[chance.choice((*TOKENS, "\ud800"))] = holder.pop(key)
            case 5 if isinstance(holder, list):
                holder.append(holder[key])
            case _:
                for _ in range(chance.choice((2, 39, 41, 900))):
                    holder[key] = [holder[key]]
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _holders(value: Any) -> list[Any]:
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found


def _text(data: bytes, chance: Random) -> bytes:
    lines = data.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 1, 2, 6))):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at : at + chance.choice((1, 1, 5))]
            case 1:
                lines[at:at] = lines[at : at + 1] * chance.choice((1, 2, 300))
            case 2:
                lines[at] = lines[at].replace('"', chance.choice(("", "'", '"""', "\\")), 1)
            case 3:
                place = chance.randrange(len(lines[at]) + 1)
                lines[at] = (
                    lines[at][:place]
                    + chance.choice((*TOKENS, "[", "]", "{", "}", "(" * 300, ".a" * 300, "not "))
                    + lines[at][place:]
                )
            case 4:
                words = lines[at].split(" ")
                chance.shuffle(words)
                lines[at] = " ".join(words)
            case _:
                key, sign, _ = lines[at].partition("=")
                lines[at] = f"{key}{sign} {chance.choice(('1', '-1', 'inf', 'true', '[]', '{}', '1979-05-27', '9' * 5000, 'x'))}"
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def seeded(number: int) -> Random:
    """The Random of a number."""
    return random.Random(number)
