"""Paragraphs of the model written into a generated Word file: in its styles, with its links, from nothing foreign."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.merge.word_lists import list_number
from pipeline.merge.word_model import Paragraph, Remark, Span, Unmergeable
from pipeline.merge.word_pictures import picture_run
from pipeline.merge.word_relations import add_relation
from pipeline.merge.word_styles import Styles
from pipeline.render.parts import R, W

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# the order of the schema: in a paragraph's properties, and in a run's
PROPERTIES = """pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
    suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing
    ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle
    rPr sectPr pPrChange"""
RUN = ("b", "i", "caps", "smallCaps", "strike", "vanish", "color", "sz", "highlight", "u", "vertAlign")
LETTERS = {"\t": ("tab", ""), "\n": ("br", ""), "\f": ("br", "page"), "\v": ("br", "column"), "\u2011": ("noBreakHyphen", "")}
# what alignment, underlines and the like may say; anything else is left out
PLAIN = re.compile(r"[A-Za-z0-9 .,_-]{1,60}")


@dataclass
class Target:
    """One part of the generated file that is being changed. parts: of the whole file, changed in place.

    remarks: (paragraph, what is to be said beside it);
    links: where the generated files lead for a document or address; edited: styles and lists of the edited file; made: its
    lists that were begun here so far.
    """

    parts: dict[str, bytes]
    main: str
    part: str
    styles: Styles
    edited: Styles
    links: Mapping[str, str]
    made: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[etree._Element, Remark]] = field(default_factory=list)


def write_paragraph(
    target: Target, model: Paragraph, over: Paragraph | None = None, was: Paragraph | None = None
) -> etree._Element:
    """A new element, or the element of `over` (as it is generated now) filled anew; was: as it was generated then.

    Unmergeable where the paragraph holds what the model cannot carry.
    """
    for span in model.spans:
        if span.strange:
            raise Unmergeable(f"{span.strange} stands in what was changed or added")
    element = over.element if over is not None and over.element is not None else etree.Element(f"{W}p", nsmap={"w": W[1:-1]})
    pictures = _pictures(element, over)
    properties = element.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
    for child in list(element):
        element.remove(child)
    id = target.styles.ids.get(("paragraph", model.style))
    if over is None or was is None or model.style != was.style:
        _set(properties, "pStyle", {"val": id} if id and id != target.styles.normal else None)
    if over is None or was is None or model.look != was.look:
        _write_look(target, properties, model)
    if len(properties):
        properties[:] = sorted(properties, key=_order)
        element.append(properties)
    # the look of a style that the generated file has not got is written out
    base = dict(model.base) if id is None else target.styles.of_runs(id)
    _write_spans(target, element, model, base, id or target.styles.normal, pictures)
    target.remarks += [(element, comment) for comment in model.comments]
    return element


def _write_spans(
    target: Target,
    element: etree._Element,
    model: Paragraph,
    base: Mapping[str, str],
    style: str,
    pictures: Mapping[str, etree._Element],
) -> None:
    holder, link = element, ""
    for span in model.spans:
        if span.target != link:
            holder, link = element, span.target
            if link:
                told = target.links.get(span.link, link)
                if told.startswith("#"):
                    raise Unmergeable("a link to another place of the document stands in what was changed or added")
                id = add_relation(target.parts, target.part, "hyperlink", told, outside=True)
                holder = etree.SubElement(element, f"{W}hyperlink", {f"{R}id": id}, nsmap={"r": R[1:-1]})
        if span.picture:
            known = pictures.get(span.atom)
            holder.append(copy.deepcopy(known) if known is not None else picture_run(target.parts, target.part, span.picture))
        elif span.atom:
            for run in _field_runs(span.atom.split()[1]):
                holder.append(run)
        else:
            holder.append(_text_run(target, span, base, style))


def _text_run(target: Target, span: Span, base: Mapping[str, str], style: str) -> etree._Element:
    """A run in the character style of the same name, where there is one, and with what was set by hand."""
    run = etree.Element(f"{W}r")
    properties = etree.SubElement(run, f"{W}rPr")
    named = "hyperlink" if span.target else span.style
    id = target.styles.ids.get(("character", named), "")
    if id:
        etree.SubElement(properties, f"{W}rStyle", {f"{W}val": id})
    looks = span.direct if id and named == span.style else span.shown
    plain = target.styles.of_runs(style)
    wanted = {name: value for name, value in base.items() if plain.get(name) != value} | dict(looks)
    for name in RUN:
        if name in wanted:
            _write_run_look(properties, name, wanted[name])
    if not len(properties):
        run.remove(properties)
    for piece in re.split("([\t\n\f\v\u2011])", span.text):
        if piece in LETTERS:
            name, kind = LETTERS[piece]
            etree.SubElement(run, f"{W}{name}", {f"{W}type": kind} if kind else {})
        elif piece:
            etree.SubElement(run, f"{W}t", {SPACE: "preserve"}).text = piece
    return run


def _write_run_look(properties: etree._Element, name: str, value: str) -> None:
    def add(tag: str, **told: str) -> None:
        etree.SubElement(properties, f"{W}{tag}", {f"{W}{key}": each for key, each in told.items()})

    if value and not PLAIN.fullmatch(value):
        return
    if name in ("b", "i"):
        for tag in (name, f"{name}Cs"):
            add(tag, **({} if value else {"val": "0"}))
    elif name in ("caps", "smallCaps", "strike", "vanish"):
        add(name, **({} if value else {"val": "0"}))
    elif name == "color" and re.fullmatch("[0-9A-F]{6}|AUTO|", value):
        add("color", val="auto" if value in ("", "AUTO") else value)
    elif name == "sz" and value.isdecimal():
        add("sz", val=value)
        add("szCs", val=value)
    elif name == "highlight" and re.fullmatch("[0-9A-F]{6}|", value):
        # any colour may stand behind a text; Word's own highlighter has sixteen
        add("shd", val="clear", color="auto", fill=value or "auto")
    elif name == "u":
        add("u", val=value or "none")
    elif name == "vertAlign":
        add("vertAlign", val=value or "baseline")


def _write_look(target: Target, properties: etree._Element, model: Paragraph) -> None:
    look = dict(model.look)
    jc = look.get("jc")
    _set(properties, "jc", None if jc is None or not PLAIN.fullmatch(jc or "left") else {"val": jc or "left"})
    _set(properties, "pageBreakBefore", None if "page" not in look else {} if look["page"] else {"val": "0"})
    _set(properties, "numPr", None)
    if "list" in look:
        depth, number = "0", "0"
        if look["list"]:
            depth = look["list"].split()[0]
            number = list_number(target.parts, target.main, target.edited, model.numbering, target.made)
        told = etree.SubElement(properties, f"{W}numPr")
        for name, value in (("ilvl", depth), ("numId", number)):
            etree.SubElement(told, f"{W}{name}", {f"{W}val": value})
    indent = {"left": look["left"]} if "left" in look else {}
    if "first" in look:
        first = int(look["first"] or "0")
        indent |= {"hanging": str(-first)} if first < 0 else {"firstLine": str(first)}
    _set(properties, "ind", indent or None)


def _set(properties: etree._Element, name: str, told: Mapping[str, str] | None) -> None:
    """Put this property in place of the one that is there; None takes it away."""
    for child in properties.findall(f"{W}{name}"):
        properties.remove(child)
    if told is not None:
        etree.SubElement(properties, f"{W}{name}", {f"{W}{key}": value for key, value in told.items()})


def _order(element: etree._Element) -> int:
    name = etree.QName(element).localname
    order = PROPERTIES.split()
    return order.index(name) if name in order else len(order)


def _pictures(element: etree._Element, over: Paragraph | None) -> dict[str, etree._Element]:
    """The runs with the pictures of a generated paragraph, by what the model calls them: the letterhead stays as it is."""
    drawn = [run for run in element.iter(f"{W}r") if run.find(f"{W}drawing") is not None]
    named = [span.atom for span in over.spans if span.picture] if over else []
    return dict(zip(named, drawn, strict=False)) if len(named) == len(drawn) else {}


def _field_runs(name: str) -> Iterator[etree._Element]:
    for kind in ("begin", "", "separate", "1", "end"):
        run = etree.Element(f"{W}r")
        if kind == "":
            etree.SubElement(run, f"{W}instrText", {SPACE: "preserve"}).text = f" {name} "
        elif kind == "1":
            etree.SubElement(run, f"{W}t").text = "1"
        else:
            etree.SubElement(run, f"{W}fldChar", {f"{W}fldCharType": kind})
        yield run
