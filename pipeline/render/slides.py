"""Decks of training slides. The only module that imports pptx."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from fontTools.ttLib import TTFont
from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Pt

from pipeline.pdf.fontconfig import packaged_fonts
from pipeline.render import deck
from pipeline.render.look import Look, picture_size
from pipeline.render.parts import A, core_properties, parse, read_parts, serialize, write_parts

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
SIZES = (24, 22, 20, 18)
TITLE_SIZES = (30, 28, 26, 24)
HEADING_SIZES = (44, 40, 36, 32, 28)
MOST_POINTS = 5
CARD_SIZE, CARD_BEFORE = 14, 6
LINE, BEFORE = 1.2, deck.APART  # height of a line in font sizes; space before a paragraph in points
INDENT = 22  # points before a bulleted line
# on the points of the catalogue Arial is at most 4 % wider than the house font; the rest is for what replaces Arial
ROOM = 1.08
NUMBERED = re.compile(r"\b(SEC|[A-Z]{1,2})-(\d\d)\b")
LOGO_BOX = (3_200_000, 1_000_000)


class SlideOverflows(ValueError):
    """A text does not fit on its slide."""


def render_slides(names: Mapping[str, Any], look: Look, day: date) -> bytes:
    """The deck of these names (JSON primitives of DeckNames) as a PowerPoint file.

    Raises SlideOverflows with every slide whose texts do not fit.
    """
    presentation = Presentation(io.BytesIO(write_parts(deck.empty_deck(look.colour))))
    own = names["document"]
    footer = f"{names['practice']['name']} · {names['deck']} · Edition {own['edition']} · Law as of {own['law_as_of']}"
    _open(presentation, names, look)
    problems = []
    for number, entry in enumerate(names["slides"], 2):
        try:
            _add(presentation, entry, footer, names["practice"]["phone"])
        except SlideOverflows as error:
            problems.append(f"slide {number} ({entry['id'] or entry['kind']}): {error}")
    if problems:
        raise SlideOverflows("; ".join(problems))
    target = io.BytesIO()
    presentation.save(target)
    parts = read_parts(target.getvalue())
    for name in [name for name in parts if name.startswith(("ppt/slides/slide", "ppt/notesSlides/notes"))]:
        root = parse(parts[name])
        _speak_english(root)
        parts[name] = serialize(root)
    title = f"{own['id']} {own['title']}"
    parts["docProps/core.xml"] = core_properties(title, names["practice"]["name"], names["practice"]["legal_name"], day)
    return write_parts(parts)


def _open(presentation: Any, names: Mapping[str, Any], look: Look) -> None:
    """The first slide: logo, practice, deck, edition, law."""
    own, practice = names["document"], names["practice"]
    slide = presentation.slides.add_slide(presentation.slide_layouts[deck.TITLE])
    held = _placeholders(slide)
    _write(held[0], [names["deck"]], _size([names["deck"]], 803, 118, HEADING_SIZES, bold=True))
    _write(held[deck.POINTS], [practice["name"], own["summary"]], 20)
    dates = [f"Edition {own['edition']}, {own['as_of']}", f"Risk analysis of {own['analysis']} · Law as of {own['law_as_of']}"]
    _write(held[deck.EDITION], dates, 16)
    if look.logo:
        width, height = picture_size(look.logo)
        scale = min(LOGO_BOX[0] / width, LOGO_BOX[1] / height)
        size = Emu(round(width * scale)), Emu(round(height * scale))
        picture = slide.shapes.add_picture(io.BytesIO(look.logo), Emu(1_150_000), Emu(620_000), *size)
        picture.name = "Logo"
        picture._element.nvPicPr.cNvPr.set("descr", f"Logo of {practice['name']}")
    slide.notes_slide.notes_text_frame.text = "\n".join(names["opening"])


def _add(presentation: Any, entry: Mapping[str, Any], footer: str, phone: str) -> None:
    kinds = {"chapter": deck.CHAPTER, "content": deck.CONTENT, "finding": deck.FINDING, "closing": deck.CLOSING}
    kind = kinds[entry["kind"]]
    slide = presentation.slides.add_slide(presentation.slide_layouts[kind])
    held = _placeholders(slide)
    points = entry["points"]
    if kind in (deck.CONTENT, deck.FINDING):
        if not 1 <= len(points) <= MOST_POINTS:
            raise SlideOverflows(f"it has {len(points)} points, and between 1 and {MOST_POINTS} can be taken in")
        _write(held[0], [entry["title"]], _size([entry["title"]], 859, 68, TITLE_SIZES, bold=True, before=0))
        width, height = deck.BODY_WIDTH / deck.POINT - INDENT, deck.BODY_HEIGHT / deck.POINT
        _write(held[deck.POINTS], points, _size(points, width, height, SIZES))
        _write(held[deck.LABEL], [entry["chapter"]], 14)
        _card(held[deck.CARD], entry, phone)
        if kind == deck.FINDING:
            _write(held[deck.LEVEL], [f"Level of risk: {entry['level'].lower()}"], 18)
            held[deck.LEVEL].fill.solid()
            held[deck.LEVEL].fill.fore_color.rgb = RGBColor(*bytes.fromhex(entry["fill"]))  # type: ignore[no-untyped-call]
    else:
        _write(held[0], [entry["title"]], _size([entry["title"]], 779, 100, HEADING_SIZES, bold=True, before=0))
        height, before = (275, deck.CLOSE) if kind == deck.CHAPTER else (315, BEFORE)
        _write(held[deck.POINTS], points, _size(points, 779, height, SIZES, before=before))
    for shape in deck.foot(footer, len(presentation.slides)):
        slide.shapes._spTree.append(parse(shape.encode()))
    slide.notes_slide.notes_text_frame.text = "\n".join(entry["notes"])


def _placeholders(slide: Any) -> dict[int, Any]:
    return {shape.placeholder_format.idx: shape for shape in slide.placeholders}


def _write(shape: Any, paragraphs: Sequence[str], size: float) -> None:
    frame = shape.text_frame
    # a hyphen that does not break keeps the number of a document on one line
    frame.text = "\n".join(NUMBERED.sub("\\1\u2011\\2", text) for text in paragraphs)
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)


def _card(shape: Any, entry: Mapping[str, Any], phone: str) -> None:
    """Where it stands: the policies as links, the number of the finding, whom to ask; as high as its text."""
    frame = shape.text_frame
    heading = frame.paragraphs[0].add_run()
    heading.text = "Where it stands"
    heading.font.bold, heading.font.size = True, Pt(CARD_SIZE)
    for policy in entry["policies"]:
        paragraph = frame.add_paragraph()
        number, title = paragraph.add_run(), paragraph.add_run()
        number.text, title.text = policy["id"], f" {policy['title']}"
        number.font.size = title.font.size = Pt(CARD_SIZE)
        number.hyperlink.address = policy["href"]
    if entry["kind"] == "finding":
        run = frame.add_paragraph().add_run()
        run.text, run.font.size = f"Finding {entry['id']}", Pt(CARD_SIZE)
    for text, bold in (("Ask or report", True), (phone, False)):
        run = frame.add_paragraph().add_run()
        run.text, run.font.size, run.font.bold = text, Pt(CARD_SIZE), bold
    for paragraph in frame.paragraphs:
        paragraph.space_before = Pt(CARD_BEFORE)
    frame.paragraphs[-2].space_before = Pt(3 * CARD_BEFORE)
    inner = (deck.CARD_WIDTH - 2 * deck.CARD_INSET) / deck.POINT
    lines = sum(lines_of(paragraph.text, CARD_SIZE, inner) for paragraph in frame.paragraphs)
    height = lines * CARD_SIZE * LINE + (len(frame.paragraphs) + 2) * CARD_BEFORE + 2 * deck.CARD_INSET / deck.POINT
    left, top, width = shape.left, shape.top, shape.width
    if top + height * deck.POINT > deck.BODY_TOP + deck.BODY_HEIGHT:
        raise SlideOverflows("it names too many policies")
    shape.left, shape.top, shape.width, shape.height = left, top, width, Pt(height)


def _speak_english(root: etree._Element) -> None:
    """The language of every run, for spelling and for reading aloud."""
    for run in (*root.iter(f"{A}r"), *root.iter(f"{A}fld")):
        properties = run.find(f"{A}rPr")
        if properties is None:
            properties = etree.Element(f"{A}rPr")
            run.insert(0, properties)
        properties.set("lang", "en-US")


def _size(
    texts: Sequence[str], width: float, height: float, sizes: Iterable[int], *, bold: bool = False, before: float = BEFORE
) -> int:
    """The largest of these sizes in which the paragraphs fit into width × height points."""
    smallest = 0
    for size in sizes:
        smallest = size
        lines = sum(lines_of(text, size, width, bold=bold) for text in texts)
        if lines * size * LINE + (len(texts) - 1) * before <= height:
            return size
    raise SlideOverflows(f"the text is too long at {smallest} points")


def lines_of(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """Lines that a paragraph takes in a column of `width` points."""
    lines, used = 1, 0.0
    blank = _width(" ", bold) * size
    for word in text.split():
        long = sum(_width(character, bold) for character in word) * size * ROOM
        if used and used + blank + long > width:
            lines, used = lines + 1, long
        else:
            used += long + (blank if used else 0)
    return lines


@lru_cache(maxsize=4096)
def _width(character: str, bold: bool) -> float:
    """Width of a character in font sizes, measured on the house font."""
    map_, widths, unit = _metrics(bold)
    return widths.get(map_.get(ord(character), ""), unit * 0.6) / unit


@lru_cache(maxsize=2)
def _metrics(bold: bool) -> tuple[dict[int, str], dict[str, float], float]:
    (path,) = packaged_fonts().glob(f"*-{'Bold' if bold else 'Regular'}.ttf")
    with TTFont(path, lazy=True) as face:
        widths = {name: float(width) for name, (width, _) in face["hmtx"].metrics.items()}
        return dict(face.getBestCmap()), widths, float(face["head"].unitsPerEm)
