"""The text of one paragraph with its looks, links and pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import unquote

from lxml import etree

from pipeline.merge.word_model import Picture, Span
from pipeline.merge.word_package import Package
from pipeline.merge.word_styles import Styles, differences, run_look, value, whole
from pipeline.render.parts import A, R, W

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
DOCUMENT_ID = re.compile(r"([A-Z]{1,4}-[0-9]{2}) ")
LETTERHEAD = "Logo of "
# tracked insertions are text, tracked deletions are not
THROUGH = {f"{W}{name}" for name in ("ins", "moveTo", "smartTag", "customXml", "dir", "bdo")}
GONE = {f"{W}{name}" for name in ("del", "moveFrom", "delText", "delInstrText", "rPr", "pPr", "lastRenderedPageBreak")}
LETTERS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
BREAKS = {"page": "\f", "column": "\v"}
PRINTED = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
STRANGE = {
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "pict": "a drawing or text box",
    "object": "an embedded object",
    "sym": "a letter of a symbol font",
    "ptab": "a tab of another kind",
    "ruby": "a reading aid above letters",
    "contentPart": "handwriting",
}
# their letters mean something else in any other font
SYMBOLS = ("symbol", "wingdings", "webdings", "marlett", "zapf")
SUFFIXES = {".png", ".jpg", ".jpeg", ".gif"}


@dataclass
class Field:
    """A field that has begun: its instruction so far, and whether its result has."""

    told: str = ""
    shows: bool = False


@dataclass
class State:
    """Where the reading of one paragraph stands."""

    styles: Styles
    style: str
    package: Package
    part: str
    fields: list[Field] = field(default_factory=list)

    def field_link(self) -> str:
        return next((link for each in reversed(self.fields) if (link := _field_link(each.told))), "")


def read_spans(paragraph: etree._Element, styles: Styles, style: str, package: Package, part: str) -> Iterator[Span]:
    """Spans in order, joined where they look the same."""
    joined: list[Span] = []
    for span in _inline(paragraph, State(styles, style, package, part), "", ""):
        last = joined[-1] if joined else None
        same = last and not last.atom and not span.atom
        if (
            same
            and last
            and (last.shown, last.direct, last.style, last.target) == (span.shown, span.direct, span.style, span.target)
        ):
            joined[-1] = Span(last.text + span.text, span.shown, span.direct, span.style, span.link, span.target)
        else:
            joined.append(span)
    return iter(joined)


def canonical(target: str) -> str:
    """Where a link leads, told so that it stays the same when a file is saved in another folder."""
    if re.match(r"(?i)(https?|mailto|tel|ftp):|#", target):
        return target.rstrip("/")
    file = posixpath.basename(unquote(target).replace("\\", "/"))
    found = DOCUMENT_ID.match(file)
    return found[1] if found else file


def _inline(holder: etree._Element, state: State, target: str, strange: str) -> Iterator[Span]:
    for child in holder:
        tag = child.tag
        if not isinstance(tag, str) or tag in GONE:
            continue
        if tag == f"{W}r":
            yield from _run(child, state, target, strange)
        elif tag == f"{W}hyperlink":
            relation = state.package.relations(state.part).get(str(child.get(f"{R}id")))
            anchor = child.get(f"{W}anchor", "")
            led = (relation.target if relation else "") + (f"#{anchor}" if anchor else "")
            yield from _inline(child, state, led or target, strange)
        elif tag == f"{W}fldSimple":
            told = child.get(f"{W}instr", "")
            yield from _field(told)
            if not _is_printed(told):
                yield from _inline(child, state, _field_link(told) or target, strange)
        elif tag in THROUGH:
            yield from _inline(child, state, target, strange)
        elif tag == f"{W}sdt":
            yield strange_span("a content control")
            for content in child.findall(f"{W}sdtContent"):
                yield from _inline(content, state, target, strange)
        elif tag.startswith(MATH):
            yield strange_span("an equation")


def _run(run: etree._Element, state: State, target: str, strange: str) -> Iterator[Span]:
    properties = run.find(f"{W}rPr")
    if properties is not None and properties.find(f"{W}del") is not None:
        return
    style = value(properties, "rStyle") if properties is not None else ""
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    symbols = fonts is not None and fonts.get(f"{W}ascii", "").lower().startswith(SYMBOLS)
    direct = run_look(properties)
    for child in run:
        tag = child.tag
        if not isinstance(tag, str) or tag in GONE:
            continue
        name = etree.QName(child).localname
        if name == "fldChar":
            yield from _turn(state, child.get(f"{W}fldCharType", ""))
        elif name == "instrText":
            if state.fields and not state.fields[-1].shows:
                state.fields[-1].told += child.text or ""
        elif any(not each.shows or _is_printed(each.told) for each in state.fields):
            continue
        elif name == "t" and tag.startswith(W):
            text = child.text or ""
            kept = child.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
            if symbols:
                yield strange_span(STRANGE["sym"], text)
            elif text if kept else text.strip():
                yield _text(text if kept else text.strip(), state, style, direct, target or state.field_link())
        elif name in LETTERS:
            yield _text(LETTERS[name], state, style, direct, target or state.field_link())
        elif name == "br":
            yield _text(BREAKS.get(child.get(f"{W}type", ""), "\n"), state, style, direct, target or state.field_link())
        elif name == "drawing":
            yield _drawing(child, state, target)
        elif tag == f"{MC}AlternateContent":
            yield strange_span("a drawing or text box", _digest(child))
        elif name in STRANGE:
            yield strange_span(STRANGE[name], _digest(child))


def _text(text: str, state: State, style: str, direct: dict[str, str], target: str) -> Span:
    styles = state.styles
    plain = styles.of_runs(state.style)
    styled = styles.of_runs(state.style, style)
    if direct.get("color", "") == styles.default_run.get("color"):
        # LibreOffice writes the default colour into every run of a table, over the colour of its style
        direct = {name: value for name, value in direct.items() if name != "color"}
    seen = {name: value for name, value in (styled | direct).items() if value}
    # a link is expected to look like one
    base = styles.of_runs(state.style, styles.ids.get(("character", "hyperlink"), "")) if target else plain
    name = styles.styles[style].name if style in styles.styles else ""
    return Span(text, differences(seen, base), differences(seen, styled), name, canonical(target) if target else "", target)


def _turn(state: State, kind: str) -> Iterator[Span]:
    if kind == "begin":
        state.fields.append(Field())
    elif kind == "separate" and state.fields and not state.fields[-1].shows:
        yield from _field(state.fields[-1].told)
        state.fields[-1].shows = True
    elif kind == "end" and state.fields:
        last = state.fields.pop()
        if not last.shows:
            yield from _field(last.told)


def _field(told: str) -> Iterator[Span]:
    if _is_printed(told):
        yield Span("", atom=f"field {told.split()[0].upper()}")
    elif not _field_link(told):
        yield strange_span("a field", " ".join(told.split()))


def _is_printed(told: str) -> bool:
    words = told.split()
    return bool(words) and words[0].upper() in PRINTED


def _field_link(told: str) -> str:
    found = re.fullmatch(r'\s*HYPERLINK\s+(?:"([^"]+)"|(\S+))\s*(\\[oht].*)?', told)
    return (found[1] or found[2] or "").replace("\\\\", "\\") if found else ""


def _drawing(drawing: etree._Element, state: State, target: str) -> Span:
    """A picture in the line, where it is one and nothing else; a picture of the letterhead is known by its text."""
    inline, blips = drawing.find(f"{WP}inline"), list(drawing.iter(f"{A}blip"))
    mark = _digest(drawing)
    if inline is None or len(blips) != 1 or inline.find(f"{A}graphic/{A}graphicData/{PIC}pic") is None:
        return strange_span("a drawing or floating picture", mark)
    relation = state.package.relations(state.part).get(str(blips[0].get(f"{R}embed")))
    extent, told = inline.find(f"{WP}extent"), inline.find(f"{WP}docPr")
    cut = next(drawing.iter(f"{A}srcRect"), None)
    turned = next(drawing.iter(f"{A}xfrm"), None)
    altered = (cut is not None and bool(cut.attrib)) or (
        turned is not None and bool({"rot", "flipH", "flipV"} & set(turned.attrib))
    )
    if relation is None or relation.target not in state.package.parts or extent is None or altered or target:
        return strange_span("a picture that was cut, turned or linked", mark)
    suffix = posixpath.splitext(relation.target)[1].lower()
    data = state.package.parts[relation.target]
    width, height = (whole(extent.get(name), 100_000_000) for name in ("cx", "cy"))
    alt = "" if told is None else told.get("descr", "")
    picture = Picture(data, suffix, width, height, alt)
    content = alt if alt.startswith(LETTERHEAD) else blake2b(data, digest_size=12).hexdigest()
    atom = f"picture {content} {round(width / 36_000)} {round(height / 36_000)}"
    return Span("", atom=atom, picture=picture, strange="" if suffix in SUFFIXES else "a picture of an unusual kind")


def _digest(element: etree._Element) -> str:
    """Differs where the text or the make of an element does."""
    told = [etree.QName(each).localname + (each.text or "") for each in element.iter() if isinstance(each.tag, str)]
    return blake2b("\n".join(told).encode(), digest_size=12).hexdigest()


def strange_span(what: str, mark: str = "") -> Span:
    return Span("", atom=f"{what} {mark}", strange=what)
