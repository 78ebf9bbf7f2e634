"""Word templates: what would reach the client unseen, what would not be rendered, what would look different elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from lxml import etree

from pipeline.errors import Problem
from pipeline.lint.names import KnownNames, check_text
from pipeline.pdf.fonts import missing_fonts, missing_glyphs
from pipeline.render.parts import UnsafeFile, W, parse, read_parts, relationships

RENDERED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
TAG = re.compile(r"\{\{|\{%|\{#")
LOOSE_TAG = re.compile(r"\{%(?:p|tr|tc|r)?\s+(if|for|endif|endfor)\b")
ALONE = re.compile(r"\{%(p|tr)\s")
CHANGES = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "sectPrChange")


@dataclass(frozen=True)
class _Paragraph:
    part: str
    text: str


def check_word_template(data: bytes, shown: str, known: KnownNames) -> Iterator[Problem]:
    """Every defect of one template file."""
    try:
        parts = read_parts(data)
        template = DocxTemplate(io.BytesIO(data))
        template.init_docx()
    except UnsafeFile as error:
        yield Problem(shown, "The template cannot be used.", str(error))
        return
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError):
        yield Problem(shown, "The template is damaged.", "Open it in Word and save it anew.")
        return
    yield from _carried(parts, shown)
    yield from _look(parts, shown)
    for name, part in parts.items():
        if RENDERED.fullmatch(name):
            yield from _texts(template, name, part, shown, known)


def _carried(parts: Mapping[str, bytes], shown: str) -> Iterator[Problem]:
    """What a reader of the template does not see, and a client would get."""
    for name, part in parts.items():
        if not name.endswith(".xml"):
            continue
        if RENDERED.fullmatch(name) and (kinds := [k for k in CHANGES if re.search(rb"<w:" + k.encode() + rb"[ />]", part)]):
            yield Problem(
                f"{shown}, {name}",
                f"It holds tracked changes ({', '.join(kinds)}).",
                "Accept or reject them in Word: Review, Accept All Changes.",
            )
        if not RENDERED.fullmatch(name) and TAG.search(part.decode("utf-8", "replace")) and not name.startswith("customXml/"):
            yield Problem(
                f"{shown}, {name}",
                "A name in braces stands where nothing is filled in.",
                "Move it into the text, a header or a footer.",
            )
    if any(name.startswith("word/comments") for name in parts):
        yield Problem(
            shown, "It holds comments; they would reach the client.", "Delete them in Word: Review, Delete All Comments."
        )
    for name, relationship in relationships(parts):
        target, kind = str(relationship.get("Target")), str(relationship.get("Type")).rsplit("/", 1)[-1]
        if relationship.get("TargetMode") == "External":
            if kind != "hyperlink":
                yield Problem(
                    f"{shown}, {name}", f"It loads something from outside ({kind}).", "Insert the picture or text itself."
                )
            elif not re.match(r"(https?|mailto|tel):", target):
                yield Problem(
                    f"{shown}, {name}",
                    "A link leads to a file by name.",
                    "Link to a document of the package with {{r link(…) }}.",
                )
            if TAG.search(target):
                yield Problem(
                    f"{shown}, {name}",
                    "The target of a link holds a name in braces; it would not be filled in.",
                    "Use {{r link(…) }}.",
                )


def _look(parts: Mapping[str, bytes], shown: str) -> Iterator[Problem]:
    for font in sorted(missing_fonts(parts)):
        yield Problem(
            shown,
            f'It names the font "{font}" and does not carry it.',
            "Use the styles of the house, or embed the font: File, Options, Save, Embed fonts.",
        )
    try:
        glyphs = missing_glyphs(parts)
    except ValueError as error:
        yield Problem(shown, f"Its fonts are damaged: {error}.", "Copy the text into a fresh copy of a house template.")
        return
    if glyphs:
        listed = ", ".join(f"{char} (U+{ord(char):04X})" for char in sorted(glyphs))
        yield Problem(shown, f"The font cannot draw these characters: {listed}.", "Write them in words.")
    styles = parse(parts["word/styles.xml"]) if "word/styles.xml" in parts else None
    defined = {str(s.get(f"{W}styleId")) for s in styles.iter(f"{W}style")} if styles is not None else set()
    for name, part in parts.items():
        if RENDERED.fullmatch(name):
            used = {str(e.get(f"{W}val")) for tag in ("pStyle", "rStyle", "tblStyle") for e in parse(part).iter(f"{W}{tag}")}
            for style in sorted(used - defined):
                yield Problem(f"{shown}, {name}", f'The style "{style}" is used and not defined.', "Apply a style of the house.")


def _texts(template: DocxTemplate, name: str, part: bytes, shown: str, known: KnownNames) -> Iterator[Problem]:
    for block in parse(part).iter(f"{W}p"):
        yield from _loose_tags(block, name, shown)
    # as docxtpl does it, so that lines are paragraphs
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", template.patch_xml(part.decode("utf-8")))
    lines = source.splitlines()
    for defect in check_text(source, known):
        line = lines[defect.line - 1] if defect.line <= len(lines) else ""
        yield Problem(f"{shown}, paragraph “{_shortened(re.sub(r'<[^>]+>', '', line))}”", defect.what, defect.mend)


def _loose_tags(paragraph: etree._Element, name: str, shown: str) -> Iterator[Problem]:
    text = "".join(t.text or "" for t in paragraph.iter(f"{W}t"))
    if not TAG.search(text):
        return
    where = f"{shown}, paragraph “{_shortened(text)}”"
    if ALONE.search(text) and not re.fullmatch(r"\s*\{%(p|tr)\s[^%]*%\}\s*", text):
        yield Problem(
            where,
            "A {%p or {%tr tag stands beside other text, which would vanish.",
            "Give the tag a paragraph (or a table row) of its own.",
        )
        return
    opened = [kind for kind in LOOSE_TAG.findall(text) if not ALONE.search(text)]
    if opened.count("if") != opened.count("endif") or opened.count("for") != opened.count("endfor"):
        yield Problem(
            where,
            "An if or for is not closed in its own paragraph.",
            "Close it there, or write {%p if … %} in a paragraph of its own.",
        )


def _shortened(text: str, length: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
