"""Word documents: docxtpl in a sandbox, then letterhead, colour and properties. The only module that imports docxtpl."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from html import unescape
from types import FunctionType, SimpleNamespace
from typing import Any

from docx.opc.pkgwriter import PackageWriter
from docxtpl import DocxTemplate, RichText
from lxml import etree

from pipeline.render.jinja import TemplateError, environment
from pipeline.render.look import Look, picture_size
from pipeline.render.parts import (
    DAMAGED,
    RELATIONSHIP,
    A,
    R,
    UnsafeFile,
    W,
    core_properties,
    document_keywords,
    parse,
    read_parts,
    recolour_theme,
    serialize,
    tint_of,
    write_parts,
)

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
# alternative texts of the placeholder pictures in the templates
LOGO, FIRM_LOGO = "logo of the practice", "logo of the firm"
CELL_ORDER = [
    "cnfStyle",
    "tcW",
    "gridSpan",
    "hMerge",
    "vMerge",
    "tcBorders",
    "shd",
    "noWrap",
    "tcMar",
    "textDirection",
    "tcFitText",
    "vAlign",
]


def render_word(template: bytes, names: Mapping[str, Any], look: Look, day: date, *, packed: bool = True) -> bytes:
    """The document that the template makes of these names (JSON primitives). packed: see write_parts.

    Raises jinja2.TemplateError where the template asks for a name that is not there, UnsafeFile for a bad template.
    """
    _refuse_unsafe(template)
    try:
        return finish(_filled(template, names), names, look, day, packed=packed)
    except (TemplateError, UnsafeFile):
        raise
    except Exception as error:
        # docxtpl and python-docx answer a damaged template with whatever goes wrong first
        raise UnsafeFile(DAMAGED) from error


def _filled(template: bytes, names: Mapping[str, Any]) -> dict[str, bytes]:
    document = DocxTemplate(io.BytesIO(template))
    document.patch_xml = patched
    sandbox = environment(autoescape=True)

    def link(target: Mapping[str, str], text: str = "") -> RichText:
        # a text typed into the template comes as the XML has it; RichText escapes it once more
        shown = unescape(text) or f"{target['id']} {target['title']}"
        return RichText(shown, style="Hyperlink", url_id=document.build_url_id(target["href"]))

    sandbox.globals["link"] = link
    # the properties are written below; rendering them would escape them twice
    document.render_properties = lambda *_: None
    document.render(names, sandbox, autoescape=True)
    return _parts_of(document.docx.part.package)


@lru_cache(maxsize=256)
def _refuse_unsafe(template: bytes) -> None:
    read_parts(template)


@lru_cache(maxsize=256)
def patched(xml: str) -> str:
    """The text of a part with its tags in one piece, as docxtpl does it; letterheads and dividers come again and again."""
    return str(_patch(None, xml))


class _Patterns:
    """What docxtpl uses of `re`: most of its patterns look for tags that few templates have, and each takes as long as the text."""

    DOTALL = re.DOTALL
    search = staticmethod(re.search)

    @staticmethod
    def sub(pattern: str, new: str | Callable[[re.Match[str]], str], text: str, count: int = 0, flags: int = 0) -> str:
        def replaced(piece: str) -> str:
            return re.sub(pattern, new, piece, count=count, flags=flags)

        words, element = _looks_for(pattern)
        if not any(word in text for word in words):
            return text if words else replaced(text)
        # what is found goes from the start of an element to its end, and holds a word and no other start before that
        pieces = re.split(rf"(?=<w:{element}[ >])", text) if element else [text]
        held = [max(map(piece.rfind, words)) for piece in pieces]
        if any(at > piece.rfind(f"</w:{element}>") for at, piece in zip(held, pieces, strict=True) if at >= 0):
            return replaced(text)
        return "".join(piece if at < 0 else replaced(piece) for at, piece in zip(held, pieces, strict=True))


@lru_cache(maxsize=64)
def _looks_for(pattern: str) -> tuple[tuple[str, ...], str]:
    """Words of which one stands in everything that a pattern of docxtpl finds, and the element in which; nothing if not known."""
    if found := re.search(r"\(\{%\|\{\{\)(tr|tc|p|r) ", pattern):
        return (f"{{%{found[1]} ", f"{{{{{found[1]} "), found[1]
    if found := re.search(r"\(\{#\)(tr|tc|p) ", pattern):
        return (f"{{#{found[1]} ",), found[1]
    if found := re.search(r"\{%\\s\*(colspan|cellbg|vm|hm)\\s", pattern):
        return (found[1],), "tc"
    return (("{%-",), "") if pattern.endswith("{%-") else ((), "")


# a copy of docxtpl's own function, because there is no other way to give it other patterns
_patch = FunctionType(DocxTemplate.patch_xml.__code__, {"re": _Patterns})


def _parts_of(package: Any) -> dict[str, bytes]:
    """What python-docx would write, without the archive: packing and unpacking the fonts takes longer than all the rest."""
    parts: dict[str, bytes] = {}
    pack: Any = PackageWriter
    writer = SimpleNamespace(write=lambda uri, blob: parts.__setitem__(uri.membername, blob))
    for part in package.parts:
        part.before_marshal()
    pack._write_content_types_stream(writer, package.parts)
    pack._write_pkg_rels(writer, package.rels)
    pack._write_parts(writer, package.parts)
    return parts


def finish(parts: dict[str, bytes], names: Mapping[str, Any], look: Look, day: date, *, packed: bool = True) -> bytes:
    """Letterhead, colour, properties and a reproducible archive."""
    own = names["document"]
    place_picture(parts, LOGO, look.logo, f"Logo of {names['practice']['name']}")
    place_picture(parts, FIRM_LOGO, look.firm_logo, f"Logo of {names['consultant']['title']}")
    tint = tint_of(look.colour)
    recolour_theme(parts, look.colour, tint)
    for name in [name for name in parts if name.startswith("word/") and name.endswith(".xml")]:
        root = parse(parts[name])
        _recolour(root, {"accent1": look.colour, "accent2": tint, "hyperlink": look.colour})
        for cell in root.iter(f"{W}tcPr"):
            cell[:] = sorted(cell, key=_cell_order)
        parts[name] = serialize(root)
    title = f"{own['id']} {own['title']}".strip()
    practice = names["practice"]
    keywords = document_keywords(practice["slug"], own["id"], own["edition"]) if own["id"] else ""
    parts["docProps/core.xml"] = core_properties(title, practice["name"], practice["legal_name"], day, keywords)
    return write_parts(parts, packed=packed)


def _cell_order(element: etree._Element) -> int:
    # docxtpl puts the shading of {% cellbg %} first, where the schema wants the width
    name = etree.QName(element).localname
    return CELL_ORDER.index(name) if name in CELL_ORDER else len(CELL_ORDER)


def _recolour(root: etree._Element, colours: Mapping[str, str]) -> None:
    """Write the theme's colours out beside their names, for readers that do not look at the theme."""
    for element in root.iter():
        named, filled = element.get(f"{W}themeColor", ""), element.get(f"{W}themeFill", "")
        if named in colours:
            element.set(f"{W}val" if element.tag == f"{W}color" else f"{W}color", colours[named])
        if filled in colours:
            element.set(f"{W}fill", colours[filled])


def place_picture(parts: dict[str, bytes], alt: str, png: bytes | None, new_alt: str) -> None:
    """Put the picture where the template holds one with this alternative text, or take the placeholder away.

    The picture keeps the height of the placeholder and its own proportions, and is never wider than the placeholder.
    """
    for name in [name for name in parts if name.startswith("word/") and name.endswith(".xml")]:
        if alt.encode() not in parts[name]:
            continue
        root = parse(parts[name])
        for properties in [e for e in root.iter(f"{WP}docPr") if e.get("descr") == alt]:
            drawing = next(e for e in properties.iterancestors() if e.tag == f"{W}drawing")
            blip = next(drawing.iter(f"{A}blip"))
            media = _target(parts, name, str(blip.get(f"{R}embed")))
            if png is None:
                run = drawing.getparent()
                assert run is not None
                run.remove(drawing)
                continue
            parts[media] = png
            _fit(drawing, png)
            for element in drawing.iter():
                if element.get("descr") == alt:
                    element.set("descr", new_alt)
        parts[name] = serialize(root)
    if png is None:
        _drop_unused_media(parts)


def _target(parts: Mapping[str, bytes], source: str, id: str) -> str:
    folder, file = posixpath.split(source)
    for relationship in parse(parts[f"{folder}/_rels/{file}.rels"]).iter(RELATIONSHIP):
        if relationship.get("Id") == id:
            return posixpath.normpath(posixpath.join(folder, str(relationship.get("Target"))))
    raise KeyError(id)


def _fit(drawing: etree._Element, png: bytes) -> None:
    extent = next(drawing.iter(f"{WP}extent"))
    box_width, box_height = int(str(extent.get("cx"))), int(str(extent.get("cy")))
    width, height = picture_size(png)
    scale = min(box_width / width, box_height / height)
    for element in (extent, *drawing.iter(f"{A}ext")):
        if element.get("cx"):
            element.set("cx", str(round(width * scale)))
            element.set("cy", str(round(height * scale)))


def _drop_unused_media(parts: dict[str, bytes]) -> None:
    for name in [name for name in parts if name.endswith(".rels") and name.startswith("word/")]:
        source = parts.get(name.replace("_rels/", "").removesuffix(".rels"), b"")
        root = parse(parts[name])
        for relationship in list(root):
            if str(relationship.get("Type")).endswith("/image") and f'"{relationship.get("Id")}"'.encode() not in source:
                root.remove(relationship)
        parts[name] = serialize(root)
    used = b"".join(part for name, part in parts.items() if name.endswith(".rels"))
    for name in [name for name in parts if name.startswith("word/media/")]:
        if posixpath.basename(name).encode() not in used:
            del parts[name]
