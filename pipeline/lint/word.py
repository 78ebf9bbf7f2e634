"""Word templates: what would reach the client unseen, what would not be rendered, what would look different elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from docx import Document
from lxml import etree

from pipeline.errors import Problem
from pipeline.lint.names import KnownNames, check_text
from pipeline.pdf.fonts import missing_fonts, missing_glyphs
from pipeline.render.outside import field_words
from pipeline.render.parts import UnsafeFile, W, parse, read_parts, relationships
from pipeline.render.word import patched

RENDERED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
TAG = re.compile(r"\{\{|\{%|\{#")
TAG_BYTES = re.compile(TAG.pattern.encode())
LOOSE_TAG = re.compile(r"\{%-?\s*(?:(?:tc|r)\s+)?(if|for|endif|endfor)\b")
ALONE = re.compile(r"\{%(p|tr)\s")
CHANGES = (
    "ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "rPrChange", "pPrChange", "sectPrChange",
    "tblPrChange", "tblPrExChange", "tblGridChange", "tcPrChange", "trPrChange", "numberingChange",
)  # fmt: skip
CHANGED = re.compile(rf"<w:({'|'.join(CHANGES)})[ />]".encode())
# fields that say the same tomorrow and load nothing
FIELDS = {"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "SEQ", "REF", "PAGEREF", "NOTEREF", "STYLEREF", "HYPERLINK"}


def check_word_template(data: bytes, shown: str, known: KnownNames) -> Iterator[Problem]:
    """Every defect of one template file."""
    try:
        parts = read_parts(data)
        Document(io.BytesIO(data))  # which docxtpl does later
        roots = {name: parse(part) for name, part in parts.items() if RENDERED.fullmatch(name)}
        yield from list(_carried(parts, roots, shown))
        yield from list(_look(parts, roots, shown))
        for root in roots.values():
            yield from list(_texts(root, shown, known))
    except UnsafeFile as error:
        yield Problem(shown, "The template cannot be used.", str(error))
    except Exception:
        # python-docx and docxtpl answer a damaged file with whatever goes wrong first
        yield Problem(shown, "The template is damaged.", "Open it in Word and save it anew.")


def _carried(parts: Mapping[str, bytes], roots: Mapping[str, etree._Element], shown: str) -> Iterator[Problem]:
    """What a reader of the template does not see, and a client would get."""
    for name, part in parts.items():
        if not name.endswith(".xml"):
            continue
        changed = set(CHANGED.findall(part)) if name.startswith("word/") else set()
        if kinds := [kind for kind in CHANGES if kind.encode() in changed]:
            yield Problem(
                f"{shown}, {name}",
                f"It holds tracked changes ({', '.join(kinds)}).",
                "Accept or reject them in Word: Review, Accept All Changes.",
            )
        if name not in roots and TAG_BYTES.search(part) and not name.startswith("customXml/"):
            yield Problem(
                f"{shown}, {name}",
                "A name in braces stands where nothing is filled in.",
                "Move it into the text, a header or a footer.",
            )
        if name in roots:
            for field in sorted({field for field in field_words(roots[name]) if field not in FIELDS}):
                yield Problem(
                    f"{shown}, {name}",
                    f'It holds the field "{field}", which loads something or changes by itself.',
                    "Type the text itself.",
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


def _look(parts: Mapping[str, bytes], roots: Mapping[str, etree._Element], shown: str) -> Iterator[Problem]:
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
    for name, root in roots.items():
        used = {str(e.get(f"{W}val")) for e in root.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")}
        for style in sorted(used - defined):
            yield Problem(f"{shown}, {name}", f'The style "{style}" is used and not defined.', "Apply a style of the house.")


def texts_of_document(data: bytes) -> Iterator[str]:
    """The texts of a template as docxtpl reads them, with their tags: one for each part in which something is filled in."""
    for name, part in read_parts(data).items():
        if RENDERED.fullmatch(name):
            yield patched(etree.tostring(parse(part), encoding="unicode"))


def _texts(root: etree._Element, shown: str, known: KnownNames) -> Iterator[Problem]:
    for row in root.iter(f"{W}tr"):
        text = "".join(t.text or "" for t in row.iter(f"{W}t"))
        if "{%tr " in text and not re.fullmatch(r"\s*\{%tr\s[^%]*%\}\s*", text):
            where = f"{shown}, table row “{_shortened(text)}”"
            yield Problem(
                where, "A {%tr tag stands beside other text, which would vanish.", "Give the tag a table row of its own."
            )
    for block in root.iter(f"{W}p"):
        yield from _loose_tags(block, shown)
    # as docxtpl does it, so that lines are paragraphs and quotation marks in tags are no entities
    source = re.sub(r"<w:p([ >])", r"\n<w:p\1", patched(etree.tostring(root, encoding="unicode")))
    for defect in check_text(source, known):
        lines = source.splitlines()
        line = lines[defect.line - 1] if defect.line <= len(lines) else ""
        yield Problem(f"{shown}, paragraph “{_shortened(re.sub(r'<[^>]+>', '', line))}”", defect.what, defect.mend)


def _loose_tags(paragraph: etree._Element, shown: str) -> Iterator[Problem]:
    text = "".join(t.text or "" for t in paragraph.iter(f"{W}t"))
    if not TAG.search(text):
        return
    where = f"{shown}, paragraph “{_shortened(text)}”"
    if ALONE.search(text):
        if "{%p " in text and not re.fullmatch(r"\s*\{%p\s[^%]*%\}\s*", text):
            yield Problem(
                where, "A {%p tag stands beside other text, which would vanish.", "Give the tag a paragraph of its own."
            )
        return
    opened = LOOSE_TAG.findall(text)
    if opened.count("if") != opened.count("endif") or opened.count("for") != opened.count("endfor"):
        yield Problem(
            where,
            "An if or for is not closed in its own paragraph.",
            "Close it there, or write {%p if … %} in a paragraph of its own.",
        )


def _shortened(text: str, length: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
